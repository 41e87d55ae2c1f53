/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from numbers and numbers from text, always as in the C locale: files
 * and messages must not change with the host's decimal point. The host's
 * locale is not touched.
 */
#ifndef SG_BASE_TEXT_H
#define SG_BASE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* As snprintf() and vsnprintf(). */
int sg_text(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int sg_text_v(char *text, size_t size, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* Copies a text as snprintf() would: the bytes that the whole needs. */
size_t sg_text_copy(const char *from, char *text, size_t size);

/* Read the whole of `text`, which must be one number and nothing else; false
 * when it is not, or when it is out of the type's range. Doubles may be
 * infinite or NaN only when `text` says so. */
bool sg_text_to_double(const char *text, double *out);
bool sg_text_to_i64(const char *text, int64_t *out);
bool sg_text_to_u64(const char *text, uint64_t *out);

#endif
