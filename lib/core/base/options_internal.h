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

/* SYNGAN_E_ARGUMENT and a sentence unless `value` is in the field's range. */
syngan_status sg_field_check(syngan_context *context, const char *where,
                             const sg_field *field, double value);

#endif
