/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding numbers that are not finite.
 */
#include <math.h>

#include "tensor/tensor.h"

enum { LANES = 16 };

/* NaN and infinity times 0 are NaN; a sum of zeros stays 0. */
static bool all_finite(const float *data, size_t count) {
    float lane[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= count; i += LANES)
        for (size_t j = 0; j < LANES; j++)
            lane[j] += data[i + j] * 0.0f;
    for (; i < count; i++)
        lane[0] += data[i] * 0.0f;
    for (size_t j = 0; j < LANES; j++)
        if (isnan(lane[j])) return false;
    return true;
}

size_t sg_find_not_finite(const float *data, size_t count) {
    if (all_finite(data, count)) return count;
    size_t i = 0;
    while (i < count && isfinite(data[i]))
        i++;
    return i;
}
