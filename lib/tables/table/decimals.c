/* SPDX-License-Identifier: Apache-2.0 */
/* Digits behind the point; see decimals.h. */
#include "table/decimals.h"

#include <math.h>

static const double powers[SG_DECIMALS_MAX + 1] = {1e0, 1e1, 1e2, 1e3, 1e4,
                                                   1e5, 1e6, 1e7, 1e8, 1e9};

/* The quotient of two whole numbers below 2^53 is rounded once, as the decimal
 * number was. */
static bool has_decimals(double value, int32_t decimals, bool single) {
    double whole = rint(value * powers[decimals]);
    if (fabs(whole) > 0x1p53) return false;
    double back = whole / powers[decimals];
    return single ? (float)back == (float)value : back == value;
}

int32_t sg_decimals(const double *values, int64_t count, bool single) {
    int32_t decimals = 0;
    bool some = false;
    for (int64_t i = 0; i < count; i++) {
        if (!isfinite(values[i])) continue;
        some = true;
        while (!has_decimals(values[i], decimals, single))
            if (++decimals > SG_DECIMALS_MAX) return -1;
    }
    return some ? decimals : -1;
}
