/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library's safetensors files with something else in them, and a right
 * checksum. Everything here fails the running test on the spot.
 */
#ifndef TESTS_SUPPORT_REWRITE_H
#define TESTS_SUPPORT_REWRITE_H

#include <syngan/base.h>

/* A copy of a file, from malloc(), in which the text `key` is `value` (NULL:
 * missing) and one tensor is missing; NULL for none. */
void rewrite_file(syngan_context *context, const void *data, size_t size,
                  const char *key, const char *value, const char *tensor,
                  unsigned char **out, size_t *out_size);
/* A copy of one of its texts, from malloc(); NULL if there is none. */
char *rewrite_text(syngan_context *context, const void *data, size_t size,
                   const char *key);

#endif
