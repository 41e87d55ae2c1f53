/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables from JSON, as tests/fixtures/make_evaluate.py writes them, and small
 * made-up ones. Everything here fails the running test on the spot.
 */
#ifndef TESTS_SUPPORT_JSON_TABLES_H
#define TESTS_SUPPORT_JSON_TABLES_H

#include <syngan/table.h>

#include "file/json.h"

/* The parsed file of that name in tests/fixtures. */
sg_json *tables_open(syngan_context *context, const char *name);
/* From an array of {"name", "type", "values"}. */
syngan_table *tables_from_json(syngan_context *context, sg_json_value columns);

#endif
