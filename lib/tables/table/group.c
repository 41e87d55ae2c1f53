/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grouping by a stable merge sort of keys.
 */
#include "table/group.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

typedef struct entry {
    uint64_t key, order; /* in the order of unsigned numbers */
    int64_t row;
} entry;

void sg_groups_end(sg_groups *groups) {
    if (groups->context == NULL) return;
    sg_free(groups->context, groups->first);
    sg_free(groups->context, groups->rows);
    *groups = (sg_groups){0};
}

/* ---- sorting ------------------------------------------------------------ */

/* A value as a number whose order is the values' own. */
static uint64_t sortable(const sg_column *column, int64_t row) {
    if (sg_column_has_codes(column)) return (uint64_t)column->codes[row];
    uint64_t sign = (uint64_t)1 << 63, bits;
    if (!sg_column_has_reals(column))
        return (uint64_t)column->integers[row] ^ sign;
    double value = column->reals[row] + 0.0; /* no -0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits ^ sign;
}

static bool is_less(const entry *a, const entry *b) {
    return a->key != b->key ? a->key < b->key : a->order < b->order;
}

static void merge(const entry *from, int64_t first, int64_t middle,
                  int64_t last, entry *to) {
    int64_t a = first, b = middle;
    for (int64_t i = first; i < last; i++) {
        bool right = a == middle || (b < last && is_less(&from[b], &from[a]));
        to[i] = from[right ? b++ : a++];
    }
}

/* Returns where the sorted entries are: in `entries` or in `room`. After a
 * cancel they aren't sorted. */
static entry *sort(syngan_context *context, entry *entries, entry *room,
                   int64_t count) {
    for (int64_t width = 1; width < count && !sg_is_cancelled(context);
         width *= 2) {
        for (int64_t first = 0; first < count; first += 2 * width) {
            int64_t middle = first + width < count ? first + width : count;
            int64_t last = middle + width < count ? middle + width : count;
            merge(entries, first, middle, last, room);
        }
        entry *other = entries;
        entries = room;
        room = other;
    }
    return entries;
}

/* ---- groups ------------------------------------------------------------- */

static syngan_status list_entries(const syngan_table *table,
                                  const sg_column *key, const sg_column *order,
                                  entry *entries, int64_t *count) {
    *count = 0;
    for (int64_t row = 0; row < table->rows; row++) {
        SG_TRY(sg_check_at(table->context, row, "table"));
        if (sg_column_is_missing(key, row)) continue;
        if (order != NULL && sg_column_is_missing(order, row))
            return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                           "table: column '%s': row %lld is missing, but "
                           "orders a sequence",
                           order->name, (long long)row);
        entries[(*count)++] =
            (entry){.key = sortable(key, row),
                    .order = order == NULL ? 0 : sortable(order, row),
                    .row = row};
    }
    if (*count > 0) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "table: no row has a value in column '%s', the key that "
                   "groups rows",
                   key->name);
}

static void divide(const entry *entries, int64_t count, sg_groups *groups) {
    groups->count = 0;
    for (int64_t i = 0; i < count; i++) {
        if (i == 0 || entries[i].key != entries[i - 1].key)
            groups->first[groups->count++] = i;
        groups->rows[i] = entries[i].row;
    }
    groups->first[groups->count] = count;
}

static syngan_status group(const syngan_table *table, const sg_column *key,
                           const sg_column *order, entry *room,
                           sg_groups *groups) {
    int64_t count;
    SG_TRY(list_entries(table, key, order, room, &count));
    size_t bytes = ((size_t)count + 1) * sizeof(int64_t);
    groups->first = sg_alloc(table->context, bytes);
    groups->rows = sg_alloc(table->context, bytes);
    if (groups->first == NULL || groups->rows == NULL)
        return sg_fail_memory(table->context, "groups of rows", 2 * bytes);
    const entry *sorted = sort(table->context, room, room + count, count);
    SG_TRY(sg_check_cancelled(table->context, "table"));
    divide(sorted, count, groups);
    return SYNGAN_OK;
}

syngan_status sg_groups_make(const syngan_table *table, int64_t key,
                             int64_t order, sg_groups *out) {
    syngan_context *context = table->context;
    const sg_column *by = &table->columns[key];
    const sg_column *ordered = order < 0 ? NULL : &table->columns[order];
    *out = (sg_groups){.context = context};
    if (ordered != NULL && sg_column_has_codes(ordered))
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "table: column '%s' orders sequences, but is of type "
                       "%s; a time or a number is expected",
                       ordered->name, sg_type_of(ordered)->name);
    size_t bytes = 2 * (size_t)table->rows * sizeof(entry);
    entry *room = sg_alloc(context, bytes);
    if (room == NULL) return sg_fail_memory(context, "groups of rows", bytes);
    syngan_status status = group(table, by, ordered, room, out);
    sg_free(context, room);
    if (status != SYNGAN_OK) sg_groups_end(out);
    return status;
}

/* ---- new keys ----------------------------------------------------------- */

static syngan_status number_texts(syngan_context *context, int64_t first,
                                  const int64_t *offset, int64_t count,
                                  sg_column *keys) {
    char text[32];
    keys->words = sg_dictionary_make(context);
    if (keys->words == NULL)
        return sg_fail_memory(context, "keys", sizeof *keys->words);
    for (int64_t i = 0; i < count; i++) {
        int32_t code;
        SG_TRY(sg_check_at(context, i, "keys"));
        int size =
            sg_text(text, sizeof text, "%lld", (long long)(first + i + 1));
        SG_TRY(sg_dictionary_add(keys->words, text, (size_t)size, &code));
        for (int64_t row = offset[i]; row < offset[i + 1]; row++)
            keys->codes[row] = code;
    }
    return SYNGAN_OK;
}

syngan_status sg_groups_new_keys(syngan_context *context, int64_t first,
                                 const int64_t *offset, int64_t count,
                                 sg_column *keys) {
    if (sg_column_has_codes(keys))
        return number_texts(context, first, offset, count, keys);
    for (int64_t i = 0; i < count; i++)
        for (int64_t row = offset[i]; row < offset[i + 1]; row++)
            if (sg_column_has_reals(keys))
                keys->reals[row] = (double)(first + i + 1);
            else
                keys->integers[row] = first + i + 1;
    return SYNGAN_OK;
}
