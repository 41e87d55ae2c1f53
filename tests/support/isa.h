/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests with each instruction set that this machine has.
 */
#ifndef TESTS_SUPPORT_ISA_H
#define TESTS_SUPPORT_ISA_H

#include <stdint.h>

/* Calls `run` in a process of its own for each set, which is to be a context's
 * cap: SYNGAN_ISA_SSE41 and up. `run` gives the number of failed tests; the
 * result is 0 if all gave 0. To be called before anything else is. */
int isa_each(int (*run)(int32_t isa));

#endif
