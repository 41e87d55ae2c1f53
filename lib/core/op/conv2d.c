/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Convolution as three operators, which are each other's gradients: with an
 * image x, N x C x H x W, a weight w, F x C/groups x kh x kw, and an image y,
 *   conv2d(x, w) = y
 *   conv2d_input(y, w) = x    gradient for x; the transposed convolution
 *   conv2d_weight(x, y) = w   gradient for w
 * each linear in both of its inputs.
 */
#include "backend/conv/conv.h"

#include "graph/rule.h"
#include "op/ops.h"

#define T sg_conv_fields
static const sg_field fields[] = {
    SG_I64(T, height, 0, 9e15, 0, ""),
    SG_I64(T, width, 0, 9e15, 0, ""),
    SG_I32(T, stride_h, 1, 65535, 1, ""),
    SG_I32(T, stride_w, 1, 65535, 1, ""),
    SG_I32(T, dilation_h, 1, 65535, 1, ""),
    SG_I32(T, dilation_w, 1, 65535, 1, ""),
    SG_I32(T, pad_top, 0, INT32_MAX, 0, ""),
    SG_I32(T, pad_bottom, 0, INT32_MAX, 0, ""),
    SG_I32(T, pad_left, 0, INT32_MAX, 0, ""),
    SG_I32(T, pad_right, 0, INT32_MAX, 0, ""),
    SG_I32(T, groups, 1, 1e9, 1, ""),
};
#undef T
static SG_FIELDS(field_table, "conv2d", sg_conv_fields, fields);

/* ---- shapes ------------------------------------------------------------- */

static syngan_status conv2d_fail(const sg_infer *infer, const char *reason) {
    char a[SG_DIMS_TEXT], b[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE, "%s: %s and %s %s",
                   infer->label, sg_dims_text(&infer->inputs[0]->dims, a),
                   sg_dims_text(&infer->inputs[1]->dims, b), reason);
}

static syngan_status check_ranks(const sg_infer *infer) {
    SG_TRY(sg_rule_filled(infer));
    if (infer->inputs[0]->dims.rank == 4 && infer->inputs[1]->dims.rank == 4)
        return SYNGAN_OK;
    return conv2d_fail(infer, "must both have four dimensions");
}

/* Size of y for an image and a kernel of these sizes. */
static syngan_status y_size(const sg_infer *infer, int64_t height,
                            int64_t width, int64_t kernel_h, int64_t kernel_w,
                            int64_t *y_height, int64_t *y_width) {
    const sg_conv_fields *f = infer->fields;
    *y_height = sg_conv_size(height, kernel_h, f->stride_h, f->dilation_h,
                             f->pad_top, f->pad_bottom);
    *y_width = sg_conv_size(width, kernel_w, f->stride_w, f->dilation_w,
                            f->pad_left, f->pad_right);
    if (*y_height >= 1 && *y_width >= 1) return SYNGAN_OK;
    return sg_fail(
        infer->context, SYNGAN_E_SHAPE,
        "%s: kernel %lld x %lld is larger than the padded input %lld x %lld",
        infer->label, (long long)((kernel_h - 1) * f->dilation_h + 1),
        (long long)((kernel_w - 1) * f->dilation_w + 1),
        (long long)(height + f->pad_top + f->pad_bottom),
        (long long)(width + f->pad_left + f->pad_right));
}

static void set_dims(sg_infer *infer, int64_t a, int64_t b, int64_t c,
                     int64_t d) {
    infer->dims = sg_dims_make((int64_t[]){a, b, c, d}, 4);
}

static syngan_status infer_conv2d(sg_infer *infer) {
    const sg_conv_fields *f = infer->fields;
    SG_TRY(check_ranks(infer));
    const int64_t *x = infer->inputs[0]->dims.size;
    const int64_t *w = infer->inputs[1]->dims.size;
    if (x[1] != w[1] * f->groups || w[0] % f->groups != 0)
        return conv2d_fail(infer,
                           "don't fit: the weight is filters x channels / "
                           "groups x kernel");
    int64_t height, width;
    SG_TRY(y_size(infer, x[2], x[3], w[2], w[3], &height, &width));
    set_dims(infer, x[0], w[0], height, width);
    return SYNGAN_OK;
}

static syngan_status conv2d_infer_input(sg_infer *infer) {
    const sg_conv_fields *f = infer->fields;
    SG_TRY(check_ranks(infer));
    const int64_t *y = infer->inputs[0]->dims.size;
    const int64_t *w = infer->inputs[1]->dims.size;
    if (y[1] != w[0] || w[0] % f->groups != 0)
        return conv2d_fail(infer,
                           "don't fit: the weight's first size is the image's "
                           "channels, a multiple of the groups");
    int64_t height, width;
    SG_TRY(y_size(infer, f->height, f->width, w[2], w[3], &height, &width));
    if (height != y[2] || width != y[3])
        return conv2d_fail(
            infer, "don't give an image of the height and width wanted");
    set_dims(infer, y[0], w[1] * f->groups, f->height, f->width);
    return SYNGAN_OK;
}

static syngan_status infer_weight(sg_infer *infer) {
    const sg_conv_fields *f = infer->fields;
    SG_TRY(check_ranks(infer));
    const int64_t *x = infer->inputs[0]->dims.size;
    const int64_t *y = infer->inputs[1]->dims.size;
    if (x[0] != y[0] || x[1] % f->groups != 0 || y[1] % f->groups != 0)
        return conv2d_fail(infer,
                           "don't fit: equal batches and channels divisible "
                           "by the groups are expected");
    int64_t height, width;
    SG_TRY(y_size(infer, x[2], x[3], f->height, f->width, &height, &width));
    if (height != y[2] || width != y[3])
        return conv2d_fail(infer,
                           "are not those of a convolution of this kernel");
    set_dims(infer, y[1], x[1] / f->groups, f->height, f->width);
    return SYNGAN_OK;
}

/* ---- gradients ---------------------------------------------------------- */

static syngan_node *conv2d_make(const sg_op *op, syngan_node *a, syngan_node *b,
                                const syngan_node *like, int64_t height,
                                int64_t width) {
    sg_conv_fields f = *(const sg_conv_fields *)like->fields;
    f.height = height;
    f.width = width;
    return sg_node2(op, a, b, &f);
}

static syngan_node *make_y(syngan_node *x, syngan_node *w,
                           const syngan_node *like) {
    return conv2d_make(&sg_op_conv2d, x, w, like, 0, 0);
}
/* An image of the size of `x`, a weight of the size of `w`. */
static syngan_node *make_x(syngan_node *y, syngan_node *w, const syngan_node *x,
                           const syngan_node *like) {
    return conv2d_make(&sg_op_conv2d_input, y, w, like, x->dims.size[2],
                       x->dims.size[3]);
}
static syngan_node *make_w(syngan_node *x, syngan_node *y, const syngan_node *w,
                           const syngan_node *like) {
    return conv2d_make(&sg_op_conv2d_weight, x, y, like, w->dims.size[2],
                       w->dims.size[3]);
}

static void gradient_conv2d(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    syngan_node *x = node->inputs[0], *w = node->inputs[1];
    dx[0] = make_x(dy, w, x, node);
    dx[1] = make_w(x, dy, w, node);
}

static void gradient_input(syngan_node *node, syngan_node *dy,
                           syngan_node **dx) {
    syngan_node *y = node->inputs[0], *w = node->inputs[1];
    dx[0] = make_y(dy, w, node);
    dx[1] = make_w(dy, y, w, node);
}

static void gradient_weight(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    syngan_node *x = node->inputs[0], *y = node->inputs[1];
    dx[0] = make_x(y, dy, x, node);
    dx[1] = make_y(x, dy, node);
}

/* ---- operators ---------------------------------------------------------- */

const sg_op sg_op_conv2d = {
    .name = "conv2d",
    .version = 1,
    .flags = SG_OP_PRODUCT,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = infer_conv2d,
    .gradient = gradient_conv2d,
    .kernels = sg_conv2d_kernels,
};

const sg_op sg_op_conv2d_input = {
    .name = "conv2d_input",
    .version = 1,
    .flags = SG_OP_PRODUCT,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = conv2d_infer_input,
    .gradient = gradient_input,
    .kernels = sg_conv2d_input_kernels,
};

const sg_op sg_op_conv2d_weight = {
    .name = "conv2d_weight",
    .version = 1,
    .flags = SG_OP_PRODUCT,
    .n_inputs = 2,
    .fields = &field_table,
    .infer = infer_weight,
    .gradient = gradient_weight,
    .kernels = sg_conv2d_weight_kernels,
};
