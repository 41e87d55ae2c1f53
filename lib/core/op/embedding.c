/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The embedding layer: a trained row for each index.
 */
#include "base/floats.h"
#include "op/layer.h"
#include "op/ops.h"

#define T syngan_embedding_options
static const sg_field options_fields[] = {
    SG_STRING(T, name, "Name of the layer"),
    SG_I64(T, entries, 1, INT32_MAX, 0, "Rows of the table, required"),
    SG_I64(T, units, 1, 1e15, 0, "Numbers in a row, required"),
    SG_ENUM(T, initializer, SG_INITIALIZERS, SYNGAN_INITIALIZER_GLOROT_UNIFORM,
            SYNGAN_INITIALIZER_ZEROS, SYNGAN_INITIALIZER_UNIFORM,
            "First values of the table"),
    SG_F32(T, initializer_scale, SG_ABOVE_ZERO, 1e6, 0.05,
           "Scale of uniform, normal and constant first values"),
    SG_SEED(T, seed, "Seed of first values; auto: the context's"),
};
#undef T
SG_FIELDS(sg_options_embedding, "embedding", syngan_embedding_options,
          options_fields);

syngan_node *syngan_embedding(syngan_node *indices,
                              const syngan_embedding_options *options) {
    SG_OWN_FLOATS;
    syngan_embedding_options o;
    char name[SG_LAYER_NAME];
    if (indices == NULL) return NULL;
    if (!sg_builder_options(indices, &sg_options_embedding, options,
                            "embedding", &o))
        return &indices->graph->error;
    sg_layer_name(indices->graph, o.name, "embedding", name, sizeof name);
    if (o.entries == 0 || o.units == 0)
        return sg_graph_fail(indices->graph, SYNGAN_E_ARGUMENT,
                             "embedding '%s': %s must be given", name,
                             o.entries == 0 ? "entries" : "units");
    sg_dims dims = sg_dims_make((int64_t[]){o.entries, o.units}, 2);
    syngan_node *table = sg_layer_parameter(indices->graph, name, "weight",
                                            &dims, SG_LAYER_WEIGHT(&o));
    return sg_node(NULL, &sg_op_gather, (syngan_node *[]){table, indices}, 2,
                   NULL, name);
}
