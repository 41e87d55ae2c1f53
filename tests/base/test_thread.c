/* SPDX-License-Identifier: Apache-2.0 */
/* Parallel loops and the scope around computing. */
#include "base/team.h"

#include <fenv.h>
#include <pthread.h>
#include <signal.h>
#include <xmmintrin.h>

#include "support/test.h"

int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
int omp_get_thread_num(void);

/* ---- loops -------------------------------------------------------------- */

typedef struct visits {
    atomic_int seen[1000];
    int64_t grain, count;
    atomic_int wrong, calls;
} visits;

static void visit(void *argument, int64_t first, int64_t last) {
    visits *all = argument;
    atomic_fetch_add(&all->calls, 1);
    bool aligned = first % all->grain == 0 &&
                   (last % all->grain == 0 || last == all->count);
    if (first >= last || !aligned) atomic_fetch_add(&all->wrong, 1);
    for (int64_t i = first; i < last; i++)
        atomic_fetch_add(&all->seen[i], 1);
}

static void every_item_is_done_once(void **state) {
    (void)state;
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = test_context(threads);
        const int64_t counts[] = {0, 1, 2, 3, 7, 8, 9, 64, 101, 1000};
        const int64_t grains[] = {1, 2, 3, 8, 64, 1000, 5000};
        for (size_t c = 0; c < 10; c++) {
            for (size_t g = 0; g < 7; g++) {
                visits all = {.grain = grains[g], .count = counts[c]};
                sg_parallel(context, counts[c], grains[g], visit, &all);
                assert_int_equal(atomic_load(&all.wrong), 0);
                assert_true(atomic_load(&all.calls) <= threads);
                for (int64_t i = 0; i < 1000; i++) {
                    assert_int_equal(atomic_load(&all.seen[i]),
                                     i < counts[c] ? 1 : 0);
                }
            }
        }
        syngan_context_free(context);
    }
}

static void note_thread(void *argument, int64_t first, int64_t last) {
    (void)last;
    int *threads = argument;
    threads[first / 10] = omp_get_thread_num();
}

static void work_is_shared(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    int threads[2] = {-1, -1};
    sg_parallel(context, 20, 10, note_thread, threads);
    assert_int_equal(threads[0], 0);
    assert_int_equal(threads[1], 1);
    /* One grain stays with the caller. */
    threads[0] = -1;
    sg_parallel(context, 10, 10, note_thread, threads);
    assert_int_equal(threads[0], 0);
    syngan_context_free(context);
}

static void nothing_is_done_for_nothing(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    visits all = {.grain = 1};
    sg_parallel(context, 0, 1, visit, &all);
    sg_parallel(context, -5, 1, visit, &all);
    assert_int_equal(atomic_load(&all.calls), 0);
    syngan_context_free(context);
}

/* ---- the scope ---------------------------------------------------------- */

static void note_control(void *argument, int64_t first, int64_t last) {
    uint32_t *control = argument;
    for (int64_t i = first; i < last; i++)
        control[i] = _mm_getcsr();
}

/* Valgrind computes without the control register. */
static bool has_control(void) {
    uint32_t mine = _mm_getcsr();
    _mm_setcsr(mine | 0x8040u);
    bool kept = (_mm_getcsr() & 0x8040u) == 0x8040u;
    _mm_setcsr(mine);
    return kept;
}

static void scope_is_set_and_restored(void **state) {
    (void)state;
    if (!has_control()) skip();
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = test_context(threads);
        omp_set_num_threads(5);
        uint32_t mine = _mm_getcsr();
        uint32_t control[2] = {0};
        sg_scope scope;
        assert_int_equal(sg_compute_enter(context, &scope), SYNGAN_OK);
        assert_int_equal(omp_get_max_threads(), threads);
        sg_parallel(context, 2, 1, note_control, control);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(control[i] & 0x8040u, 0x8040u);
        }
        volatile float tiny = 1e-38f;
        volatile float smaller = tiny * 0.01f;
        assert_true(smaller == 0.0f);
        sg_compute_leave(&scope);
        assert_int_equal(_mm_getcsr(), mine);
        assert_int_equal(omp_get_max_threads(), 5);
        sg_parallel(context, 2, 1, note_control, control);
        for (int i = 0; i < 2; i++) {
            assert_int_equal(control[i] & 0x8040u, 0);
        }
        smaller = tiny * 0.01f;
        assert_true(smaller > 0.0f);
        syngan_context_free(context);
    }
}

/* ---- signals and control of each thread --------------------------------- */

typedef struct seen {
    uint32_t control;
    bool usr1, usr2, segv; /* blocked */
} seen;

static seen look(void) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    return (seen){_mm_getcsr(), sigismember(&mask, SIGUSR1) == 1,
                  sigismember(&mask, SIGUSR2) == 1,
                  sigismember(&mask, SIGSEGV) == 1};
}

static void look_in_each(void *argument) {
    ((seen *)argument)[omp_get_thread_num()] = look();
}

/* The host's own settings: the caller traps and rounds up and blocks SIGUSR2,
 * its worker rounds down. */
static void set_each(void *argument) {
    sigset_t mask;
    sigemptyset(&mask);
    (void)argument;
    if (omp_get_thread_num() == 0) sigaddset(&mask, SIGUSR2);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    _mm_setcsr(omp_get_thread_num() == 0 ? 0x5100u : 0x3F80u);
}

static void clear_each(void *argument) {
    sigset_t mask;
    sigemptyset(&mask);
    (void)argument;
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    _mm_setcsr(0x1F80u);
}

static syngan_status look_and_fail(void *argument) {
    sg_team_run(2, look_in_each, argument);
    return SYNGAN_E_USER;
}

static void each_thread_gets_back_what_it_had(void **state) {
    (void)state;
    if (!has_control()) skip();
    syngan_context *context = test_context(2);
    seen before[2], within[2], after[2];
    sg_team_run(2, set_each, NULL);
    sg_team_run(2, look_in_each, before);
    assert_int_equal(sg_compute(context, look_and_fail, within), SYNGAN_E_USER);
    sg_team_run(2, look_in_each, after);
    sg_team_run(2, clear_each, NULL);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(within[i].control | 0x3Fu, 0x9FFFu);
        assert_true(within[i].usr1 && within[i].usr2 && !within[i].segv);
        assert_int_equal(after[i].control | 0x3Fu, before[i].control | 0x3Fu);
        assert_int_equal(after[i].usr1, before[i].usr1);
        assert_int_equal(after[i].usr2, before[i].usr2);
    }
    assert_int_equal(before[0].control, 0x5100u);
    assert_int_equal(before[1].control, 0x3F80u);
    syngan_context_free(context);
}

static volatile sig_atomic_t handled;

static void count_signal(int number) {
    handled += number > 0;
}

/* A pending signal is let through within half a second of steps. */
static syngan_status wait_for_signal(void *argument) {
    (void)argument;
    const double start = sg_seconds();
    raise(SIGUSR1);
    if (handled != 0) return SYNGAN_E_USER;
    while (handled == 0 && sg_seconds() - start < 10)
        sg_compute_breathe();
    return sg_seconds() - start < 5 ? SYNGAN_OK : SYNGAN_E_STATE;
}

static void pending_signals_come_between_steps(void **state) {
    (void)state;
    const struct sigaction action = {.sa_handler = count_signal};
    sigaction(SIGUSR1, &action, NULL);
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = test_context(threads);
        handled = 0;
        assert_int_equal(sg_compute(context, wait_for_signal, NULL), SYNGAN_OK);
        assert_int_equal(handled, 1);
        syngan_context_free(context);
    }
}

/* Both units, flags included: what reads and prints numbers looks at x87. */
static void guard_sets_and_restores(void **state) {
    (void)state;
    if (!has_control()) skip();
    fesetround(FE_UPWARD);
    feclearexcept(FE_ALL_EXCEPT);
    feenableexcept(FE_ALL_EXCEPT);
    {
        SG_OWN_FLOATS;
        assert_int_equal(fegetround(), FE_TONEAREST);
        assert_int_equal(fegetexcept(), 0);
        volatile double zero = 0, third = 1;
        volatile long double wide = 1;
        third = third / 3 + 1 / zero;
        wide = wide / 3;
    }
    const int round = fegetround(), traps = fegetexcept(),
              flags = fetestexcept(FE_ALL_EXCEPT);
    fedisableexcept(FE_ALL_EXCEPT);
    fesetround(FE_TONEAREST);
    assert_int_equal(round, FE_UPWARD);
    assert_int_equal(traps, FE_ALL_EXCEPT);
    assert_int_equal(flags, 0);
}

/* ---- the machine -------------------------------------------------------- */

static void machine_is_known(void **state) {
    (void)state;
    assert_true(sg_processor_count() >= 1);
    assert_in_range(sg_cpu_isa(), SYNGAN_ISA_SSE41, SYNGAN_ISA_AVX512_BF16);
    double before = sg_seconds();
    double after = sg_seconds();
    assert_true(after >= before && after < before + 60);
}

static void note_rounding(void *argument) {
    *(int *)argument = fegetround();
}

/* What is started for the host within a call of ours has the host's control. */
static void hosts_control_comes_back(void **state) {
    (void)state;
    static const int modes[] = {FE_UPWARD, FE_TONEAREST, FE_TOWARDZERO,
                                FE_TONEAREST};
    for (int i = 0; i < 4; i++) {
        int before = -1, within = -1, after = -1;
        assert_int_equal(fesetround(modes[i]), 0);
        note_rounding(&before);
        {
            SG_OWN_FLOATS;
            assert_int_equal(fegetround(), FE_TONEAREST);
            sg_floats_as_host(note_rounding, &within);
            note_rounding(&after);
        }
        assert_int_equal(before, modes[i]);
        assert_int_equal(within, modes[i]);
        assert_int_equal(after, FE_TONEAREST);
        assert_int_equal(fegetround(), modes[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_item_is_done_once),
        cmocka_unit_test(work_is_shared),
        cmocka_unit_test(nothing_is_done_for_nothing),
        cmocka_unit_test(scope_is_set_and_restored),
        cmocka_unit_test(each_thread_gets_back_what_it_had),
        cmocka_unit_test(pending_signals_come_between_steps),
        cmocka_unit_test(guard_sets_and_restores),
        cmocka_unit_test(machine_is_known),
        cmocka_unit_test(hosts_control_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
