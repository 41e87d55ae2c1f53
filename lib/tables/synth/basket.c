/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting baskets.
 */
#include "synth/basket.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/fit.h"

static void end(void *learnt) {
    sg_baskets *b = learnt;
    if (b == NULL) return;
    sg_gan_free(b->rows);
    syngan_table_free(b->form);
    sg_free(b->context, b->until);
    sg_free(b->context, b);
}

/* ---- columns ------------------------------------------------------------ */

/* The only column but the key; -1 if there are others. */
static int64_t only_other(const syngan_table *table, int64_t key) {
    return table->n_columns == 2 && key >= 0 ? 1 - key : -1;
}

static syngan_status find_columns(const syngan_table *table,
                                  const sg_synth_settings *settings,
                                  int64_t *key, int64_t *item) {
    const syngan_synthesizer_options *o = &settings->options;
    SG_TRY(sg_find_column(table, o->key, table->key, key));
    SG_TRY(sg_find_column(table, o->item, only_other(table, *key), item));
    if (*key >= 0 && *item >= 0 && *key != *item) return SYNGAN_OK;
    return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                   "synthesizer: baskets need a key, the column whose equal "
                   "values make a basket, and another one with their items");
}

/* Names the columns that rows of baskets don't have; of very many the first. */
static void log_dropped(const syngan_table *table, int64_t key, int64_t item) {
    char names[800] = ""; /* with room for a count */
    size_t dropped = 0, size = 0, unnamed = 0;
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *name = table->columns[c].name;
        if ((int64_t)c == key || (int64_t)c == item) continue;
        dropped++;
        if (size + strlen(name) + 44 >= sizeof names) {
            unnamed++;
            continue;
        }
        size += (size_t)snprintf(names + size, sizeof names - size, "%s'%s'",
                                 size > 0 ? ", " : "", name);
    }
    if (dropped == 0) return;
    if (unnamed > 0)
        snprintf(names + size, sizeof names - size, "%s%zu more",
                 size > 0 ? " and " : "", unnamed);
    sg_log(
        table->context, SYNGAN_LOG_WARNING,
        "synthesizer: a basket is its key '%s' and its items '%s'; %zu other "
        "column%s not learnt and will not be in synthetic baskets: %s",
        table->columns[key].name, table->columns[item].name, dropped,
        dropped == 1 ? " is" : "s are", names);
}

static bool has_column(const sg_constraint *c, int64_t column) {
    for (int32_t i = 0; i < c->n_columns; i++)
        if (c->columns[i] == column) return true;
    return false;
}

/* An item is in a basket once; nothing else is kept, nor are other columns. */
static syngan_status check_constraints(const syngan_table *table, int64_t key,
                                       int64_t item) {
    for (size_t i = 0; i < table->constraints.count; i++) {
        const sg_constraint *c = &table->constraints.item[i];
        bool of_key = has_column(c, key), of_item = has_column(c, item);
        bool kept = c->kind == SG_CONSTRAINT_UNIQUE && of_key && of_item;
        if (kept || (!of_key && !of_item)) continue;
        return sg_fail(table->context, SYNGAN_E_UNSUPPORTED,
                       "synthesizer: of the constraints on column '%s' baskets "
                       "keep only that key and item together are \"unique\"",
                       table->columns[of_key ? key : item].name);
    }
    return SYNGAN_OK;
}

static syngan_status make_form(const syngan_table *table, int64_t key,
                               int64_t item, syngan_table **out) {
    const int64_t columns[] = {key, item};
    SG_TRY(sg_table_make(table->context, 0, out));
    for (int i = 0; i < 2; i++)
        SG_TRY(sg_table_add_selected(*out, &table->columns[columns[i]], NULL));
    (*out)->key = 0;
    return SYNGAN_OK;
}

/* ---- sizes -------------------------------------------------------------- */

static syngan_status count_sizes(const sg_basket_data *data, sg_baskets *b) {
    for (int64_t i = 0; i < data->count; i++) {
        int64_t size = data->first[i + 1] - data->first[i];
        if (size > b->longest) b->longest = (int32_t)size;
    }
    b->until = sg_alloc_zero(b->context, (size_t)b->longest, sizeof *b->until);
    if (b->until == NULL)
        return sg_fail_memory(b->context, "the sizes of baskets",
                              (size_t)b->longest * sizeof *b->until);
    for (int64_t i = 0; i < data->count; i++)
        b->until[data->first[i + 1] - data->first[i] - 1] +=
            1.0 / (double)data->count;
    for (int32_t i = 1; i < b->longest; i++)
        b->until[i] += b->until[i - 1];
    b->until[b->longest - 1] = 1.0;
    return SYNGAN_OK;
}

/* ---- fitting ------------------------------------------------------------ */

static syngan_status fit_data(sg_baskets *b, const syngan_table *items,
                              const sg_basket_data *data, sg_encoder *encoder,
                              const sg_synth_settings *settings) {
    sg_basket_subject subject;
    syngan_status status = count_sizes(data, b);
    if (status == SYNGAN_OK)
        status = sg_basket_subject_make(data, encoder->width, &subject);
    if (status != SYNGAN_OK) {
        sg_encoder_release(encoder);
        return status;
    }
    sg_examples examples = {.table = items, .subject = &subject.subject};
    status = sg_gan_learn(&examples, settings, encoder, sg_seconds(),
                          atomic_load(&b->context->bytes), &b->rows);
    sg_basket_subject_end(&subject);
    return status;
}

/* `first`, with room for the groups and one more, is taken over. */
static syngan_status fit_items(sg_baskets *b, const syngan_table *table,
                               const sg_groups *groups, int64_t item,
                               int64_t *first,
                               const sg_synth_settings *settings) {
    sg_synth_settings s = *settings;
    syngan_table *items = NULL;
    sg_encoder *encoder = NULL;
    sg_basket_data data = {.context = b->context, .first = first};
    s.options.rows = SYNGAN_ROWS_INDEPENDENT;
    s.given = SG_BASKET_GIVEN;
    syngan_status status = sg_basket_items(table, groups, item, first, &items);
    if (status == SYNGAN_OK)
        status = sg_examples_encoder(&(sg_examples){.table = items}, &s,
                                     sg_seconds(), &encoder);
    if (status == SYNGAN_OK)
        status =
            sg_basket_data_make(encoder, items, first, groups->count, &data);
    if (status == SYNGAN_OK)
        status = fit_data(b, items, &data, encoder, &s);
    else
        sg_encoder_release(encoder);
    sg_basket_data_end(&data);
    syngan_table_free(items);
    return status;
}

static syngan_status fit_groups(sg_baskets *b, const syngan_table *table,
                                const sg_groups *groups, int64_t item,
                                const sg_synth_settings *settings) {
    int64_t *first =
        sg_alloc_zero(b->context, (size_t)groups->count + 1, sizeof *first);
    if (first == NULL)
        return sg_fail_memory(b->context, "baskets",
                              (size_t)groups->count * sizeof *first);
    return fit_items(b, table, groups, item, first, settings);
}

static syngan_status fit(const syngan_table *table,
                         const sg_synth_settings *settings, void **out) {
    syngan_context *context = table->context;
    int64_t key, item;
    sg_groups groups;
    *out = NULL;
    SG_TRY(find_columns(table, settings, &key, &item));
    SG_TRY(check_constraints(table, key, item));
    log_dropped(table, key, item);
    SG_TRY(sg_groups_make(table, key, -1, &groups));
    sg_baskets *b = *out = sg_alloc_zero(context, 1, sizeof *b);
    syngan_status status = SYNGAN_OK;
    if (b == NULL) {
        status = sg_fail_memory(context, "baskets", sizeof *b);
    } else {
        b->context = context;
        status = make_form(table, key, item, &b->form);
    }
    if (status == SYNGAN_OK)
        status = fit_groups(b, table, &groups, item, settings);
    sg_groups_end(&groups);
    return status;
}

/* ---- the kind of rows --------------------------------------------------- */

static const sg_gan *last(const void *learnt) {
    return ((const sg_baskets *)learnt)->rows;
}

static const syngan_table *prototype(const void *learnt) {
    return ((const sg_baskets *)learnt)->form;
}

const sg_row_kind sg_rows_baskets = {
    .fit = fit,
    .sample = sg_baskets_sample,
    .write = sg_baskets_write,
    .read = sg_baskets_read,
    .visit = sg_baskets_visit,
    .last = last,
    .prototype = prototype,
    .free = end,
};
