/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers as text in files: always with a point, whatever the locale, and as
 * short as reads back to the same value.
 */
#ifndef SG_FILE_NUMBER_H
#define SG_FILE_NUMBER_H

/* Longest text of a number, its end included. */
#define SG_NUMBER_TEXT 40

/* The shortest decimal text that reads back as this number: "0.1", "1e-07".
 * Not finite: "NaN", "Infinity", "-Infinity". Writes to `text`
 * (SG_NUMBER_TEXT bytes) and returns it. */
const char *sg_number_f64(double value, char *text);
const char *sg_number_f32(float value, char *text);

/* Rounded to `digits` (1 ... 17) significant digits. */
const char *sg_number_short(double value, int digits, char *text);

/* Rounded to `digits` (0 ... 15) digits behind the point, |value| < 1e16. */
const char *sg_number_fixed(double value, int digits, char *text);

/* The fewest digits behind the point, but at least `least` (0 ... 15), that
 * read back as this number, without an exponent; where 15 digits don't do, as
 * sg_number_f64() has it. */
const char *sg_number_plain(double value, int least, char *text);

#endif
