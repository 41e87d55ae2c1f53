/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Saving and loading one model: a safetensors file with the network as the
 * metadata text "network" and the parameters under their own names. A
 * trainer's checkpoint can be loaded from as well: its text "sampler" names the
 * prefix of the generator to sample from.
 */
#include <string.h>

#include "base/floats.h"
#include "model/network.h"

/* ---- formats ----------------------------------------------------------- */

syngan_status sg_format_put(sg_safetensors_writer *file, const char *format) {
    SG_TRY(sg_safetensors_put_text(file, "format", format));
    return sg_safetensors_put_text(file, "format_version", SG_FORMAT_VERSION);
}

static bool is_format(const sg_safetensors *file, const char *format) {
    const char *text = sg_safetensors_text(file, "format");
    return text != NULL && strcmp(text, format) == 0;
}

syngan_status sg_format_check(syngan_context *context,
                              const sg_safetensors *file, const char *format) {
    if (!is_format(file, format))
        return sg_fail(context, SYNGAN_E_FORMAT, "%s: is not a %s",
                       sg_safetensors_name(file), format);
    const char *version = sg_safetensors_text(file, "format_version");
    if (version != NULL && strcmp(version, SG_FORMAT_VERSION) == 0)
        return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_VERSION,
                   "%s: has format version %s; this library reads version %s",
                   sg_safetensors_name(file),
                   version == NULL ? "unknown" : version, SG_FORMAT_VERSION);
}

/* ---- saving ------------------------------------------------------------ */

static syngan_status put_model(sg_safetensors_writer *file,
                               const syngan_model *model) {
    SG_TRY(sg_format_put(file, SG_FORMAT_MODEL));
    SG_TRY(sg_network_put(file, "network", model));
    return sg_network_put_tensors(file, "", model);
}

/* Writes to `out` and ends it. */
static syngan_status save(const syngan_model *model, sg_writer *out) {
    sg_safetensors_writer *file = NULL;
    syngan_status status = sg_safetensors_start(model->context, &file);
    if (status == SYNGAN_OK) status = put_model(file, model);
    if (status == SYNGAN_OK) status = sg_safetensors_write(file, out);
    sg_safetensors_discard(file);
    if (status == SYNGAN_OK) return sg_writer_commit(out);
    sg_writer_abandon(out);
    return status;
}

syngan_status syngan_model_save(const syngan_model *model, const char *path) {
    SG_OWN_FLOATS;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_save", path));
    sg_writer *out;
    SG_TRY(sg_writer_open(model->context, path, &out));
    return save(model, out);
}

syngan_status syngan_model_save_stream(const syngan_model *model,
                                       const syngan_stream *stream) {
    SG_OWN_FLOATS;
    if (model == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(model->context, "syngan_model_save_stream", stream));
    sg_writer *out;
    SG_TRY(sg_writer_open_stream(model->context, stream, &out));
    return save(model, out);
}

/* ---- loading ----------------------------------------------------------- */

static syngan_status get_model(syngan_context *context,
                               const sg_safetensors *file, syngan_model **out) {
    if (!is_format(file, SG_FORMAT_CHECKPOINT)) {
        SG_TRY(sg_format_check(context, file, SG_FORMAT_MODEL));
        return sg_network_get(context, file, "network", "", out);
    }
    SG_TRY(sg_format_check(context, file, SG_FORMAT_CHECKPOINT));
    const char *sampler = sg_safetensors_text(file, "sampler");
    if (sampler == NULL)
        return sg_fail(context, SYNGAN_E_FORMAT,
                       "%s: does not say which model to sample from",
                       sg_safetensors_name(file));
    return sg_network_get(context, file, "generator", sampler, out);
}

/* Reads from `in` and closes it. */
static syngan_status load(syngan_context *context, sg_reader *in,
                          syngan_model **out) {
    sg_safetensors *file = NULL;
    syngan_status status = sg_safetensors_read(context, in, 0, &file);
    sg_reader_close(in);
    SG_TRY(status);
    status = get_model(context, file, out);
    sg_safetensors_free(file);
    return status;
}

syngan_status syngan_model_load(syngan_context *context, const char *path,
                                syngan_model **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_model_load", path));
    SG_TRY(SG_NEED(context, "syngan_model_load", out));
    sg_reader *in;
    SG_TRY(sg_reader_open(context, path, &in));
    return load(context, in, out);
}

syngan_status syngan_model_load_stream(syngan_context *context,
                                       const syngan_stream *stream,
                                       syngan_model **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_model_load_stream", stream));
    SG_TRY(SG_NEED(context, "syngan_model_load_stream", out));
    sg_reader *in;
    SG_TRY(sg_reader_open_stream(context, stream, &in));
    return load(context, in, out);
}
