/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cap on oneDNN's instruction set, which holds for this whole process, and
 * what the build says of itself.
 */
#include <oneapi/dnnl/dnnl.h>

#include "backend/backend.h"
#include "backend/conv/conv.h"
#include "base/memory.h"
#include "support/test.h"

static syngan_context *capped(int32_t isa) {
    syngan_context *context = NULL;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.threads = 1, .isa = isa), &context),
                     SYNGAN_OK);
    return context;
}

/* With AVX2 blocks are of 8 channels. */
static void check_layout(syngan_context *context) {
    const int64_t x[] = {1, 16, 4, 4}, w[] = {16, 16, 1, 1};
    const sg_conv_fields fields = {0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0};
    sg_desc inputs[] = {{.type = SYNGAN_TYPE_F32, .dims = sg_dims_make(x, 4)},
                        {.type = SYNGAN_TYPE_F32, .dims = sg_dims_make(w, 4)}};
    sg_site site = {.context = context,
                    .label = "test",
                    .fields = &fields,
                    .n_inputs = 2,
                    .input = inputs,
                    .output = inputs[0]};
    const sg_kernel *const *next = sg_conv2d_kernels;
    while ((*next)->accepts != NULL && !(*next)->accepts(&site))
        next++;
    const sg_kernel *kernel = *next;
    assert_ok(context, kernel->plan(&site));
    assert_string_equal(sg_layout_name(&site.output.layout), "nChw8c");
    assert_non_null(site.detail);
    kernel->destroy(&site);
}

static void test_cap(void **state) {
    (void)state;
    syngan_context *first = capped(SYNGAN_ISA_AVX2);
    assert_ok(first, sg_backend_prepare(first));
    assert_ok(first, sg_backend_prepare(first));
    unsigned used = (unsigned)dnnl_get_effective_cpu_isa();
    assert_int_equal(used & ~(unsigned)dnnl_cpu_isa_avx2, 0);
    assert_false(sg_backend_has_bf16(first));
    if (first->isa == SYNGAN_ISA_AVX2) check_layout(first);
    syngan_context *second = capped(SYNGAN_ISA_BEST);
    assert_ok(second, sg_backend_prepare(second));
    assert_true(second->isa <= SYNGAN_ISA_AVX2);
    syngan_context *other;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.isa = SYNGAN_ISA_SSE41), &other),
        SYNGAN_E_UNSUPPORTED);
    syngan_context_free(second);
    syngan_context_free(first);
}

static void test_build_info(void **state) {
    (void)state;
    syngan_build_info info = {.struct_size = sizeof info};
    assert_int_equal(syngan_build_info_get(&info), SYNGAN_OK);
    assert_int_equal(info.struct_size, sizeof info);
    assert_int_equal(info.version, SYNGAN_VERSION);
    assert_true(info.onednn_version >= 2006000);
    assert_string_equal(info.version_text, "0.1.0");
    assert_non_null(strchr(info.onednn_text, '.'));
    assert_true(strcmp(info.isa, "avx2") == 0 ||
                strcmp(info.isa, "sse41") == 0);
    assert_null(strstr(info.features, "bf16"));
    size_t length = strlen(info.features);
    assert_true(length == 0 ||
                (info.features[0] != ' ' && info.features[length - 1] != ' '));
    assert_null(strstr(info.features, "  "));
    assert_true(strlen(info.compiler) > 4);
    assert_int_equal(syngan_build_info_get(NULL), SYNGAN_E_ARGUMENT);
    info.struct_size = 8;
    assert_int_equal(syngan_build_info_get(&info), SYNGAN_E_ARGUMENT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cap),
        cmocka_unit_test(test_build_info),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
