/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What threads cost where others compute, too: seconds that a table is learnt
 * in with one thread and with the default, in turns, while so many processes
 * keep processors busy.
 *
 *     bench_busy [PROCESSES [EPOCHS [ROWS [TURNS]]]]     (0 3 2000 3)
 *
 * Run it on a quiet machine with 0 and with 7 for each processor; the ratio
 * should be below 1 and at most 1.3.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PROCESSES_MOST 1000
/* They end by themselves, whatever happens to us. */
#define LIFE_SECONDS 60

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double fit(int32_t threads, int32_t epochs, int64_t rows) {
    syngan_context *context = NULL;
    syngan_table *table = NULL;
    syngan_synthesizer *synthesizer = NULL;
    double start = 0.0;
    int failed =
        syngan_context_create(SYNGAN_CONTEXT(.threads = threads), &context) ||
        syngan_table_transactions(context, rows, 1, &table);
    if (!failed) {
        start = seconds();
        failed = syngan_synthesizer_fit(
            table, SYNGAN_SYNTHESIZER(.epochs = epochs), &synthesizer);
    }
    const double taken = seconds() - start;
    if (failed)
        fprintf(stderr, "bench_busy: %s\n", syngan_context_last_error(context));
    syngan_synthesizer_free(synthesizer);
    syngan_table_free(table);
    syngan_context_free(context);
    return failed ? -1.0 : taken;
}

static int start(pid_t *process, int count) {
    for (int i = 0; i < count; i++) {
        process[i] = fork();
        if (process[i] < 0) return i;
        if (process[i] > 0) continue;
        alarm(LIFE_SECONDS);
        for (;;) {
        }
    }
    return count;
}

static int argument(int argc, char **argv, int at, int standard) {
    return argc > at ? atoi(argv[at]) : standard;
}

int main(int argc, char **argv) {
    static pid_t process[PROCESSES_MOST];
    int count = argument(argc, argv, 1, 0);
    const int32_t epochs = argument(argc, argv, 2, 3);
    const int64_t rows = argument(argc, argv, 3, 2000);
    const int turns = argument(argc, argv, 4, 3);
    double best[2] = {1e30, 1e30};
    if (count < 0 || count > PROCESSES_MOST) return 2;
    count = start(process, count);
    for (int turn = 0; turn < turns; turn++) {
        for (int i = 0; i < 2; i++) {
            const double taken = fit(1 - i, epochs, rows);
            if (taken < best[i]) best[i] = taken;
        }
    }
    for (int i = 0; i < count; i++)
        kill(process[i], SIGKILL);
    while (wait(NULL) > 0) {
    }
    if (best[0] < 0.0 || best[1] < 0.0) return 1;
    printf("one thread %.2f s, default threads %.2f s, ratio %.2f\n", best[0],
           best[1], best[1] / best[0]);
    return 0;
}
