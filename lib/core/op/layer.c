/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What layers have in common.
 */
#include "op/layer.h"

#include "base/text.h"
#include "op/ops.h"

syngan_node *sg_layer_parameter(syngan_graph *graph, const char *layer,
                                const char *part, const sg_dims *dims,
                                const syngan_parameter_options *options) {
    char name[SG_LAYER_NAME + 16];
    sg_text(name, sizeof name, "%s.%s", layer, part);
    return syngan_parameter(graph, name, dims->size, (size_t)dims->rank,
                            options);
}

syngan_node *sg_layer_bias(syngan_node *x, const char *layer,
                           const syngan_parameter_options *options) {
    if (x->op == NULL) return x;
    sg_dims dims = sg_dims_make(&x->dims.size[1], 1);
    syngan_node *bias =
        sg_layer_parameter(x->graph, layer, "bias", &dims, options);
    return sg_node2(&sg_op_bias_add, x, bias, NULL);
}

syngan_node *sg_layer_activation(syngan_node *x, int32_t activation,
                                 float slope) {
    switch (activation) {
    case SYNGAN_ACTIVATION_RELU:
        return syngan_relu(x);
    case SYNGAN_ACTIVATION_LEAKY_RELU:
        return syngan_leaky_relu(x, (double)slope);
    case SYNGAN_ACTIVATION_TANH:
        return syngan_tanh(x);
    case SYNGAN_ACTIVATION_SIGMOID:
        return syngan_sigmoid(x);
    case SYNGAN_ACTIVATION_SOFTPLUS:
        return syngan_softplus(x);
    case SYNGAN_ACTIVATION_GELU:
        return syngan_gelu(x);
    case SYNGAN_ACTIVATION_GELU_TANH:
        return syngan_gelu_tanh(x);
    case SYNGAN_ACTIVATION_SILU:
        return syngan_silu(x);
    case SYNGAN_ACTIVATION_ELU:
        return syngan_elu(x, 1.0);
    default:
        return x;
    }
}

void sg_pad_same(int64_t size, int64_t kernel, int32_t stride, int32_t dilation,
                 int32_t *before, int32_t *after) {
    int64_t result = (size + stride - 1) / stride;
    int64_t total = (result - 1) * stride + (kernel - 1) * dilation + 1 - size;
    if (total < 0) total = 0;
    *before = (int32_t)(total / 2);
    *after = (int32_t)(total - total / 2);
}
