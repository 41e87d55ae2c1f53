/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs one kernel on a site built by hand, with outputs and workspace filled
 * with NaN and bytes around them that must not change. Fails the test by
 * cmocka where the kernel does not keep its contract.
 */
#ifndef SUPPORT_KERNEL_RUN_H
#define SUPPORT_KERNEL_RUN_H

#include "backend/kernel.h"

#define KERNEL_RUN_INPUTS 6

typedef struct kernel_run {
    const sg_kernel *const *kernels; /* the first that accepts is taken, */
    const char *name;                /* unless this is given */
    const void *fields;
    int32_t n_inputs;
    int32_t n_unary;
    /* As a site's before planning; the data are plain f32. */
    sg_desc input[KERNEL_RUN_INPUTS];
    const float *data[KERNEL_RUN_INPUTS];
    sg_desc output;
    const float *bias;
    sg_unary unary[SG_MAX_UNARY];
    const float *slope; /* its v, plain; may be data[0]. NULL: no slope */
    sg_unary slope_of;
    /* Results. */
    const sg_kernel *kernel;
    sg_layout layout; /* of the output; opaque ones are not valid any more */
} kernel_run;

sg_desc kernel_desc(int32_t type, const int64_t *sizes, size_t rank);
#define KERNEL_DESC(...)                                                       \
    kernel_desc(SYNGAN_TYPE_F32, (const int64_t[]){__VA_ARGS__},               \
                sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/* The result, plain and f32, to be freed by the caller. */
float *kernel_run_once(syngan_context *context, kernel_run *run);

/* Numbers in [-1, 1) that the type can hold, from a seed; to be freed. */
float *kernel_numbers(const sg_desc *desc, uint32_t seed);
size_t kernel_count(const sg_desc *desc);

/* Fails unless |got - expected| <= tolerance (1 + |expected|) everywhere. */
void kernel_compare(const char *what, const float *got, const double *expected,
                    size_t count, double tolerance);

#endif
