/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single fields of options structs: what options.c and options_by_name.c share;
 * nobody else includes this.
 */
#ifndef SG_BASE_OPTIONS_INTERNAL_H
#define SG_BASE_OPTIONS_INTERNAL_H

#include "base/options.h"

/* Bytes that the field has in its struct. */
size_t sg_field_size(const sg_field *field);

/* A field's number at its place `at`, exact enough for a look at its range, and
 * the way back. */
double sg_field_number(const sg_field *field, const void *at);
void sg_field_store(const sg_field *field, double number, void *at);

/* SYNGAN_E_ARGUMENT and a sentence unless `value` is in the field's range or
 * its default. */
syngan_status sg_field_check(syngan_context *context, const char *where,
                             const sg_field *field, double value);

/* Whether the field's default is SYNGAN_AUTO. */
bool sg_field_is_auto(const sg_field *field);

/* Bytes of the caller's struct, without the mark of an initialised one. */
size_t sg_options_size(const void *options, bool *marked);
/* A struct of any version ends at a multiple of 8, with no field cut in two. */
bool sg_options_size_fits(const sg_fields *fields, size_t size);
/* SYNGAN_E_ARGUMENT and a sentence if the struct should have had the mark. */
syngan_status sg_options_check_mark(syngan_context *context,
                                    const sg_fields *fields, bool marked,
                                    const char *where);

/* Writes the defaults into a struct of `size` bytes, and marks it. */
void sg_options_fill(const sg_fields *fields, void *options, size_t size);

#endif
