/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decimal numbers of the Arrow C data interface: integers of 32 to 256 bits
 * that stand for themselves times 10^-scale.
 */
#ifndef SG_TABLE_DECIMAL_H
#define SG_TABLE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SG_DECIMAL_DIGITS 76 /* of 256 bits */

typedef struct sg_decimal_form {
    int32_t precision; /* most digits */
    int32_t scale;     /* digits behind the point; below 0: zeros before it */
    int32_t bytes;     /* of a value */
} sg_decimal_form;

/* "d:10,2", "d:40,2,256"; false if it is none. */
bool sg_decimal_parse(const char *format, sg_decimal_form *form);

/* Room for a text, its end included. */
#define SG_DECIMAL_TEXT (2 * SG_DECIMAL_DIGITS + 8)
/* A value as "-12.50"; `value` may lie anywhere. */
void sg_decimal_text(const sg_decimal_form *form, const void *value,
                     char text[SG_DECIMAL_TEXT]);
double sg_decimal_real(const sg_decimal_form *form, const void *value);
/* False if it is no integer of 64 bits. */
bool sg_decimal_integer(const sg_decimal_form *form, const void *value,
                        int64_t *integer);
/* The value of a number's text, "-12.5" or "1.25e-07", rounded to the scale;
 * false if it has too many digits. */
bool sg_decimal_put(const sg_decimal_form *form, const char *text, void *value);

#endif
