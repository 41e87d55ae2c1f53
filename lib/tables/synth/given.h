/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the generator is given in all rows of a sample: one of the alternatives
 * that satisfy the conditions on a category, or on columns of which only
 * combinations occur together. It takes one condition: of several columns, the
 * rarest; the others are kept by rejection.
 */
#ifndef SG_SYNTH_GIVEN_H
#define SG_SYNTH_GIVEN_H

#include "synth/condition.h"
#include "synth/where.h"

typedef struct sg_given {
    syngan_context *context;
    int32_t choice; /* of the encoder; -1: nothing is given */
    int32_t start;  /* place of its first alternative */
    int32_t count;  /* alternatives that satisfy the conditions */
    int32_t *alternative;
    double *chance; /* of an alternative or one before it */
    bool *values;   /* of the choice: which satisfy the conditions */
} sg_given;

/* Leaves out the ways in which no row can satisfy the condition, by the bounds
 * of numbers and the values of choices. SYNGAN_E_ARGUMENT if that is all. */
syngan_status sg_given_find(const sg_encoder *encoder,
                            const sg_conditions *conditions, sg_where *where,
                            sg_given *out);
/* One of the alternatives, from two random words. */
int32_t sg_given_draw(const sg_given *given, const uint32_t words[2]);
void sg_given_end(sg_given *given);

#endif
