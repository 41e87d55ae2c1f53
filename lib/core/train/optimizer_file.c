/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving and loading one optimizer: a safetensors file with its options as the
 * metadata text "options", and as tensors the number of updates and the
 * moments, under names that say whose they are ("m.dense.weight").
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/fields.h"
#include "model/network.h"
#include "train/optimizer.h"
#include "train/snapshot.h"
#include "train/variable_file.h"

#define PART "optimizer"

/* ---- saving ------------------------------------------------------------ */

static syngan_status put_options(sg_safetensors_writer *file,
                                 const syngan_optimizer *optimizer) {
    syngan_context *context = sg_optimizer_context(optimizer);
    sg_json_writer json;
    char *text;
    sg_json_start(&json, context);
    sg_json_open_object(&json, NULL);
    sg_fields_write(&json, PART, &sg_options_optimizer,
                    sg_optimizer_options(optimizer));
    sg_json_close_object(&json);
    SG_TRY(sg_json_finish(&json, &text, NULL));
    syngan_status status = sg_safetensors_put_text(file, "options", text);
    sg_free(context, text);
    return status;
}

static syngan_status put_optimizer(sg_safetensors_writer *file,
                                   const syngan_optimizer *optimizer) {
    SG_TRY(sg_format_put(file, SG_FORMAT_OPTIMIZER));
    SG_TRY(put_options(file, optimizer));
    return sg_visit_optimizer(optimizer, "", sg_variable_put, file);
}

/* Writes to `out` and ends it. */
static syngan_status save(const syngan_optimizer *optimizer, sg_writer *out) {
    sg_safetensors_writer *file = NULL;
    syngan_status status =
        sg_safetensors_start(sg_optimizer_context(optimizer), &file);
    if (status == SYNGAN_OK) status = put_optimizer(file, optimizer);
    if (status == SYNGAN_OK) status = sg_safetensors_write(file, out);
    sg_safetensors_discard(file);
    if (status == SYNGAN_OK) return sg_writer_commit(out);
    sg_writer_abandon(out);
    return status;
}

syngan_status syngan_optimizer_save(const syngan_optimizer *optimizer,
                                    const char *path) {
    SG_OWN_FLOATS;
    if (optimizer == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_optimizer_context(optimizer);
    if (path == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_optimizer_save: `path` is NULL");
    sg_writer *out;
    SG_TRY(sg_writer_open(context, path, &out));
    return save(optimizer, out);
}

syngan_status syngan_optimizer_save_stream(const syngan_optimizer *optimizer,
                                           const syngan_stream *stream) {
    SG_OWN_FLOATS;
    if (optimizer == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_optimizer_context(optimizer);
    if (stream == NULL)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "syngan_optimizer_save_stream: `stream` is NULL");
    sg_writer *out;
    SG_TRY(sg_writer_open_stream(context, stream, &out));
    return save(optimizer, out);
}

/* ---- loading ----------------------------------------------------------- */

static syngan_status get_options(syngan_context *context,
                                 const sg_safetensors *file,
                                 syngan_optimizer_options *out) {
    const char *text = sg_safetensors_text(file, "options");
    if (text == NULL)
        return sg_fail(context, SYNGAN_E_FORMAT, "%s: has no text 'options'",
                       sg_safetensors_name(file));
    char name[SG_ERROR_MAX / 2];
    sg_text(name, sizeof name, "%s: options", sg_safetensors_name(file));
    sg_json *json;
    SG_TRY(sg_json_parse(context, name, text, strlen(text), &json));
    syngan_status status =
        sg_fields_read(sg_json_member(sg_json_root(json), PART),
                       &sg_options_optimizer, true, out);
    sg_json_free(json);
    out->struct_size = SYNGAN_INITIALISED(*out);
    if (status != SYNGAN_OK) return status;
    const syngan_optimizer_options stored = *out;
    return sg_optimizer_read(context, &stored, name, out);
}

/* The options to go on with: the file's, unless the caller gives others. */
static syngan_status choose_options(syngan_context *context,
                                    const sg_safetensors *file,
                                    const syngan_optimizer_options *given,
                                    syngan_optimizer_options *out) {
    static const char *const kinds[] = {[SYNGAN_OPTIMIZER_ADAM] = "Adam",
                                        [SYNGAN_OPTIMIZER_ADAMW] = "AdamW",
                                        [SYNGAN_OPTIMIZER_SGD] = "SGD",
                                        [SYNGAN_OPTIMIZER_RMSPROP] = "RMSprop"};
    syngan_optimizer_options read;
    SG_TRY(get_options(context, file, out));
    if (given == NULL) return SYNGAN_OK;
    SG_TRY(sg_optimizer_read(context, given, "optimizer", &read));
    if (read.kind != out->kind)
        return sg_fail(context, SYNGAN_E_MISMATCH,
                       "%s: holds an optimizer of the kind %s, the options ask "
                       "for %s",
                       sg_safetensors_name(file), kinds[out->kind],
                       kinds[read.kind]);
    *out = read;
    return SYNGAN_OK;
}

/* A counter below 0 would make rates of the schedule that nobody asked for. */
static syngan_status check_state(const syngan_optimizer *optimizer,
                                 const sg_safetensors *file) {
    syngan_context *context = sg_optimizer_context(optimizer);
    size_t want = sg_optimizer_state_count(optimizer);
    if (sg_safetensors_count(file) != want)
        return sg_fail(context, SYNGAN_E_MISMATCH,
                       "%s: is of an optimizer with %zu tensors, this model's "
                       "has %zu",
                       sg_safetensors_name(file), sg_safetensors_count(file),
                       want);
    if (syngan_optimizer_updates(optimizer) >= 0) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_FORMAT, "%s: %lld is no number of updates",
                   sg_safetensors_name(file),
                   (long long)syngan_optimizer_updates(optimizer));
}

static syngan_status get_optimizer(syngan_model *model,
                                   const sg_safetensors *file,
                                   const syngan_optimizer_options *options,
                                   syngan_optimizer **out) {
    syngan_optimizer_options settled;
    SG_TRY(sg_format_check(model->context, file, SG_FORMAT_OPTIMIZER));
    SG_TRY(choose_options(model->context, file, options, &settled));
    syngan_optimizer *optimizer;
    SG_TRY(sg_optimizer_make(model, &settled, true, &optimizer));
    sg_variable_source source = {file, SYNGAN_E_MISMATCH};
    syngan_status status =
        sg_visit_optimizer(optimizer, "", sg_variable_get, &source);
    if (status == SYNGAN_OK) status = check_state(optimizer, file);
    if (status == SYNGAN_OK)
        *out = optimizer;
    else
        syngan_optimizer_free(optimizer);
    return status;
}

/* Reads from `in` and closes it. */
static syngan_status load(syngan_model *model, sg_reader *in,
                          const syngan_optimizer_options *options,
                          syngan_optimizer **out) {
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(model->context, in, 0, &file);
    sg_reader_close(in);
    SG_TRY(status);
    status = get_optimizer(model, file, options, out);
    sg_safetensors_free(file);
    return status;
}

static syngan_status check_load(const syngan_model *model, const void *source,
                                syngan_optimizer **out, const char *where) {
    if (out != NULL) *out = NULL;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    if (source != NULL && out != NULL) return SYNGAN_OK;
    return sg_fail(model->context, SYNGAN_E_ARGUMENT, "%s: %s is NULL", where,
                   source == NULL ? "what to load from" : "`out`");
}

syngan_status syngan_optimizer_load(syngan_model *model, const char *path,
                                    const syngan_optimizer_options *options,
                                    syngan_optimizer **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_load(model, path, out, "syngan_optimizer_load"));
    sg_reader *in;
    SG_TRY(sg_reader_open(model->context, path, &in));
    return load(model, in, options, out);
}

syngan_status
syngan_optimizer_load_stream(syngan_model *model, const syngan_stream *stream,
                             const syngan_optimizer_options *options,
                             syngan_optimizer **out) {
    SG_OWN_FLOATS;
    SG_TRY(check_load(model, stream, out, "syngan_optimizer_load_stream"));
    sg_reader *in;
    SG_TRY(sg_reader_open_stream(model->context, stream, &in));
    return load(model, in, options, out);
}
