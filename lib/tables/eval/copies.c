/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Exact copies, by a hash table of the real rows.
 */
#include "eval/copies.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "base/thread.h"

typedef struct work {
    const sg_match *match;
    uint64_t *hash[2]; /* of real rows, of the others */
    int side[2];
} work;

/* Equal values have equal bits: one zero, one NaN. */
static uint64_t value_bits(const sg_matched *column, int side, int64_t row) {
    if (!column->number) return (uint64_t)(int64_t)column->code[side][row];
    double value = column->value[side][row];
    if (isnan(value)) return 0x7ff8000000000000u;
    value += 0.0; /* -0 */
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Looked at once for many rows. */
static bool is_cancelled(const work *all, int64_t row) {
    return row % 65536 == 0 && sg_is_cancelled(all->match->context);
}

static void hash_rows(const work *all, int which, int64_t first, int64_t last) {
    const sg_match *match = all->match;
    for (int64_t i = first; i < last && !is_cancelled(all, i); i++) {
        uint64_t hash = 0x9E3779B97F4A7C15u;
        for (size_t c = 0; c < match->count; c++) {
            hash ^= value_bits(&match->column[c], all->side[which], i);
            hash *= 0xff51afd7ed558ccdu;
            hash ^= hash >> 32;
        }
        all->hash[which][i] = hash;
    }
}

static void hash_real(void *argument, int64_t first, int64_t last) {
    hash_rows(argument, 0, first, last);
}

static void hash_others(void *argument, int64_t first, int64_t last) {
    hash_rows(argument, 1, first, last);
}

static bool rows_equal(const work *all, int64_t real, int64_t other) {
    for (size_t c = 0; c < all->match->count; c++) {
        const sg_matched *column = &all->match->column[c];
        if (value_bits(column, all->side[0], real) !=
            value_bits(column, all->side[1], other))
            return false;
    }
    return true;
}

/* Where a search begins. The rows' own hashes are quick, but have no key. */
static uint64_t slot_of(const work *all, uint64_t hash) {
    return sg_hash(&all->match->context->hash_key, &hash, sizeof hash);
}

/* Looks up each of the others in a table of the real rows (-1: free). */
static int64_t count_equal(const work *all, int64_t *slot, uint64_t mask) {
    int64_t n_real = all->match->rows[all->side[0]], equal = 0;
    int64_t n_others = all->match->rows[all->side[1]];
    for (int64_t i = 0; i < n_real && !is_cancelled(all, i); i++) {
        uint64_t at = slot_of(all, all->hash[0][i]) & mask;
        while (slot[at] >= 0 && all->hash[0][slot[at]] != all->hash[0][i])
            at = (at + 1) & mask;
        slot[at] = i; /* of rows with one hash any will do */
    }
    for (int64_t i = 0; i < n_others && !is_cancelled(all, i); i++) {
        uint64_t at = slot_of(all, all->hash[1][i]) & mask;
        while (slot[at] >= 0 && all->hash[0][slot[at]] != all->hash[1][i])
            at = (at + 1) & mask;
        equal += slot[at] >= 0 && rows_equal(all, slot[at], i);
    }
    return equal;
}

syngan_status sg_copies(const sg_match *match, int of, double *share) {
    syngan_context *context = match->context;
    work all = {.match = match, .side = {SG_REAL, of}};
    uint64_t slots = 16;
    while (slots < 2 * (uint64_t)match->rows[SG_REAL])
        slots *= 2;
    for (int k = 0; k < 2; k++)
        all.hash[k] = sg_alloc(context, (size_t)match->rows[all.side[k]] *
                                            sizeof(uint64_t));
    int64_t *slot = sg_alloc(context, slots * sizeof *slot);
    syngan_status status = SYNGAN_OK;
    if (slot == NULL || all.hash[0] == NULL || all.hash[1] == NULL) {
        status = sg_fail_memory(context, "copies", slots * sizeof *slot);
    } else {
        memset(slot, 0xff, slots * sizeof *slot);
        sg_parallel(context, match->rows[SG_REAL], 1024, hash_real, &all);
        sg_parallel(context, match->rows[of], 1024, hash_others, &all);
        *share = (double)count_equal(&all, slot, slots - 1) /
                 (double)match->rows[of];
        if (sg_is_cancelled(context))
            status =
                sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled");
    }
    sg_free(context, slot);
    sg_free(context, all.hash[0]);
    sg_free(context, all.hash[1]);
    return status;
}

/* ---- measures ------------------------------------------------------------ */

static syngan_status copies(const void *subject, sg_result *out) {
    return sg_copies(subject, SG_SYNTHETIC, &out->value);
}

static syngan_status copies_holdout(const void *subject, sg_result *out) {
    const sg_match *match = subject;
    out->left_out = match->rows[SG_HOLDOUT] == 0;
    return out->left_out ? SYNGAN_OK
                         : sg_copies(match, SG_HOLDOUT, &out->value);
}

const sg_measure sg_measure_privacy_copies = {
    .name = "privacy.copies",
    .method = {"Copies"},
    .title = "Synthetic rows that equal a real one",
    .words = "",
    .section = &sg_section_privacy,
    .definition = "Fraction of synthetic rows that equal a real one.",
    .text = "Share of synthetic rows that equal a real one",
    .direction = SG_LESS_IS_BETTER,
    .subject = SG_OF_COPIES,
    .rule = {.judgement = SG_JUDGE_PRIVACY,
             .plain = {0.01, 0.05},
             .chance = &sg_measure_privacy_copies_holdout},
    .compute = copies};

const sg_measure sg_measure_privacy_copies_holdout = {
    .name = "privacy.copies.holdout",
    .method = {"Copies"},
    .title = "Hold-out rows that equal a training row",
    .words = "what chance does",
    .section = &sg_section_privacy,
    .definition = "Fraction of hold-out rows that do: chance.",
    .text =
        "Share of hold-out rows that equal a training row: what chance does",
    .direction = SG_NO_DIRECTION,
    .subject = SG_OF_COPIES,
    .compute = copies_holdout};
