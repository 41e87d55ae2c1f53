/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating-point control of the calling thread.
 */
#include "base/floats.h"

#include <fenv.h>
#include <stdbool.h>
#include <xmmintrin.h>

/* All exceptions masked, to nearest, 64 bits of precision. */
#define X87_CONTROL 0x037Fu
#define FLAGS 0x3Fu /* the exceptions, in either status */

/* What the host has where it isn't the default. */
static _Thread_local sg_floats outer = {.sse = SG_FLOATS_SSE,
                                        .x87_control = X87_CONTROL};

static bool is_default(const sg_floats *floats) {
    return (floats->sse & ~FLAGS) == SG_FLOATS_SSE &&
           floats->x87_control == X87_CONTROL;
}

static uint16_t x87_status(void) {
    uint16_t status;
    __asm__ volatile("fnstsw %0" : "=am"(status));
    return status & FLAGS;
}

static sg_floats read_floats(void) {
    sg_floats now = {.sse = _mm_getcsr(), .x87_status = x87_status()};
    __asm__ volatile("fnstcw %0" : "=m"(now.x87_control));
    return now;
}

/* Changes of x87 are rare and slow. */
static void set_x87(uint16_t control, uint16_t status) {
    fenv_t all;
    fegetenv(&all);
    all.__control_word = control;
    all.__status_word = (uint16_t)((all.__status_word & ~FLAGS) | status);
    fesetenv(&all);
}

static void set_floats(const sg_floats *wanted) {
    const sg_floats now = read_floats();
    if (now.x87_control != wanted->x87_control ||
        now.x87_status != wanted->x87_status)
        set_x87(wanted->x87_control, wanted->x87_status);
    _mm_setcsr(wanted->sse);
}

void sg_floats_enter(sg_floats *host) {
    *host = read_floats();
    if (!is_default(host)) outer = *host;
    if (host->x87_control != X87_CONTROL) set_x87(X87_CONTROL, 0);
    _mm_setcsr(SG_FLOATS_SSE);
}

void sg_floats_leave(sg_floats *host) {
    set_floats(host);
    if (!is_default(host))
        outer = (sg_floats){.sse = SG_FLOATS_SSE, .x87_control = X87_CONTROL};
}

void sg_floats_as_host(void (*start)(void *argument), void *argument) {
    const sg_floats own = read_floats();
    if (is_default(&own)) set_floats(&outer);
    start(argument);
    set_floats(&own);
}
