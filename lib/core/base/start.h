/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting threads of the library's own.
 */
#ifndef SG_BASE_START_H
#define SG_BASE_START_H

#include <pthread.h>
#include <stdbool.h>

/* Starts a thread in which no signal is handled: signals are for the host's
 * threads. Its own threads inherit that. False if the system does not. */
bool sg_thread_start(pthread_t *thread, void *(*work)(void *), void *argument);

#endif
