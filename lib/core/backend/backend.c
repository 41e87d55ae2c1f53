/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preparing oneDNN.
 */
#include "backend/backend.h"

#include <oneapi/dnnl/dnnl.h>

static const dnnl_cpu_isa_t caps[] = {
    [SYNGAN_ISA_SSE41] = dnnl_cpu_isa_sse41,
    [SYNGAN_ISA_AVX2] = dnnl_cpu_isa_avx2,
    [SYNGAN_ISA_AVX512] = dnnl_cpu_isa_avx512_core,
    [SYNGAN_ISA_AVX512_BF16] = dnnl_cpu_isa_avx512_core_bf16,
};

syngan_status sg_backend_prepare(syngan_context *context) {
    int32_t cap = sg_isa_settle();
    if (cap == SYNGAN_ISA_BEST) return SYNGAN_OK;
    /* Fails when it is not the first time; then what counts is what there is.
     * The sets are bit masks, each with those that it includes. */
    if (dnnl_set_max_cpu_isa(caps[cap]) == dnnl_success) return SYNGAN_OK;
    unsigned used = (unsigned)dnnl_get_effective_cpu_isa();
    if ((used & ~(unsigned)caps[cap]) == 0) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                   "context: the instruction-set cap comes too late, since "
                   "this process has used oneDNN without it");
}

bool sg_backend_has_bf16(const syngan_context *context) {
    return context->isa >= SYNGAN_ISA_AVX512_BF16;
}
