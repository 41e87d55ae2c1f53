/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests with each instruction set that this machine has.
 */
#include "support/isa.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"

static int run_child(int (*run)(int32_t isa), int32_t isa) {
    fflush(NULL);
    pid_t child = fork();
    if (child < 0) return 1;
    if (child == 0) {
        int failed = run(isa);
        fflush(NULL);
        _exit(failed != 0);
    }
    int status;
    if (waitpid(child, &status, 0) != child) return 1;
    return status != 0;
}

int isa_each(int (*run)(int32_t isa)) {
    int failed = 0;
    for (int32_t isa = SYNGAN_ISA_SSE41; isa <= sg_cpu_isa(); isa++) {
        printf("instruction set %d\n", (int)isa);
        failed += run_child(run, isa);
    }
    return failed;
}
