/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constraints: what holds in every row of a table, real or synthetic.
 */
#ifndef SG_TABLE_CONSTRAINT_H
#define SG_TABLE_CONSTRAINT_H

#include "base/context.h"

enum {
    SG_CONSTRAINT_GREATER = 1, /* column[1] >= column[0]; > if strict */
    SG_CONSTRAINT_RANGE = 2,   /* low <= column[0] <= high */
    SG_CONSTRAINT_FIXED = 3,   /* only combinations that occur in the data */
    SG_CONSTRAINT_UNIQUE = 4   /* no two rows agree in all columns */
};

typedef struct sg_constraint {
    int32_t kind;
    int32_t n_columns;
    int32_t *columns;
    double low, high; /* of a range; infinite where not given */
    bool strict;
} sg_constraint;

typedef struct sg_constraints {
    sg_constraint *item;
    size_t count, capacity;
} sg_constraints;

/* Adds a copy. SYNGAN_E_MEMORY. */
syngan_status sg_constraints_add(syngan_context *context,
                                 sg_constraints *constraints,
                                 const sg_constraint *constraint);
syngan_status sg_constraints_copy(syngan_context *context,
                                  const sg_constraints *from,
                                  sg_constraints *to);
void sg_constraints_end(syngan_context *context, sg_constraints *constraints);

#endif
