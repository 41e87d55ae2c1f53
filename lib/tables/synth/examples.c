/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that are learnt: preparing their columns, encoding, and knowing them
 * again.
 */
#include "synth/examples.h"

#include <math.h>

#include "base/memory.h"
#include "base/thread.h"

/* ---- preparing columns --------------------------------------------------- */

typedef struct preparing {
    syngan_context *context;
    const sg_synth_settings *settings;
    double start;
} preparing;

static syngan_status tell_column(size_t done, size_t columns, void *user) {
    const preparing *p = user;
    const syngan_synthesizer_options *o = &p->settings->options;
    if (sg_is_cancelled(p->context))
        return sg_fail(p->context, SYNGAN_E_CANCELLED,
                       "synthesizer: cancelled after %zu of %zu columns", done,
                       columns);
    if (o->progress == NULL) return SYNGAN_OK;
    double seconds = sg_seconds() - p->start;
    const syngan_fit_progress progress = {.struct_size = sizeof progress,
                                          .done = (int64_t)done,
                                          .total = (int64_t)columns,
                                          .seconds = seconds,
                                          .left = seconds / (double)done *
                                                  (double)(columns - done),
                                          .quality = (double)NAN};
    return o->progress(&progress, o->progress_user);
}

syngan_status sg_examples_encoder(const sg_examples *examples,
                                  const sg_synth_settings *settings,
                                  double start, sg_encoder **out) {
    preparing p = {.context = examples->table->context,
                   .settings = settings,
                   .start = start};
    const sg_encoder_options options = {
        .max_modes = settings->options.max_modes,
        .max_choices = settings->options.max_choices,
        .frequent = settings->recipe.frequent,
        .seed = settings->options.seed,
        .whole = examples->whole,
        .ids_are_rows = examples->subject == NULL && settings->given == 0,
        .progress = tell_column,
        .user = &p};
    return sg_encoder_fit(examples->table, &options, out);
}

/* ---- fingerprints ------------------------------------------------------- */

static uint64_t mix(uint64_t hash, uint64_t word) {
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static uint64_t hash_text(const char *text) {
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

/* Codes count by their texts, since another reading of the same data may have
 * numbered them otherwise. */
static syngan_status hash_codes(const sg_column *column, int64_t rows,
                                uint64_t *hash) {
    syngan_context *context = column->words->context;
    size_t count = (size_t)column->words->count;
    uint64_t *texts = sg_alloc(context, (count + 1) * sizeof *texts);
    if (texts == NULL)
        return sg_fail_memory(context, "a table's hash", count * 8);
    for (size_t i = 0; i < count; i++)
        texts[i] = hash_text(sg_dictionary_text(column->words, (int32_t)i));
    for (int64_t row = 0; row < rows; row++) {
        int32_t code = column->codes[row];
        *hash = mix(*hash, code < 0 ? 0 : texts[code]);
    }
    sg_free(context, texts);
    return SYNGAN_OK;
}

/* Goes on with a table's rows; `hashes`: by column of the encoder. */
static syngan_status hash_rows(const sg_encoder *encoder,
                               const syngan_table *table, uint64_t *hashes) {
    for (size_t c = 0; c < encoder->n_codes; c++) {
        if (!sg_encoder_learns(encoder, c)) continue;
        int64_t at = syngan_table_find(table, encoder->form->columns[c].name);
        if (at < 0) continue; /* which gives another hash */
        const sg_column *column = &table->columns[at];
        if (sg_column_has_codes(column)) {
            SG_TRY(hash_codes(column, table->rows, &hashes[c]));
            continue;
        }
        for (int64_t row = 0; row < table->rows; row++)
            hashes[c] = mix(hashes[c], (uint64_t)column->integers[row]);
    }
    return SYNGAN_OK;
}

static uint64_t join(const sg_encoder *encoder, const uint64_t *hashes,
                     int64_t rows) {
    uint64_t hash = mix(0, (uint64_t)rows);
    for (size_t c = 0; c < encoder->n_codes; c++)
        hash = mix(hash, hashes[c]);
    return hash;
}

/* ---- going through ------------------------------------------------------ */

typedef struct passing {
    const sg_encoder *encoder;
    uint64_t *hashes; /* by column, or NULL */
    uint64_t seed;
    sg_encoded *encoded; /* or NULL */
    int64_t done;
} passing;

static syngan_status take(const syngan_table *piece, void *user) {
    passing *p = user;
    if (p->hashes != NULL) SG_TRY(hash_rows(p->encoder, piece, p->hashes));
    if (p->encoded != NULL)
        SG_TRY(sg_encoder_encode_rows(p->encoder, piece, p->seed, p->done,
                                      p->encoded));
    p->done += piece->rows;
    return SYNGAN_OK;
}

static syngan_status pass(const sg_examples *examples, passing *p) {
    const sg_whole *whole = examples->whole;
    return whole == NULL ? take(examples->table, p)
                         : whole->each(whole->source, take, p);
}

static syngan_status pass_hashing(const sg_examples *examples, passing *p,
                                  uint64_t *hash) {
    syngan_context *context = p->encoder->context;
    size_t n = p->encoder->n_codes;
    p->hashes = sg_alloc_zero(context, n, sizeof *p->hashes);
    if (p->hashes == NULL)
        return sg_fail_memory(context, "a table's hash", n * 8);
    syngan_status status = pass(examples, p);
    *hash = join(p->encoder, p->hashes, p->done);
    sg_free(context, p->hashes);
    return status;
}

syngan_status sg_examples_fingerprint(const sg_examples *examples,
                                      const sg_encoder *encoder,
                                      uint64_t *out) {
    passing p = {.encoder = encoder};
    return pass_hashing(examples, &p, out);
}

uint64_t sg_examples_bytes(const sg_gan *gan) {
    if (sg_subject_expands(gan->subject)) return 0;
    int64_t cells = sg_encoder_row_cells(gan->encoder) + gan->conditions.count;
    return (uint64_t)gan->n_rows * (uint64_t)cells * sizeof(sg_encoded_cell);
}

syngan_status sg_examples_encode(const sg_examples *examples, sg_gan *gan,
                                 uint64_t seed, sg_scratch *room,
                                 sg_encoded *out) {
    passing p = {.encoder = gan->encoder, .seed = seed, .encoded = out};
    size_t bytes = (size_t)sg_examples_bytes(gan);
    if (examples->mapped)
        SG_TRY(sg_scratch_map(gan->context, examples->folder, bytes, room));
    else
        SG_TRY(sg_scratch_alloc(gan->context, bytes, room));
    *out = (sg_encoded){.rows = gan->n_rows,
                        .width = sg_encoder_row_cells(gan->encoder),
                        .cells = room->data};
    return examples->whole == NULL
               ? pass(examples, &p)
               : pass_hashing(examples, &p, &gan->fingerprint);
}
