/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthesizers in files: one safetensors file.
 *
 * Texts:   format, format_version; synthesizer (JSON: settings, encoder, rows,
 *          and of one that goes on training steps, fingerprint, best, since);
 *          training: "yes" or "no".
 * Tensors: "sampler." with a parameter's name behind; of one that goes on
 *          training also "generator.", "critic.", "average.",
 *          "generator_optimizer." and "critic_optimizer."; measures (count x
 *          2: epoch, quality).
 *
 * One of baskets or sequences has a text rows (JSON), and the synthesizers
 * inside have a prefix before all names: "baskets.", "heads." and "steps.".
 *
 * The networks are not stored, but made again from the settings and the
 * encoder, so that a stranger's file can't hold others. There is no row of the
 * table in it, no clock and no path: equal states give equal bytes.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/network.h"
#include "synth/row_kind.h"

#define FORMAT "syngan synthesizer"
#define TEXT "synthesizer"
#define TRAINING "training"
#define MEASURES "measures"
#define ROWS "rows"

/* Most elements of the networks that a file may ask for, beyond what it has:
 * tensors are looked for before networks are made. */
#define ROWS_MAX ((int64_t)1 << 31)
#define GIVEN_MAX ((int64_t)1 << 24)

/* ---- writing ------------------------------------------------------------ */

static syngan_status write_text(const sg_gan *gan, bool training, char **text) {
    sg_json_writer json;
    sg_json_start(&json, gan->context);
    sg_json_open_object(&json, NULL);
    sg_synth_settings_write(&gan->settings, &json, "settings");
    sg_encoder_write(gan->encoder, &json, "encoder");
    if (gan->settings.given > 0) {
        sg_json_put_i64(&json, "given", gan->settings.given);
        sg_json_put_i64(&json, "viewed", gan->settings.viewed);
    }
    sg_json_put_i64(&json, "rows", gan->n_rows);
    sg_json_put_i64(&json, "steps", gan->steps);
    if (training) {
        sg_json_put_u64(&json, "fingerprint", gan->fingerprint);
        sg_json_put_f64(&json, "best", gan->best);
        sg_json_put_i64(&json, "since", gan->since);
    }
    sg_json_close_object(&json);
    return sg_json_finish(&json, text, NULL);
}

/* A synthesizer in a file: alone, or one of those inside another. */
typedef struct saver {
    sg_safetensors_writer *file;
    const char *prefix; /* of all names; "" of one alone */
    bool training;
    float *numbers[2]; /* measures, that live until the file is written */
    int32_t count;     /* of them */
} saver;

/* "<prefix><name>"; NULL when out of memory. */
static char *join(syngan_context *context, const char *prefix,
                  const char *name) {
    return sg_format(context, "%s%s", prefix, name);
}

static syngan_status put_text(const saver *f, const sg_gan *gan) {
    char *text = NULL, *key = join(gan->context, f->prefix, TEXT);
    if (key == NULL) return sg_fail_memory(gan->context, "a text's name", 64);
    syngan_status status = write_text(gan, f->training, &text);
    if (status == SYNGAN_OK)
        status = sg_safetensors_put_text(f->file, key, text);
    sg_free(gan->context, text);
    sg_free(gan->context, key);
    return status;
}

static syngan_status put_variable(const char *prefix, sg_variable *variable,
                                  void *argument) {
    const saver *f = argument;
    char *name = sg_format(variable->context, "%s%s%s", f->prefix, prefix,
                           variable->name);
    if (name == NULL)
        return sg_fail_memory(variable->context, "a tensor's name", 64);
    const syngan_tensor *tensor = variable->tensor;
    syngan_status status = sg_safetensors_put_tensor(
        f->file, name, tensor->type, &tensor->dims, tensor->data);
    sg_free(variable->context, name);
    return status;
}

static syngan_status put_sampler(saver *f, const sg_gan *gan) {
    for (size_t i = 0; i < gan->sampler->n_parameters; i++)
        SG_TRY(put_variable("sampler.", gan->sampler->parameters[i], f));
    return SYNGAN_OK;
}

static sg_dims measures_dims(int64_t count) {
    return sg_dims_make((const int64_t[]){count, 2}, 2);
}

static syngan_status put_measures(saver *f, const sg_gan *gan) {
    sg_dims dims = measures_dims((int64_t)gan->n_measures);
    char *name = join(gan->context, f->prefix, MEASURES);
    float *numbers = f->numbers[f->count++] =
        sg_alloc(gan->context, gan->n_measures * 2 * sizeof *numbers);
    if (name == NULL || numbers == NULL) {
        sg_free(gan->context, name);
        return sg_fail_memory(gan->context, "a synthesizer's file",
                              gan->n_measures * 8);
    }
    for (size_t i = 0; i < gan->n_measures; i++) {
        numbers[2 * i] = (float)gan->measures[i].epoch;
        numbers[2 * i + 1] = (float)gan->measures[i].quality;
    }
    syngan_status status = sg_safetensors_put_tensor(
        f->file, name, SYNGAN_TYPE_F32, &dims, numbers);
    sg_free(gan->context, name);
    return status;
}

static syngan_status put_one(const char *prefix, const sg_gan *gan,
                             void *argument) {
    saver *f = argument;
    f->prefix = prefix;
    SG_TRY(put_text(f, gan));
    SG_TRY(put_sampler(f, gan));
    SG_TRY(put_measures(f, gan));
    return f->training ? sg_gan_visit(gan, put_variable, f) : SYNGAN_OK;
}

/* What there is besides the GANs. */
static syngan_status put_rows(const saver *f, const syngan_synthesizer *s) {
    sg_json_writer json;
    char *text;
    if (s->kind->write == NULL) return SYNGAN_OK;
    sg_json_start(&json, s->context);
    sg_json_open_object(&json, NULL);
    sg_synth_settings_write(&s->settings, &json, "settings");
    sg_json_open_object(&json, ROWS);
    s->kind->write(s->learnt, &json);
    sg_json_close_object(&json);
    sg_json_close_object(&json);
    SG_TRY(sg_json_finish(&json, &text, NULL));
    syngan_status status = sg_safetensors_put_text(f->file, ROWS, text);
    sg_free(s->context, text);
    return status;
}

static syngan_status put_all(saver *f, const syngan_synthesizer *s) {
    SG_TRY(sg_format_put(f->file, FORMAT));
    SG_TRY(
        sg_safetensors_put_text(f->file, TRAINING, f->training ? "yes" : "no"));
    SG_TRY(put_rows(f, s));
    return s->kind->visit(s->learnt, put_one, f);
}

static bool can_go_on(const syngan_synthesizer *s) {
    return s->kind->go_on != NULL &&
           s->kind->last(s->learnt)->generator != NULL;
}

/* Writes to `out` and ends it. */
static syngan_status save(const syngan_synthesizer *s, int32_t what,
                          sg_writer *out) {
    saver f = {.training = what == SYNGAN_SAVE_ALL && can_go_on(s)};
    syngan_status status = sg_safetensors_start(s->context, &f.file);
    if (status == SYNGAN_OK) status = put_all(&f, s);
    if (status == SYNGAN_OK) status = sg_safetensors_write(f.file, out);
    sg_safetensors_discard(f.file);
    for (int32_t i = 0; i < f.count; i++)
        sg_free(s->context, f.numbers[i]);
    if (status == SYNGAN_OK) return sg_writer_commit(out);
    sg_writer_abandon(out);
    return status;
}

static syngan_status check_save(const syngan_synthesizer *s, const void *target,
                                int32_t what, const char *where) {
    if (s == NULL) return SYNGAN_E_ARGUMENT;
    if (target != NULL &&
        (what == SYNGAN_SAVE_ALL || what == SYNGAN_SAVE_SAMPLING))
        return SYNGAN_OK;
    return sg_fail(s->context, SYNGAN_E_ARGUMENT, "%s: %s", where,
                   target == NULL ? "where to is NULL"
                                  : "`what` is neither SYNGAN_SAVE_ALL nor "
                                    "SYNGAN_SAVE_SAMPLING");
}

syngan_status syngan_synthesizer_save(const syngan_synthesizer *synthesizer,
                                      const char *path, int32_t what) {
    SG_OWN_FLOATS;
    sg_writer *out;
    SG_TRY(check_save(synthesizer, path, what, "syngan_synthesizer_save"));
    SG_TRY(sg_writer_open(synthesizer->context, path, &out));
    return save(synthesizer, what, out);
}

syngan_status
syngan_synthesizer_save_stream(const syngan_synthesizer *synthesizer,
                               const syngan_stream *stream, int32_t what) {
    SG_OWN_FLOATS;
    sg_writer *out;
    SG_TRY(check_save(synthesizer, stream, what,
                      "syngan_synthesizer_save_stream"));
    SG_TRY(sg_writer_open_stream(synthesizer->context, stream, &out));
    return save(synthesizer, what, out);
}

/* ---- reading ------------------------------------------------------------ */

typedef struct loader {
    syngan_context *context;
    const sg_safetensors *file;
    const char *prefix;
    bool training;
    sg_synth_settings settings;
    int64_t rows, steps;
    uint64_t fingerprint;
    double best;
    int64_t since;
} loader;

static syngan_status damaged(const loader *l, const char *what,
                             const char *name) {
    return sg_fail(l->context, SYNGAN_E_FORMAT, "%s: %s '%s'",
                   sg_safetensors_name(l->file), what, name);
}

static syngan_status read_training(loader *l, sg_json_value root) {
    sg_json_value best = sg_json_member(root, "best");
    SG_TRY(
        sg_json_read_u64(sg_json_member(root, "fingerprint"), &l->fingerprint));
    SG_TRY(sg_json_read_f64(best, &l->best));
    if (!(l->best >= -1.0 && l->best <= 1.0))
        return sg_json_fail(best, "is no quality");
    return sg_json_read_i64(sg_json_member(root, "since"), 0, INT64_MAX / 2,
                            &l->since);
}

/* A tensor by its name behind the prefix; NULL if there is none, or of another
 * shape, which is then the context's sentence. */
static syngan_status find_tensor(const loader *l, const char *name,
                                 int32_t type, const sg_dims *dims,
                                 const sg_safetensors_entry **out) {
    char *full = join(l->context, l->prefix, name);
    if (full == NULL) return sg_fail_memory(l->context, "a tensor's name", 64);
    *out = sg_safetensors_find(l->file, full);
    bool good = *out != NULL && (*out)->type == type &&
                sg_dims_equal(&(*out)->dims, dims);
    syngan_status status =
        good ? SYNGAN_OK : damaged(l, "is missing or of another shape:", full);
    sg_free(l->context, full);
    return status;
}

static syngan_status check_weight(const loader *l, const char *name,
                                  int64_t rows, int64_t columns) {
    const sg_dims dims = sg_dims_make((const int64_t[]){rows, columns}, 2);
    const sg_safetensors_entry *entry;
    return find_tensor(l, name, SYNGAN_TYPE_F32, &dims, &entry);
}

/* The networks take no more memory than the file has tensors for: the largest
 * of each network is looked for before it is made. */
static syngan_status check_sizes(const loader *l, const sg_encoder *encoder,
                                 int64_t condition) {
    const syngan_synthesizer_options *o = &l->settings.options;
    int64_t row = encoder->width;
    int64_t taken = sg_condition_taken(condition, o->width);
    int64_t inputs = o->noise + taken;
    if (taken != condition)
        SG_TRY(check_weight(l, "sampler.condition.weight", taken, condition));
    for (int32_t i = 1; i <= o->depth; i++, inputs += o->width) {
        char name[64];
        sg_text(name, sizeof name, "sampler.layer_%d.weight", i);
        SG_TRY(check_weight(l, name, o->width, inputs));
    }
    SG_TRY(check_weight(l, "sampler.output.weight", row, inputs));
    return l->training
               ? check_weight(l, "critic.layer_1.weight", o->width,
                              o->pac * (row + condition + l->settings.viewed))
               : SYNGAN_OK;
}

static syngan_status read_given(loader *l, sg_json_value root) {
    sg_json_value given = sg_json_member(root, "given");
    l->settings.given = l->settings.viewed = 0;
    if (!sg_json_present(given)) return SYNGAN_OK;
    SG_TRY(sg_json_read_i64(given, 1, GIVEN_MAX, &l->settings.given));
    return sg_json_read_i64(sg_json_member(root, "viewed"), 0, GIVEN_MAX,
                            &l->settings.viewed);
}

/* An empty synthesizer of the file's settings. */
static syngan_status read_text(loader *l, sg_json_value root, sg_gan **out) {
    sg_encoder *encoder = NULL;
    SG_TRY(sg_synth_settings_parse(sg_json_member(root, "settings"),
                                   &l->settings));
    SG_TRY(
        sg_json_read_i64(sg_json_member(root, "rows"), 1, ROWS_MAX, &l->rows));
    SG_TRY(sg_json_read_i64(sg_json_member(root, "steps"), 0, INT64_MAX / 2,
                            &l->steps));
    if (l->training) SG_TRY(read_training(l, root));
    SG_TRY(read_given(l, root));
    SG_TRY(
        sg_encoder_read(l->context, sg_json_member(root, "encoder"), &encoder));
    int64_t given = l->settings.given;
    syngan_status status = check_sizes(
        l, encoder, given > 0 ? given : sg_conditions_width(encoder));
    if (status != SYNGAN_OK) {
        sg_encoder_release(encoder);
        return status;
    }
    return sg_gan_make(&l->settings, encoder, l->rows, l->training, out);
}

static syngan_status get_variable(const char *prefix, sg_variable *variable,
                                  void *argument) {
    const loader *l = argument;
    const syngan_tensor *tensor = variable->tensor;
    char *name = join(l->context, prefix, variable->name);
    const sg_safetensors_entry *entry = NULL;
    if (name == NULL) return sg_fail_memory(l->context, "a tensor's name", 64);
    syngan_status status =
        find_tensor(l, name, tensor->type, &tensor->dims, &entry);
    if (status == SYNGAN_OK && entry->bytes > 0)
        memcpy(tensor->data, entry->data, entry->bytes);
    sg_free(l->context, name);
    return status;
}

static syngan_status get_measures(const loader *l, sg_gan *gan) {
    char *name = join(l->context, l->prefix, MEASURES);
    if (name == NULL) return sg_fail_memory(l->context, "a tensor's name", 64);
    const sg_safetensors_entry *entry = sg_safetensors_find(l->file, name);
    sg_free(l->context, name);
    if (entry == NULL || entry->type != SYNGAN_TYPE_F32 ||
        entry->dims.rank != 2 || entry->dims.size[1] != 2)
        return damaged(l, "is missing or of another shape:", MEASURES);
    const float *numbers = entry->data;
    size_t count = (size_t)entry->dims.size[0];
    gan->measures = sg_alloc(l->context, count * sizeof *gan->measures);
    if (gan->measures == NULL)
        return sg_fail_memory(l->context, "a synthesizer",
                              count * sizeof *gan->measures);
    gan->n_measures = gan->measure_capacity = count;
    for (size_t i = 0; i < count; i++) {
        float epoch = numbers[2 * i];
        bool good = epoch >= 0.0f && epoch < 1e15f;
        gan->measures[i] = (sg_measure){.epoch = good ? (int64_t)epoch : 0,
                                        .quality = (double)numbers[2 * i + 1]};
    }
    return SYNGAN_OK;
}

static syngan_status get_state(loader *l, sg_gan *gan) {
    for (size_t i = 0; i < gan->sampler->n_parameters; i++)
        SG_TRY(get_variable("sampler.", gan->sampler->parameters[i], l));
    SG_TRY(get_measures(l, gan));
    gan->steps = l->steps;
    if (!l->training) return SYNGAN_OK;
    gan->fingerprint = l->fingerprint;
    gan->best = l->best;
    gan->since = l->since;
    return sg_gan_visit(gan, get_variable, l);
}

/* The text of a name, parsed. */
static syngan_status parse(const loader *l, const char *name, sg_json **out) {
    char *key = join(l->context, l->prefix, name);
    if (key == NULL) return sg_fail_memory(l->context, "a text's name", 64);
    const char *text = sg_safetensors_text(l->file, key);
    syngan_status status =
        text == NULL ? damaged(l, "has no text", key)
                     : sg_json_parse(l->context, sg_safetensors_name(l->file),
                                     text, strlen(text), out);
    sg_free(l->context, key);
    return status;
}

static syngan_status get_one(void *argument, const char *prefix, sg_gan **out) {
    const loader *from = argument;
    loader l = {.context = from->context,
                .file = from->file,
                .prefix = prefix,
                .training = from->training,
                .best = -1.0};
    sg_json *json;
    sg_gan *gan = NULL;
    SG_TRY(parse(&l, TEXT, &json));
    syngan_status status = read_text(&l, sg_json_root(json), &gan);
    sg_json_free(json);
    if (status == SYNGAN_OK) status = get_state(&l, gan);
    if (status == SYNGAN_OK &&
        gan->settings.options.rows != SYNGAN_ROWS_INDEPENDENT)
        status = damaged(&l, "has no text", ROWS);
    if (status == SYNGAN_OK)
        *out = gan;
    else
        sg_gan_free(gan);
    return status;
}

static syngan_status read_learnt(loader *l, sg_json_value rows,
                                 syngan_synthesizer **out) {
    SG_TRY(sg_synthesizer_make(l->context, &l->settings, out));
    return (*out)->kind->read(l->context, rows, get_one, l, &(*out)->learnt);
}

/* Of rows that are not independent. */
static syngan_status read_rows(loader *l, sg_json_value root,
                               syngan_synthesizer **out) {
    sg_json_value settings = sg_json_member(root, "settings");
    SG_TRY(sg_synth_settings_parse(settings, &l->settings));
    if (l->settings.options.rows == SYNGAN_ROWS_INDEPENDENT)
        return sg_json_fail(settings, "is neither of baskets nor of sequences");
    return read_learnt(l, sg_json_member(root, ROWS), out);
}

static syngan_status get_synthesizer(loader *l, syngan_synthesizer **out) {
    SG_TRY(sg_format_check(l->context, l->file, FORMAT));
    const char *training = sg_safetensors_text(l->file, TRAINING);
    if (training == NULL) return damaged(l, "has no text", TRAINING);
    l->training = strcmp(training, "yes") == 0;
    if (sg_safetensors_text(l->file, ROWS) == NULL) {
        l->settings.options.rows = SYNGAN_ROWS_INDEPENDENT;
        return read_learnt(l, (sg_json_value){0}, out);
    }
    sg_json *json;
    SG_TRY(parse(l, ROWS, &json));
    syngan_status status = read_rows(l, sg_json_root(json), out);
    sg_json_free(json);
    return status;
}

/* Reads from `in` and closes it. */
static syngan_status load(syngan_context *context, sg_reader *in,
                          syngan_synthesizer **out) {
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(context, in, 0, &file);
    sg_reader_close(in);
    SG_TRY(status);
    loader l = {.context = context, .file = file, .prefix = ""};
    syngan_synthesizer *s = NULL;
    status = get_synthesizer(&l, &s);
    sg_safetensors_free(file);
    if (status == SYNGAN_OK)
        *out = s;
    else
        syngan_synthesizer_free(s);
    return status;
}

static syngan_status check_load(syngan_context *context, const void *source,
                                syngan_synthesizer **out, const char *where) {
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (source != NULL && out != NULL) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: %s is NULL", where,
                   source == NULL ? "what to load from" : "`out`");
}

syngan_status syngan_synthesizer_load(syngan_context *context, const char *path,
                                      syngan_synthesizer **out) {
    SG_OWN_FLOATS;
    sg_reader *in;
    SG_TRY(check_load(context, path, out, "syngan_synthesizer_load"));
    SG_TRY(sg_reader_open(context, path, &in));
    return load(context, in, out);
}

syngan_status syngan_synthesizer_load_stream(syngan_context *context,
                                             const syngan_stream *stream,
                                             syngan_synthesizer **out) {
    SG_OWN_FLOATS;
    sg_reader *in;
    SG_TRY(check_load(context, stream, out, "syngan_synthesizer_load_stream"));
    SG_TRY(sg_reader_open_stream(context, stream, &in));
    return load(context, in, out);
}
