/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows that equal a row of another table in all matched columns.
 */
#ifndef SG_EVAL_COPIES_H
#define SG_EVAL_COPIES_H

#include "eval/match.h"

/* The share of rows of side `of` that equal a real one. SYNGAN_E_MEMORY. */
syngan_status sg_copies(const sg_match *match, int of, double *share);

#endif
