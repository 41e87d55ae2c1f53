/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders without a table: each position of an epoch is mapped to its example
 * by a keyed bijection, so that any batch can be made without those before it
 * and any number of examples needs no memory.
 *
 * The bijection is the swap-or-not shuffle (Hoang, Morris and Rogaway, "An
 * enciphering scheme based on a card shuffle", 2012). Each round pairs x with
 * pivot - x and exchanges the two or not by a bit that depends on the pair; it
 * works for any count, 1 included.
 */
#include "data/order.h"

#include <syngan/data.h>

#include "base/random.h"

bool sg_order_fits(int64_t step, int64_t batch) {
    int64_t first, end;
    return step >= 0 && batch >= 1 &&
           !__builtin_mul_overflow(step, batch, &first) &&
           !__builtin_add_overflow(first, batch, &end);
}

void sg_cursor_start(sg_cursor *cursor, const sg_order *order, int64_t step,
                     int64_t batch) {
    cursor->order = *order;
    cursor->position = (uint64_t)step * (uint64_t)batch;
    cursor->keyed = false;
    cursor->epoch = 0;
}

static void make_keys(sg_cursor *cursor, uint64_t epoch) {
    const sg_random pivots = {.seed = cursor->order.seed,
                              .step = epoch,
                              .stream = sg_stream_id("dataset.shuffle.pivots")};
    const sg_random keys = {.seed = cursor->order.seed,
                            .step = epoch,
                            .stream = sg_stream_id("dataset.shuffle.keys")};
    uint32_t bits[2 * SG_ORDER_ROUNDS];
    sg_random_bits(&keys, 0, 2 * SG_ORDER_ROUNDS, bits);
    for (size_t i = 0; i < SG_ORDER_ROUNDS; ++i) {
        cursor->pivot[i] =
            sg_random_below(&pivots, i, (uint64_t)cursor->order.count);
        cursor->key[i] = (uint64_t)bits[2 * i] << 32 | bits[2 * i + 1];
    }
    cursor->epoch = epoch;
    cursor->keyed = true;
}

/* One bit of a hash: the finaliser of MurmurHash3. */
static bool hash_bit(uint64_t x) {
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdu;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53u;
    return x >> 63 != 0;
}

static uint64_t shuffled(const sg_cursor *cursor, uint64_t x) {
    const uint64_t count = (uint64_t)cursor->order.count;
    for (size_t i = 0; i < SG_ORDER_ROUNDS; ++i) {
        const uint64_t pivot = cursor->pivot[i];
        const uint64_t partner = pivot >= x ? pivot - x : pivot + (count - x);
        const uint64_t greater = x > partner ? x : partner;
        x = hash_bit(greater ^ cursor->key[i]) ? partner : x;
    }
    return x;
}

int64_t sg_cursor_next(sg_cursor *cursor) {
    const uint64_t count = (uint64_t)cursor->order.count;
    const uint64_t position = cursor->position++;
    if (cursor->order.kind == SYNGAN_ORDER_WITH_REPLACEMENT) {
        const sg_random draws = {.seed = cursor->order.seed,
                                 .step = 0,
                                 .stream = sg_stream_id("dataset.replacement")};
        return (int64_t)sg_random_below(&draws, position, count);
    }
    if (cursor->order.kind == SYNGAN_ORDER_SEQUENTIAL)
        return (int64_t)(position % count);
    const uint64_t epoch = position / count;
    if (!cursor->keyed || cursor->epoch != epoch) make_keys(cursor, epoch);
    return (int64_t)shuffled(cursor, position % count);
}
