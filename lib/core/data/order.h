/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order in which training asks for examples: position p of the endless
 * sequence, of which batch `step` takes step * batch ... + batch - 1, is a
 * function of (kind, seed, count, p) alone.
 */
#ifndef SG_DATA_ORDER_H
#define SG_DATA_ORDER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct sg_order {
    int32_t kind;  /* SYNGAN_ORDER_SHUFFLE ... */
    int64_t count; /* of examples, at least 1 */
    uint64_t seed;
} sg_order;

#define SG_ORDER_ROUNDS 128

/* Walks along the sequence. */
typedef struct sg_cursor {
    sg_order order;
    uint64_t position; /* the next one */
    /* Keys of the shuffle of one epoch. */
    bool keyed;
    uint64_t epoch;
    uint64_t pivot[SG_ORDER_ROUNDS];
    uint64_t key[SG_ORDER_ROUNDS];
} sg_cursor;

/* False if a position of this batch would not fit. Steps count from 0. */
bool sg_order_fits(int64_t step, int64_t batch);

void sg_cursor_start(sg_cursor *cursor, const sg_order *order, int64_t step,
                     int64_t batch);
/* The example at the cursor, which moves on. */
int64_t sg_cursor_next(sg_cursor *cursor);

#endif
