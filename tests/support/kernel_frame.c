/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context of a test of kernels.
 */
#include "support/kernel_frame.h"

#include "backend/backend.h"
#include "base/team.h"

syngan_context *kernel_context;
int32_t kernel_isa;

static sg_scope scope;

int kernel_set_up(void **state) {
    (void)state;
    syngan_status status = SYNGAN_OK;
    if (kernel_isa == 0) {
        kernel_context = test_context(2);
    } else {
        status = syngan_context_create(
            SYNGAN_CONTEXT(.threads = 2, .isa = kernel_isa), &kernel_context);
    }
    if (status == SYNGAN_OK) status = sg_compute_enter(kernel_context, &scope);
    if (status != SYNGAN_OK) return status;
    return sg_backend_prepare(kernel_context);
}

int kernel_tear_down(void **state) {
    (void)state;
    sg_compute_leave(&scope);
    syngan_context_free(kernel_context);
    return 0;
}
