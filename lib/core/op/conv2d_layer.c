/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The convolution layers: a convolution or a transposed one, a bias, an
 * activation.
 */
#include "backend/conv/conv.h"
#include "base/floats.h"
#include "op/layer.h"
#include "op/ops.h"

#define T syngan_conv2d_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_I64(T, filters, 1, 1e15, 0, "Channels of the result, required"),
    SG_I32(T, kernel, 1, 65535, 0, "Kernel height, and width, required"),
    SG_I32(T, kernel_width, 1, 65535, SG_AUTO,
           "Kernel width; auto: the height"),
    SG_I32(T, stride, 1, 65535, 1, "Step of the window"),
    SG_I32(T, stride_width, 1, 65535, SG_AUTO,
           "Step to the right; auto: the stride"),
    SG_I32(T, dilation, 1, 65535, 1, "Distance of kernel elements"),
    SG_I32(T, dilation_width, 1, 65535, SG_AUTO,
           "Distance in width; auto: the dilation"),
    SG_I32(T, groups, 1, 1e9, 1, "Groups of channels that don't meet"),
    SG_PADDING_FIELDS(T),
    SG_LAYER_FIELDS(T),
};
#undef T
SG_LAYER_OPTIONS(sg_options_conv2d, "conv2d", syngan_conv2d_options,
                 options_fields);
SG_LAYER_OPTIONS(sg_options_conv2d_transpose, "conv2d_transpose",
                 syngan_conv2d_transpose_options, options_fields);

/* A layer in the making. */
typedef struct layer {
    syngan_node *x;
    const char *kind; /* "conv2d" */
    char name[SG_LAYER_NAME];
    syngan_conv2d_options options;
    sg_conv_fields fields;
} layer;

static bool fail_options(const layer *l, const char *reason) {
    sg_graph_fail(l->x->graph, SYNGAN_E_ARGUMENT, "%s '%s': %s", l->kind,
                  l->name, reason);
    return false;
}

/* Defaults that depend on other options, and the options that must be there. */
static bool settle_options(layer *l) {
    syngan_conv2d_options *o = &l->options;
    if (o->filters == 0) return fail_options(l, "filters must be given");
    if (o->kernel == 0) return fail_options(l, "kernel must be given");
    bool has_pads = o->pad_top > 0 || o->pad_bottom > 0 || o->pad_left > 0 ||
                    o->pad_right > 0;
    if (has_pads && o->padding != SYNGAN_PADDING_EXPLICIT)
        return fail_options(l, "pad_top, pad_bottom, pad_left and pad_right "
                               "go with padding SYNGAN_PADDING_EXPLICIT only");
    if (o->kernel_width == SYNGAN_AUTO) o->kernel_width = o->kernel;
    if (o->stride_width == SYNGAN_AUTO) o->stride_width = o->stride;
    if (o->dilation_width == SYNGAN_AUTO) o->dilation_width = o->dilation;
    l->fields = (sg_conv_fields){.stride_h = o->stride,
                                 .stride_w = o->stride_width,
                                 .dilation_h = o->dilation,
                                 .dilation_w = o->dilation_width,
                                 .pad_top = o->pad_top,
                                 .pad_bottom = o->pad_bottom,
                                 .pad_left = o->pad_left,
                                 .pad_right = o->pad_right,
                                 .groups = o->groups};
    return true;
}

static bool check_input(const layer *l) {
    const sg_dims *x = &l->x->dims;
    const syngan_conv2d_options *o = &l->options;
    char text[SG_DIMS_TEXT];
    if (x->rank != 4) {
        sg_graph_fail(l->x->graph, SYNGAN_E_SHAPE,
                      "%s '%s': takes N x C x H x W, not %s", l->kind, l->name,
                      sg_dims_text(x, text));
        return false;
    }
    if (x->size[2] > INT32_MAX || x->size[3] > INT32_MAX) {
        sg_graph_fail(l->x->graph, SYNGAN_E_SHAPE,
                      "%s '%s': images of %s are too large", l->kind, l->name,
                      sg_dims_text(x, text));
        return false;
    }
    if (x->size[1] % o->groups == 0 && o->filters % o->groups == 0) return true;
    sg_graph_fail(l->x->graph, SYNGAN_E_SHAPE,
                  "%s '%s': groups %d must divide the %lld channels of %s and "
                  "the %lld filters",
                  l->kind, l->name, (int)o->groups, (long long)x->size[1],
                  sg_dims_text(x, text), (long long)o->filters);
    return false;
}

static void pad_image_same(layer *l, int64_t height, int64_t width) {
    sg_conv_fields *f = &l->fields;
    sg_pad_same(height, l->options.kernel, f->stride_h, f->dilation_h,
                &f->pad_top, &f->pad_bottom);
    sg_pad_same(width, l->options.kernel_width, f->stride_w, f->dilation_w,
                &f->pad_left, &f->pad_right);
}

/* The node of the operator, with a new weight, and what follows it. */
static syngan_node *conv2d_layer_finish(const layer *l, const sg_op *op,
                                        int64_t outer, int64_t inner) {
    const syngan_conv2d_options *o = &l->options;
    sg_dims dims =
        sg_dims_make((int64_t[]){outer, inner, o->kernel, o->kernel_width}, 4);
    syngan_node *weight = sg_layer_parameter(l->x->graph, l->name, "weight",
                                             &dims, SG_LAYER_WEIGHT(o));
    syngan_node *y = sg_node(NULL, op, (syngan_node *[]){l->x, weight}, 2,
                             &l->fields, l->name);
    if (!o->no_bias) y = sg_layer_bias(y, l->name, SG_LAYER_BIAS(o));
    return sg_layer_activation(y, o->activation, o->activation_slope);
}

static bool begin(layer *l, syngan_node *x, const void *options,
                  const sg_fields *table) {
    *l = (layer){.x = x, .kind = table->name};
    if (!sg_builder_options(x, table, options, table->name, &l->options))
        return false;
    sg_layer_name(x->graph, l->options.name, l->kind, l->name, sizeof l->name);
    return settle_options(l) && check_input(l);
}

syngan_node *syngan_conv2d(syngan_node *x,
                           const syngan_conv2d_options *options) {
    SG_OWN_FLOATS;
    layer l;
    if (x == NULL) return NULL;
    if (!begin(&l, x, options, &sg_options_conv2d)) return &x->graph->error;
    const int64_t *size = x->dims.size;
    if (l.options.padding == SYNGAN_PADDING_SAME)
        pad_image_same(&l, size[2], size[3]);
    return conv2d_layer_finish(&l, &sg_op_conv2d, l.options.filters,
                               size[1] / l.options.groups);
}

/* ---- transposed --------------------------------------------------------- */

/* Sizes without any padding: of the convolution that has x as its result. */
static int64_t full_size(int64_t size, int64_t kernel, int32_t stride,
                         int32_t dilation) {
    return (size - 1) * stride + (kernel - 1) * dilation + 1;
}

static bool set_size(layer *l) {
    const syngan_conv2d_options *o = &l->options;
    const int64_t *x = l->x->dims.size;
    sg_conv_fields *f = &l->fields;
    if (o->padding == SYNGAN_PADDING_SAME) {
        f->height = x[2] * o->stride;
        f->width = x[3] * o->stride_width;
        pad_image_same(l, f->height, f->width);
        return true;
    }
    int64_t height = full_size(x[2], o->kernel, o->stride, o->dilation);
    int64_t width =
        full_size(x[3], o->kernel_width, o->stride_width, o->dilation_width);
    f->height = height - f->pad_top - f->pad_bottom;
    f->width = width - f->pad_left - f->pad_right;
    if (f->height >= 1 && f->width >= 1) return true;
    sg_graph_fail(l->x->graph, SYNGAN_E_SHAPE,
                  "%s '%s': the padding takes all of the result, %lld x %lld "
                  "without it",
                  l->kind, l->name, (long long)height, (long long)width);
    return false;
}

syngan_node *
syngan_conv2d_transpose(syngan_node *x,
                        const syngan_conv2d_transpose_options *options) {
    SG_OWN_FLOATS;
    layer l;
    if (x == NULL) return NULL;
    if (!begin(&l, x, options, &sg_options_conv2d_transpose) || !set_size(&l))
        return &x->graph->error;
    return conv2d_layer_finish(&l, &sg_op_conv2d_input, x->dims.size[1],
                               l.options.filters / l.options.groups);
}
