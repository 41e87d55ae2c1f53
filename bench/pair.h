/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pair of networks that measurements use: the well-known DCGAN for MNIST,
 * or one of its kind for larger images.
 */
#ifndef BENCH_PAIR_H
#define BENCH_PAIR_H

#include <syngan.h>

#define PAIR_NOISE 100

/* Networks for images of `size` x `size` pixels, a multiple of 4. */
syngan_status pair_generator(syngan_context *context, int64_t size,
                             syngan_model **out);
syngan_status pair_discriminator(syngan_context *context, int64_t size,
                                 syngan_model **out);

/* A dense pair of this width, of the size that tables need. */
syngan_status pair_dense(syngan_context *context, int64_t width,
                         syngan_model **generator,
                         syngan_model **discriminator);

/* `count` examples of uniform noise. */
syngan_status pair_data(syngan_context *context, int64_t count,
                        const int64_t *dims, size_t rank, syngan_dataset **out);

#endif
