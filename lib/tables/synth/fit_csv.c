/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting to a CSV file that passes by in pieces, of any size: once for the
 * types of its columns, once for what the encoder must know of them, and once
 * to be encoded.
 */
#include <sys/stat.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/thread.h"
#include "encode/survey.h"
#include "synth/budget.h"
#include "synth/fit.h"
#include "synth/row_kind.h"
#include "table/csv_pieces.h"

static const char where[] = "syngan_synthesizer_fit_csv";

/* Rows of the survey's sample, and most cells of it (of 8 bytes). */
#define SAMPLE_ROWS 200000
#define SAMPLE_CELLS (1 << 25)

typedef struct csv_fit {
    sg_csv_pieces pieces;
    sg_survey *survey;
    sg_whole whole;
    sg_examples examples;
} csv_fit;

static syngan_status survey_piece(const syngan_table *piece, void *user) {
    return sg_survey_take(user, piece);
}

static syngan_status
each(void *source, syngan_status (*take)(const syngan_table *piece, void *user),
     void *user) {
    return sg_csv_pieces_read(source, take, user);
}

static int64_t sample_rows(const sg_synth_settings *settings,
                           const sg_csv_pieces *pieces) {
    int64_t rows = settings->options.sample_rows;
    if (rows > 0) return rows;
    rows = SAMPLE_CELLS / (int64_t)pieces->n_columns;
    return rows < SAMPLE_ROWS ? rows : SAMPLE_ROWS;
}

static syngan_status survey(csv_fit *f, const sg_synth_settings *settings) {
    syngan_context *context = f->pieces.context;
    if (f->pieces.rows == 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: has no rows to learn from", f->pieces.path);
    SG_TRY(sg_survey_start(context, f->pieces.rows,
                           sample_rows(settings, &f->pieces),
                           settings->options.seed, &f->survey));
    SG_TRY(sg_csv_pieces_read(&f->pieces, survey_piece, f->survey));
    f->whole.each = each;
    f->whole.source = &f->pieces;
    f->whole.reading = f->pieces.reading;
    f->examples.whole = &f->whole;
    return sg_survey_finish(f->survey, &f->examples.table, &f->whole);
}

static syngan_status fit(csv_fit *f, const syngan_synthesizer_options *options,
                         double start, uint64_t before,
                         syngan_synthesizer **out) {
    sg_synth_settings settings;
    SG_TRY(sg_synth_settings_read(f->pieces.context, options, f->pieces.rows,
                                  "synthesizer", &settings));
    if (settings.options.rows != SYNGAN_ROWS_INDEPENDENT)
        return sg_fail(f->pieces.context, SYNGAN_E_UNSUPPORTED,
                       "synthesizer: a file in pieces is of independent rows; "
                       "baskets and sequences are learnt from a table, as "
                       "syngan_table_read_csv() reads it");
    const sg_budget budget =
        sg_budget_make(f->pieces.context, &settings, before);
    SG_TRY(sg_budget_explain_preparing(
        &budget, f->pieces.context,
        sg_budget_preparing(sample_rows(&settings, &f->pieces),
                            f->pieces.n_columns),
        survey(f, &settings)));
    f->examples.folder = settings.options.scratch;
    SG_TRY(sg_synthesizer_make(f->pieces.context, &settings, out));
    sg_gan *gan = NULL;
    syngan_status status =
        sg_gan_learn(&f->examples, &settings, NULL, start, before, &gan);
    (*out)->learnt = gan;
    return sg_synthesizer_fitted(status, out);
}

/* An upper bound on what different texts take: those that are counted, 2^21,
 * and those of categories. */
static uint64_t file_bytes(const syngan_context *context, const char *path) {
    enum { COUNTED = 1 << 27, RATIO = 32 };
    struct stat file;
    if (path == NULL || context->io.stat(path, &file) != 0) return COUNTED;
    uint64_t bytes = (uint64_t)file.st_size;
    return bytes < COUNTED / RATIO ? bytes * RATIO : COUNTED + 2 * bytes;
}

/* Opens the file, which reads it for its types. Under a limit that is too
 * small: what that takes at most, for texts that are counted. */
static syngan_status open_pieces(syngan_context *context, const char *path,
                                 const syngan_csv_options *csv,
                                 const syngan_synthesizer_options *options,
                                 sg_csv_pieces *out) {
    sg_synth_settings settings;
    uint64_t before = atomic_load(&context->bytes);
    SG_TRY(
        sg_synth_settings_read(context, options, 0, "synthesizer", &settings));
    const sg_budget budget = sg_budget_make(context, &settings, before);
    return sg_budget_explain_preparing(
        &budget, context,
        file_bytes(context, path) + sg_budget_preparing(0, 64),
        sg_csv_pieces_open(context, path, csv, 0, where, out));
}

syngan_status syngan_synthesizer_fit_csv(
    syngan_context *context, const char *path, const syngan_csv_options *csv,
    const syngan_synthesizer_options *options, syngan_synthesizer **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `out` is NULL", where);
    double start = sg_seconds();
    uint64_t before = atomic_load(&context->bytes);
    csv_fit f = {0};
    SG_TRY(open_pieces(context, path, csv, options, &f.pieces));
    syngan_status status = fit(&f, options, start, before, out);
    sg_survey_free(f.survey);
    sg_csv_pieces_close(&f.pieces);
    return status;
}
