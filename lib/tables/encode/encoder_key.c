/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identifiers that are integers: those that rise with the rows, such as numbers
 * of customers, go on behind the last one; others have no leading zeros.
 */
#include <string.h>

#include "base/text.h"
#include "encode/encoder_code.h"
#include "table/stored.h"

/* Steps and first numbers that no row's number makes overflow. */
#define STEP_MOST ((int64_t)1 << 18)
#define FIRST_MOST ((int64_t)1 << 61)

/* The next number with only two digits that count: the greatest of the data is
 * nobody's business. */
static int64_t next_round(int64_t high) {
    int64_t unit = 1;
    while (high / unit >= 100)
        unit *= 10;
    return (high / unit + 1) * unit;
}

void sg_name_fit_order(const sg_key_looks *looks, sg_name_code *code) {
    if (looks->no_key || looks->no_rise || looks->count < 2 || looks->low < 0 ||
        looks->high > FIRST_MOST)
        return;
    int64_t step = (looks->high - looks->low) / (looks->count - 1);
    code->first = next_round(looks->high);
    code->step = step < STEP_MOST ? step : STEP_MOST;
    code->gaps = looks->gaps;
}

bool sg_name_order_fits(int64_t first, int64_t step) {
    return first >= 0 && first <= 2 * FIRST_MOST && step > 0 &&
           step <= STEP_MOST;
}

int32_t sg_name_write_order(const sg_name_code *code, uint64_t draw,
                            uint64_t id, char *text) {
    uint64_t row = id & (((uint64_t)1 << SG_ID_ROW_BITS) - 1);
    uint64_t step = (uint64_t)code->step;
    uint64_t value = (uint64_t)code->first + row * step;
    if (code->gaps) value += draw % step;
    return sg_text(text, SG_NAME_ROOM, "%llu", (unsigned long long)value);
}

static void drop(uint64_t set[2], char character) {
    uint64_t left[2] = {set[0], set[1]};
    left[character / 64] &= ~((uint64_t)1 << (character % 64));
    if ((left[0] | left[1]) != 0) memcpy(set, left, sizeof left);
}

/* The first digit is none that makes a zero lead, or 19 digits too many. */
void sg_name_whole(sg_name_pattern *p) {
    bool minus = (p->set[0][0] >> '-' & 1) != 0;
    int32_t first = minus ? 1 : 0;
    if (minus) {
        memset(p->set[0], 0, sizeof p->set[0]);
        p->set[0][0] = (uint64_t)1 << '-';
    }
    if (p->length > first + 1 || minus) drop(p->set[first], '0');
    if (p->length == first + 19) drop(p->set[first], '9');
}
