/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What layers have in common: parameters named after them, a bias and an
 * activation behind.
 */
#ifndef SG_OP_LAYER_H
#define SG_OP_LAYER_H

#include <syngan/layers.h>

#include "graph/op.h"

#define SG_LAYER_NAME 160

/* The parameter "layer.part". */
syngan_node *sg_layer_parameter(syngan_graph *graph, const char *layer,
                                const char *part, const sg_dims *dims,
                                const syngan_parameter_options *options);
/* "layer.bias", one number for each channel of x, added along dimension 1. */
syngan_node *sg_layer_bias(syngan_node *x, const char *layer,
                           const syngan_parameter_options *options);
/* The options of a layer's weight and bias, of a struct that has them. */
#define SG_LAYER_WEIGHT(o)                                                     \
    SYNGAN_PARAMETER(.initializer = (o)->initializer,                          \
                     .scale = (o)->initializer_scale, .seed = (o)->seed)
#define SG_LAYER_BIAS(o)                                                       \
    SYNGAN_PARAMETER(.initializer = (o)->bias_initializer,                     \
                     .scale = (o)->bias_initializer_scale, .seed = (o)->seed)
/* A value of syngan_activation, applied to x. */
syngan_node *sg_layer_activation(syngan_node *x, int32_t activation,
                                 float slope);

/* TensorFlow's "same" padding along one axis, with which the result has
 * ceil(size / stride) elements. */
void sg_pad_same(int64_t size, int64_t kernel, int32_t stride, int32_t dilation,
                 int32_t *before, int32_t *after);

/* Choices of the options that layers share, for their field tables. */
#define SG_ACTIVATIONS                                                         \
    "linear|relu|leaky_relu|tanh|sigmoid|softplus|gelu|gelu_tanh|silu|elu"
#define SG_INITIALIZERS                                                        \
    "glorot_uniform|glorot_normal|he_uniform|he_normal|uniform|normal|"        \
    "constant|zeros"
#define SG_PADDINGS "same|valid|explicit"

/* The options themselves, of a struct `type`: of what has padding, and of what
 * has a weight, a bias and an activation. */
#define SG_PADDING_FIELDS(type)                                                \
    SG_ENUM(type, padding, SG_PADDINGS, SYNGAN_PADDING_SAME,                   \
            SYNGAN_PADDING_EXPLICIT, SYNGAN_PADDING_SAME,                      \
            "How the image is padded"),                                        \
        SG_I32(type, pad_top, 0, 65535, 0, "Explicit padding above"),          \
        SG_I32(type, pad_bottom, 0, 65535, 0, "Explicit padding below"),       \
        SG_I32(type, pad_left, 0, 65535, 0, "Explicit padding on the left"),   \
        SG_I32(type, pad_right, 0, 65535, 0, "Explicit padding on the right")
#define SG_LAYER_FIELDS(type)                                                  \
    SG_ENUM(type, activation, SG_ACTIVATIONS, SYNGAN_ACTIVATION_LINEAR,        \
            SYNGAN_ACTIVATION_ELU, SYNGAN_ACTIVATION_LINEAR,                   \
            "Function applied to the result"),                                 \
        SG_F32(type, activation_slope, SG_ABOVE_ZERO, 1e6, 0.2,                \
               "Slope of leaky ReLU below 0"),                                 \
        SG_BOOL(type, no_bias, "Leaves out the bias"),                         \
        SG_ENUM(type, initializer, SG_INITIALIZERS,                            \
                SYNGAN_INITIALIZER_GLOROT_UNIFORM, SYNGAN_INITIALIZER_ZEROS,   \
                SYNGAN_INITIALIZER_GLOROT_UNIFORM,                             \
                "First values of the weight"),                                 \
        SG_F32(type, initializer_scale, SG_ABOVE_ZERO, 1e6, 0.05,              \
               "Scale of uniform, normal and constant first values"),          \
        SG_ENUM(type, bias_initializer, "uniform|normal|constant|zeros",       \
                SYNGAN_INITIALIZER_UNIFORM, SYNGAN_INITIALIZER_ZEROS,          \
                SYNGAN_INITIALIZER_ZEROS, "First values of the bias"),         \
        SG_F32(type, bias_initializer_scale, SG_ABOVE_ZERO, 1e6, 0.05,         \
               "Scale of the bias's first values"),                            \
        SG_SEED(type, seed, "Seed of first values; auto: the context's")

#endif
