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
 * The networks are not stored, but made again from the settings and the
 * encoder, so that a stranger's file can't hold others. There is no row of the
 * table in it, no clock and no path: equal states give equal bytes.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/network.h"
#include "synth/synth.h"

#define FORMAT "syngan synthesizer"
#define TEXT "synthesizer"
#define TRAINING "training"
#define MEASURES "measures"

/* Most elements of the networks that a file may ask for, beyond what it has:
 * tensors are looked for before networks are made. */
#define ROWS_MAX ((int64_t)1 << 31)

/* ---- writing ------------------------------------------------------------ */

static syngan_status write_text(const syngan_synthesizer *s, bool training,
                                char **text) {
    sg_json_writer json;
    sg_json_start(&json, s->context);
    sg_json_open_object(&json, NULL);
    sg_synth_settings_write(&s->settings, &json, "settings");
    sg_encoder_write(s->encoder, &json, "encoder");
    sg_json_put_i64(&json, "rows", s->n_rows);
    sg_json_put_i64(&json, "steps", s->steps);
    if (training) {
        sg_json_put_u64(&json, "fingerprint", s->fingerprint);
        sg_json_put_f64(&json, "best", s->best);
        sg_json_put_i64(&json, "since", s->since);
    }
    sg_json_close_object(&json);
    return sg_json_finish(&json, text, NULL);
}

static syngan_status put_text(sg_safetensors_writer *file,
                              const syngan_synthesizer *s, bool training) {
    char *text;
    SG_TRY(write_text(s, training, &text));
    syngan_status status = sg_safetensors_put_text(file, TEXT, text);
    sg_free(s->context, text);
    if (status == SYNGAN_OK)
        status =
            sg_safetensors_put_text(file, TRAINING, training ? "yes" : "no");
    return status;
}

static syngan_status put_variable(const char *prefix, sg_variable *variable,
                                  void *argument) {
    sg_safetensors_writer *file = argument;
    char *name = sg_format(variable->context, "%s%s", prefix, variable->name);
    if (name == NULL)
        return sg_fail_memory(variable->context, "a tensor's name", 64);
    const syngan_tensor *tensor = variable->tensor;
    syngan_status status = sg_safetensors_put_tensor(
        file, name, tensor->type, &tensor->dims, tensor->data);
    sg_free(variable->context, name);
    return status;
}

static syngan_status put_sampler(sg_safetensors_writer *file,
                                 const syngan_synthesizer *s) {
    for (size_t i = 0; i < s->sampler->n_parameters; i++)
        SG_TRY(put_variable("sampler.", s->sampler->parameters[i], file));
    return SYNGAN_OK;
}

static sg_dims measures_dims(int64_t count) {
    return sg_dims_make((const int64_t[]){count, 2}, 2);
}

/* `numbers` is released by the caller, when the file is written. */
static syngan_status put_measures(sg_safetensors_writer *file,
                                  const syngan_synthesizer *s,
                                  float **numbers) {
    sg_dims dims = measures_dims((int64_t)s->n_measures);
    *numbers = sg_alloc(s->context, s->n_measures * 2 * sizeof **numbers);
    if (*numbers == NULL)
        return sg_fail_memory(s->context, "a synthesizer's file",
                              s->n_measures * 8);
    for (size_t i = 0; i < s->n_measures; i++) {
        (*numbers)[2 * i] = (float)s->measures[i].epoch;
        (*numbers)[2 * i + 1] = (float)s->measures[i].quality;
    }
    return sg_safetensors_put_tensor(file, MEASURES, SYNGAN_F32, &dims,
                                     *numbers);
}

static syngan_status put_all(sg_safetensors_writer *file,
                             const syngan_synthesizer *s, bool training,
                             float **numbers) {
    SG_TRY(sg_format_put(file, FORMAT));
    SG_TRY(put_text(file, s, training));
    SG_TRY(put_sampler(file, s));
    SG_TRY(put_measures(file, s, numbers));
    return training ? sg_synthesizer_visit(s, put_variable, file) : SYNGAN_OK;
}

/* Writes to `out` and ends it. */
static syngan_status save(const syngan_synthesizer *s, int32_t what,
                          sg_writer *out) {
    sg_safetensors_writer *file = NULL;
    float *numbers = NULL;
    bool training = what == SYNGAN_SAVE_ALL && s->generator != NULL;
    syngan_status status = sg_safetensors_start(s->context, &file);
    if (status == SYNGAN_OK) status = put_all(file, s, training, &numbers);
    if (status == SYNGAN_OK) status = sg_safetensors_write(file, out);
    sg_safetensors_discard(file);
    sg_free(s->context, numbers);
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
    sg_writer *out;
    SG_TRY(check_save(synthesizer, path, what, "syngan_synthesizer_save"));
    SG_TRY(sg_writer_open(synthesizer->context, path, &out));
    return save(synthesizer, what, out);
}

syngan_status
syngan_synthesizer_save_stream(const syngan_synthesizer *synthesizer,
                               const syngan_stream *stream, int32_t what) {
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

/* The networks take no more memory than the file has tensors for: the largest
 * of each network is looked for before it is made. */
static syngan_status check_sizes(const loader *l, const sg_encoder *encoder,
                                 int64_t condition) {
    const syngan_synthesizer_options *o = &l->settings.options;
    int64_t row = encoder->width, inputs = o->noise + condition;
    for (int32_t i = 1; i <= o->depth; i++, inputs += o->width) {
        char name[64];
        const sg_dims dims =
            sg_dims_make((const int64_t[]){o->width, inputs}, 2);
        sg_text(name, sizeof name, "sampler.layer_%d.weight", i);
        const sg_safetensors_entry *entry = sg_safetensors_find(l->file, name);
        if (entry == NULL || !sg_dims_equal(&entry->dims, &dims))
            return damaged(l, "is missing or of another shape:", name);
    }
    const sg_dims output = sg_dims_make((const int64_t[]){row, inputs}, 2);
    const sg_dims critic = sg_dims_make(
        (const int64_t[]){o->width, o->pac * (row + condition)}, 2);
    const sg_safetensors_entry *entry =
        sg_safetensors_find(l->file, "sampler.output.weight");
    if (entry == NULL || !sg_dims_equal(&entry->dims, &output))
        return damaged(
            l, "is missing or of another shape:", "sampler.output.weight");
    if (!l->training) return SYNGAN_OK;
    entry = sg_safetensors_find(l->file, "critic.layer_1.weight");
    return entry != NULL && sg_dims_equal(&entry->dims, &critic)
               ? SYNGAN_OK
               : damaged(l, "is missing or of another shape:",
                         "critic.layer_1.weight");
}

static int64_t condition_width(const sg_encoder *encoder) {
    int64_t width = 0;
    for (size_t i = 0; i < encoder->n_parts; i++)
        if (encoder->parts[i].discrete) width += encoder->parts[i].width;
    return width;
}

/* An empty synthesizer of the file's settings. */
static syngan_status read_text(loader *l, sg_json_value root,
                               syngan_synthesizer **out) {
    sg_encoder *encoder = NULL;
    SG_TRY(sg_synth_settings_parse(sg_json_member(root, "settings"),
                                   &l->settings));
    SG_TRY(
        sg_json_read_i64(sg_json_member(root, "rows"), 1, ROWS_MAX, &l->rows));
    SG_TRY(sg_json_read_i64(sg_json_member(root, "steps"), 0, INT64_MAX / 2,
                            &l->steps));
    if (l->training) SG_TRY(read_training(l, root));
    SG_TRY(
        sg_encoder_read(l->context, sg_json_member(root, "encoder"), &encoder));
    syngan_status status = check_sizes(l, encoder, condition_width(encoder));
    if (status != SYNGAN_OK) {
        sg_encoder_release(encoder);
        return status;
    }
    return sg_synthesizer_make(&l->settings, encoder, l->rows, l->training,
                               out);
}

static syngan_status get_variable(const char *prefix, sg_variable *variable,
                                  void *argument) {
    const loader *l = argument;
    const syngan_tensor *tensor = variable->tensor;
    char *name = sg_format(l->context, "%s%s", prefix, variable->name);
    if (name == NULL) return sg_fail_memory(l->context, "a tensor's name", 64);
    const sg_safetensors_entry *entry = sg_safetensors_find(l->file, name);
    syngan_status status = SYNGAN_OK;
    if (entry == NULL || entry->type != tensor->type ||
        !sg_dims_equal(&entry->dims, &tensor->dims))
        status = damaged(l, "is missing or of another shape:", name);
    else if (entry->bytes > 0)
        memcpy(tensor->data, entry->data, entry->bytes);
    sg_free(l->context, name);
    return status;
}

static syngan_status get_measures(const loader *l, syngan_synthesizer *s) {
    const sg_safetensors_entry *entry = sg_safetensors_find(l->file, MEASURES);
    if (entry == NULL || entry->type != SYNGAN_F32 || entry->dims.rank != 2 ||
        entry->dims.size[1] != 2)
        return damaged(l, "is missing or of another shape:", MEASURES);
    const float *numbers = entry->data;
    size_t count = (size_t)entry->dims.size[0];
    s->measures = sg_alloc(l->context, count * sizeof *s->measures);
    if (s->measures == NULL)
        return sg_fail_memory(l->context, "a synthesizer",
                              count * sizeof *s->measures);
    s->n_measures = s->measure_capacity = count;
    for (size_t i = 0; i < count; i++) {
        float epoch = numbers[2 * i];
        bool good = epoch >= 0.0f && epoch < 1e15f;
        s->measures[i] = (sg_measure){.epoch = good ? (int64_t)epoch : 0,
                                      .quality = (double)numbers[2 * i + 1]};
    }
    return SYNGAN_OK;
}

static syngan_status get_state(loader *l, syngan_synthesizer *s) {
    for (size_t i = 0; i < s->sampler->n_parameters; i++)
        SG_TRY(get_variable("sampler.", s->sampler->parameters[i], l));
    SG_TRY(get_measures(l, s));
    s->steps = l->steps;
    if (!l->training) return SYNGAN_OK;
    s->fingerprint = l->fingerprint;
    s->best = l->best;
    s->since = l->since;
    return sg_synthesizer_visit(s, get_variable, l);
}

static syngan_status get_synthesizer(loader *l, syngan_synthesizer **out) {
    SG_TRY(sg_format_check(l->context, l->file, FORMAT));
    const char *training = sg_safetensors_text(l->file, TRAINING);
    const char *text = sg_safetensors_text(l->file, TEXT);
    if (training == NULL || text == NULL)
        return damaged(l, "has no text", text == NULL ? TEXT : TRAINING);
    l->training = strcmp(training, "yes") == 0;
    sg_json *json;
    syngan_synthesizer *s = NULL;
    SG_TRY(sg_json_parse(l->context, sg_safetensors_name(l->file), text,
                         strlen(text), &json));
    syngan_status status = read_text(l, sg_json_root(json), &s);
    sg_json_free(json);
    if (status == SYNGAN_OK) status = get_state(l, s);
    if (status == SYNGAN_OK)
        *out = s;
    else
        syngan_synthesizer_free(s);
    return status;
}

/* Reads from `in` and closes it. */
static syngan_status load(syngan_context *context, sg_reader *in,
                          syngan_synthesizer **out) {
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(context, in, 0, &file);
    sg_reader_close(in);
    SG_TRY(status);
    loader l = {.context = context, .file = file, .best = -1.0};
    status = get_synthesizer(&l, out);
    sg_safetensors_free(file);
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
    sg_reader *in;
    SG_TRY(check_load(context, path, out, "syngan_synthesizer_load"));
    SG_TRY(sg_reader_open(context, path, &in));
    return load(context, in, out);
}

syngan_status syngan_synthesizer_load_stream(syngan_context *context,
                                             const syngan_stream *stream,
                                             syngan_synthesizer **out) {
    sg_reader *in;
    SG_TRY(check_load(context, stream, out, "syngan_synthesizer_load_stream"));
    SG_TRY(sg_reader_open_stream(context, stream, &in));
    return load(context, in, out);
}
