/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums of conv_rows.c, of products of f32.
 */
#include "backend/conv_rows_strips.h"

void SG_SIMD(sg_add_products)(const sg_rows *rows) {
    add_products(rows);
}
