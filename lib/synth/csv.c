/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Samples straight to a CSV file.
 */
#include "base/floats.h"
#include "base/stream.h"
#include "synth/synth.h"

typedef struct output {
    sg_writer *writer;
    bool begun;
} output;

static int64_t put(const void *data, size_t size, void *user) {
    const output *out = user;
    return sg_writer_put(out->writer, data, size) == SYNGAN_OK ? (int64_t)size
                                                               : -1;
}

/* Only the first piece has a header. */
static syngan_status write_piece(const syngan_table *piece, void *user) {
    output *out = user;
    const syngan_stream stream = {
        .struct_size = sizeof stream, .write = put, .user = out};
    syngan_status status = syngan_table_write_csv_stream(
        piece, &stream, SYNGAN_CSV(.no_header = out->begun));
    out->begun = true;
    /* The writer's own failure says more than that of the stream. */
    syngan_status writing = sg_writer_put(out->writer, "", 0);
    return writing != SYNGAN_OK ? writing : status;
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
    output out = {0};
    SG_TRY(sg_writer_open(synthesizer->context, path, &out.writer));
    syngan_status status = syngan_synthesizer_stream(
        synthesizer, rows, 0, seed, options, rejected, write_piece, &out);
    if (status == SYNGAN_OK) return sg_writer_commit(out.writer);
    sg_writer_abandon(out.writer);
    return status;
}
