/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Fréchet distance between two sets of feature vectors, each seen as a
 * normal distribution (Dowson and Landau 1982):
 * |m1 - m2|^2 + trace(C1 + C2 - 2 (C1 C2)^(1/2)).
 */
#ifndef BENCH_FRECHET_H
#define BENCH_FRECHET_H

#include <stddef.h>

/* `a` and `b`: rows of `width` numbers, `stride` apart. Returns NAN when out of
 * memory. */
double frechet_distance(const float *a, size_t rows_a, const float *b,
                        size_t rows_b, size_t width, size_t stride);

#endif
