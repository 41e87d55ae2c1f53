/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steady clocks, by the system.
 */
#include "base/clock.h"

#include <time.h>

static double seconds_of(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double sg_seconds(void) {
    return seconds_of(CLOCK_MONOTONIC);
}

double sg_seconds_coarse(void) {
    return seconds_of(CLOCK_MONOTONIC_COARSE);
}
