/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of baskets and of sequences for tests.
 */
#ifndef TESTS_SUPPORT_ROWS_H
#define TESTS_SUPPORT_ROWS_H

#include <syngan/synthesizer.h>

enum {
    ROWS_BASKETS = 600, /* most that there are */
    ROWS_ITEMS = 12,
    ROWS_KEYS = 60, /* most sequences */
    ROWS_LONGEST = 12
};
#define ROWS_HOUR ((int64_t)3600 * 1000000)

extern const char *const rows_items[ROWS_ITEMS];

/* Columns "purchase" and "item". Items 0 and 1 are bought together or not at
 * all, 2 and 3 never together. */
syngan_status rows_baskets(syngan_context *context, int64_t baskets,
                           syngan_table **out);
/* Columns "person", "time", "city", "mood", "amount", "account", rows of all
 * persons mixed. A person has a city, a mood that mostly stays, and an account
 * that moves slowly and is sometimes missing. */
syngan_status rows_sequences(syngan_context *context, int64_t keys,
                             syngan_table **out);
/* Saves and loads the synthesizer; fails the test unless the loaded one makes
 * groups `first` ... first + count - 1 as they stand among `all` of the saved
 * one. Keys of groups are numbers from 1 on, in the first column. */
void rows_check_saved(syngan_context *context, syngan_synthesizer *s,
                      int64_t all, int64_t first, int64_t count);
/* Fails the test unless b is rows `from` ... of a. */
void rows_check_same(const syngan_table *a, int64_t from,
                     const syngan_table *b);

#endif
