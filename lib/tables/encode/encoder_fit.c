/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting an encoder to a table: which column is coded how, and the codes.
 */
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "encode/codec.h"

#define MAX_MODES 10
#define MAX_CHOICES 256
#define LEAST_WEIGHT 0.005
#define FREQUENT 0.03
#define LEAST_FREQUENT 0.001

/* ---- columns beside each other --------------------------------------------
 */

typedef struct fit {
    sg_encoder_fitting all;
    int32_t *columns; /* that are fitted in parallel */
    sg_fit_failure *failures;
    size_t done;
} fit;

static void fit_beside_work(void *argument, int64_t first, int64_t last) {
    const fit *f = argument;
    for (int64_t i = first; i < last; i++) {
        int32_t c = f->columns[i];
        f->all.encoder->codes[c].codec->fit_beside(&f->all, (size_t)c,
                                                   &f->failures[i]);
    }
}

static syngan_status tell(fit *f) {
    f->done++;
    return f->all.options.progress == NULL
               ? SYNGAN_OK
               : f->all.options.progress(f->done, f->all.table->n_columns,
                                         f->all.options.user);
}

/* A thread's failure as a sentence. */
static syngan_status report(const fit *f, int64_t i) {
    const sg_fit_failure *failure = &f->failures[i];
    syngan_context *context = f->all.encoder->context;
    SG_TRY(sg_check_cancelled(context, "table"));
    if (failure->status == SYNGAN_OK) return SYNGAN_OK;
    if (failure->status == SYNGAN_E_MEMORY)
        return sg_fail_memory(context, "fitting a column",
                              2 * (uint64_t)f->all.table->rows *
                                  sizeof(double));
    return sg_fail(context, failure->status, "table: column '%s': row %lld %s",
                   f->all.table->columns[f->columns[i]].name,
                   (long long)failure->row, failure->reason);
}

/* In waves of as many columns as there are threads, so that the host hears of
 * each wave. */
static syngan_status fit_waves(fit *f, int64_t count) {
    int64_t wave = f->all.encoder->context->threads;
    int32_t *all = f->columns;
    syngan_status status = SYNGAN_OK;
    for (int64_t i = 0; i < count && status == SYNGAN_OK; i += wave) {
        int64_t n = count - i < wave ? count - i : wave;
        f->columns = all + i;
        sg_parallel(f->all.encoder->context, n, 1, fit_beside_work, f);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = report(f, j);
        for (int64_t j = 0; j < n && status == SYNGAN_OK; j++)
            status = tell(f);
    }
    f->columns = all;
    return status;
}

static syngan_status fit_beside(fit *f) {
    syngan_context *context = f->all.encoder->context;
    size_t n = f->all.table->n_columns;
    size_t threads = (size_t)context->threads;
    f->columns = sg_alloc(context, n * sizeof *f->columns);
    f->failures = sg_alloc_zero(context, threads, sizeof *f->failures);
    syngan_status status = SYNGAN_OK;
    if (f->columns == NULL || f->failures == NULL)
        status = sg_fail_memory(context, "an encoder", n * sizeof(int32_t));
    int64_t count = 0;
    for (size_t c = 0; c < n && status == SYNGAN_OK; c++)
        if (f->all.encoder->codes[c].codec->fit_beside != NULL)
            f->columns[count++] = (int32_t)c;
    if (status == SYNGAN_OK) status = fit_waves(f, count);
    sg_free(context, f->columns);
    sg_free(context, f->failures);
    return status;
}

/* ---- all rows ------------------------------------------------------------ */

/* From the codes of a piece of the whole to those of the form. */
static syngan_status map_piece(const sg_encoder_fitting *f,
                               const syngan_table *piece, int32_t **map) {
    for (size_t c = 0; c < piece->n_columns; c++) {
        const sg_dictionary *from = piece->columns[c].words;
        if (f->map[c] == NULL) continue;
        size_t bytes = (size_t)from->count * sizeof(int32_t);
        map[c] = sg_alloc(piece->context, bytes);
        if (map[c] == NULL)
            return sg_fail_memory(piece->context, "a column", bytes);
        for (int32_t code = 0; code < from->count; code++)
            map[c][code] = sg_dictionary_find(
                f->encoder->form->columns[c].words,
                sg_dictionary_text(from, code), sg_dictionary_size(from, code));
    }
    return SYNGAN_OK;
}

static syngan_status take_rows(sg_encoder_fitting *f, const syngan_table *table,
                               int32_t *const *map) {
    for (size_t c = 0; c < table->n_columns; c++) {
        const sg_codec_rows *rows = f->encoder->codes[c].codec->rows;
        if (rows != NULL) SG_TRY(rows->take(f, c, table, map));
    }
    return SYNGAN_OK;
}

static syngan_status take_piece(const syngan_table *piece, void *user) {
    sg_encoder_fitting *f = user;
    size_t n = piece->n_columns;
    int32_t **map = sg_alloc_zero(piece->context, n, sizeof *map);
    syngan_status status = map == NULL
                               ? sg_fail_memory(piece->context, "a table", n)
                               : map_piece(f, piece, map);
    if (status == SYNGAN_OK) status = take_rows(f, piece, map);
    for (size_t c = 0; c < n && map != NULL; c++)
        sg_free(piece->context, map[c]);
    sg_free(piece->context, map);
    return status;
}

/* Shows all rows of the whole to the codecs that must see them. */
static syngan_status visit_rows(sg_encoder_fitting *f) {
    const sg_whole *whole = f->options.whole;
    for (size_t c = 0; c < f->encoder->n_codes; c++) {
        const sg_codec_rows *rows = f->encoder->codes[c].codec->rows;
        if (rows != NULL) SG_TRY(rows->begin(f, c));
    }
    if (!f->all_rows_needed) return SYNGAN_OK;
    SG_TRY(whole == NULL ? take_rows(f, f->table, f->map)
                         : whole->each(whole->source, take_piece, f));
    for (size_t c = 0; c < f->encoder->n_codes; c++) {
        const sg_codec_rows *rows = f->encoder->codes[c].codec->rows;
        if (rows != NULL) SG_TRY(rows->finish(f, c));
    }
    return SYNGAN_OK;
}

static syngan_status fit_others(fit *f) {
    for (size_t c = 0; c < f->all.encoder->n_codes; c++) {
        const sg_codec *codec = f->all.encoder->codes[c].codec;
        if (codec->fit_beside != NULL) continue;
        if (codec->fit != NULL) SG_TRY(codec->fit(&f->all, c));
        SG_TRY(tell(f));
    }
    return visit_rows(&f->all);
}

/* ---- putting it together ---------------------------------------------------
 */

/* The table without rows, and without its texts. */
static syngan_status make_form(const syngan_table *table, sg_encoder *encoder) {
    SG_TRY(syngan_table_select(table, NULL, 0, &encoder->form));
    for (size_t c = 0; c < table->n_columns; c++) {
        sg_column *column = &encoder->form->columns[c];
        if (column->words != NULL)
            SG_TRY(sg_column_empty_words(encoder->context, column));
    }
    return SYNGAN_OK;
}

static syngan_status fit_encoder(fit *f) {
    sg_encoder_fitting *all = &f->all;
    sg_encoder *encoder = all->encoder;
    syngan_context *context = encoder->context;
    size_t n = encoder->n_codes;
    all->map = sg_alloc_zero(context, n, sizeof *all->map);
    all->columns = sg_alloc(context, n * sizeof *all->columns);
    all->collected = sg_alloc_zero(context, n, sizeof *all->collected);
    if (all->map == NULL || all->columns == NULL || all->collected == NULL)
        return sg_fail_memory(context, "an encoder", n * sizeof *all->map);
    for (size_t c = 0; c < n; c++) {
        all->columns[c] = &all->table->columns[c];
        encoder->codes[c].codec = sg_codec_of(all->columns[c]);
    }
    SG_TRY(make_form(all->table, encoder));
    SG_TRY(sg_joint_group(all->table, encoder));
    SG_TRY(sg_order_fit(all->table, &all->options, encoder));
    SG_TRY(fit_beside(f));
    SG_TRY(fit_others(f));
    return sg_encoder_lay_out(encoder);
}

static void end_fit(sg_encoder_fitting *f) {
    syngan_context *context = f->encoder->context;
    for (size_t c = 0; c < f->encoder->n_codes; c++) {
        const sg_codec *codec = f->encoder->codes[c].codec;
        if (f->map != NULL) sg_free(context, f->map[c]);
        if (f->collected != NULL && codec != NULL && codec->rows != NULL)
            codec->rows->end(f, c);
    }
    sg_free(context, f->map);
    sg_free(context, f->columns);
    sg_free(context, f->collected);
}

static int32_t within(int32_t value, int32_t low, int32_t high) {
    return value < low ? low : value > high ? high : value;
}

/* Defaults for zeros; all within what arrays of fixed size hold. */
static void settle_options(sg_encoder_options *o) {
    if (o->max_modes == 0) o->max_modes = MAX_MODES;
    if (o->max_choices == 0) o->max_choices = MAX_CHOICES;
    if (o->least_weight == 0) o->least_weight = LEAST_WEIGHT;
    if (o->frequent == 0) o->frequent = FREQUENT;
    o->max_modes = within(o->max_modes, 1, SG_MIXTURE_MOST);
    o->max_choices = within(o->max_choices, 2, SG_ALTERNATIVES_MOST);
    if (!(o->frequent > LEAST_FREQUENT)) o->frequent = LEAST_FREQUENT;
}

void sg_encoder_estimate(const syngan_table *table,
                         const sg_encoder_options *options, int64_t *width,
                         uint64_t *bytes) {
    sg_encoder_options o = {0};
    if (options != NULL) o = *options;
    settle_options(&o);
    uint64_t fitting = 0;
    sg_estimate sum = {0};
    for (size_t c = 0; c < table->n_columns; c++) {
        const sg_codec *codec = sg_codec_of(&table->columns[c]);
        if (codec->estimate != NULL)
            codec->estimate(&table->columns[c], &o, &sum);
        /* Values and room to sort them, in each thread. */
        if (codec->fit_beside != NULL)
            fitting = (uint64_t)table->context->threads * 2 * sizeof(double) *
                      (uint64_t)table->rows;
    }
    uint64_t encoded = sum.row * (uint64_t)table->rows;
    *width = sum.width;
    *bytes = encoded > fitting ? encoded : fitting;
}

syngan_status sg_encoder_fit(const syngan_table *table,
                             const sg_encoder_options *options,
                             sg_encoder **out) {
    *out = NULL;
    fit f = {.all.table = table};
    if (options != NULL) f.all.options = *options;
    settle_options(&f.all.options);
    if (table->rows == 0)
        return sg_fail(table->context, SYNGAN_E_ARGUMENT,
                       "table: has no rows to learn from");
    SG_TRY(sg_encoder_make(table->context, table->n_columns, &f.all.encoder));
    syngan_status status = fit_encoder(&f);
    end_fit(&f.all);
    if (status == SYNGAN_OK)
        *out = f.all.encoder;
    else
        sg_encoder_release(f.all.encoder);
    return status;
}
