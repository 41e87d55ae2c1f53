/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Radix sort of doubles: eight passes over a byte each, less those in which all
 * numbers agree.
 */
#include "table/sort.h"

#include <string.h>

#define DIGITS 256
#define PASSES 8

/* Bits whose order as unsigned integers is that of the numbers: of negative
 * ones all are turned, of others the sign. */
static uint64_t key_of(double value) {
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double value_of(uint64_t key) {
    uint64_t bits = key >> 63 ? key & ~((uint64_t)1 << 63) : ~key;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void store(double *at, uint64_t key) {
    memcpy(at, &key, sizeof key);
}

static uint64_t load(const double *at) {
    uint64_t key;
    memcpy(&key, at, sizeof key);
    return key;
}

void sg_sort_f64(syngan_context *context, double *values, double *room,
                 int64_t count) {
    int64_t places[PASSES][DIGITS] = {0};
    bool stopped = false;
    for (int64_t i = 0; i < count; i++) {
        uint64_t key = key_of(values[i]);
        store(&values[i], key);
        for (int pass = 0; pass < PASSES; pass++)
            places[pass][key >> (8 * pass) & 255]++;
    }
    double *from = values, *to = room;
    for (int pass = 0; pass < PASSES && count > 0 && !stopped; pass++) {
        int64_t *place = places[pass], sum = 0;
        if (place[load(from) >> (8 * pass) & 255] == count) continue;
        for (int digit = 0; digit < DIGITS; digit++) {
            int64_t here = place[digit];
            place[digit] = sum;
            sum += here;
        }
        for (int64_t i = 0; i < count; i++) {
            uint64_t key = load(&from[i]);
            store(&to[place[key >> (8 * pass) & 255]++], key);
        }
        double *other = from;
        from = to;
        to = other;
        stopped = context != NULL && sg_is_cancelled(context);
    }
    for (int64_t i = 0; i < count; i++)
        values[i] = value_of(load(&from[stopped ? 0 : i]));
}
