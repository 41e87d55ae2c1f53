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

/* ---- texts -------------------------------------------------------------- */

void sg_decimals_take(sg_decimals_tally *tally, int decimals, bool zero,
                      int64_t cells) {
    int i = decimals < SG_TEXT_DECIMALS ? decimals : SG_TEXT_DECIMALS;
    tally->cells[i] += cells;
    if (zero && decimals > 0) tally->zeros[i] += cells;
}

void sg_decimals_add(sg_decimals_tally *tally, const sg_decimals_tally *more) {
    for (int i = 0; i <= SG_TEXT_DECIMALS; i++) {
        tally->cells[i] += more->cells[i];
        tally->zeros[i] += more->zeros[i];
    }
}

int32_t sg_decimals_most(const sg_decimals_tally *tally) {
    int most = SG_TEXT_DECIMALS;
    while (most > 0 && tally->cells[most] == 0)
        most--;
    return most;
}

int32_t sg_decimals_written(const sg_decimals_tally *tally, bool unfixed) {
    int longest = sg_decimals_most(tally), best = 0;
    int64_t so_written = -1, longer = 0; /* with more digits, the last no 0 */
    for (int least = longest; least >= 0; least--) {
        int64_t cells = tally->cells[least] + longer;
        if (cells >= so_written) {
            so_written = cells;
            best = least;
        }
        longer += tally->cells[least] - tally->zeros[least];
    }
    if (!unfixed && tally->cells[longest] >= so_written) return longest;
    return unfixed && best == 0 ? -1 : SG_DECIMALS_AT_LEAST(best);
}
