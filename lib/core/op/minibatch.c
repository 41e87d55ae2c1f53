/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Minibatch standard deviation (Karras and others 2018): how much the examples
 * of a group differ, as one more channel. It depends on the batch, so it has no
 * kernel: where the batch is fixed it is made of other operators.
 */
#include <syngan/layers.h>

#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct stddev_fields {
    int64_t group; /* examples, at most */
} stddev_fields;

static const sg_field stddev_field[] = {
    SG_I64(stddev_fields, group, 2, 1e15, 4, "")};
static SG_FIELDS(stddev_table, "minibatch_stddev", stddev_fields, stddev_field);

static syngan_status stddev_infer(sg_infer *infer) {
    const stddev_fields *fields = infer->fields;
    char text[SG_DIMS_TEXT];
    SG_TRY(sg_rule_filled(infer));
    infer->dims = infer->inputs[0]->dims;
    if (fields->group < 2)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: groups are of %lld examples, but must be of at "
                       "least 2",
                       infer->label, (long long)fields->group);
    if (infer->dims.rank < 2)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: takes N x C or N x C x ..., not %s", infer->label,
                       sg_dims_text(&infer->dims, text));
    infer->dims.size[1]++;
    return SYNGAN_OK;
}

/* The greatest size up to `most` of equal groups, all of the batch if only
 * groups of one are equal. */
static int64_t group_size(int64_t batch, int64_t most) {
    for (int64_t size = most < batch ? most : batch; size > 1; size--)
        if (batch % size == 0) return size;
    return batch;
}

/* Example n is in group n mod (batch / size), as in StyleGAN. */
static syngan_node *expand(syngan_node *x, int64_t most) {
    const sg_dims *dims = &x->dims;
    int64_t size = group_size(dims->size[0], most);
    int64_t groups = dims->size[0] / size;
    int64_t inner = sg_dims_product(dims, 2, dims->rank);
    const int32_t first[] = {0}, last[] = {2};
    syngan_node *y = syngan_reshape(
        x, (const int64_t[]){size, groups, dims->size[1] * inner}, 3);
    y = syngan_subtract(y, syngan_mean(y, first, 1, 1));
    y = syngan_mean(syngan_square(y), first, 1, 1);
    y = syngan_mean(syngan_sqrt(syngan_affine(y, 1.0, 1e-8)), last, 1, 1);
    y = syngan_broadcast(y, (const int64_t[]){size, groups, inner}, 3);
    sg_dims channel = *dims;
    channel.size[1] = 1;
    y = syngan_reshape(y, channel.size, (size_t)channel.rank);
    return syngan_concat((syngan_node *[]){x, y}, 2, 1);
}

static syngan_node *stddev_apply(const syngan_node *node,
                                 syngan_node *const *inputs, int32_t mode) {
    const stddev_fields *fields = node->fields;
    (void)mode;
    return sg_dims_open(&inputs[0]->dims)
               ? sg_node1(&sg_op_minibatch_stddev, inputs[0], fields)
               : expand(inputs[0], fields->group);
}

const sg_op sg_op_minibatch_stddev = {.name = "minibatch_stddev",
                                      .version = 1,
                                      .n_inputs = 1,
                                      .fields = &stddev_table,
                                      .infer = stddev_infer,
                                      .apply = stddev_apply};

syngan_node *syngan_minibatch_stddev(syngan_node *x, int64_t group) {
    SG_OWN_FLOATS;
    const stddev_fields fields = {group};
    syngan_node *y = sg_node1(&sg_op_minibatch_stddev, x, &fields);
    if (y == NULL || y->op == NULL || sg_dims_open(&x->dims)) return y;
    return expand(x, group);
}
