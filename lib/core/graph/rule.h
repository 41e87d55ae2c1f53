/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the shape rules of many operators check alike.
 */
#ifndef SG_GRAPH_RULE_H
#define SG_GRAPH_RULE_H

#include "graph/op.h"

/* Every input is f32, or SYNGAN_E_TYPE. */
syngan_status sg_rule_f32(const sg_infer *infer);

/* Every input is f32 and has elements, or SYNGAN_E_TYPE, SYNGAN_E_SHAPE. */
syngan_status sg_rule_filled(const sg_infer *infer);

/* Makes an axis that is counted from the last one (negative) count from the
 * first; SYNGAN_E_ARGUMENT if a shape of `rank` has none such. */
syngan_status sg_rule_axis(const sg_infer *infer, int32_t rank, int32_t *axis);

/* SYNGAN_E_ARGUMENT unless the number is finite as f32, which it becomes. */
syngan_status sg_rule_finite(const sg_infer *infer, const char *name,
                             double value);

/* The rule of operators whose value has the shape of their one f32 input. */
syngan_status sg_rule_same(sg_infer *infer);

/* Fields of functions of one element, an sg_unary; SYNGAN_E_ARGUMENT unless its
 * numbers suit it. */
extern const sg_fields sg_unary_fields;
syngan_status sg_rule_unary_numbers(const sg_infer *infer);
/* The rule of the operator for the function `kind`, which its fields repeat. */
syngan_status sg_rule_unary(sg_infer *infer, int32_t kind);

#endif
