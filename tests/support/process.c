/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests in processes of their own.
 */
#include "support/process.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static int wait_for(pid_t child) {
    int how = 0;
    if (child < 0 || waitpid(child, &how, 0) != child) return -1;
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

int process_again(const char *setting, const char *argument) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        char copy[256] = "";
        if (setting != NULL) {
            snprintf(copy, sizeof copy, "%s", setting);
            putenv(copy);
        }
        alarm(PROCESS_SECONDS);
        execl("/proc/self/exe", "test", argument, (char *)NULL);
        _exit(127);
    }
    return wait_for(child);
}

int process_forked(int (*body)(void *argument), void *argument) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        alarm(PROCESS_SECONDS);
        _exit(body(argument));
    }
    return wait_for(child);
}
