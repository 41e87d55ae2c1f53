/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measures a synthesizer on a CSV file: seconds of an epoch and rows sampled a
 * second, as one line of JSON.
 *
 *   bench_table [-t THREADS] [-e EPOCHS] [-r RECIPE] [-b BATCH] [-n ROWS]
 *               [-s SEED] [-h] [-p] [-o SAMPLE.csv] FILE.csv
 *
 * -h trains and samples in bf16, -p writes the programs of training, with the
 * time of each kernel, to stderr.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syngan/synthesizer.h>
#include <sys/resource.h>
#include <time.h>

#define TRY(call)                                                              \
    do {                                                                       \
        syngan_status status_ = (call);                                        \
        if (status_ != SYNGAN_OK) return status_;                              \
    } while (0)

typedef struct setting {
    const char *input, *output;
    int threads, epochs, recipe, batch, rows, seed, bf16, profile;
} setting;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void log_line(int32_t level, const char *text, void *user) {
    (void)level, (void)user;
    fprintf(stderr, "%s\n", text);
}

typedef struct watch {
    double first, last; /* times of the first and last epoch's end */
    int64_t epochs;
} watch;

static syngan_status progress(const syngan_fit_progress *p, void *user) {
    watch *w = user;
    if (p->phase == 0) return SYNGAN_OK;
    if (w->epochs == 0) w->first = p->seconds;
    w->last = p->seconds;
    w->epochs++;
    if (p->done % 10 == 0 || p->done == p->total)
        fprintf(stderr,
                "epoch %lld: critic %.3f, generator %.3f, quality %.4f%s\n",
                (long long)p->done, (double)p->d_loss, (double)p->g_loss,
                p->quality, p->best ? " (best)" : "");
    return SYNGAN_OK;
}

static syngan_status run(syngan_context *context, const setting *set) {
    syngan_table *table = NULL, *sample = NULL;
    syngan_synthesizer *synthesizer = NULL;
    watch w = {0};
    double start = now();
    TRY(syngan_table_read_csv(context, set->input, NULL, &table));
    double loaded = now();
    TRY(syngan_synthesizer_fit(
        table,
        SYNGAN_SYNTHESIZER(.recipe = set->recipe, .epochs = set->epochs,
                           .batch = set->batch, .bf16 = set->bf16,
                           .profile = set->profile, .seed = (uint64_t)set->seed,
                           .progress = progress, .progress_user = &w),
        &synthesizer));
    const syngan_sample_options *options = SYNGAN_SAMPLE(.bf16 = set->bf16);
    TRY(syngan_synthesizer_sample(synthesizer, 1000, 1, options, NULL,
                                  &sample));
    syngan_table_free(sample);
    double fitted = now();
    TRY(syngan_synthesizer_sample(synthesizer, set->rows, 1, options, NULL,
                                  &sample));
    double sampled = now();
    if (set->output != NULL)
        TRY(syngan_table_write_csv(sample, set->output, NULL));
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"load\": %.2f, \"fit\": %.2f, \"epoch\": %.4f, "
           "\"rows_per_second\": %.0f, \"megabytes\": %ld}\n",
           loaded - start, fitted - loaded,
           w.epochs > 1 ? (w.last - w.first) / (double)(w.epochs - 1) : w.last,
           (double)set->rows / (sampled - fitted), usage.ru_maxrss / 1024);
    syngan_table_free(sample);
    syngan_synthesizer_free(synthesizer);
    syngan_table_free(table);
    return SYNGAN_OK;
}

int main(int argc, char **argv) {
    setting set = {.epochs = 3, .rows = 200000};
    int option;
    while ((option = getopt(argc, argv, "t:e:r:b:n:s:hpo:")) != -1)
        switch (option) {
        case 't':
            set.threads = atoi(optarg);
            break;
        case 'e':
            set.epochs = atoi(optarg);
            break;
        case 'r':
            set.recipe = atoi(optarg);
            break;
        case 'b':
            set.batch = atoi(optarg);
            break;
        case 'n':
            set.rows = atoi(optarg);
            break;
        case 's':
            set.seed = atoi(optarg);
            break;
        case 'h':
            set.bf16 = 1;
            break;
        case 'p':
            set.profile = 1;
            break;
        case 'o':
            set.output = optarg;
            break;
        default:
            return 2;
        }
    if (optind != argc - 1) return 2;
    set.input = argv[optind];
    syngan_context *context;
    if (syngan_context_create(SYNGAN_CONTEXT(.threads = set.threads,
                                             .log = log_line,
                                             .log_level = SYNGAN_LOG_INFO),
                              &context) != SYNGAN_OK)
        return 1;
    syngan_status status = run(context, &set);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s\n", syngan_last_error(context));
    syngan_context_free(context);
    return status == SYNGAN_OK ? 0 : 1;
}
