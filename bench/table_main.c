/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A synthesizer on a table: times of its phases as one line of JSON, like
 * peers_ctgan.py's, and a synthetic table.
 *
 *   bench_table [-t THREADS] [-e EPOCHS] [-n ROWS] [-s SEED] [-r RECIPE] [-h]
 *               [-b] [-p] [-c] [-m MEGABYTES] [-o SYNTHETIC.csv] TABLE.csv
 *
 * -r 0 is the default recipe, 1 CTGAN's; -h is bf16; -b keeps the best state by
 * quality, which is else not measured while training, as CTGAN does not either;
 * -p prints the time of each kernel of a step; -c reads the file in pieces, so
 * that memory does not grow with it; those passes are in the time of the
 * transform, and 100,000 rows are made unless -n is given; -m limits the memory
 * of learning.
 */
#include <inttypes.h>
#include <stdio.h>
#include <syngan.h>

#include "program.h"

typedef struct setting {
    const char *table, *out;
    int64_t epochs, rows;
    int threads, recipe, bf16, best, profile, pieces;
    uint64_t seed, megabytes;
} setting;

typedef struct result {
    double load, transform, sample;
    double epochs_start, epochs_end; /* of the first and last epoch's ends */
    int64_t epochs, rows;
} result;

/* The transform ends with the last column; the first epoch, in which programs
 * are compiled, does not count where there are more. */
static syngan_status note(const syngan_fit_progress *progress, void *user) {
    result *r = user;
    double time = now();
    if (progress->phase == 0) {
        r->transform = progress->seconds;
        r->epochs_start = time;
        return SYNGAN_OK;
    }
    if (progress->done == 1 && progress->total > 1) r->epochs_start = time;
    r->epochs = progress->total > 1 ? progress->done - 1 : 1;
    r->epochs_end = time;
    return SYNGAN_OK;
}

static syngan_status sample(const setting *s, syngan_synthesizer *synthesizer,
                            const syngan_table *table, result *r) {
    syngan_table *made;
    r->rows = s->rows > 0     ? s->rows
              : table != NULL ? syngan_table_rows(table)
                              : 100000;
    const syngan_sample_options *options = SYNGAN_SAMPLE(.bf16 = s->bf16);
    TRY(syngan_synthesizer_sample(synthesizer, 1000, s->seed, options, NULL,
                                  &made));
    syngan_table_free(made);
    double start = now();
    TRY(syngan_synthesizer_sample(synthesizer, r->rows, s->seed, options, NULL,
                                  &made));
    r->sample = now() - start;
    syngan_status status =
        s->out == NULL ? SYNGAN_OK : syngan_table_write_csv(made, s->out, NULL);
    syngan_table_free(made);
    return status;
}

/* Reads and learns; *table is NULL where the file is read in pieces. */
static syngan_status learn(const setting *s, syngan_context *context, result *r,
                           syngan_table **table,
                           syngan_synthesizer **synthesizer) {
    const syngan_synthesizer_options *options =
        SYNGAN_SYNTHESIZER(.recipe = s->recipe,
                           .epochs = s->epochs > 0 ? s->epochs : SYNGAN_AUTO,
                           .bf16 = s->bf16, .keep_last = !s->best,
                           .profile = s->profile,
                           .memory_limit = s->megabytes << 20, .progress = note,
                           .progress_user = r);
    double start = now();
    if (s->pieces)
        return syngan_synthesizer_fit_csv(context, s->table, NULL, options,
                                          synthesizer);
    TRY(syngan_table_read_csv(context, s->table, NULL, table));
    r->load = now() - start;
    return syngan_synthesizer_fit(*table, options, synthesizer);
}

static syngan_status measure(const setting *s, syngan_context *context,
                             result *r) {
    syngan_table *table = NULL;
    syngan_synthesizer *synthesizer = NULL;
    syngan_status status = learn(s, context, r, &table, &synthesizer);
    if (status == SYNGAN_OK) status = sample(s, synthesizer, table, r);
    syngan_synthesizer_free(synthesizer);
    syngan_table_free(table);
    return status;
}

static void print_line(int32_t level, const char *text, void *user) {
    (void)level, (void)user;
    fprintf(stderr, "%s\n", text);
}

static void print_result(const setting *s, const result *r) {
    printf("{\"what\": \"syngan %s\", \"table\": \"%s\", \"epochs\": %" PRId64
           ", \"load_s\": %.4f, \"transform_s\": %.4f, \"epoch_s\": %.4f, "
           "\"rows_per_s\": %.0f, \"peak_mib\": %.1f}\n",
           s->bf16 ? "bf16" : "f32", s->table, s->epochs, r->load, r->transform,
           (r->epochs_end - r->epochs_start) / (double)r->epochs,
           (double)r->rows / r->sample, peak_mib());
}

int main(int argc, char **argv) {
    setting s = {.threads = 2, .epochs = 5};
    result r = {.epochs = 1};
    const program_option options[] = {
        {'t', OPTION_INT, &s.threads, "THREADS"},
        {'e', OPTION_INT64, &s.epochs, "EPOCHS"},
        {'n', OPTION_INT64, &s.rows, "ROWS"},
        {'s', OPTION_INT64, &s.seed, "SEED"},
        {'r', OPTION_INT, &s.recipe, "RECIPE"},
        {'h', OPTION_FLAG, &s.bf16, NULL},
        {'b', OPTION_FLAG, &s.best, NULL},
        {'p', OPTION_FLAG, &s.profile, NULL},
        {'c', OPTION_FLAG, &s.pieces, NULL},
        {'m', OPTION_INT64, &s.megabytes, "MEGABYTES"},
        {'o', OPTION_TEXT, &s.out, "SYNTHETIC.csv"},
        {0},
    };
    if (read_options(argc, argv, options) != 1 || s.epochs < 1)
        return print_usage(argv[0], options, "TABLE.csv");
    s.table = argv[argc - 1];
    syngan_context *context;
    syngan_status status = syngan_context_create(
        SYNGAN_CONTEXT(.threads = s.threads, .seed = s.seed, .log = print_line,
                       .log_level =
                           s.profile ? SYNGAN_LOG_INFO : SYNGAN_LOG_WARNING),
        &context);
    if (status == SYNGAN_OK) status = measure(&s, context, &r);
    if (status == SYNGAN_OK)
        print_result(&s, &r);
    else
        fprintf(stderr, "%s: %s\n", argv[0],
                syngan_context_last_error(context));
    syngan_context_free(context);
    return status == SYNGAN_OK ? 0 : 1;
}
