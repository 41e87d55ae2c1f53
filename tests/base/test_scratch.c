/* SPDX-License-Identifier: Apache-2.0 */
/* Large blocks: in memory or in a file without a name. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/scratch.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"

static void a_file_has_no_name(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    folder f;
    folder_make(&f);
    static const size_t sizes[] = {0, 1, 4097, 1 << 20};
    for (size_t i = 0; i < 4; i++) {
        sg_scratch scratch;
        assert_ok(context, sg_scratch_map(context, f.path, sizes[i], &scratch));
        assert_int_equal(folder_count(&f), 0);
        memset(scratch.data, 7, sizes[i]);
        if (sizes[i] > 0)
            assert_int_equal(((char *)scratch.data)[sizes[i] - 1], 7);
        sg_scratch_end(&scratch);
        assert_null(scratch.data);
    }
    folder_remove(&f);
    syngan_context_free(context);
}

static int opened_mode;

static int note_mode(const char *path, int flags, int mode) {
    opened_mode = mode;
    assert_int_equal(flags & O_CLOEXEC, O_CLOEXEC);
    return sg_io_posix.open(path, flags, mode);
}

/* Rows of a table lie in it, for as long as it has a name. */
static void a_file_is_private(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_scratch scratch;
    folder f;
    folder_make(&f);
    context->io.open = note_mode;
    assert_ok(context, sg_scratch_map(context, f.path, 10, &scratch));
    assert_int_equal(opened_mode, 0600);
    sg_scratch_end(&scratch);
    folder_remove(&f);
    syngan_context_free(context);
}

static void memory_counts(void **state) {
    (void)state;
    syngan_context *context = NULL;
    sg_scratch scratch;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.memory_limit = 1 << 16), &context),
                     SYNGAN_OK);
    assert_int_equal(sg_scratch_alloc(context, 1 << 17, &scratch),
                     SYNGAN_E_MEMORY);
    sg_scratch_end(&scratch);
    assert_ok(context, sg_scratch_alloc(context, 1 << 12, &scratch));
    sg_scratch_end(&scratch);
    sg_scratch_end(&scratch);
    syngan_context_free(context);
}

static void a_folder_must_be_there(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_scratch scratch;
    assert_fails(context,
                 sg_scratch_map(context, "/nonexistent/folder", 10, &scratch),
                 SYNGAN_E_IO, "/nonexistent/folder: making a temporary file");
    syngan_context_free(context);
}

static syngan_status map_it(syngan_context *context, void *user) {
    const folder *f = user;
    sg_scratch scratch;
    syngan_status status = sg_scratch_map(context, f->path, 5000, &scratch);
    sg_scratch_end(&scratch);
    return status;
}

static void faults_are_survived(void **state) {
    (void)state;
    folder f;
    folder_make(&f);
    const fault_sweep sweep = {.body = map_it, .user = &f};
    assert_true(fault_sweep_io(&sweep, ENOSPC) >= 5);
    fault_sweep_memory(&sweep);
    folder_remove(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_has_no_name),
        cmocka_unit_test(a_file_is_private),
        cmocka_unit_test(memory_counts),
        cmocka_unit_test(a_folder_must_be_there),
        cmocka_unit_test(faults_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
