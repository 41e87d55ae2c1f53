/* SPDX-License-Identifier: Apache-2.0 */
/* The cap on instruction sets, one for the process: the first one asked for
 * counts, and none is taken any more once computing began. Each test is a
 * process of its own. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/context.h"
#include "base/thread.h"
#include "support/test.h"

/* Runs `body` in a child process, which gives the number of the check that
 * failed, or 0. */
static void in_child(int (*body)(void)) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit(body());
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 0);
}

/* The instruction set of a context with this cap, or the negative status. */
static int32_t isa_with(int32_t cap) {
    syngan_context *context = NULL;
    syngan_status status =
        syngan_context_create(SYNGAN_CONTEXT(.isa = cap), &context);
    if (status != SYNGAN_OK) return -status;
    int32_t isa = context->isa;
    syngan_context_free(context);
    return isa;
}

static int first_cap(void) {
    if (isa_with(SYNGAN_ISA_BEST) != sg_cpu_isa()) return 1;
    if (isa_with(SYNGAN_ISA_SSE41) != SYNGAN_ISA_SSE41) return 2;
    if (isa_with(SYNGAN_ISA_SSE41) != SYNGAN_ISA_SSE41) return 3;
    if (isa_with(SYNGAN_ISA_AVX2) != -SYNGAN_E_UNSUPPORTED) return 4;
    /* Without a cap: that of the process. */
    if (isa_with(SYNGAN_ISA_BEST) != SYNGAN_ISA_SSE41) return 5;
    if (sg_isa_settle() != SYNGAN_ISA_SSE41) return 6;
    if (isa_with(SYNGAN_ISA_SSE41) != SYNGAN_ISA_SSE41) return 7;
    if (isa_with(SYNGAN_ISA_AVX2) != -SYNGAN_E_UNSUPPORTED) return 8;
    return 0;
}

static int settled_cap(void) {
    if (sg_isa_settle() != SYNGAN_ISA_BEST) return 1;
    if (isa_with(SYNGAN_ISA_BEST) != sg_cpu_isa()) return 2;
    /* A cap that takes nothing away is none. */
    if (isa_with(SYNGAN_ISA_AVX512_BF16) != sg_cpu_isa()) return 3;
    if (sg_cpu_isa() > SYNGAN_ISA_SSE41 &&
        isa_with(SYNGAN_ISA_SSE41) != -SYNGAN_E_UNSUPPORTED) {
        return 4;
    }
    return sg_isa_settle() == SYNGAN_ISA_BEST ? 0 : 5;
}

static int high_cap(void) {
    /* More than the processor has changes nothing. */
    if (isa_with(SYNGAN_ISA_AVX512_BF16) != sg_cpu_isa()) return 1;
    return sg_isa_settle() == SYNGAN_ISA_AVX512_BF16 ? 0 : 2;
}

static void first_cap_counts(void **state) {
    (void)state;
    in_child(first_cap);
}

static void no_cap_after_computing_began(void **state) {
    (void)state;
    in_child(settled_cap);
}

static void cap_above_the_processor(void **state) {
    (void)state;
    in_child(high_cap);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_cap_counts),
        cmocka_unit_test(no_cap_after_computing_began),
        cmocka_unit_test(cap_above_the_processor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
