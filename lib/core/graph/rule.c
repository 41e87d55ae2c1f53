/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shape rules of many operators check alike; see rule.h.
 */
#include "graph/rule.h"

#include <math.h>

syngan_status sg_rule_f32(const sg_infer *infer) {
    for (int32_t i = 0; i < infer->n_inputs; i++) {
        const syngan_node *input = infer->inputs[i];
        if (input->type != SYNGAN_TYPE_F32)
            return sg_fail(infer->context, SYNGAN_E_TYPE,
                           "%s: input '%s' is %s, but must be f32",
                           infer->label, input->name,
                           syngan_type_name(input->type));
    }
    return SYNGAN_OK;
}

syngan_status sg_rule_filled(const sg_infer *infer) {
    SG_TRY(sg_rule_f32(infer));
    for (int32_t i = 0; i < infer->n_inputs; i++) {
        const syngan_node *input = infer->inputs[i];
        char text[SG_DIMS_TEXT];
        if (sg_dims_count(&input->dims) == 0)
            return sg_fail(infer->context, SYNGAN_E_SHAPE,
                           "%s: input '%s' has no elements: its shape is %s",
                           infer->label, input->name,
                           sg_dims_text(&input->dims, text));
    }
    return SYNGAN_OK;
}

syngan_status sg_rule_axis(const sg_infer *infer, int32_t rank, int32_t *axis) {
    int32_t given = *axis;
    if (given < -rank || given >= rank)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: there is no axis %d in a shape of %d dimensions",
                       infer->label, given, rank);
    if (given < 0) *axis = given + rank;
    return SYNGAN_OK;
}

syngan_status sg_rule_finite(const sg_infer *infer, const char *name,
                             double value) {
    if (isfinite((float)value)) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                   "%s: %s is %g, but must be finite%s", infer->label, name,
                   value, isfinite(value) ? " as f32, up to 3.4e38" : "");
}

syngan_status sg_rule_same(sg_infer *infer) {
    SG_TRY(sg_rule_f32(infer));
    infer->dims = infer->inputs[0]->dims;
    return SYNGAN_OK;
}

static const sg_field unary_field[] = {
    SG_I32(sg_unary, kind, 0, SG_UNARY_COUNT - 1, 0, ""),
    SG_F64(sg_unary, alpha),
    SG_F64(sg_unary, beta),
};
SG_FIELDS(sg_unary_fields, "unary", sg_unary, unary_field);

syngan_status sg_rule_unary_numbers(const sg_infer *infer) {
    const sg_unary *f = infer->fields;
    if (f->kind == SG_UNARY_CLIP) {
        if (f->alpha <= f->beta) return SYNGAN_OK;
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: the lower limit %g is not below the upper one %g",
                       infer->label, f->alpha, f->beta);
    }
    SG_TRY(sg_rule_finite(infer, "its first number", f->alpha));
    SG_TRY(sg_rule_finite(infer, "its second number", f->beta));
    /* So that the output's sign is the input's. */
    bool is_elu = f->kind == SG_UNARY_ELU;
    if ((is_elu || f->kind == SG_UNARY_LEAKY_RELU) && f->alpha < 0)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: %s is %g, but must be at least 0", infer->label,
                       is_elu ? "alpha" : "the slope", f->alpha);
    return SYNGAN_OK;
}

syngan_status sg_rule_unary(sg_infer *infer, int32_t kind) {
    const sg_unary *f = infer->fields;
    if (f->kind != kind)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: its kind is %d, but must be %d", infer->label,
                       f->kind, kind);
    SG_TRY(sg_rule_unary_numbers(infer));
    return sg_rule_same(infer);
}
