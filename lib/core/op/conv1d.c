/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The convolution of sequences: that of images of height 1.
 */
#include "base/floats.h"
#include "op/layer.h"

#define T syngan_conv1d_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_I64(T, filters, 1, 1e15, 0, "Channels of the result, required"),
    SG_I32(T, kernel, 1, 65535, 0, "Kernel length, required"),
    SG_I32(T, stride, 1, 65535, 1, "Step of the window"),
    SG_I32(T, dilation, 1, 65535, 1, "Distance of kernel elements"),
    SG_I32(T, groups, 1, 1e9, 1, "Groups of channels that don't meet"),
    SG_ENUM(T, padding, SG_PADDINGS, SYNGAN_PADDING_SAME,
            SYNGAN_PADDING_EXPLICIT, SYNGAN_PADDING_SAME,
            "How the sequence is padded"),
    SG_I32(T, pad_left, 0, 65535, 0, "Explicit padding in front"),
    SG_I32(T, pad_right, 0, 65535, 0, "Explicit padding behind"),
    SG_LAYER_FIELDS(T),
};
#undef T
SG_LAYER_OPTIONS(sg_options_conv1d, "conv1d", syngan_conv1d_options,
                 options_fields);

syngan_node *syngan_conv1d(syngan_node *x,
                           const syngan_conv1d_options *options) {
    SG_OWN_FLOATS;
    syngan_conv1d_options o;
    char name[SG_LAYER_NAME], text[SG_DIMS_TEXT];
    if (x == NULL) return NULL;
    if (!sg_builder_options(x, &sg_options_conv1d, options, "conv1d", &o))
        return &x->graph->error;
    sg_layer_name(x->graph, o.name, "conv1d", name, sizeof name);
    if (x->dims.rank != 3)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "conv1d '%s': takes N x C x length, not %s", name,
                             sg_dims_text(&x->dims, text));
    if (o.filters == 0 || o.kernel == 0)
        return sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                             "conv1d '%s': %s must be given", name,
                             o.filters == 0 ? "filters" : "kernel");
    const int64_t *size = x->dims.size;
    const syngan_conv2d_options image = {
        .struct_size = SYNGAN_INITIALISED(syngan_conv2d_options),
        .name = name,
        .filters = o.filters,
        .kernel = 1,
        .kernel_width = o.kernel,
        .stride = 1,
        .stride_width = o.stride,
        .dilation = 1,
        .dilation_width = o.dilation,
        .groups = o.groups,
        .padding = o.padding,
        .pad_left = o.pad_left,
        .pad_right = o.pad_right,
        .activation = o.activation,
        .activation_slope = o.activation_slope,
        .no_bias = o.no_bias,
        .initializer = o.initializer,
        .initializer_scale = o.initializer_scale,
        .bias_initializer = o.bias_initializer,
        .bias_initializer_scale = o.bias_initializer_scale,
        .seed = o.seed};
    syngan_node *y = syngan_conv2d(
        syngan_reshape(x, (int64_t[]){size[0], size[1], 1, size[2]}, 4),
        &image);
    if (y->op == NULL) return y;
    return syngan_reshape(
        y, (int64_t[]){size[0], y->dims.size[1], y->dims.size[3]}, 3);
}
