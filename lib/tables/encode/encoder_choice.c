/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choices: values as alternatives, of which the rare ones share.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "encode/encoder_code.h"

/* Of the alternatives of a column with too many values, this part is shared. */
#define SHARED_PART 4

static bool allocate(syngan_context *context, sg_choice_code *code) {
    size_t values = (size_t)code->n_values;
    size_t alternatives = (size_t)code->n_alternatives;
    code->alternative = sg_alloc(context, values * sizeof *code->alternative);
    code->member = sg_alloc(context, values * sizeof *code->member);
    code->below = sg_alloc(context, values * sizeof *code->below);
    code->first = sg_alloc(context, (alternatives + 1) * sizeof *code->first);
    code->share = sg_alloc(context, alternatives * sizeof *code->share);
    return code->alternative != NULL && code->member != NULL &&
           code->below != NULL && code->first != NULL && code->share != NULL;
}

typedef struct ranked {
    int64_t count;
    int32_t value;
} ranked;

static int by_count(const void *a, const void *b) {
    const ranked *x = a, *y = b;
    if (x->count != y->count) return x->count > y->count ? -1 : 1;
    return x->value < y->value ? -1 : 1;
}

/* The most frequent values get an alternative each, in the order of values; the
 * others fill the rest up with about equal numbers of rows. */
static bool assign(syngan_context *context, sg_choice_code *code) {
    size_t bytes = (size_t)code->n_values * sizeof(ranked);
    ranked *order = sg_alloc(context, bytes);
    if (order == NULL) return false;
    for (int32_t i = 0; i < code->n_values; i++)
        order[i] = (ranked){.count = code->count[i], .value = i};
    qsort(order, (size_t)code->n_values, sizeof *order, by_count);
    int32_t shared = code->n_alternatives / SHARED_PART;
    if (shared == 0) shared = 1;
    int32_t own = code->n_alternatives - shared;
    int64_t left = 0;
    for (int32_t i = 0; i < code->n_values; i++) {
        code->alternative[order[i].value] = i;
        if (i >= own) left += order[i].count;
    }
    int32_t alternative = own;
    int64_t taken = 0;
    for (int32_t i = own; i < code->n_values; i++) {
        code->alternative[order[i].value] = alternative;
        taken += order[i].count;
        int32_t free = code->n_alternatives - 1 - alternative;
        bool full =
            taken * (free + 1) >= left || code->n_values - 1 - i <= free;
        if (!full || free == 0) continue;
        alternative++;
        left -= taken;
        taken = 0;
    }
    sg_free(context, order);
    return true;
}

/* Members and shares from `alternative` and `count`. */
static void index_members(sg_choice_code *code) {
    int64_t total = 0;
    for (int32_t a = 0; a <= code->n_alternatives; a++)
        code->first[a] = 0;
    for (int32_t a = 0; a < code->n_alternatives; a++)
        code->share[a] = 0;
    for (int32_t v = 0; v < code->n_values; v++) {
        int32_t a = code->alternative[v];
        total += code->count[v];
        code->first[a + 1]++;
        code->share[a] += (double)code->count[v];
    }
    for (int32_t a = 0; a < code->n_alternatives; a++)
        code->first[a + 1] += code->first[a];
    /* Values fall into place; `first` moves on and is set back. */
    for (int32_t v = 0; v < code->n_values; v++)
        code->member[code->first[code->alternative[v]]++] = v;
    for (int32_t a = code->n_alternatives; a > 0; a--)
        code->first[a] = code->first[a - 1];
    code->first[0] = 0;
    for (int32_t a = 0; a < code->n_alternatives; a++) {
        double sum = 0;
        for (int32_t i = code->first[a]; i < code->first[a + 1]; i++) {
            code->below[i] = sum / code->share[a];
            sum += (double)code->count[code->member[i]];
        }
        code->share[a] /= (double)total;
    }
}

bool sg_choice_make(syngan_context *context, int64_t *count, int32_t n_values,
                    bool has_missing, int32_t most, sg_choice_code *out) {
    *out = (sg_choice_code){.n_values = n_values,
                            .n_alternatives = n_values < most ? n_values : most,
                            .missing = has_missing ? n_values - 1 : -1,
                            .count = count};
    if (!allocate(context, out)) return false;
    if (n_values <= most)
        for (int32_t i = 0; i < n_values; i++)
            out->alternative[i] = i;
    else if (!assign(context, out))
        return false;
    index_members(out);
    return true;
}

void sg_choice_end(syngan_context *context, sg_choice_code *code) {
    sg_free(context, code->alternative);
    sg_free(context, code->count);
    sg_free(context, code->first);
    sg_free(context, code->member);
    sg_free(context, code->below);
    sg_free(context, code->share);
    *code = (sg_choice_code){0};
}

int32_t sg_choice_value(const sg_choice_code *code, int32_t alternative,
                        float unit) {
    int32_t low = code->first[alternative];
    int32_t high = code->first[alternative + 1];
    while (high - low > 1) {
        int32_t middle = low + (high - low) / 2;
        if (code->below[middle] <= (double)unit)
            low = middle;
        else
            high = middle;
    }
    return code->member[low];
}
