/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Floating-point control. A host may trap exceptions, round in another
 * direction or flush denormals; the library computes with the default
 * settings, and the host finds its own again, exception flags included.
 */
#ifndef SG_BASE_FLOATS_H
#define SG_BASE_FLOATS_H

#include <stdint.h>

/* Settings and exception flags of a thread: of SSE and of x87, by which the C
 * library rounds when it reads and prints numbers. */
typedef struct sg_floats {
    uint32_t sse; /* MXCSR */
    uint16_t x87_control, x87_status;
} sg_floats;

/* The default: all exceptions masked, to nearest, denormals are numbers. */
#define SG_FLOATS_SSE 0x1F80u
/* Added to it: denormals are zero as results (bit 15) and operands (bit 6). */
#define SG_FLOATS_FLUSH 0x8040u

/* First in each public function that computes, reads or prints numbers: from
 * here to the end of the function this thread has the default settings. */
#define SG_OWN_FLOATS                                                          \
    __attribute__((cleanup(sg_floats_leave))) sg_floats sg_host_floats;        \
    sg_floats_enter(&sg_host_floats)

/* Sets the default, and writes what was there to `host`. Calls nest. */
void sg_floats_enter(sg_floats *host);
void sg_floats_leave(sg_floats *host);

/* Starts threads, which inherit the settings, as this thread's host would:
 * with the settings outside of the outermost SG_OWN_FLOATS. */
void sg_floats_as_host(void (*start)(void *argument), void *argument);

#endif
