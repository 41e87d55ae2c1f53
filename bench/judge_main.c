/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library's own evaluation says of a table, as JSON to stdout, to be
 * compared with outside definitions (table_scores.py).
 *
 *   bench_judge [-t THREADS] [-s SCHEMA] REAL.csv SYNTHETIC.csv
 *               HOLDOUT.csv
 */
#include <stdio.h>
#include <stdlib.h>
#include <syngan.h>

#include "program.h"

static syngan_status print_report(const syngan_report *report) {
    size_t size = syngan_report_json(report, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL) return SYNGAN_E_MEMORY;
    syngan_report_json(report, text, size);
    puts(text);
    free(text);
    return SYNGAN_OK;
}

static syngan_status judge(syngan_context *context, char **paths,
                           const char *schema) {
    syngan_table *table[3];
    syngan_report *report;
    for (int i = 0; i < 3; i++)
        TRY(syngan_table_read_csv(context, paths[i],
                                  SYNGAN_CSV(.schema = schema), &table[i]));
    TRY(syngan_table_evaluate(table[0], table[1],
                              SYNGAN_EVALUATE(.holdout = table[2]), &report));
    TRY(print_report(report));
    syngan_report_free(report);
    for (int i = 0; i < 3; i++)
        syngan_table_free(table[i]);
    return SYNGAN_OK;
}

int main(int argc, char **argv) {
    const char *schema = NULL;
    int threads = 2;
    const program_option options[] = {
        {'t', OPTION_INT, &threads, "THREADS"},
        {'s', OPTION_TEXT, &schema, "SCHEMA"},
        {0},
    };
    if (read_options(argc, argv, options) != 3)
        return print_usage(argv[0], options,
                           "REAL.csv SYNTHETIC.csv HOLDOUT.csv");
    syngan_context *context;
    if (syngan_context_create(SYNGAN_CONTEXT(.threads = threads), &context))
        return 1;
    syngan_status status = judge(context, argv + argc - 3, schema);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s: %s\n", argv[0],
                syngan_context_last_error(context));
    syngan_context_free(context);
    return status != SYNGAN_OK;
}
