/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pooling. average_pool2d and average_pool2d_grad are each other's gradients;
 * max_pool2d_grad puts gradients where the greatest elements are, and
 * max_pool2d_take fetches from there.
 */
#include "backend/pool.h"

#include "backend/conv/conv.h"
#include "base/floats.h"
#include "graph/rule.h"
#include "op/layer.h"
#include "op/ops.h"

#define T sg_pool_fields
static const sg_field fields[] = {
    SG_I64(T, height, 0, 9e15, 0, ""),
    SG_I64(T, width, 0, 9e15, 0, ""),
    SG_I32(T, size_h, 1, 65535, 1, ""),
    SG_I32(T, size_w, 1, 65535, 1, ""),
    SG_I32(T, stride_h, 1, 65535, 1, ""),
    SG_I32(T, stride_w, 1, 65535, 1, ""),
    SG_I32(T, pad_top, 0, 65535, 0, ""),
    SG_I32(T, pad_bottom, 0, 65535, 0, ""),
    SG_I32(T, pad_left, 0, 65535, 0, ""),
    SG_I32(T, pad_right, 0, 65535, 0, ""),
};
#undef T
static SG_FIELDS(field_table, "pool2d", sg_pool_fields, fields);

/* ---- shapes ------------------------------------------------------------- */

static syngan_status fail_rank(const sg_infer *infer) {
    char text[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: takes N x C x H x W, not %s", infer->label,
                   sg_dims_text(&infer->inputs[0]->dims, text));
}

/* Each window must have elements of the image in it. */
static syngan_status check_window(const sg_infer *infer) {
    const sg_pool_fields *f = infer->fields;
    if (f->pad_top < f->size_h && f->pad_bottom < f->size_h &&
        f->pad_left < f->size_w && f->pad_right < f->size_w)
        return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: the padding %d, %d, %d, %d must be smaller than the "
                   "window, %d x %d",
                   infer->label, (int)f->pad_top, (int)f->pad_bottom,
                   (int)f->pad_left, (int)f->pad_right, (int)f->size_h,
                   (int)f->size_w);
}

/* Most pixels of an image: places in it are kept in 32 bits. */
enum { PIXELS_MAX = 1 << 30 };

/* An image's size may come from the fields, so anything is possible. */
static syngan_status pool_check_image(const sg_infer *infer,
                                      const sg_dims *image) {
    const int64_t *size = image->size;
    char text[SG_DIMS_TEXT];
    const char *reason = "have no pixels";
    if (size[2] >= 1 && size[3] >= 1) {
        if (size[2] <= PIXELS_MAX / size[3]) return SYNGAN_OK;
        reason = "are too large";
    }
    return sg_fail(infer->context, SYNGAN_E_SHAPE, "%s: images of %s %s",
                   infer->label, sg_dims_text(image, text), reason);
}

/* The shape of an image of this one's size after pooling. */
static syngan_status pooled(const sg_infer *infer, const sg_dims *image,
                            sg_dims *out) {
    const sg_pool_fields *f = infer->fields;
    SG_TRY(pool_check_image(infer, image));
    SG_TRY(check_window(infer));
    *out = *image;
    out->size[2] = sg_conv_size(image->size[2], f->size_h, f->stride_h, 1,
                                f->pad_top, f->pad_bottom);
    out->size[3] = sg_conv_size(image->size[3], f->size_w, f->stride_w, 1,
                                f->pad_left, f->pad_right);
    if (out->size[2] >= 1 && out->size[3] >= 1) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: window %d x %d is larger than the padded input %lld x "
                   "%lld",
                   infer->label, (int)f->size_h, (int)f->size_w,
                   (long long)(image->size[2] + f->pad_top + f->pad_bottom),
                   (long long)(image->size[3] + f->pad_left + f->pad_right));
}

static syngan_status infer_pool(sg_infer *infer) {
    SG_TRY(sg_rule_filled(infer));
    if (infer->inputs[0]->dims.rank != 4) return fail_rank(infer);
    return pooled(infer, &infer->inputs[0]->dims, &infer->dims);
}

static syngan_status fail_other(const sg_infer *infer, const sg_dims *got,
                                const sg_dims *want) {
    char got_text[SG_DIMS_TEXT], want_text[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: an input has the shape %s, but must have %s",
                   infer->label, sg_dims_text(got, got_text),
                   sg_dims_text(want, want_text));
}

static syngan_status infer_average_grad(sg_infer *infer) {
    const sg_pool_fields *f = infer->fields;
    const sg_dims *dy = &infer->inputs[0]->dims;
    SG_TRY(sg_rule_filled(infer));
    if (dy->rank != 4) return fail_rank(infer);
    sg_dims want;
    infer->dims = *dy;
    infer->dims.size[2] = f->height;
    infer->dims.size[3] = f->width;
    SG_TRY(pooled(infer, &infer->dims, &want));
    return sg_dims_equal(dy, &want) ? SYNGAN_OK : fail_other(infer, dy, &want);
}

static syngan_status infer_max_grad(sg_infer *infer) {
    const sg_dims *x = &infer->inputs[0]->dims, *dy = &infer->inputs[1]->dims;
    sg_dims want;
    SG_TRY(sg_rule_filled(infer));
    if (x->rank != 4) return fail_rank(infer);
    SG_TRY(pooled(infer, x, &want));
    infer->dims = *x;
    return sg_dims_equal(dy, &want) ? SYNGAN_OK : fail_other(infer, dy, &want);
}

static syngan_status infer_max_take(sg_infer *infer) {
    const sg_dims *x = &infer->inputs[0]->dims, *v = &infer->inputs[1]->dims;
    SG_TRY(infer_pool(infer));
    return sg_dims_equal(v, x) ? SYNGAN_OK : fail_other(infer, v, x);
}

/* ---- gradients ---------------------------------------------------------- */

static void gradient_average(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    sg_pool_fields f = *(const sg_pool_fields *)node->fields;
    f.height = node->inputs[0]->dims.size[2];
    f.width = node->inputs[0]->dims.size[3];
    dx[0] = sg_node1(&sg_op_average_pool2d_grad, dy, &f);
}

static void gradient_average_grad(syngan_node *node, syngan_node *dy,
                                  syngan_node **dx) {
    sg_pool_fields f = *(const sg_pool_fields *)node->fields;
    f.height = f.width = 0;
    dx[0] = sg_node1(&sg_op_average_pool2d, dy, &f);
}

static void gradient_max(syngan_node *node, syngan_node *dy, syngan_node **dx) {
    dx[0] = sg_node2(&sg_op_max_pool2d_grad, node->inputs[0], dy, node->fields);
}

/* Where the greatest elements are does not change with x, almost everywhere. */
static void gradient_max_grad(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    dx[1] = sg_node2(&sg_op_max_pool2d_take, node->inputs[0], dy, node->fields);
}
static void gradient_max_take(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    dx[1] = sg_node2(&sg_op_max_pool2d_grad, node->inputs[0], dy, node->fields);
}

/* ---- operators ---------------------------------------------------------- */

const sg_op sg_op_average_pool2d = {
    .name = "average_pool2d",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = infer_pool,
    .gradient = gradient_average,
    .kernels = sg_average_pool_kernels,
};

const sg_op sg_op_average_pool2d_grad = {
    .name = "average_pool2d_grad",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = infer_average_grad,
    .gradient = gradient_average_grad,
    .kernels = sg_average_pool_grad_kernels,
};

const sg_op sg_op_max_pool2d = {
    .name = "max_pool2d",
    .version = 1,
    .n_inputs = 1,
    .fields = &field_table,
    .infer = infer_pool,
    .gradient = gradient_max,
    .kernels = sg_max_pool_kernels,
};

const sg_op sg_op_max_pool2d_grad = {
    .name = "max_pool2d_grad",
    .version = 1,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = infer_max_grad,
    .gradient = gradient_max_grad,
    .kernels = sg_max_pool_grad_kernels,
};

const sg_op sg_op_max_pool2d_take = {
    .name = "max_pool2d_take",
    .version = 1,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = infer_max_take,
    .gradient = gradient_max_take,
    .kernels = sg_max_pool_take_kernels,
};

/* ---- builders ----------------------------------------------------------- */

#define T syngan_pool2d_options
static const sg_field options_fields[] = {
    SG_I32(T, size, 1, 65535, 2, "Window height"),
    SG_I32(T, size_width, 1, 65535, SG_AUTO, "Window width; auto: the height"),
    SG_I32(T, stride, 1, 65535, SG_AUTO,
           "Step of the window; auto: its height"),
    SG_I32(T, stride_width, 1, 65535, SG_AUTO,
           "Step to the right; auto: the stride, else the width"),
    SG_PADDING_FIELDS(T),
};
#undef T
SG_LAYER_OPTIONS(sg_options_pool2d, "pool2d", syngan_pool2d_options,
                 options_fields);

static int32_t chosen(int32_t given, int32_t otherwise) {
    return given != SYNGAN_AUTO ? given : otherwise;
}

static sg_pool_fields fields_from(const syngan_pool2d_options *o,
                                  const sg_dims *x) {
    sg_pool_fields f = {.size_h = o->size,
                        .size_w = chosen(o->size_width, o->size),
                        .pad_top = o->pad_top,
                        .pad_bottom = o->pad_bottom,
                        .pad_left = o->pad_left,
                        .pad_right = o->pad_right};
    f.stride_h = chosen(o->stride, f.size_h);
    f.stride_w = chosen(o->stride_width, chosen(o->stride, f.size_w));
    if (o->padding == SYNGAN_PADDING_SAME && x->rank == 4) {
        sg_pad_same(x->size[2], f.size_h, f.stride_h, 1, &f.pad_top,
                    &f.pad_bottom);
        sg_pad_same(x->size[3], f.size_w, f.stride_w, 1, &f.pad_left,
                    &f.pad_right);
    }
    return f;
}

static syngan_node *pool_build(syngan_node *x, const sg_op *op,
                               const syngan_pool2d_options *options) {
    syngan_pool2d_options o;
    if (x == NULL) return NULL;
    if (!sg_builder_options(x, &sg_options_pool2d, options, op->name, &o))
        return &x->graph->error;
    bool has_pads =
        o.pad_top > 0 || o.pad_bottom > 0 || o.pad_left > 0 || o.pad_right > 0;
    if (has_pads && o.padding != SYNGAN_PADDING_EXPLICIT)
        return sg_graph_fail(
            x->graph, SYNGAN_E_ARGUMENT,
            "%s of '%s': pad_top, pad_bottom, pad_left and "
            "pad_right go with padding SYNGAN_PADDING_EXPLICIT only",
            op->name, x->name);
    sg_pool_fields f = fields_from(&o, &x->dims);
    return sg_node1(op, x, &f);
}

syngan_node *syngan_average_pool2d(syngan_node *x,
                                   const syngan_pool2d_options *options) {
    SG_OWN_FLOATS;
    return pool_build(x, &sg_op_average_pool2d, options);
}

syngan_node *syngan_max_pool2d(syngan_node *x,
                               const syngan_pool2d_options *options) {
    SG_OWN_FLOATS;
    return pool_build(x, &sg_op_max_pool2d, options);
}
