/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and writing bytes: files, written atomically, and streams of the
 * host's, behind one small interface. All system calls go through the
 * context's sg_io table.
 */
#ifndef SG_BASE_STREAM_H
#define SG_BASE_STREAM_H

#include "base/context.h"

/* ---- writing ------------------------------------------------------------ */

typedef struct sg_writer sg_writer;

/* A new file beside `path`, which takes its place when committed: whatever
 * happens, `path` is the old file or the whole new one. Links are followed and
 * stay. What is no regular file (a pipe, a terminal, /dev/stdout) is written
 * directly. */
syngan_status sg_writer_open(syngan_context *context, const char *path,
                             sg_writer **out);
syngan_status sg_writer_open_stream(syngan_context *context,
                                    const syngan_stream *stream,
                                    sg_writer **out);
/* Buffered; short writes are continued, interrupted ones repeated. After a
 * failure all further calls give the same status and do nothing. */
syngan_status sg_writer_put(sg_writer *writer, const void *data, size_t size);
syngan_status sg_writer_printf(sg_writer *writer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Flushes, syncs, renames over `path`, syncs the folder, and frees. If that or
 * anything before failed: removes the new file, and returns the first error.
 * Only a failure to sync the folder comes when the new file is in place. */
syngan_status sg_writer_commit(sg_writer *writer);
/* Gives up: removes the new file and frees. Takes NULL. */
void sg_writer_abandon(sg_writer *writer);

/* ---- reading ------------------------------------------------------------ */

typedef struct sg_reader sg_reader;

syngan_status sg_reader_open(syngan_context *context, const char *path,
                             sg_reader **out);
syngan_status sg_reader_open_stream(syngan_context *context,
                                    const syngan_stream *stream,
                                    sg_reader **out);
/* What messages call it: the path, or "stream". */
const char *sg_reader_name(const sg_reader *reader);
/* At most `size` bytes; *got is 0 at the end. */
syngan_status sg_reader_some(sg_reader *reader, void *data, size_t size,
                             size_t *got);
/* Exactly `size` bytes, else SYNGAN_E_FORMAT ("ends at byte n, ..."). */
syngan_status sg_reader_exact(sg_reader *reader, void *data, size_t size);
void sg_reader_close(sg_reader *reader); /* takes NULL */

/* The whole of a source into one block, which the caller frees. Grows as
 * bytes come, so that no length in a file is believed; refuses more than
 * `limit` bytes (0: no limit). */
syngan_status sg_reader_all(sg_reader *reader, uint64_t limit,
                            unsigned char **data, size_t *size);

#endif
