/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting threads without signals: a new thread has its maker's mask.
 */
#include "base/start.h"

#include <signal.h>

bool sg_thread_start(pthread_t *thread, void *(*work)(void *), void *argument) {
    sigset_t all, old;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &old) != 0) return false;
    const int error = pthread_create(thread, NULL, work, argument);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return error == 0;
}
