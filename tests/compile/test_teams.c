/* SPDX-License-Identifier: Apache-2.0 */
/* A program that is planned for two threads gets two, or says why not: within
 * settings of OpenMP and parallel regions of the host, in children of fork(),
 * and where threads can't be started. */
#include "support/test.h"

#include <math.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <syngan.h>

#include "base/context.h"
#include "support/process.h"

void GOMP_parallel(void (*work)(void *), void *data, unsigned threads,
                   unsigned flags);
int omp_get_thread_num(void);
void omp_set_num_threads(int threads);
void omp_set_dynamic(int dynamic);
int omp_get_dynamic(void);

/* ---- what is computed ---------------------------------------------------- */

#define SIZE 128

/* A product that oneDNN shares between its threads, and a training step of a
 * convolution, in whose weight gradient threads wait for one another. */
typedef struct work {
    syngan_context *context;
    syngan_program *program;
    syngan_status status;
    double loss; /* behind the step */
    bool whole;  /* the product is right in each element */
} work;

static syngan_status make_step(syngan_context *context, syngan_graph *graph,
                               syngan_node **loss, syngan_node **update) {
    syngan_graph *own;
    syngan_model *model;
    syngan_optimizer *optimizer;
    syngan_status s = syngan_graph_create(context, &own);
    if (s != SYNGAN_OK) return s;
    syngan_node *x = syngan_input(own, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 3, 16, 16));
    s = syngan_model_create(
        syngan_conv2d(x, SYNGAN_CONV2D(.filters = 8, .kernel = 5)), "m",
        &model);
    syngan_graph_free(own);
    if (s != SYNGAN_OK) return s;
    s = syngan_optimizer_create(model, NULL, &optimizer);
    if (s == SYNGAN_OK) {
        syngan_node *in = syngan_fill(graph, 0.5, SYNGAN_SHAPE(4, 3, 16, 16));
        syngan_node *y =
            syngan_model_apply(graph, model, &in, 1, SYNGAN_MODE_TRAINING);
        *loss = syngan_mean(syngan_square(y), NULL, 0, 0);
        *update = syngan_optimizer_minimize(optimizer, *loss);
    }
    syngan_optimizer_free(optimizer);
    syngan_model_free(model);
    return s;
}

static void compile(work *w) {
    syngan_graph *graph;
    syngan_node *out[2], *update;
    if (w->status == SYNGAN_OK)
        w->status = syngan_graph_create(w->context, &graph);
    if (w->status != SYNGAN_OK) return;
    out[0] =
        syngan_matmul(syngan_fill(graph, 1, SYNGAN_SHAPE(SIZE, SIZE)),
                      syngan_fill(graph, 2, SYNGAN_SHAPE(SIZE, SIZE)), 0, 0);
    w->status = make_step(w->context, graph, &out[1], &update);
    if (w->status == SYNGAN_OK)
        w->status =
            syngan_program_create(out, 2, &update, 1, NULL, &w->program);
    syngan_graph_free(graph);
}

static void run(work *w) {
    syngan_tensor *product, *loss;
    for (uint64_t i = 0; i < 3 && w->status == SYNGAN_OK; i++)
        w->status = syngan_program_run(w->program, i);
    if (w->status != SYNGAN_OK ||
        syngan_program_output(w->program, 0, &product) != SYNGAN_OK ||
        syngan_program_output(w->program, 1, &loss) != SYNGAN_OK)
        return;
    const float *at = syngan_tensor_data(product);
    w->whole = true;
    for (int i = 0; i < SIZE * SIZE; i++)
        w->whole = w->whole && at[i] == 2.0f * SIZE;
    w->loss = (double)*(float *)syngan_tensor_data(loss);
    syngan_tensor_free(product);
    syngan_tensor_free(loss);
}

static work begin(int32_t threads) {
    work w = {0};
    w.status = syngan_context_create(
        SYNGAN_CONTEXT(.seed = 3, .threads = threads), &w.context);
    return w;
}

static void end(work *w) {
    syngan_program_free(w->program);
    syngan_context_free(w->context);
}

/* All in this thread. */
static work whole_work(int32_t threads) {
    work w = begin(threads);
    compile(&w);
    run(&w);
    return w;
}

/* Sums of other orders differ in their last bits. */
static bool agrees(const work *w, double loss) {
    if (w->status != SYNGAN_OK)
        fprintf(stderr, "status %d: %s\n", (int)w->status,
                syngan_context_last_error(w->context));
    return w->status == SYNGAN_OK && w->whole &&
           fabs(w->loss - loss) <= 1e-5 * loss;
}

/* ---- regions of the host ------------------------------------------------- */

enum { MAKE = 1, COMPILE = 2, RUN = 4 };

typedef struct inside {
    work *all; /* one for each thread that works */
    int what;  /* MAKE ... that are done in the region */
    int workers;
} inside;

static void do_in_region(void *argument) {
    const inside *in = argument;
    const int me = omp_get_thread_num();
    if (me >= in->workers) return;
    work *w = &in->all[me];
    if (in->what & MAKE) *w = begin(2);
    if (in->what & COMPILE) compile(w);
    if (in->what & RUN) run(w);
}

/* The parts of `what` in a region of `threads`, the others outside. */
static bool in_region(unsigned threads, int workers, int what, double loss) {
    work all[2] = {0};
    inside in = {all, what, workers};
    bool good = true;
    for (int i = 0; i < workers; i++) {
        if (!(what & MAKE)) all[i] = begin(2);
        if (!(what & COMPILE) && !(what & MAKE)) compile(&all[i]);
    }
    GOMP_parallel(do_in_region, &in, threads, 0);
    for (int i = 0; i < workers; i++) {
        work *w = &all[i];
        /* Where the host's own region is smaller, nobody began. */
        if (w->context == NULL) continue;
        if ((what & MAKE) && !(what & COMPILE)) compile(w);
        if (!(what & RUN)) run(w);
        if (w->program != NULL) good = good && agrees(w, loss);
        end(w);
    }
    return good;
}

static void count_members(void *argument) {
    atomic_fetch_add((atomic_int *)argument, 1);
}

/* With whatever OpenMP is set to. Returns the number of what went wrong. */
static int everywhere(void) {
    work one = whole_work(1);
    const double loss = one.loss;
    if (!agrees(&one, loss)) return 1;
    end(&one);
    atomic_int before = 0, after = 0;
    GOMP_parallel(count_members, &before, 0, 0);
    work two = whole_work(2);
    if (!agrees(&two, loss)) return 2;
    end(&two);
    if (!in_region(2, 1, RUN, loss)) return 3;
    if (!in_region(2, 1, COMPILE | RUN, loss)) return 4;
    if (!in_region(2, 1, COMPILE, loss)) return 5;
    if (!in_region(2, 1, MAKE | COMPILE | RUN, loss)) return 6;
    if (!in_region(2, 1, MAKE | COMPILE, loss)) return 7;
    if (!in_region(2, 2, MAKE | COMPILE | RUN, loss)) return 8;
    if (!in_region(1, 1, COMPILE | RUN, loss)) return 9;
    GOMP_parallel(count_members, &after, 0, 0);
    return atomic_load(&before) == atomic_load(&after) ? 0 : 10;
}

static int everywhere_dynamic(void) {
    omp_set_dynamic(1);
    omp_set_num_threads(1);
    const int wrong = everywhere();
    if (wrong != 0) return wrong;
    return omp_get_dynamic() == 1 ? 0 : 20;
}

static void settings_of_openmp(void **state) {
    (void)state;
    static const char *const settings[] = {
        NULL,
        "OMP_THREAD_LIMIT=1",
        "OMP_THREAD_LIMIT=2",
        "OMP_THREAD_LIMIT=3",
        "OMP_DYNAMIC=true",
        "OMP_MAX_ACTIVE_LEVELS=0",
        "OMP_MAX_ACTIVE_LEVELS=3",
        "OMP_NUM_THREADS=1",
        "OMP_PROC_BIND=true",
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const int wrong = process_again(settings[i], "everywhere");
        if (wrong != 0)
            fail_msg("%s: %d", settings[i] == NULL ? "none" : settings[i],
                     wrong);
    }
}

static void settings_of_the_host(void **state) {
    (void)state;
    assert_int_equal(process_again(NULL, "dynamic"), 0);
}

/* ---- what can't be ------------------------------------------------------- */

/* A context for more threads than OpenMP gives. */
static int limited(void) {
    work w = begin(3);
    if (w.status != SYNGAN_OK || syngan_context_threads(w.context) != 2)
        return 1;
    w.context->threads = 3;
    compile(&w);
    if (w.status != SYNGAN_E_STATE ||
        strstr(syngan_context_last_error(w.context), "only 2 here") == NULL)
        return 2;
    end(&w);
    return 0;
}

static void a_smaller_team_is_refused(void **state) {
    (void)state;
    assert_int_equal(process_again("OMP_THREAD_LIMIT=2", "limited"), 0);
}

/* The pages that this process has mapped, in bytes. */
static size_t mapped(void) {
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%zu", &pages) != 1) pages = 0;
    if (file != NULL) fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* Less memory is left than a thread's stack takes. */
static int starved(void) {
    work one = whole_work(1);
    const double loss = one.loss;
    const struct rlimit little = {mapped() + (6u << 20), RLIM_INFINITY};
    if (!agrees(&one, loss) || setrlimit(RLIMIT_AS, &little) != 0) return 1;
    work two = begin(2);
    compile(&two);
    if (two.status != SYNGAN_E_STATE ||
        strstr(syngan_context_last_error(two.context),
               "doesn't let this process") == NULL)
        return 2;
    end(&two);
    end(&one);
    one = whole_work(1);
    if (!agrees(&one, loss)) return 3;
    end(&one);
    return 0;
}

static void threads_that_do_not_start(void **state) {
    (void)state;
    if (SANITIZED) skip(); /* it needs more memory than that */
    if (getenv("SYNGAN_TEST_LAUNCHER") != NULL) skip();
    assert_int_equal(process_again(NULL, "starved"), 0);
}

/* ---- fork ---------------------------------------------------------------- */

/* In the child: with what the parent made, and with a context of its own. */
static int in_child(void *argument) {
    work *parents = argument;
    const double loss = parents[1].loss;
    for (int i = 0; i < 2; i++) {
        const int32_t threads = syngan_context_threads(parents[i].context);
        run(&parents[i]); /* goes on from there */
        if (parents[i].status != SYNGAN_OK || !parents[i].whole) return 1;
        end(&parents[i]);
        work own = whole_work(threads);
        if (!agrees(&own, loss)) return 2;
        end(&own);
    }
    return 0;
}

static int in_grandchild(void *argument) {
    const int wrong = process_forked(in_child, argument);
    return wrong == 0 ? in_child(argument) : 10 + wrong;
}

static int forked(void) {
    work all[2] = {whole_work(1), whole_work(2)};
    if (!agrees(&all[0], all[1].loss)) return 1;
    if (process_forked(in_child, all) != 0) return 2;
    if (process_forked(in_grandchild, all) != 0) return 3;
    for (int i = 0; i < 2; i++) {
        run(&all[i]);
        if (!all[i].whole) return 4;
        end(&all[i]);
    }
    return 0;
}

static int whole_in_child(void *argument) {
    work w = whole_work(2);
    const bool good = agrees(&w, *(const double *)argument);
    end(&w);
    return good ? 0 : 1;
}

/* Only the host has had a team before. */
static int forked_host(void) {
    work one = whole_work(1);
    double loss = one.loss;
    end(&one);
    atomic_int members = 0;
    GOMP_parallel(count_members, &members, 2, 0);
    return process_forked(whole_in_child, &loss);
}

static void children_compute(void **state) {
    (void)state;
    assert_int_equal(process_again(NULL, "forked"), 0);
    assert_int_equal(process_again(NULL, "forked_host"), 0);
}

/* ---- the program --------------------------------------------------------- */

static int scenario(const char *name) {
    if (strcmp(name, "everywhere") == 0) return everywhere();
    if (strcmp(name, "dynamic") == 0) return everywhere_dynamic();
    if (strcmp(name, "limited") == 0) return limited();
    if (strcmp(name, "starved") == 0) return starved();
    if (strcmp(name, "forked") == 0) return forked();
    return forked_host();
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_of_openmp),
        cmocka_unit_test(settings_of_the_host),
        cmocka_unit_test(a_smaller_team_is_refused),
        cmocka_unit_test(threads_that_do_not_start),
        cmocka_unit_test(children_compute),
    };
    if (argc > 1) return scenario(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
