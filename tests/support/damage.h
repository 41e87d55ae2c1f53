/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are cut or changed: their readers must refuse them with a
 * sentence, leave nothing allocated, and take little memory.
 */
#ifndef TESTS_SUPPORT_DAMAGE_H
#define TESTS_SUPPORT_DAMAGE_H

#include "base/stream.h"

/* Reads the whole file, looks at what came if it was read, and frees it. */
typedef syngan_status (*damage_reader)(syngan_context *context,
                                       sg_reader *reader, void *user);

/* Bytes that reading a small file may take, whatever it claims. */
#define DAMAGE_MEMORY (1u << 20)

/* A context that may hold DAMAGE_MEMORY more bytes than it does at first. */
syngan_context *damage_context(void);

/* Reads `size` bytes from memory. */
syngan_status damage_read(syngan_context *context, const void *data,
                          size_t size, damage_reader read, void *user);

/* Every shorter file is refused with SYNGAN_E_FORMAT and a sentence. */
void damage_cut(const void *data, size_t size, damage_reader read, void *user);

/* Every file with one byte of the first `count` changed, in several ways, is
 * read (unless `strict`) or refused with a sentence, and not for its memory. */
void damage_change(const void *data, size_t size, size_t count, bool strict,
                   damage_reader read, void *user);

/* A file's bytes from hexadecimal digits, and text in single quotes, separated
 * by spaces: "93 'NUMPY' 01 00". Writes to `out` and returns the size. */
size_t damage_bytes(const char *text, unsigned char *out, size_t capacity);

#endif
