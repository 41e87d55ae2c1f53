/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Layers that disturb a value in training mode: dropout (Srivastava and others
 * 2014) and additive normal noise. They have no kernels: a model that is
 * applied builds what they are in its mode.
 */
#include <syngan/layers.h>
#include <syngan/model.h>

#include "base/floats.h"
#include "graph/rule.h"
#include "op/ops.h"

typedef struct noise_fields {
    double amount; /* dropout's rate, or the noise's deviation */
} noise_fields;

static const sg_field noise_field[] = {SG_F64(noise_fields, amount)};
static SG_FIELDS(noise_table, "noise", noise_fields, noise_field);

static double amount_of(const syngan_node *node) {
    const noise_fields *fields = node->fields;
    return fields->amount;
}

/* ---- dropout ------------------------------------------------------------- */

static syngan_status dropout_infer(sg_infer *infer) {
    const noise_fields *fields = infer->fields;
    if (!(fields->amount >= 0.0 && fields->amount < 1.0))
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: the rate is %g, but must be at least 0 and below 1",
                       infer->label, fields->amount);
    return sg_rule_same(infer);
}

static syngan_node *dropout_apply(const syngan_node *node,
                                  syngan_node *const *inputs, int32_t mode) {
    syngan_node *x = inputs[0];
    double rate = amount_of(node);
    if (mode == SYNGAN_MODE_INFERENCE || rate == 0.0) return x;
    syngan_node *uniform =
        syngan_random_uniform(x->graph, x->dims.size, (size_t)x->dims.rank);
    syngan_node *drop = syngan_greater(syngan_scalar(x->graph, rate), uniform);
    double scale = 1.0 / (1.0 - rate);
    return syngan_multiply(x, syngan_affine(drop, -scale, scale));
}

const sg_op sg_op_dropout = {.name = "dropout",
                             .version = 1,
                             .n_inputs = 1,
                             .fields = &noise_table,
                             .infer = dropout_infer,
                             .apply = dropout_apply};

syngan_node *syngan_dropout(syngan_node *x, double rate) {
    SG_OWN_FLOATS;
    const noise_fields fields = {.amount = rate};
    return sg_node1(&sg_op_dropout, x, &fields);
}

/* ---- normal noise -------------------------------------------------------- */

static syngan_status gaussian_infer(sg_infer *infer) {
    const noise_fields *fields = infer->fields;
    SG_TRY(sg_rule_finite(infer, "the deviation", fields->amount));
    if (fields->amount < 0.0)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: the deviation is %g, but must be at least 0",
                       infer->label, fields->amount);
    return sg_rule_same(infer);
}

static syngan_node *gaussian_apply(const syngan_node *node,
                                   syngan_node *const *inputs, int32_t mode) {
    syngan_node *x = inputs[0];
    if (mode == SYNGAN_MODE_INFERENCE) return x;
    syngan_node *normal =
        syngan_random_normal(x->graph, x->dims.size, (size_t)x->dims.rank);
    return syngan_add(x, syngan_affine(normal, amount_of(node), 0.0));
}

const sg_op sg_op_gaussian_noise = {.name = "gaussian_noise",
                                    .version = 1,
                                    .n_inputs = 1,
                                    .fields = &noise_table,
                                    .infer = gaussian_infer,
                                    .apply = gaussian_apply};

syngan_node *syngan_gaussian_noise(syngan_node *x, double deviation) {
    SG_OWN_FLOATS;
    const noise_fields fields = {.amount = deviation};
    return sg_node1(&sg_op_gaussian_noise, x, &fields);
}
