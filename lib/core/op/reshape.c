/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The same elements in another shape.
 */
#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct reshape_fields {
    sg_dims dims; /* of the result; all known once inferred, but for an open
                     batch */
} reshape_fields;

static const sg_field reshape_field[] = {SG_DIMS(reshape_fields, dims)};
static SG_FIELDS(reshape_table, "reshape", reshape_fields, reshape_field);

static syngan_status reshape_fail(const sg_infer *infer, const char *why) {
    const reshape_fields *fields = infer->fields;
    char x_text[SG_DIMS_TEXT], text[SG_DIMS_TEXT];
    return sg_fail(infer->context, SYNGAN_E_SHAPE,
                   "%s: can't give %s the shape %s: %s", infer->label,
                   sg_dims_text(&infer->inputs[0]->dims, x_text),
                   sg_dims_text(&fields->dims, text), why);
}

/* Elements behind dimension `first`; of an open size there, as if it were 1. */
static int64_t elements(const sg_dims *dims, int32_t first) {
    return sg_dims_product(dims, first, dims->rank);
}

/* Finds the size that is to be computed, from dimension `first` on. */
static syngan_status complete(const sg_infer *infer, sg_dims *dims,
                              int32_t first) {
    int64_t count = elements(&infer->inputs[0]->dims, first), known = 1;
    int32_t open = -1;
    for (int32_t i = first; i < dims->rank; i++) {
        if (dims->size[i] != -1)
            known *= dims->size[i];
        else if (open < 0)
            open = i;
        else
            return reshape_fail(infer, "more than one size is to be computed");
    }
    if (open >= 0 && known != 0 && count % known == 0)
        dims->size[open] = count / known;
    else if (open >= 0)
        return reshape_fail(infer, "no size makes the elements equal");
    else if (known != count)
        return reshape_fail(infer, "the numbers of elements differ");
    return SYNGAN_OK;
}

static syngan_status reshape_infer(sg_infer *infer) {
    reshape_fields *fields = infer->fields;
    const sg_dims *x = &infer->inputs[0]->dims;
    sg_dims sizes = fields->dims;
    for (int32_t i = 0; i < sizes.rank; i++)
        if (sizes.size[i] == -1) sizes.size[i] = 1;
    SG_TRY(sg_dims_check(infer->context, infer->label, sizes.size,
                         (size_t)sizes.rank, 0));
    bool open = sg_dims_open(x);
    if (open && (fields->dims.rank == 0 || fields->dims.size[0] != -1))
        return reshape_fail(infer, "the first size must be SYNGAN_BATCH");
    SG_TRY(complete(infer, &fields->dims, open ? 1 : 0));
    infer->dims = fields->dims;
    infer->type = infer->inputs[0]->type;
    return SYNGAN_OK;
}

static void reshape_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    const sg_dims *dims = &node->inputs[0]->dims;
    dx[0] = syngan_reshape(dy, dims->size, (size_t)dims->rank);
}

const sg_op sg_op_reshape = {.name = "reshape",
                             .version = 1,
                             .flags = SG_OP_VIEW,
                             .n_inputs = 1,
                             .fields = &reshape_table,
                             .infer = reshape_infer,
                             .gradient = reshape_gradient};

syngan_node *syngan_reshape(syngan_node *x, const int64_t *dims, size_t rank) {
    SG_OWN_FLOATS;
    if (x == NULL || x->op == NULL) return x;
    if (rank > SYNGAN_MAX_RANK || (dims == NULL && rank > 0))
        return sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                             "reshape of '%s': a shape of %zu sizes%s, but at "
                             "most %d are possible",
                             x->name, rank,
                             dims == NULL ? " that are NULL" : "",
                             SYNGAN_MAX_RANK);
    const reshape_fields fields = {.dims = sg_dims_make(dims, rank)};
    return sg_node1(&sg_op_reshape, x, &fields);
}

syngan_node *syngan_flatten(syngan_node *x) {
    SG_OWN_FLOATS;
    if (x == NULL || x->op == NULL) return x;
    if (x->dims.rank == 0)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "flatten of '%s': it has no dimensions", x->name);
    const int64_t dims[] = {x->dims.size[0],
                            sg_dims_product(&x->dims, 1, x->dims.rank)};
    return syngan_reshape(x, dims, 2);
}
