/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Adding a bias to a run of elements.
 */
#include "backend/finish_simd.h"

static void add_number(float *data, size_t count, float number) {
    sg_vf b = sg_all(number);
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(data + i, sg_load(data + i) + b);
    if (i < count)
        sg_store_part(data + i, count - i,
                      sg_load_part(data + i, count - i) + b);
}

static void add_array(float *data, size_t count, const float *bias) {
    size_t i = 0;
    for (; i + SG_LANES <= count; i += SG_LANES)
        sg_store(data + i, sg_load(data + i) + sg_load(bias + i));
    if (i < count)
        sg_store_part(data + i, count - i,
                      sg_load_part(data + i, count - i) +
                          sg_load_part(bias + i, count - i));
}

/* A period of 8 is taken twice, so that whole vectors of any length fit. */
static void add_repeated(float *data, size_t count, const float *bias,
                         size_t period) {
    float twice[16];
    for (size_t i = 0; i < 16; i++)
        twice[i] = bias[i % period];
    size_t i = 0;
    for (; i + 16 <= count; i += 16)
        add_array(data + i, 16, twice);
    add_array(data + i, count - i, twice);
}

void SG_SIMD(sg_add_bias)(float *data, size_t count, const float *bias,
                          size_t period) {
    if (period == 1)
        add_number(data, count, *bias);
    else if (period >= count)
        add_array(data, count, bias);
    else
        add_repeated(data, count, bias, period);
}
