/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures of baskets.
 */
#include "eval/basket.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "table/group.h"
#include "table/sort.h"

enum { REAL, SYNTHETIC, HOLDOUT, SIDES };

/* Sets of items; an item is a code of the real table's, or `others`. */
typedef struct side {
    int64_t count;  /* baskets that have items */
    int64_t *first; /* of their items, and one more */
    int32_t *items;
    int64_t *frequency; /* by item: baskets that have it */
    double *hash;       /* of each basket, as a number to be sorted */
} side;

typedef struct measuring {
    syngan_context *context;
    int32_t n_items; /* of the real table, and one for others */
    side side[SIDES];
    int32_t *rank; /* by item: among the frequent ones, or -1 */
    int32_t n_rank;
    int32_t *pairs[2]; /* n_rank x n_rank counts */
    double *lift[2];   /* of the pairs that count */
    int64_t n_pairs;
} measuring;

/* ---- sets --------------------------------------------------------------- */

static void end_side(syngan_context *context, side *s) {
    sg_free(context, s->first);
    sg_free(context, s->items);
    sg_free(context, s->frequency);
    sg_free(context, s->hash);
}

/* Sums of hashes do not depend on the order of the items; 52 bits of one are a
 * number. */
static void fill_sets(const sg_column *item, const sg_groups *groups,
                      const int32_t *code, int64_t *seen, side *s) {
    int64_t at = 0;
    for (int64_t g = 0; g < groups->count; g++) {
        uint64_t hash = 0;
        int64_t begin = at;
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++) {
            int32_t own = item->codes[groups->rows[i]];
            if (own < 0 || seen[code[own]] == g) continue;
            seen[code[own]] = g;
            s->frequency[code[own]]++;
            s->items[at++] = code[own];
            hash += sg_mix((uint64_t)code[own] + 1);
        }
        if (at == begin) continue;
        s->hash[s->count] = (double)(sg_mix(hash) >> 12);
        s->first[++s->count] = at;
    }
}

/* The real table's code of each code of a column. */
static void map_codes(const sg_column *from, const sg_column *real,
                      int32_t others, int32_t *code) {
    for (int32_t i = 0; i < from->words->count; i++) {
        code[i] =
            sg_dictionary_find(real->words, sg_dictionary_text(from->words, i),
                               sg_dictionary_size(from->words, i));
        if (code[i] < 0) code[i] = others;
    }
}

static syngan_status make_sets(measuring *m, const sg_column *item,
                               const sg_column *real, const sg_groups *groups,
                               side *s) {
    syngan_context *context = m->context;
    size_t rows = (size_t)groups->first[groups->count];
    size_t baskets = (size_t)groups->count, items = (size_t)m->n_items;
    size_t words = (size_t)item->words->count;
    s->first = sg_alloc_zero(context, baskets + 1, sizeof *s->first);
    s->items = sg_alloc(context, rows * sizeof *s->items);
    s->hash = sg_alloc(context, baskets * sizeof *s->hash);
    s->frequency = sg_alloc_zero(context, items, sizeof *s->frequency);
    int64_t *seen = sg_alloc(context, items * sizeof *seen);
    int32_t *code = sg_alloc(context, words * sizeof *code);
    bool good = s->first != NULL && s->items != NULL && s->hash != NULL &&
                s->frequency != NULL && seen != NULL && code != NULL;
    if (good) {
        memset(seen, 0xff, items * sizeof *seen);
        map_codes(item, real, m->n_items - 1, code);
        fill_sets(item, groups, code, seen, s);
    }
    sg_free(context, seen);
    sg_free(context, code);
    return good ? SYNGAN_OK
                : sg_fail_memory(context, "measures of baskets", rows * 4);
}

static syngan_status read_side(measuring *m, const syngan_table *real,
                               const syngan_table *table, size_t key,
                               size_t item, side *s) {
    int64_t at[2];
    sg_groups groups;
    SG_TRY(sg_find_column(table, real->columns[key].name, -1, &at[0]));
    SG_TRY(sg_find_column(table, real->columns[item].name, -1, &at[1]));
    if (!sg_column_has_codes(&real->columns[item]) ||
        !sg_column_has_codes(&table->columns[at[1]]))
        return sg_fail(m->context, SYNGAN_E_ARGUMENT,
                       "baskets: column '%s' is no category",
                       real->columns[item].name);
    SG_TRY(sg_groups_make(table, at[0], -1, &groups));
    syngan_status status =
        make_sets(m, &table->columns[at[1]], &real->columns[item], &groups, s);
    sg_groups_end(&groups);
    if (status == SYNGAN_OK && s->count == 0)
        status = sg_fail(m->context, SYNGAN_E_ARGUMENT,
                         "baskets: a table has none with an item");
    return status;
}

/* ---- sizes and items ---------------------------------------------------- */

static int64_t size_of(const side *s, int64_t basket) {
    return s->first[basket + 1] - s->first[basket];
}

/* Shares of baskets by size. */
static void compare_sizes(const measuring *m, int64_t *const count[2],
                          int64_t most, sg_basket_measures *out) {
    double below[2] = {0, 0}, ks = 0, tv = 0;
    for (int64_t size = 1; size <= most; size++) {
        double share[2];
        for (int k = 0; k < 2; k++) {
            share[k] = (double)count[k][size] / (double)m->side[k].count;
            below[k] += share[k];
        }
        ks = fmax(ks, fabs(below[0] - below[1]));
        tv += fabs(share[0] - share[1]) / 2;
    }
    out->size_ks = ks;
    out->size_tv = tv;
}

static syngan_status measure_sizes(const measuring *m,
                                   sg_basket_measures *out) {
    int64_t most = 0, *count[2];
    for (int k = 0; k < 2; k++)
        for (int64_t b = 0; b < m->side[k].count; b++)
            if (size_of(&m->side[k], b) > most) most = size_of(&m->side[k], b);
    size_t sizes = (size_t)most + 1;
    for (int k = 0; k < 2; k++)
        count[k] = sg_alloc_zero(m->context, sizes, sizeof **count);
    bool good = count[0] != NULL && count[1] != NULL;
    for (int k = 0; k < 2 && good; k++)
        for (int64_t b = 0; b < m->side[k].count; b++)
            count[k][size_of(&m->side[k], b)]++;
    if (good) compare_sizes(m, count, most, out);
    sg_free(m->context, count[0]);
    sg_free(m->context, count[1]);
    return good ? SYNGAN_OK
                : sg_fail_memory(m->context, "sizes of baskets", 16 * sizes);
}

typedef struct moments {
    double n, x, y, xx, yy, xy;
} moments;

static void add_point(moments *m, double x, double y) {
    m->n += 1;
    m->x += x;
    m->y += y;
    m->xx += x * x;
    m->yy += y * y;
    m->xy += x * y;
}

static double correlation(const moments *m) {
    double xy = m->n * m->xy - m->x * m->y;
    double xx = m->n * m->xx - m->x * m->x, yy = m->n * m->yy - m->y * m->y;
    return xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : (double)NAN;
}

static void measure_items(const measuring *m, sg_basket_measures *out) {
    const side *real = &m->side[REAL], *made = &m->side[SYNTHETIC];
    double all[2] = {(double)real->first[real->count],
                     (double)made->first[made->count]};
    moments sums = {0};
    int64_t known = 0, covered = 0;
    out->item_tv = 0;
    for (int32_t i = 0; i < m->n_items; i++) {
        double x = (double)real->frequency[i], y = (double)made->frequency[i];
        out->item_tv += fabs(x / all[0] - y / all[1]) / 2;
        if (x <= 0) continue;
        add_point(&sums, x / (double)real->count, y / (double)made->count);
        known++;
        covered += y > 0;
    }
    out->item_correlation = correlation(&sums);
    out->coverage = (double)covered / (double)known;
}

/* ---- pairs -------------------------------------------------------------- */

/* The frequent items are numbered. */
static void rank_items(measuring *m, double *values, double *room) {
    const int64_t *frequency = m->side[REAL].frequency;
    for (int32_t i = 0; i < m->n_items; i++)
        values[i] = (double)frequency[i];
    sg_sort_f64(m->context, values, room, m->n_items);
    double least =
        m->n_items > SG_BASKET_ITEMS ? values[m->n_items - SG_BASKET_ITEMS] : 1;
    for (int32_t i = 0; i < m->n_items; i++) {
        bool taken = frequency[i] >= SG_BASKET_SUPPORT &&
                     (double)frequency[i] >= least &&
                     m->n_rank < SG_BASKET_ITEMS;
        m->rank[i] = taken ? m->n_rank++ : -1;
    }
}

static void count_pairs(const measuring *m, const side *s, int32_t *pairs) {
    int32_t rank[SG_BASKET_ITEMS];
    for (int64_t b = 0; b < s->count && !sg_is_cancelled(m->context); b++) {
        int32_t n = 0; /* of the basket's items, those that are frequent */
        for (int64_t i = s->first[b]; i < s->first[b + 1]; i++)
            if (m->rank[s->items[i]] >= 0) rank[n++] = m->rank[s->items[i]];
        for (int32_t i = 0; i < n; i++)
            for (int32_t j = 0; j < n; j++)
                if (rank[j] > rank[i])
                    pairs[(int64_t)rank[i] * m->n_rank + rank[j]]++;
    }
}

static double log_lift(double both, double a, double b, double all) {
    return log((both + 0.5) / (a * b / all + 0.5));
}

/* Of the pairs that real baskets support. */
static void list_lifts(measuring *m) {
    for (int32_t i = 0; i < m->n_items; i++)
        for (int32_t j = 0; j < m->n_items; j++) {
            int32_t x = m->rank[i], y = m->rank[j];
            if (x < 0 || y <= x) continue;
            int64_t at = (int64_t)x * m->n_rank + y;
            if (m->pairs[REAL][at] < SG_BASKET_SUPPORT) continue;
            for (int k = 0; k < 2; k++) {
                const side *s = &m->side[k];
                m->lift[k][m->n_pairs] =
                    log_lift((double)m->pairs[k][at], (double)s->frequency[i],
                             (double)s->frequency[j], (double)s->count);
            }
            m->n_pairs++;
        }
}

/* The least lift of the top pairs. */
static double top_limit(syngan_context *context, const double *lift,
                        int64_t count, double *sorted, double *room) {
    memcpy(sorted, lift, (size_t)count * sizeof *lift);
    sg_sort_f64(context, sorted, room, count);
    return sorted[count > SG_BASKET_TOP ? count - SG_BASKET_TOP : 0];
}

static void compare_lifts(const measuring *m, double *sorted, double *room,
                          sg_basket_measures *out) {
    moments sums = {0};
    int64_t top = 0, both = 0;
    out->pairs = m->n_pairs;
    out->lift_correlation = out->lift_error = out->top_overlap = (double)NAN;
    if (m->n_pairs < 2) return;
    double limit[2], error = 0;
    for (int k = 0; k < 2; k++)
        limit[k] = top_limit(m->context, m->lift[k], m->n_pairs, sorted, room);
    for (int64_t i = 0; i < m->n_pairs; i++) {
        double x = m->lift[REAL][i], y = m->lift[SYNTHETIC][i];
        add_point(&sums, x, y);
        error += fabs(x - y);
        top += x >= limit[0];
        both += x >= limit[0] && y >= limit[1];
    }
    out->lift_correlation = correlation(&sums);
    out->lift_error = error / (double)m->n_pairs;
    out->top_overlap = (double)both / (double)top;
}

static syngan_status measure_pairs(measuring *m, sg_basket_measures *out) {
    syngan_context *context = m->context;
    size_t items = (size_t)m->n_items;
    double *values = sg_alloc(context, 2 * items * sizeof *values);
    m->rank = sg_alloc(context, items * sizeof *m->rank);
    if (values == NULL || m->rank == NULL) {
        sg_free(context, values);
        return sg_fail_memory(context, "measures of baskets", items * 16);
    }
    rank_items(m, values, values + items);
    sg_free(context, values);
    size_t square = (size_t)m->n_rank * (size_t)m->n_rank;
    double *room = sg_alloc(context, 2 * square * sizeof *room);
    bool good = room != NULL;
    for (int k = 0; k < 2; k++) {
        m->pairs[k] = sg_alloc_zero(context, square, sizeof *m->pairs[k]);
        m->lift[k] = sg_alloc(context, square * sizeof *m->lift[k]);
        good = good && m->pairs[k] != NULL && m->lift[k] != NULL;
        if (good) count_pairs(m, &m->side[k], m->pairs[k]);
    }
    if (good) {
        list_lifts(m);
        compare_lifts(m, room, room + square, out);
    }
    sg_free(context, room);
    return good ? SYNGAN_OK
                : sg_fail_memory(context, "measures of baskets", square * 40);
}

/* ---- copies ------------------------------------------------------------- */

static bool has(const double *sorted, int64_t count, double value) {
    int64_t low = 0, high = count;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (sorted[middle] < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && sorted[low] == value;
}

static double share_of_copies(const side *real, const side *other) {
    int64_t copies = 0;
    if (other->count == 0) return (double)NAN;
    for (int64_t i = 0; i < other->count; i++)
        copies += has(real->hash, real->count, other->hash[i]);
    return (double)copies / (double)other->count;
}

static syngan_status measure_copies(measuring *m, sg_basket_measures *out) {
    side *real = &m->side[REAL];
    size_t bytes = (size_t)real->count * sizeof(double);
    double *room = sg_alloc(m->context, bytes);
    if (room == NULL)
        return sg_fail_memory(m->context, "measures of baskets", bytes);
    sg_sort_f64(m->context, real->hash, room, real->count);
    sg_free(m->context, room);
    out->verbatim = share_of_copies(real, &m->side[SYNTHETIC]);
    out->verbatim_holdout = share_of_copies(real, &m->side[HOLDOUT]);
    return SYNGAN_OK;
}

/* ---- all ---------------------------------------------------------------- */

static syngan_status measure(measuring *m, const syngan_table *const *tables,
                             size_t key, size_t item, sg_basket_measures *out) {
    for (int k = 0; k < SIDES; k++)
        if (tables[k] != NULL)
            SG_TRY(
                read_side(m, tables[REAL], tables[k], key, item, &m->side[k]));
    SG_TRY(measure_sizes(m, out));
    measure_items(m, out);
    SG_TRY(measure_pairs(m, out));
    return measure_copies(m, out);
}

syngan_status sg_basket_measure(const syngan_table *real,
                                const syngan_table *synthetic,
                                const syngan_table *holdout, size_t key,
                                size_t item, sg_basket_measures *out) {
    const syngan_table *const tables[] = {real, synthetic, holdout};
    const sg_dictionary *words = real->columns[item].words;
    measuring m = {.context = real->context,
                   .n_items = words == NULL ? 1 : words->count + 1};
    syngan_status status = measure(&m, tables, key, item, out);
    for (int k = 0; k < SIDES; k++)
        end_side(m.context, &m.side[k]);
    for (int k = 0; k < 2; k++) {
        sg_free(m.context, m.pairs[k]);
        sg_free(m.context, m.lift[k]);
    }
    sg_free(m.context, m.rank);
    return status;
}
