/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A survey of rows that pass by: what an encoder needs to know of them in order
 * to be fitted. It keeps a uniform sample of the rows (Vitter, "Random sampling
 * with a reservoir", 1985, algorithm R) and, of all rows, the range of numbers,
 * the texts of categories with their frequencies, and how many are missing. If
 * all rows fit into the sample, that is the table.
 */
#ifndef SG_ENCODE_SURVEY_H
#define SG_ENCODE_SURVEY_H

#include "encode/encoder.h"

typedef struct sg_survey sg_survey;

/* For `rows` rows, of which `most` are kept. */
syngan_status sg_survey_start(syngan_context *context, int64_t rows,
                              int64_t most, uint64_t seed, sg_survey **out);
/* SYNGAN_E_FORMAT for the third text of a boolean, SYNGAN_E_ARGUMENT for a
 * number that can't be learnt. */
syngan_status sg_survey_take(sg_survey *survey, const syngan_table *piece);
/* The sample as a table; its dictionaries have all texts of categories and
 * booleans, those of identifiers that are in it, and none of free text. The
 * survey holds it, and what `whole` points to. */
syngan_status sg_survey_finish(sg_survey *survey, const syngan_table **table,
                               sg_whole *whole);
void sg_survey_free(sg_survey *survey); /* takes NULL */

#endif
