/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small networks and data for tests of models and training. Examples are
 * 1 x 4 x 4, noise has 5 numbers.
 */
#ifndef TESTS_SUPPORT_NETWORKS_H
#define TESTS_SUPPORT_NETWORKS_H

#include <syngan/data.h>
#include <syngan/model.h>

enum {
    /* dense, batch norm, dense; and dense, dense */
    NETWORK_DENSE,
    /* dense, batch norm, transposed convolution; and convolution, batch norm,
     * dropout, dense, sigmoid */
    NETWORK_CONVOLUTION
};

#define NETWORK_NOISE 5
#define NETWORK_EXAMPLES 37

syngan_status network_generator(syngan_context *context, int kind,
                                syngan_model **out);
syngan_status network_discriminator(syngan_context *context, int kind,
                                    syngan_model **out);
/* NETWORK_EXAMPLES images of bytes, the same in each call. */
syngan_status network_examples(syngan_context *context,
                               const syngan_dataset_options *options,
                               syngan_dataset **out);

/* Whether two models have equal parameters, bit for bit. */
int network_equal(const syngan_model *a, const syngan_model *b);

#endif
