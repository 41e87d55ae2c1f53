/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples straight to a CSV file.
 */
#include "base/floats.h"
#include "base/stream.h"
#include "base/text.h"
#include "synth/row_kind.h"

typedef struct output {
    syngan_context *context;
    sg_writer *writer;
    char failure[SG_ERROR_MAX]; /* the writer's sentence, which has the path */
    bool begun;
} output;

static int64_t put(const void *data, size_t size, void *user) {
    output *out = user;
    if (sg_writer_put(out->writer, data, size) == SYNGAN_OK)
        return (int64_t)size;
    if (out->failure[0] == '\0')
        sg_text(out->failure, sizeof out->failure, "%s",
                syngan_context_last_error(out->context));
    return -1;
}

/* Only the first piece has a header. */
static syngan_status write_piece(const syngan_table *piece, void *user) {
    output *out = user;
    const syngan_stream stream = {
        .struct_size = sizeof stream, .write = put, .user = out};
    syngan_status status = syngan_table_write_csv_stream(
        piece, &stream, SYNGAN_CSV(.header = !out->begun));
    out->begun = true;
    /* The writer's own failure says more than that of the stream. */
    syngan_status writing = sg_writer_put(out->writer, "", 0);
    if (writing == SYNGAN_OK) return status;
    return sg_fail(out->context, writing, "%s", out->failure);
}

syngan_status syngan_synthesizer_write_csv(syngan_synthesizer *synthesizer,
                                           int64_t rows, uint64_t seed,
                                           const syngan_sample_options *options,
                                           int64_t *rejected,
                                           const char *path) {
    SG_OWN_FLOATS;
    if (rejected != NULL) *rejected = 0;
    if (synthesizer == NULL) return SYNGAN_E_ARGUMENT;
    if (path == NULL)
        return sg_fail(synthesizer->context, SYNGAN_E_ARGUMENT,
                       "syngan_synthesizer_write_csv: `path` is NULL");
    output out = {.context = synthesizer->context};
    SG_TRY(sg_writer_open(synthesizer->context, path, &out.writer));
    syngan_status status = syngan_synthesizer_stream(
        synthesizer, rows, 0, seed, options, rejected, write_piece, &out);
    if (status == SYNGAN_OK) return sg_writer_commit(out.writer);
    sg_writer_abandon(out.writer);
    return status;
}
