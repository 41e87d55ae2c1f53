/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Channel blocks to rows, and sums of rows.
 */
#include "backend/conv/few_simd.h"

/* SG_LANES pixels of SG_LANES neighbouring channels. */
static void unblock_tile(size_t block, const float *in, size_t step,
                         float *out) {
    sg_vf row[SG_LANES];
    for (size_t i = 0; i < SG_LANES; i++)
        row[i] = sg_load(in + i * block);
    sg_transpose(row);
    for (size_t i = 0; i < SG_LANES; i++)
        sg_store(out + i * step, row[i]);
}

/* Likewise n < SG_LANES pixels. */
static void unblock_part(size_t n, size_t block, const float *in, size_t step,
                         float *out) {
    sg_vf row[SG_LANES];
    for (size_t i = 0; i < SG_LANES; i++)
        row[i] = sg_load(in + (i < n ? i : 0) * block);
    sg_transpose(row);
    for (size_t i = 0; i < SG_LANES; i++)
        sg_store_part(out + i * step, n, row[i]);
}

static void unblock_singly(size_t count, size_t block, const float *in,
                           size_t step, float *out) {
    for (size_t p = 0; p < count; p++)
        for (size_t c = 0; c < block; c++)
            out[c * step + p] = in[p * block + c];
}

void SG_SIMD(sg_unblock)(size_t count, size_t block, const float *in,
                         size_t step, float *out) {
    if (block % SG_LANES != 0) {
        unblock_singly(count, block, in, step, out);
        return;
    }
    size_t p = 0;
    for (; p + SG_LANES <= count; p += SG_LANES)
        for (size_t c = 0; c < block; c += SG_LANES)
            unblock_tile(block, in + p * block + c, step, out + c * step + p);
    for (size_t c = 0; c < block && p < count; c += SG_LANES)
        unblock_part(count - p, block, in + p * block + c, step,
                     out + c * step + p);
}

void SG_SIMD(sg_add_rows)(size_t rows, size_t count, const float *in,
                          size_t in_step, float *out, size_t out_step) {
    size_t whole = count / SG_LANES * SG_LANES;
    for (size_t r = 0; r < rows; r++) {
        const float *from = in + r * in_step;
        float *to = out + r * out_step;
        for (size_t i = 0; i < whole; i += SG_LANES)
            sg_store(to + i, sg_load(to + i) + sg_load(from + i));
        if (whole == count) continue;
        sg_vf sum = sg_load_part(to + whole, count - whole) +
                    sg_load_part(from + whole, count - whole);
        sg_store_part(to + whole, count - whole, sum);
    }
}
