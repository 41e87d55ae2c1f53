/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dense layer: a matrix product, a bias, an activation.
 */
#include "backend/matmul.h"
#include "base/floats.h"
#include "op/layer.h"
#include "op/ops.h"

#define T syngan_dense_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_I64(T, units, 1, 1e15, 0, "Features of the result, required"),
    SG_LAYER_FIELDS(T),
};
#undef T
SG_LAYER_OPTIONS(sg_options_dense, "dense", syngan_dense_options,
                 options_fields);

static syngan_node *dense_make(syngan_node *x, const syngan_dense_options *o,
                               const char *name) {
    char text[SG_DIMS_TEXT];
    if (o->units == 0)
        return sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                             "dense '%s': units must be given", name);
    if (x->dims.rank != 2)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "dense '%s': takes N x features, not %s; "
                             "syngan_flatten() makes that",
                             name, sg_dims_text(&x->dims, text));
    const sg_matmul_fields fields = {.transpose_b = 1};
    sg_dims dims = sg_dims_make((int64_t[]){o->units, x->dims.size[1]}, 2);
    syngan_node *weight =
        sg_layer_parameter(x->graph, name, "weight", &dims, SG_LAYER_WEIGHT(o));
    syngan_node *y = sg_node(NULL, &sg_op_matmul, (syngan_node *[]){x, weight},
                             2, &fields, name);
    if (!o->no_bias) y = sg_layer_bias(y, name, SG_LAYER_BIAS(o));
    return sg_layer_activation(y, o->activation, o->activation_slope);
}

syngan_node *syngan_dense(syngan_node *x, const syngan_dense_options *options) {
    SG_OWN_FLOATS;
    syngan_dense_options o;
    char name[SG_LAYER_NAME];
    if (x == NULL) return NULL;
    if (!sg_builder_options(x, &sg_options_dense, options, "dense", &o))
        return &x->graph->error;
    sg_layer_name(x->graph, o.name, "dense", name, sizeof name);
    return dense_make(x, &o, name);
}
