/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums of rows.c, of products of f32.
 */
#include "backend/conv/rows_strips.h"

void SG_SIMD(sg_add_products)(const sg_rows *rows) {
    add_products(rows);
}
