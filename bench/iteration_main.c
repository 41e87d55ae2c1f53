/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One measurement, as one line of JSON: an iteration of training, or sampling.
 * A process of its own for each, so that memory and start-up are its own.
 *
 *   bench_iteration [-t THREADS] [-b BATCH] [-s PIXELS] [-d WIDTH] [-n TURNS]
 *                   [-i] [-h] [-u] [-p]
 *
 * -d measures a dense pair of this width, -i sampling instead of training, -h
 * bf16, -u kernels chosen by timing; -p writes the programs of training, with
 * the time of each kernel, to stderr.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pair.h"
#include "program.h"

typedef struct setting {
    int threads, batch, pixels, width, turns;
    int sampling, bf16, tune, print;
} setting;

typedef struct subject {
    syngan_context *context;
    syngan_model *generator, *discriminator;
    syngan_dataset *data;
    syngan_trainer *trainer;
    syngan_program *sampler; /* in bf16 only */
} subject;

/* Seconds since this process was started. */
static double process_age(void) {
    char text[1024];
    FILE *file = fopen("/proc/self/stat", "r");
    if (file == NULL) return 0;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    /* The 22nd field, counted from behind the name in brackets. */
    const char *at = strrchr(text, ')');
    for (int field = 2; at != NULL && field < 22; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL) return 0;
    struct timespec boot;
    clock_gettime(CLOCK_BOOTTIME, &boot);
    return (double)boot.tv_sec + 1e-9 * (double)boot.tv_nsec -
           strtod(at, NULL) / 100;
}

static int by_size(const void *left, const void *right) {
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void print_result(const setting *s, double *seconds, double first_step) {
    qsort(seconds, (size_t)s->turns, sizeof *seconds, by_size);
    double best = seconds[0], median = seconds[s->turns / 2];
    printf("{\"what\": \"%s\", \"type\": \"%s\", \"threads\": %d, "
           "\"batch\": %d, ",
           s->sampling ? "sampling" : "iteration", s->bf16 ? "bf16" : "f32",
           s->threads, s->batch);
    if (s->width > 0)
        printf("\"width\": %d, ", s->width);
    else
        printf("\"pixels\": %d, ", s->pixels);
    printf("\"best_ms\": %.4f, \"median_ms\": %.4f, \"first_step_s\": %.3f, "
           "\"peak_mib\": %.1f}\n",
           best * 1e3, median * 1e3, first_step, peak_mib());
}

static syngan_status make_subject(const setting *s, subject *x) {
    TRY(syngan_context_create(SYNGAN_CONTEXT(.threads = s->threads, .seed = 1),
                              &x->context));
    if (s->width > 0) {
        TRY(pair_dense(x->context, s->width, &x->generator, &x->discriminator));
        return pair_data(x->context, 1024, SYNGAN_SHAPE(s->width), &x->data);
    }
    TRY(pair_generator(x->context, s->pixels, &x->generator));
    if (s->sampling) return syngan_model_set_bf16(x->generator, s->bf16);
    TRY(pair_discriminator(x->context, s->pixels, &x->discriminator));
    return pair_data(x->context, 1024, SYNGAN_SHAPE(1, s->pixels, s->pixels),
                     &x->data);
}

/* The published recipe, as the yardstick is defined. */
static syngan_status make_trainer(const setting *s, subject *x) {
    return syngan_trainer_create(
        x->generator, x->discriminator, x->data,
        SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED, .batch = s->batch,
                       .bf16 = s->bf16, .tune = s->tune, .profile = s->print,
                       .report_every = 1000000),
        &x->trainer);
}

/* Prediction is f32; a program of one's own has the choice. */
static syngan_status make_sampler(const setting *s, subject *x) {
    syngan_graph *graph;
    TRY(syngan_graph_create(x->context, &graph));
    syngan_node *noise = syngan_random_normal(
        graph, SYNGAN_SHAPE(s->batch, s->width > 0 ? s->width : PAIR_NOISE));
    syngan_node *samples = syngan_model_apply(graph, x->generator, &noise, 1,
                                              SYNGAN_MODE_INFERENCE);
    syngan_status status = syngan_program_create(
        &samples, 1, NULL, 0, SYNGAN_PROGRAM(.bf16 = 1), &x->sampler);
    syngan_graph_free(graph);
    return status;
}

static syngan_status make_runner(const setting *s, subject *x) {
    if (!s->sampling) return make_trainer(s, x);
    return s->bf16 ? make_sampler(s, x) : SYNGAN_OK;
}

static syngan_status turn(const setting *s, subject *x, int number) {
    if (!s->sampling) return syngan_trainer_run(x->trainer, number + 1);
    if (s->bf16) return syngan_program_run(x->sampler, (uint64_t)number);
    syngan_tensor *images;
    TRY(syngan_model_sample(x->generator, s->batch, (uint64_t)number, &images));
    syngan_tensor_free(images);
    return SYNGAN_OK;
}

static void print_programs(const subject *x) {
    size_t size = syngan_trainer_report(x->trainer, NULL, 0) + 1;
    char *text = malloc(size);
    if (text == NULL) return;
    syngan_trainer_report(x->trainer, text, size);
    fputs(text, stderr);
    free(text);
}

static syngan_status measure(const setting *s, subject *x) {
    TRY(make_subject(s, x));
    TRY(make_runner(s, x));
    TRY(turn(s, x, 0));
    double first_step = process_age();
    double *seconds = calloc((size_t)s->turns, sizeof *seconds);
    if (seconds == NULL) return SYNGAN_E_MEMORY;
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < s->turns && status == SYNGAN_OK; i++) {
        double start = now();
        status = turn(s, x, i + 1);
        seconds[i] = now() - start;
    }
    if (status == SYNGAN_OK) print_result(s, seconds, first_step);
    if (s->print && x->trainer != NULL) print_programs(x);
    free(seconds);
    return status;
}

int main(int argc, char **argv) {
    setting s = {.threads = 2, .batch = 64, .pixels = 28, .turns = 10};
    subject x = {0};
    const program_option options[] = {
        {'t', OPTION_INT, &s.threads, "THREADS"},
        {'b', OPTION_INT, &s.batch, "BATCH"},
        {'s', OPTION_INT, &s.pixels, "PIXELS"},
        {'d', OPTION_INT, &s.width, "WIDTH"},
        {'n', OPTION_INT, &s.turns, "TURNS"},
        {'i', OPTION_FLAG, &s.sampling, NULL},
        {'h', OPTION_FLAG, &s.bf16, NULL},
        {'u', OPTION_FLAG, &s.tune, NULL},
        {'p', OPTION_FLAG, &s.print, NULL},
        {0},
    };
    if (read_options(argc, argv, options) != 0 || s.turns < 1)
        return print_usage(argv[0], options, "");
    syngan_status status = measure(&s, &x);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s: %s\n", argv[0],
                syngan_context_last_error(x.context));
    syngan_program_free(x.sampler);
    syngan_trainer_free(x.trainer);
    syngan_dataset_free(x.data);
    syngan_model_free(x.discriminator);
    syngan_model_free(x.generator);
    syngan_context_free(x.context);
    return status == SYNGAN_OK ? 0 : 1;
}
