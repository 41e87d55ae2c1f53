/* SPDX-License-Identifier: Apache-2.0 */
/* A handler of the host's every millisecond changes no bit and breaks nothing,
 * whatever oneDNN's generated code keeps below the stack pointer: with each
 * instruction set, one thread and two. */
#include "support/test.h"

#include <signal.h>
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>

#include <syngan.h>

#include "base/thread.h"
#include "support/pair.h"
#include "support/process.h"
#ifdef SYNGAN_HAVE_TABLES
#include "support/tables.h"
#endif

#define MICROSECONDS 700

static volatile sig_atomic_t handled;

/* Writes over what is below the stack pointer. */
static void overwrite(int number) {
    volatile char below[8192];
    for (size_t i = 0; i < sizeof below; i++)
        below[i] = 0x5a;
    handled += number > 0;
}

static void storm(bool on) {
    const struct sigaction action = {.sa_handler = overwrite,
                                     .sa_flags = SA_RESTART};
    struct itimerval every = {{0, on ? MICROSECONDS : 0},
                              {0, on ? MICROSECONDS : 0}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
}

static uint64_t hash(uint64_t before, const void *data, size_t size) {
    const unsigned char *at = data;
    for (size_t i = 0; i < size; i++)
        before = (before ^ at[i]) * 1099511628211u;
    return before;
}

/* ---- what is computed ---------------------------------------------------- */

static uint64_t run_nodes(syngan_context *context, syngan_node *const *nodes,
                          size_t count, int runs) {
    syngan_program *program;
    uint64_t all = 14695981039346656037u;
    assert_ok(context,
              syngan_program_create(nodes, count, NULL, 0, NULL, &program));
    for (int i = 0; i < runs; i++) {
        assert_ok(context, syngan_program_run(program, (uint64_t)i));
        for (size_t n = 0; n < count; n++) {
            syngan_tensor *value;
            assert_ok(context, syngan_program_output(program, n, &value));
            all = hash(all, syngan_tensor_data(value),
                       syngan_tensor_bytes(value));
            syngan_tensor_free(value);
        }
    }
    syngan_program_free(program);
    return all;
}

/* Products of several shapes, each alone. */
static uint64_t products(syngan_context *context) {
    static const int64_t shapes[][3] = {
        {128, 128, 128}, {500, 64, 33}, {7, 300, 90}, {256, 1, 256}};
    uint64_t all = 0;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const int64_t *s = shapes[i];
        syngan_graph *g;
        assert_ok(context, syngan_graph_create(context, &g));
        syngan_node *a = syngan_random_normal(g, SYNGAN_SHAPE(s[0], s[1]));
        syngan_node *b = syngan_random_normal(g, SYNGAN_SHAPE(s[1], s[2]));
        syngan_node *y = syngan_matmul(a, b, 0, 0);
        all = all * 31 + run_nodes(context, &y, 1, 20);
        syngan_graph_free(g);
    }
    return all;
}

/* The pair and its gradients: convolutions and dense layers, forwards and
 * backwards. */
static uint64_t pair_step(syngan_context *context) {
    syngan_graph *g;
    syngan_model *generator, *discriminator;
    assert_ok(context,
              pair_generator(context, PAIR_GENERATOR_LAYERS, &generator));
    assert_ok(context, pair_discriminator(context, PAIR_DISCRIMINATOR_LAYERS,
                                          &discriminator));
    assert_ok(context, syngan_graph_create(context, &g));
    syngan_node *noise = syngan_random_normal(g, SYNGAN_SHAPE(4, 100));
    syngan_node *fake =
        syngan_model_apply(g, generator, &noise, 1, SYNGAN_MODE_TRAINING);
    syngan_node *score =
        syngan_model_apply(g, discriminator, &fake, 1, SYNGAN_MODE_TRAINING);
    syngan_node *wrt[] = {noise, fake}, *out[3];
    out[2] = syngan_binary_cross_entropy(score, 1.0);
    assert_ok(context, syngan_gradient(out[2], wrt, 2, out));
    const uint64_t all = run_nodes(context, out, 3, 4);
    syngan_graph_free(g);
    syngan_model_free(discriminator);
    syngan_model_free(generator);
    return all;
}

static uint64_t hash_parameters(syngan_context *context, uint64_t before,
                                const syngan_model *model) {
    for (size_t i = 0; i < syngan_model_parameter_count(model); i++) {
        syngan_tensor *value;
        assert_ok(context,
                  syngan_model_parameter(
                      model, syngan_model_parameter_name(model, i), &value));
        before =
            hash(before, syngan_tensor_data(value), syngan_tensor_bytes(value));
        syngan_tensor_free(value);
    }
    return before;
}

/* Iterations of the trainer with the optimizer `kind`: updates of parameters,
 * moments, running statistics and the averaged generator, and a gradient of a
 * gradient. */
static uint64_t train_pair(syngan_context *context, syngan_optimizer_kind kind,
                           syngan_dataset *dataset) {
    syngan_model *generator, *discriminator, *average;
    syngan_trainer *trainer;
    const syngan_optimizer_options *optimizer =
        SYNGAN_OPTIMIZER(.kind = kind, .learning_rate = 1e-3f);
    assert_ok(context,
              pair_generator(context, PAIR_GENERATOR_LAYERS, &generator));
    assert_ok(context, pair_discriminator(context, PAIR_DISCRIMINATOR_LAYERS,
                                          &discriminator));
    assert_ok(context,
              syngan_trainer_create(
                  generator, discriminator, dataset,
                  SYNGAN_TRAINER(.batch = 4, .penalty = SYNGAN_PENALTY_R1,
                                 .average_decay = 0.9f,
                                 .generator_optimizer = optimizer,
                                 .discriminator_optimizer = optimizer),
                  &trainer));
    assert_ok(context, syngan_trainer_run(trainer, 2));
    assert_ok(context, syngan_trainer_sampler(trainer, &average));
    uint64_t all = hash_parameters(context, 0, generator);
    all = hash_parameters(context, all, discriminator);
    all = hash_parameters(context, all, average);
    syngan_model_free(average);
    syngan_trainer_free(trainer);
    syngan_model_free(discriminator);
    syngan_model_free(generator);
    return all;
}

static uint64_t updates(syngan_context *context) {
    uint64_t all = 0;
    syngan_dataset *dataset;
    assert_ok(context, syngan_dataset_digits(
                           context, 16, SYNGAN_DATASET(.seed = 1), &dataset));
    for (syngan_optimizer_kind kind = SYNGAN_OPTIMIZER_ADAM;
         kind <= SYNGAN_OPTIMIZER_RMSPROP; kind++)
        all = all * 31 + train_pair(context, kind, dataset);
    syngan_dataset_free(dataset);
    return all;
}

#ifdef SYNGAN_HAVE_TABLES
/* A fit of a small table, and rows of it. */
static uint64_t table_fit(syngan_context *context) {
    char text[8192] = "a,b,c\n";
    for (int i = 0; i < 300; i++)
        snprintf(text + strlen(text), 24, "%d,%d.5,%s\n", i % 37, i * 7 % 90,
                 i % 3 == 0 ? "x" : "y");
    syngan_table *table, *rows;
    syngan_synthesizer *fit;
    assert_ok(context, tables_read(context, text, NULL, &table));
    assert_ok(context, syngan_synthesizer_fit(
                           table, SYNGAN_SYNTHESIZER(.epochs = 2), &fit));
    assert_ok(context,
              syngan_synthesizer_sample(fit, 100, 5, NULL, NULL, &rows));
    char *written = tables_text(context, rows, NULL);
    const uint64_t all = hash(0, written, strlen(written));
    free(written);
    syngan_table_free(rows);
    syngan_synthesizer_free(fit);
    syngan_table_free(table);
    return all;
}
#endif

/* ---- tests --------------------------------------------------------------- */

static void bits_are_the_same(uint64_t (*compute)(syngan_context *)) {
    for (int32_t threads = 1; threads <= 2; threads++) {
        uint64_t got[2];
        sigset_t before, after;
        sigemptyset(&before);
        sigaddset(&before, SIGUSR2);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
        for (int stormy = 0; stormy <= 1; stormy++) {
            syngan_context *context = test_context(threads);
            storm(stormy == 1);
            got[stormy] = compute(context);
            storm(false);
            syngan_context_free(context);
        }
        assert_true(got[0] == got[1]);
        pthread_sigmask(SIG_SETMASK, NULL, &after);
        for (int i = 1; i < 32; i++)
            assert_int_equal(sigismember(&after, i), i == SIGUSR2);
    }
    assert_true(handled > 0);
}

static void products_in_a_storm(void **state) {
    (void)state;
    bits_are_the_same(products);
}

static void steps_in_a_storm(void **state) {
    (void)state;
    bits_are_the_same(pair_step);
}

static void updates_in_a_storm(void **state) {
    (void)state;
    bits_are_the_same(updates);
}

#ifdef SYNGAN_HAVE_TABLES
static void fits_in_a_storm(void **state) {
    (void)state;
    bits_are_the_same(table_fit);
}
#endif

static int run_suite(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_in_a_storm),
        cmocka_unit_test(steps_in_a_storm),
        cmocka_unit_test(updates_in_a_storm),
#ifdef SYNGAN_HAVE_TABLES
        cmocka_unit_test(fits_in_a_storm),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Each set in a process of its own; not by fork() alone, whose children compute
 * in another thread than the caller's. */
int main(int argc, char **argv) {
    (void)argv;
    int failed = 0;
    if (argc > 1) return run_suite();
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++) {
        char setting[32];
        snprintf(setting, sizeof setting, "SYNGAN_TEST_ISA=%d", (int)isa);
        failed += process_again(setting, "run") != 0;
    }
    return failed;
}
