/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options, time and memory of a measuring program.
 */
#include "program.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static void set_option(const program_option *option, const char *text) {
    if (option->kind == OPTION_FLAG)
        *(int *)option->place = 1;
    else if (option->kind == OPTION_INT)
        *(int *)option->place = atoi(text);
    else if (option->kind == OPTION_INT64)
        *(int64_t *)option->place = atoll(text);
    else
        *(const char **)option->place = text;
}

int read_options(int argc, char **argv, const program_option *options) {
    char letters[64] = "";
    char *end = letters;
    for (const program_option *o = options; o->letter != 0; o++) {
        *end++ = o->letter;
        if (o->kind != OPTION_FLAG) *end++ = ':';
    }
    for (int letter; (letter = getopt(argc, argv, letters)) != -1;) {
        const program_option *o = options;
        while (o->letter != 0 && o->letter != letter)
            o++;
        if (o->letter == 0) return -1;
        set_option(o, optarg);
    }
    return argc - optind;
}

int print_usage(const char *program, const program_option *options,
                const char *rest) {
    fprintf(stderr, "usage: %s", program);
    for (const program_option *o = options; o->letter != 0; o++)
        if (o->kind == OPTION_FLAG)
            fprintf(stderr, " [-%c]", o->letter);
        else
            fprintf(stderr, " [-%c %s]", o->letter, o->value);
    fprintf(stderr, "%s%s\n", rest[0] != '\0' ? " " : "", rest);
    return 2;
}

double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

double peak_mib(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}
