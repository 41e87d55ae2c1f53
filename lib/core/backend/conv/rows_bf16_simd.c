/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sums of rows.c, of products of bf16, two channels at a time; and
 * lines of such pairs from blocks of channels.
 */
#define SG_ROWS_PAIRS
#include "backend/conv/rows_strips.h"

void sg_bf16_add_products(const sg_rows *rows) {
    add_products(rows);
}

/* Exchanges rows and lanes of 8 x 8 pairs, in both halves of the vectors: each
 * round of mixing row i with row i + 4 rotates the bits of (row, lane). */
INLINE void transpose_halves(sg_vf row[8]) {
    for (int round = 0; round < 3; round++) {
        sg_vf mixed[8];
        for (int i = 0; i < 4; i++) {
            mixed[2 * i] =
                __builtin_shufflevector(row[i], row[i + 4], 0, 16, 1, 17, 2, 18,
                                        3, 19, 8, 24, 9, 25, 10, 26, 11, 27);
            mixed[2 * i + 1] =
                __builtin_shufflevector(row[i], row[i + 4], 4, 20, 5, 21, 6, 22,
                                        7, 23, 12, 28, 13, 29, 14, 30, 15, 31);
        }
        memcpy(row, mixed, sizeof mixed);
    }
}

void sg_bf16_unblock(size_t count, const float *in, size_t step, float *out) {
    for (size_t p = 0; p < count; p += SG_LANES) {
        size_t n = count - p < SG_LANES ? count - p : SG_LANES;
        sg_vf row[8];
        for (size_t i = 0; i < 8; i++) {
            sg_vf first = sg_load(in + (p + (i < n ? i : 0)) * SG_LANES);
            sg_vf second =
                sg_load(in + (p + (i + 8 < n ? i + 8 : 0)) * SG_LANES);
            __m512bh both = _mm512_cvtne2ps_pbh((__m512)second, (__m512)first);
            memcpy(&row[i], &both, sizeof both);
        }
        transpose_halves(row);
        for (size_t i = 0; i < 8; i++)
            sg_store_part(out + i * step + p, n, row[i]);
    }
}
