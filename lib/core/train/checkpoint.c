/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: everything that continuing a run needs, in one safetensors
 * file.
 *
 * Texts:   format, format_version; generator, discriminator (the networks);
 *          sampler (prefix of the model to sample from); settings; data (what
 *          batches are drawn from, and how), data_source and, if it is known,
 *          data_checksum (which examples they are); iteration; report ("owed"
 *          if a cancel ended the last one); threads, isa, onednn (of which bits
 *          depend); kernels (likewise, if they are chosen by timing);
 *          history_columns.
 * Tensors: "generator.", "discriminator.", "average.", "generator_optimizer."
 *          and "discriminator_optimizer." with a variable's name behind;
 *          history (iterations x columns).
 *
 * Random numbers and the order of the data are functions of seeds and the
 * iteration, so they need no state of their own. There is no clock and no path
 * in it: equal states give equal bytes.
 */
#include <inttypes.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/network.h"
#include "train/kernels.h"
#include "train/variable_file.h"

/* ---- texts ------------------------------------------------------------- */

static syngan_status put_settings(sg_safetensors_writer *file,
                                  const syngan_trainer *t) {
    char *text;
    SG_TRY(sg_settings_write(t->context, &t->settings, &text));
    syngan_status status = sg_safetensors_put_text(file, "settings", text);
    sg_free(t->context, text);
    return status;
}

/* Of a trainer that isn't tuned there is nothing to say. */
static syngan_status put_kernels(sg_safetensors_writer *file,
                                 const syngan_trainer *t) {
    char *text;
    if (!t->settings.trainer.tune) return SYNGAN_OK;
    SG_TRY(sg_kernels_write(t, &text));
    syngan_status status = sg_safetensors_put_text(file, "kernels", text);
    sg_free(t->context, text);
    return status;
}

/* What batches are: "60000 examples of [1, 28, 28], shuffled with seed 1". */
static void data_text(const syngan_dataset *dataset, char *text, size_t size) {
    static const char *const orders[] = {
        [SYNGAN_ORDER_SHUFFLE] = "shuffled",
        [SYNGAN_ORDER_WITH_REPLACEMENT] = "drawn with replacement",
        [SYNGAN_ORDER_SEQUENTIAL] = "in order"};
    char dims[SG_DIMS_TEXT], seed[48] = "";
    if (dataset->order.kind != SYNGAN_ORDER_SEQUENTIAL)
        sg_text(seed, sizeof seed, " with seed %" PRIu64, dataset->order.seed);
    sg_text(text, size, "%lld examples of %s, %s%s",
            (long long)dataset->source.count,
            sg_dims_text(&dataset->source.dims, dims),
            orders[dataset->order.kind], seed);
}

#define DATA_TEXT (SG_DIMS_TEXT + 96)

static syngan_status put_data(sg_safetensors_writer *file,
                              const syngan_trainer *t) {
    char text[DATA_TEXT];
    const sg_fingerprint *print = &t->fingerprint;
    data_text(t->dataset, text, sizeof text);
    SG_TRY(sg_safetensors_put_text(file, "data", text));
    SG_TRY(sg_safetensors_put_text(file, "data_source", print->source));
    if (print->checksum[0] == '\0') return SYNGAN_OK;
    return sg_safetensors_put_text(file, "data_checksum", print->checksum);
}

typedef struct environment {
    char threads[16];
    const char *isa;
    const char *onednn;
} environment;

static const char *isa_name(int32_t isa) {
    switch (isa) {
    case SYNGAN_ISA_SSE41:
        return "sse41";
    case SYNGAN_ISA_AVX2:
        return "avx2";
    case SYNGAN_ISA_AVX512:
        return "avx512";
    default:
        return "avx512_bf16";
    }
}

static environment environment_of(const syngan_context *context) {
    syngan_build_info info = {.struct_size = sizeof info};
    environment e = {.isa = isa_name(context->isa), .onednn = "unknown"};
    sg_text(e.threads, sizeof e.threads, "%d", context->threads);
    if (syngan_build_info_get(&info) == SYNGAN_OK) e.onednn = info.onednn_text;
    return e;
}

static syngan_status put_texts(sg_safetensors_writer *file,
                               const syngan_trainer *t) {
    char iteration[32];
    environment e = environment_of(t->context);
    sg_text(iteration, sizeof iteration, "%lld", (long long)t->iteration);
    SG_TRY(sg_format_put(file, SG_FORMAT_CHECKPOINT));
    SG_TRY(sg_network_put(file, "generator", t->generator));
    SG_TRY(sg_network_put(file, "discriminator", t->discriminator));
    SG_TRY(sg_safetensors_put_text(
        file, "sampler", t->average != NULL ? "average." : "generator."));
    SG_TRY(put_settings(file, t));
    SG_TRY(put_data(file, t));
    SG_TRY(sg_safetensors_put_text(file, "iteration", iteration));
    if (t->owes_report) SG_TRY(sg_safetensors_put_text(file, "report", "owed"));
    SG_TRY(sg_safetensors_put_text(file, "threads", e.threads));
    SG_TRY(sg_safetensors_put_text(file, "isa", e.isa));
    SG_TRY(sg_safetensors_put_text(file, "onednn", e.onednn));
    SG_TRY(put_kernels(file, t));
    return sg_safetensors_put_text(file, "history_columns", SG_MEASURE_NAMES);
}

/* ---- saving ------------------------------------------------------------ */

static sg_dims history_dims(int64_t iterations) {
    return sg_dims_make((const int64_t[]){iterations, SG_MEASURES}, 2);
}

/* The history as a tensor's elements, which the caller frees once the file is
 * written. */
static syngan_status put_history(sg_safetensors_writer *file,
                                 const sg_history *history, float **values) {
    size_t row = sizeof history->records->measure;
    *values = sg_alloc(history->context, history->count * row);
    if (*values == NULL)
        return sg_fail_memory(history->context, "the history",
                              history->count * row);
    for (size_t i = 0; i < history->count; i++)
        memcpy(*values + i * SG_MEASURES, history->records[i].measure, row);
    sg_dims dims = history_dims((int64_t)history->count);
    return sg_safetensors_put_tensor(file, "history", SYNGAN_TYPE_F32, &dims,
                                     *values);
}

static syngan_status put_tensors(sg_safetensors_writer *file,
                                 const syngan_trainer *t, float **history) {
    SG_TRY(sg_network_put_tensors(file, "generator.", t->generator));
    SG_TRY(sg_network_put_tensors(file, "discriminator.", t->discriminator));
    if (t->average != NULL)
        SG_TRY(sg_network_put_tensors(file, "average.", t->average));
    SG_TRY(sg_state_visit_optimizers(t, sg_variable_put, file));
    return put_history(file, &t->history, history);
}

/* Writes to `out` and ends it. */
static syngan_status save(syngan_trainer *t, sg_writer *out) {
    sg_safetensors_writer *file = NULL;
    float *history = NULL;
    syngan_status status = SYNGAN_OK;
    if (t->fingerprint.checksum[0] == '\0')
        status = sg_fingerprint_take(t->dataset, &t->fingerprint);
    if (status == SYNGAN_OK) status = sg_safetensors_start(t->context, &file);
    if (status == SYNGAN_OK) status = put_texts(file, t);
    if (status == SYNGAN_OK) status = put_tensors(file, t, &history);
    if (status == SYNGAN_OK) status = sg_safetensors_write(file, out);
    sg_safetensors_discard(file);
    sg_free(t->context, history);
    if (status == SYNGAN_OK) return sg_writer_commit(out);
    sg_writer_abandon(out);
    return status;
}

syngan_status syngan_trainer_save(syngan_trainer *trainer, const char *path) {
    SG_OWN_FLOATS;
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL)
        return sg_fail(trainer->context, SYNGAN_E_ARGUMENT,
                       "syngan_trainer_save: `path` is NULL");
    sg_writer *out;
    SG_TRY(sg_writer_open(trainer->context, path, &out));
    return save(trainer, out);
}

syngan_status syngan_trainer_save_stream(syngan_trainer *trainer,
                                         const syngan_stream *stream) {
    SG_OWN_FLOATS;
    if (trainer == NULL) return SYNGAN_E_ARGUMENT;
    if (stream == NULL)
        return sg_fail(trainer->context, SYNGAN_E_ARGUMENT,
                       "syngan_trainer_save_stream: `stream` is NULL");
    sg_writer *out;
    SG_TRY(sg_writer_open_stream(trainer->context, stream, &out));
    return save(trainer, out);
}

/* ---- loading ----------------------------------------------------------- */

typedef struct loader {
    syngan_context *context;
    const sg_safetensors *file;
    syngan_dataset *dataset;
    sg_settings settings;
    sg_kernels kernels; /* if tuned */
    int64_t iteration;
} loader;

static syngan_status damaged(const loader *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The file's name and a sentence. */
static syngan_status damaged(const loader *l, const char *format, ...) {
    char text[SG_ERROR_MAX];
    va_list arguments;
    va_start(arguments, format);
    sg_text_v(text, sizeof text, format, arguments);
    va_end(arguments);
    return sg_fail(l->context, SYNGAN_E_FORMAT, "%s: %s",
                   sg_safetensors_name(l->file), text);
}

static syngan_status get_text(const loader *l, const char *key,
                              const char **out) {
    *out = sg_safetensors_text(l->file, key);
    return *out != NULL ? SYNGAN_OK : damaged(l, "has no text '%s'", key);
}

/* "60000 examples of [1, 28, 28], in order (u8 examples, -1 ... 1; checksum
 * 1234...)" */
static void describe_data(const char *data, const char *source,
                          const char *checksum, char *text, size_t size) {
    int n = sg_text(text, size, "%s", data);
    if (source != NULL)
        n += sg_text(text + n, size - (size_t)n, " (%s%s%.8s)", source,
                     checksum != NULL && checksum[0] != '\0' ? "; checksum "
                                                             : "",
                     checksum != NULL ? checksum : "");
}

/* Older checkpoints know nothing of the content. */
static syngan_status check_data(const loader *l) {
    enum { LONG = DATA_TEXT + SG_SOURCE_TEXT + 32 };
    const char *data, *name = sg_safetensors_name(l->file);
    const char *source = sg_safetensors_text(l->file, "data_source");
    const char *checksum = sg_safetensors_text(l->file, "data_checksum");
    char given[DATA_TEXT], was[LONG], is[LONG];
    sg_fingerprint print;
    SG_TRY(get_text(l, "data", &data));
    if (l->settings.trainer.other_data) return SYNGAN_OK;
    data_text(l->dataset, given, sizeof given);
    SG_TRY(sg_fingerprint_take(l->dataset, &print));
    bool other = source != NULL && strcmp(source, print.source) != 0;
    bool content = checksum != NULL && print.checksum[0] != '\0' &&
                   strcmp(checksum, print.checksum) != 0;
    if (strcmp(data, given) == 0 && !other && !content) return SYNGAN_OK;
    describe_data(data, source, checksum, was, sizeof was);
    describe_data(given, print.source, print.checksum, is, sizeof is);
    return sg_fail(l->context, SYNGAN_E_MISMATCH,
                   "%s: was trained on %s; the dataset given is %s; other_data "
                   "goes on with it all the same",
                   name, was, is);
}

/* Of what the bits of a run depend on, a difference is only told. */
static void warn_of_difference(const loader *l, const char *key,
                               const char *now) {
    const char *saved = sg_safetensors_text(l->file, key);
    if (saved != NULL && strcmp(saved, now) != 0)
        sg_log(l->context, SYNGAN_LOG_WARNING,
               "%s: was saved with %s = %s, here it is %s; the continued run "
               "will differ in its last bits",
               sg_safetensors_name(l->file), key, saved, now);
}

static syngan_status get_kernels(loader *l) {
    const char *text;
    char name[SG_ERROR_MAX / 2];
    if (!l->settings.trainer.tune) return SYNGAN_OK;
    SG_TRY(get_text(l, "kernels", &text));
    sg_text(name, sizeof name, "%s: kernels", sg_safetensors_name(l->file));
    return sg_kernels_parse(l->context, name, text, &l->kernels);
}

static syngan_status get_texts(loader *l,
                               const syngan_trainer_options *options) {
    const char *settings, *iteration, *columns;
    char name[SG_ERROR_MAX / 2];
    SG_TRY(sg_format_check(l->context, l->file, SG_FORMAT_CHECKPOINT));
    SG_TRY(get_text(l, "settings", &settings));
    sg_text(name, sizeof name, "%s: settings", sg_safetensors_name(l->file));
    SG_TRY(sg_settings_parse(l->context, name, settings, &l->settings));
    SG_TRY(get_text(l, "iteration", &iteration));
    if (!sg_text_to_i64(iteration, &l->iteration) || l->iteration < 0)
        return damaged(l, "'%s' is no number of iterations", iteration);
    SG_TRY(get_text(l, "history_columns", &columns));
    if (strcmp(columns, SG_MEASURE_NAMES) != 0)
        return damaged(l, "has a history of '%s', not of '%s'", columns,
                       SG_MEASURE_NAMES);
    SG_TRY(get_kernels(l));
    SG_TRY(sg_settings_resume(l->context, options, &l->settings));
    return check_data(l);
}

static syngan_status get_history(const loader *l, sg_history *history) {
    const sg_safetensors_entry *entry = sg_safetensors_find(l->file, "history");
    sg_dims dims = history_dims(l->iteration);
    if (entry == NULL || entry->type != SYNGAN_TYPE_F32 ||
        !sg_dims_equal(&entry->dims, &dims))
        return damaged(l, "its history is not of %lld iterations",
                       (long long)l->iteration);
    const float *values = entry->data;
    SG_TRY(sg_history_reserve(history, (size_t)l->iteration));
    for (int64_t i = 0; i < l->iteration; i++)
        SG_TRY(sg_history_add(history, values + i * SG_MEASURES, 0.0));
    return SYNGAN_OK;
}

static syngan_status get_state(loader *l, syngan_trainer *t) {
    sg_variable_source source = {l->file, SYNGAN_E_FORMAT};
    SG_TRY(sg_state_visit(t, sg_variable_get, &source));
    SG_TRY(get_history(l, &t->history));
    t->iteration = l->iteration;
    t->owes_report =
        l->iteration > 0 && sg_safetensors_text(l->file, "report") != NULL;
    environment e = environment_of(l->context);
    warn_of_difference(l, "threads", e.threads);
    warn_of_difference(l, "isa", e.isa);
    warn_of_difference(l, "onednn", e.onednn);
    return SYNGAN_OK;
}

/* A trainer of the file's networks; what can't be one is the file's fault. */
static syngan_status make_trainer(loader *l, syngan_trainer **out) {
    syngan_model *generator = NULL, *discriminator = NULL;
    syngan_status status = sg_network_get(l->context, l->file, "generator",
                                          "generator.", &generator);
    if (status == SYNGAN_OK)
        status = sg_network_get(l->context, l->file, "discriminator",
                                "discriminator.", &discriminator);
    bool other = status == SYNGAN_OK && l->settings.trainer.other_data &&
                 discriminator->n_inputs > 0;
    if (other) {
        status = sg_trainer_check_dataset(l->dataset, discriminator);
        if (status == SYNGAN_E_SHAPE) status = SYNGAN_E_MISMATCH;
    }
    if (status == SYNGAN_OK)
        status = sg_trainer_make(
            generator, discriminator, l->dataset, &l->settings,
            l->settings.trainer.tune ? l->kernels.phase : NULL, out);
    syngan_model_free(generator);
    syngan_model_free(discriminator);
    if (status != SYNGAN_E_SHAPE && status != SYNGAN_E_ARGUMENT) return status;
    char reason[SG_ERROR_MAX];
    sg_text(reason, sizeof reason, "%s", syngan_context_last_error(l->context));
    return damaged(l, "%s", reason);
}

static syngan_status get_trainer(loader *l,
                                 const syngan_trainer_options *options,
                                 syngan_trainer **out) {
    SG_TRY(get_texts(l, options));
    syngan_trainer *trainer;
    SG_TRY(make_trainer(l, &trainer));
    syngan_status status = get_state(l, trainer);
    if (status == SYNGAN_OK)
        *out = trainer;
    else
        syngan_trainer_free(trainer);
    return status;
}

/* Reads from `in` and closes it. */
static syngan_status load(syngan_context *context, sg_reader *in,
                          syngan_dataset *dataset,
                          const syngan_trainer_options *options,
                          syngan_trainer **out) {
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(context, in, 0, &file);
    sg_reader_close(in);
    SG_TRY(status);
    loader l = {.context = context, .file = file, .dataset = dataset};
    status = get_trainer(&l, options, out);
    sg_kernels_end(&l.kernels);
    sg_safetensors_free(file);
    return status;
}

static syngan_status check_load(syngan_context *context, const void *source,
                                const syngan_dataset *dataset,
                                syngan_trainer **out, const char *where) {
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (source == NULL || dataset == NULL || out == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: %s is NULL", where,
                       source == NULL    ? "what to load from"
                       : dataset == NULL ? "`dataset`"
                                         : "`out`");
    if (dataset->context == context) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: the dataset is of another context", where);
}

syngan_status syngan_trainer_load(syngan_context *context, const char *path,
                                  syngan_dataset *dataset,
                                  const syngan_trainer_options *options,
                                  syngan_trainer **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_load(context, path, dataset, out, "syngan_trainer_load"));
    sg_reader *in;
    SG_TRY(sg_reader_open(context, path, &in));
    return load(context, in, dataset, options, out);
}

syngan_status syngan_trainer_load_stream(syngan_context *context,
                                         const syngan_stream *stream,
                                         syngan_dataset *dataset,
                                         const syngan_trainer_options *options,
                                         syngan_trainer **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_load(context, stream, dataset, out,
                      "syngan_trainer_load_stream"));
    sg_reader *in;
    SG_TRY(sg_reader_open_stream(context, stream, &in));
    return load(context, in, dataset, options, out);
}
