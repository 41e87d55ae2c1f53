/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Structs described by a field table, as JSON objects.
 */
#ifndef SG_MODEL_FIELDS_H
#define SG_MODEL_FIELDS_H

#include "base/options.h"
#include "file/json.h"

/* Writes the fields of `values` as an object. Pointers and callbacks have no
 * place in a file and are left out. */
void sg_fields_write(sg_json_writer *writer, const char *key,
                     const sg_fields *fields, const void *values);

/* Reads what sg_fields_write() wrote into `values` (fields->size bytes), each
 * value within its range; with `standard_fits` (for options, where a field
 * that is not set has it) also the standard value outside of the range. Fields
 * that the object lacks get their standard value, others that it has are
 * refused. */
syngan_status sg_fields_read(sg_json_value object, const sg_fields *fields,
                             bool standard_fits, void *values);

#endif
