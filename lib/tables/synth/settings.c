/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recipes, and the reading of options on top of them.
 */
#include "synth/settings.h"

#include "backend/backend.h"
#include "model/fields.h"
#include "table/options.h"

/* Steps that an epoch should have at least. */
enum { STEPS = 64 };

/* Both recipes have the options' defaults, which are those of the paper's
 * program; they differ in what follows. A critic that sees ten rows at once
 * has a tenth of the examples, and learns relations between columns that much
 * worse; the modes that it is to keep, training by sampling keeps as well. */
static const sg_synth_recipe recipes[] = {
    [SYNGAN_TABLE_RECIPE_DEFAULT] = {.batch = 500,
                                     .least_batch = 50,
                                     .pac = 1,
                                     .frequent = 0.05,
                                     .average_decay = 0.99,
                                     .momentum = 0.9},
    [SYNGAN_TABLE_RECIPE_CTGAN] = {.batch = 500,
                                   .least_batch = 500,
                                   .pac = 10,
                                   .frequent = 2.0,
                                   .momentum = 0.9,
                                   .rare_first = true,
                                   .critic_statistics = true},
};

/* What rows of a kind learn best with, whichever the recipe. */
typedef struct row_defaults {
    int64_t epochs;
    float rate;
    int32_t max_choices;
    int32_t pac; /* 0: the recipe's */
} row_defaults;

static const row_defaults independent_defaults = {
    .epochs = 300, .rate = 2e-4f, .max_choices = 256};
static const row_defaults basket_defaults = {
    .epochs = 100, .rate = 5e-4f, .max_choices = 1024, .pac = 1};

#define T syngan_synthesizer_options
static const sg_field synthesizer_fields[] = {
    SG_ENUM(T, recipe, "default|ctgan", SYNGAN_TABLE_RECIPE_DEFAULT,
            SYNGAN_TABLE_RECIPE_CTGAN, SYNGAN_TABLE_RECIPE_DEFAULT,
            "set of defaults"),
    SG_ENUM(T, rows, "independent|baskets|sequences", SYNGAN_ROWS_INDEPENDENT,
            SYNGAN_ROWS_SEQUENCES, SYNGAN_ROWS_INDEPENDENT,
            "what the rows of the table are"),
    SG_STRING(T, key, "column that groups rows; default: the schema's"),
    SG_STRING(T, order, "column that orders a sequence; default: the schema's"),
    SG_STRING(T, item, "column of a basket's items; default: the only other"),
    SG_I64(T, epochs, 0, 1000000000, SG_AUTO,
           "times that the table is gone over; auto: 300, of baskets 100"),
    SG_I32(T, batch, 2, 1000000, SG_AUTO,
           "rows in a batch; auto: the recipe's"),
    SG_I32(T, pac, 1, 1000, SG_AUTO,
           "rows that the critic sees at once; auto: the recipe's"),
    SG_I32(T, noise, 1, 100000, 128, "size of the noise"),
    SG_I32(T, width, 1, 100000, 256, "of hidden layers"),
    SG_I32(T, depth, 1, 100, 2, "hidden layers of each network"),
    SG_I32(T, critic_steps, 1, 1000, 1,
           "updates of the critic for one of the generator"),
    SG_F32(T, generator_rate, 0, 1, SG_AUTO,
           "learning rate of the generator; auto: 2e-4, of baskets 5e-4"),
    SG_F32(T, critic_rate, 0, 1, SG_AUTO,
           "learning rate of the critic; auto: likewise"),
    SG_F32(T, weight_decay, 0, 1, 1e-6, "L2, of both networks"),
    SG_F32(T, penalty_weight, 0, 1e6, 10, "weight of the gradient penalty"),
    SG_F32(T, temperature, 1e-3, 1e3, 0.2, "of the Gumbel softmax"),
    SG_I32(T, max_modes, 1, 100, 10, "modes of a number"),
    SG_I32(T, max_choices, 2, 100000, SG_AUTO,
           "alternatives of a category, above which rare values share some; "
           "auto: 256, of baskets 1024"),
    SG_BOOL(T, bf16, "products in bf16"),
    SG_I32(T, patience, 0, 1000000, 0,
           "measures of quality without a better one until the fit stops; "
           "0: never"),
    SG_BOOL(T, keep_last, "keeps the last state, not the best one"),
    SG_SEED(T, seed, "of everything; auto: the context's"),
    SG_U64(T, memory_limit, "bytes that a fit may need; 0: no limit"),
    SG_F32(T, time_limit, 0, 1e9, 0,
           "seconds that a fit may need; 0: no limit"),
    SG_BOOL(T, profile, "times each kernel, for the log"),
    SG_OTHER(T, progress, "called after each column and each epoch"),
    SG_OTHER(T, progress_user, "given to `progress`"),
    SG_I64(T, sample_rows, 0, 1e9, 0,
           "rows of a file that are kept for preparing; 0: 200000"),
    SG_STRING(T, scratch,
              "folder of temporary files; default: TMPDIR, else /var/tmp"),
};
#undef T
SG_FIELDS(sg_options_synthesizer, "synthesizer", syngan_synthesizer_options,
          synthesizer_fields);

/* ---- checks ------------------------------------------------------------- */

static syngan_status check(syngan_context *context,
                           const syngan_synthesizer_options *o,
                           const char *where) {
    if (o->batch % o->pac != 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: the batch is %d, but must be a multiple of pac, "
                       "which is %d",
                       where, o->batch, o->pac);
    if (o->bf16 != 0 && !sg_backend_has_bf16(context))
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       "%s: bf16 needs a processor with AVX512_BF16, and a "
                       "context whose `isa` allows it",
                       where);
    return SYNGAN_OK;
}

/* The batch of a table of `rows` rows: the recipe's, or less where that would
 * leave an epoch few steps, but not below the least; a multiple of pac. */
static int32_t batch_of(const syngan_synthesizer_options *o, int64_t rows) {
    const sg_synth_recipe *recipe = &recipes[o->recipe];
    int64_t batch = recipe->batch;
    if (rows / STEPS < batch) batch = rows / STEPS;
    if (batch < recipe->least_batch) batch = recipe->least_batch;
    batch = batch / o->pac * o->pac;
    return batch > 2 ? (int32_t)batch : o->pac > 1 ? o->pac : 2;
}

static const row_defaults *defaults_of(const syngan_synthesizer_options *o) {
    return o->rows == SYNGAN_ROWS_BASKETS ? &basket_defaults
                                          : &independent_defaults;
}

/* Puts numbers where the options have SYNGAN_AUTO, but for those that depend
 * on more than the options. */
static void settle_rows(syngan_synthesizer_options *o) {
    const row_defaults *d = defaults_of(o);
    if (o->epochs == SYNGAN_AUTO) o->epochs = d->epochs;
    if (o->generator_rate == (float)SYNGAN_AUTO) o->generator_rate = d->rate;
    if (o->critic_rate == (float)SYNGAN_AUTO) o->critic_rate = d->rate;
    if (o->max_choices == SYNGAN_AUTO) o->max_choices = d->max_choices;
}

static void settle(const syngan_context *context, int64_t rows,
                   syngan_synthesizer_options *o) {
    const row_defaults *d = defaults_of(o);
    settle_rows(o);
    if (o->pac == SYNGAN_AUTO)
        o->pac = d->pac != 0 ? d->pac : recipes[o->recipe].pac;
    if (o->batch == SYNGAN_AUTO) o->batch = batch_of(o, rows);
    if (o->seed == SYNGAN_AUTO_SEED) o->seed = context->seed;
}

syngan_status sg_synth_settings_read(syngan_context *context,
                                     const syngan_synthesizer_options *options,
                                     int64_t rows, const char *where,
                                     sg_synth_settings *out) {
    SG_TRY(sg_options_read(context, &sg_options_synthesizer, options, where,
                           &out->options));
    settle(context, rows, &out->options);
    SG_TRY(check(context, &out->options, where));
    out->recipe = recipes[out->options.recipe];
    out->given = out->viewed = 0;
    out->estimate = NULL;
    return SYNGAN_OK;
}

void sg_synth_settings_keep(const sg_synth_settings *settings,
                            sg_synth_settings *out) {
    *out = *settings;
    out->options.key = out->options.order = out->options.item =
        out->options.scratch = NULL;
    out->estimate = NULL;
}

/* ---- in files ----------------------------------------------------------- */

void sg_synth_settings_write(const sg_synth_settings *settings,
                             sg_json_writer *writer, const char *key) {
    syngan_synthesizer_options o = settings->options;
    o.memory_limit = 0;
    o.time_limit = 0.0f;
    o.profile = 0;
    o.sample_rows = 0;
    sg_fields_write(writer, key, &sg_options_synthesizer, &o);
}

syngan_status sg_synth_settings_parse(sg_json_value value,
                                      sg_synth_settings *out) {
    *out = (sg_synth_settings){0};
    SG_TRY(sg_fields_read(value, &sg_options_synthesizer, true, &out->options));
    const syngan_synthesizer_options *o = &out->options;
    if (o->pac < 1 || o->batch < 2 || o->batch % o->pac != 0)
        return sg_json_fail(value, "the batch is no multiple of pac");
    out->options.struct_size = SYNGAN_INITIALISED(out->options);
    settle_rows(&out->options);
    out->recipe = recipes[o->recipe];
    return SYNGAN_OK;
}
