/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surrounds a test of kernels: a context with two threads that is ready to
 * compute, as cmocka's set-up and tear-down.
 */
#ifndef SUPPORT_KERNEL_FRAME_H
#define SUPPORT_KERNEL_FRAME_H

#include "base/context.h"
#include "support/test.h"

extern syngan_context *kernel_context;

/* The cap on its instruction set; 0, unless a test changes it before the
 * set-up: that of SYNGAN_TEST_ISA, if that is set. */
extern int32_t kernel_isa;

int kernel_set_up(void **state);
int kernel_tear_down(void **state);

/* A test with a context of its own. */
#define kernel_unit_test(test)                                                 \
    cmocka_unit_test_setup_teardown(test, kernel_set_up, kernel_tear_down)

#endif
