/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What measuring programs share: their options, time and memory.
 */
#ifndef BENCH_PROGRAM_H
#define BENCH_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define TRY(call)                                                              \
    do {                                                                       \
        syngan_status status_ = (call);                                        \
        if (status_ != SYNGAN_OK) return status_;                              \
    } while (0)

/* An option, and what it sets: an int, to 1 or to its number; a 64-bit integer;
 * a const char *. */
enum { OPTION_FLAG, OPTION_INT, OPTION_INT64, OPTION_TEXT };
typedef struct program_option {
    char letter; /* 0 ends a table */
    int32_t kind;
    void *place;
    const char *value; /* its name in the usage */
} program_option;

/* The number of arguments behind the options, which are the last ones; -1 if an
 * option is wrong. */
int read_options(int argc, char **argv, const program_option *options);

/* Says on stderr how to call a program, `rest` being what follows the options;
 * returns the exit status for that, 2. */
int print_usage(const char *program, const program_option *options,
                const char *rest);

double now(void);      /* seconds of a steady clock */
double peak_mib(void); /* of this process's memory */

#endif
