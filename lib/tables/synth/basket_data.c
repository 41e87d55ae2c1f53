/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which items each basket has.
 */
#include <string.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "synth/basket.h"

/* ---- sets of items ------------------------------------------------------ */

/* Rows of the table, each item of a group once. `seen`, by code, holds the last
 * group that had it. */
static int64_t list_rows(const sg_column *item, const sg_groups *groups,
                         int64_t *seen, int64_t *first, int64_t *rows) {
    int64_t count = 0;
    for (int64_t g = 0; g < groups->count; g++) {
        first[g] = count;
        for (int64_t i = groups->first[g]; i < groups->first[g + 1]; i++) {
            int32_t code = item->codes[groups->rows[i]];
            if (code < 0 || seen[code] == g) continue;
            seen[code] = g;
            rows[count++] = groups->rows[i];
        }
    }
    first[groups->count] = count;
    return count;
}

static syngan_status make_items(const sg_column *item, const int64_t *rows,
                                int64_t count, syngan_context *context,
                                syngan_table **out) {
    if (count == 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "table: column '%s' has no value in any basket",
                       item->name);
    SG_TRY(sg_table_make(context, count, out));
    syngan_status status = sg_table_add_selected(*out, item, rows);
    if (status == SYNGAN_OK) {
        (*out)->columns[0].type = SYNGAN_COLUMN_CATEGORY;
        return SYNGAN_OK;
    }
    syngan_table_free(*out);
    *out = NULL;
    return status;
}

syngan_status sg_basket_items(const syngan_table *table,
                              const sg_groups *groups, int64_t item,
                              int64_t *first, syngan_table **out) {
    syngan_context *context = table->context;
    const sg_column *column = &table->columns[item];
    if (!sg_column_has_codes(column))
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "table: column '%s' has the items of baskets, but is of "
                       "type %s; a category is expected",
                       column->name, sg_column_type_name(column->type));
    size_t codes = (size_t)column->words->count;
    size_t bytes =
        ((size_t)groups->first[groups->count] + codes) * sizeof(int64_t);
    int64_t *rows = sg_alloc(context, bytes);
    if (rows == NULL) return sg_fail_memory(context, "baskets", bytes);
    int64_t *seen = rows + groups->first[groups->count];
    memset(seen, 0xff, codes * sizeof *seen);
    int64_t count = list_rows(column, groups, seen, first, rows);
    syngan_status status = make_items(column, rows, count, context, out);
    sg_free(context, rows);
    return status;
}

/* ---- places ------------------------------------------------------------- */

void sg_basket_data_end(sg_basket_data *data) {
    if (data->context == NULL) return;
    sg_free(data->context, data->first);
    sg_free(data->context, data->place);
    *data = (sg_basket_data){0};
}

/* Whether several items share an alternative. */
static bool is_shared(const sg_choice_code *choice, int32_t alternative) {
    return choice->first[alternative + 1] - choice->first[alternative] > 1;
}

/* The next place, cyclically, that rare items share and the basket has not
 * taken; the place itself if there is none. */
static int32_t next_place(const sg_choice_code *choice, int32_t place,
                          const int64_t *taken, int64_t basket) {
    int32_t n = choice->n_alternatives;
    for (int32_t at = (place + 1) % n; at != place; at = (at + 1) % n)
        if (is_shared(choice, at) && taken[at] != basket) return at;
    return place;
}

/* Baskets without an item are dropped. */
static void place_items(const sg_choice_code *choice,
                        const sg_encoded_cell *items, int64_t count,
                        int64_t *taken, sg_basket_data *data) {
    int64_t at = 0, baskets = 0, begin = 0;
    for (int64_t basket = 0; basket < count; basket++) {
        int64_t end = data->first[basket + 1], start = at;
        for (int64_t i = begin; i < end; i++) {
            int32_t place = items[i].choice;
            if (taken[place] == basket)
                place = next_place(choice, place, taken, basket);
            if (taken[place] == basket) continue;
            taken[place] = basket;
            data->place[at++] = place;
        }
        begin = end;
        if (at > start) data->first[++baskets] = at;
    }
    data->count = baskets;
}

syngan_status sg_basket_data_make(const sg_encoder *encoder,
                                  const syngan_table *items, int64_t *first,
                                  int64_t count, sg_basket_data *out) {
    syngan_context *context = encoder->context;
    *out = (sg_basket_data){.context = context, .first = first};
    sg_encoded encoded;
    SG_TRY(sg_encoder_encode(encoder, items, 0, &encoded));
    size_t width = (size_t)encoder->width;
    int64_t *taken = sg_alloc(context, width * sizeof *taken);
    out->place = sg_alloc(context, (size_t)items->rows * sizeof *out->place);
    syngan_status status = SYNGAN_OK;
    if (taken == NULL || out->place == NULL) {
        status = sg_fail_memory(context, "baskets", (size_t)items->rows * 4);
    } else {
        memset(taken, 0xff, width * sizeof *taken);
        place_items(&encoder->codes[0].choice, encoded.cells, count, taken,
                    out);
    }
    sg_free(context, taken);
    sg_encoded_end(context, &encoded);
    return status;
}
