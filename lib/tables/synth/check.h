/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a synthetic row keeps the table's constraints. Uniqueness is among
 * the rows that were accepted before, of which hashes are remembered.
 */
#ifndef SG_SYNTH_CHECK_H
#define SG_SYNTH_CHECK_H

#include "table/table.h"

typedef struct sg_check {
    syngan_context *context;
    const sg_constraints *constraints;
    uint64_t *seen; /* hash table of hashes; 0: free */
    size_t n_seen, n_slots;
    bool has_unique;
} sg_check;

void sg_check_begin(syngan_context *context, const sg_constraints *constraints,
                    sg_check *check);
void sg_check_end(sg_check *check);
/* SYNGAN_OK and whether the row is kept, which then counts as accepted;
 * SYNGAN_E_MEMORY. Combinations ("fixed") are the encoder's affair. */
syngan_status sg_check_row(sg_check *check, const syngan_table *table,
                           int64_t row, bool *kept);

#endif
