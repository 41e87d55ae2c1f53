/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What writer.c and reader.c share; nobody else includes this.
 */
#ifndef SG_BASE_STREAM_INTERNAL_H
#define SG_BASE_STREAM_INTERNAL_H

#include "base/stream.h"

/* Bytes gathered before a system call. */
#define SG_STREAM_BUFFER 65536

/* Longer paths are shown by their end, so that the reason of a failure still
 * fits into the sentence. */
#define SG_STREAM_NAME_MAX 300

/* The context's calls, repeated when interrupted; errno says why they fail. */
int sg_stream_open(syngan_context *context, const char *path, int flags,
                   int mode);
int sg_stream_sync(syngan_context *context, int fd);
int sg_stream_close(syngan_context *context, int fd);

/* "NAME: ACTION failed: REASON". */
syngan_status sg_stream_fail(syngan_context *context, const char *name,
                             const char *action, int error);

/* A copy of `path` for messages, from sg_alloc; NULL without memory. */
char *sg_stream_name(syngan_context *context, const char *path);

#endif
