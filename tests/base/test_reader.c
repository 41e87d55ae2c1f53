/* SPDX-License-Identifier: Apache-2.0 */
/* Reading: pieces and wholes, ends that come too soon, limits, failures. */
#include <errno.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/stream.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"

enum { CONTENT = 300007 };

static syngan_context *context;
static folder files;
static char path[FOLDER_PATH_MAX];
static unsigned char *content;

static int make_all(void **state) {
    (void)state;
    context = test_context(1);
    folder_make(&files);
    content = malloc(CONTENT);
    for (size_t i = 0; i < CONTENT; i++) {
        content[i] = (unsigned char)(i * 7 + i / 253);
    }
    file_write(folder_file(&files, "a.bin", path), content, CONTENT);
    return 0;
}

static int free_all(void **state) {
    (void)state;
    free(content);
    folder_remove(&files);
    syngan_context_free(context);
    return 0;
}

static void pieces_of_any_size_come(void **state) {
    (void)state;
    unsigned char *data = malloc(CONTENT + 1);
    for (size_t piece = 1; piece < 400000; piece = piece * 5 + 1) {
        sg_reader *reader = NULL;
        assert_ok(context, sg_reader_open(context, path, &reader));
        assert_string_equal(sg_reader_name(reader), path);
        size_t done = 0, got = 1;
        while (got > 0) {
            size_t wanted =
                CONTENT + 1 - done < piece ? CONTENT + 1 - done : piece;
            assert_ok(context,
                      sg_reader_some(reader, data + done, wanted, &got));
            assert_true(got <= wanted);
            done += got;
        }
        assert_int_equal(done, CONTENT);
        assert_memory_equal(data, content, CONTENT);
        assert_ok(context, sg_reader_some(reader, data, 1, &got));
        assert_int_equal(got, 0);
        sg_reader_close(reader);
    }
    free(data);
    sg_reader_close(NULL);
}

static void exact_reads_tell_where_it_ends(void **state) {
    (void)state;
    unsigned char *data = malloc(CONTENT);
    sg_reader *reader = NULL;
    assert_ok(context, sg_reader_open(context, path, &reader));
    assert_ok(context, sg_reader_exact(reader, data, 0));
    assert_ok(context, sg_reader_exact(reader, data, 7));
    assert_ok(context, sg_reader_exact(reader, data + 7, CONTENT - 9));
    assert_memory_equal(data, content, CONTENT - 2);
    assert_fails(context, sg_reader_exact(reader, data, 5), SYNGAN_E_FORMAT,
                 "ends at byte 300007, but 3 more should follow");
    sg_reader_close(reader);
    free(data);
}

static void whole_sources_are_read(void **state) {
    (void)state;
    const uint64_t limits[] = {0, CONTENT, CONTENT + 1, 1 << 20};
    for (size_t i = 0; i < 4; i++) {
        sg_reader *reader = NULL;
        unsigned char *data = NULL;
        size_t size = 0;
        assert_ok(context, sg_reader_open(context, path, &reader));
        assert_ok(context, sg_reader_all(reader, limits[i], &data, &size));
        assert_int_equal(size, CONTENT);
        assert_memory_equal(data, content, CONTENT);
        sg_free(context, data);
        sg_reader_close(reader);
    }
}

static void limits_are_kept(void **state) {
    (void)state;
    const uint64_t limits[] = {1, 65535, 65536, 65537, CONTENT - 1};
    for (size_t i = 0; i < 5; i++) {
        sg_reader *reader = NULL;
        unsigned char *data = NULL;
        size_t size = 1;
        assert_ok(context, sg_reader_open(context, path, &reader));
        assert_fails(context, sg_reader_all(reader, limits[i], &data, &size),
                     SYNGAN_E_FORMAT, "has more than ");
        assert_null(data);
        assert_int_equal(size, 0);
        sg_reader_close(reader);
    }
    /* Nor is more allocated for a source without end. */
    syngan_context *small = NULL;
    assert_int_equal(
        syngan_context_create(SYNGAN_CONTEXT(.memory_limit = 4 << 20), &small),
        SYNGAN_OK);
    sg_reader *reader = NULL;
    unsigned char *data = NULL;
    size_t size = 0;
    assert_ok(small, sg_reader_open(small, "/dev/zero", &reader));
    assert_int_equal(sg_reader_all(reader, 0, &data, &size), SYNGAN_E_MEMORY);
    sg_reader_close(reader);
    assert_ok(small, sg_reader_open(small, "/dev/zero", &reader));
    assert_int_equal(sg_reader_all(reader, 1000000, &data, &size),
                     SYNGAN_E_FORMAT);
    sg_reader_close(reader);
    syngan_context_free(small);
}

static void empty_sources_work(void **state) {
    (void)state;
    sg_reader *reader = NULL;
    unsigned char *data = NULL;
    size_t size = 1;
    assert_ok(context, sg_reader_open(context, "/dev/null", &reader));
    assert_ok(context, sg_reader_all(reader, 10, &data, &size));
    assert_non_null(data);
    assert_int_equal(size, 0);
    sg_free(context, data);
    sg_reader_close(reader);
}

static void impossible_paths_give_a_sentence(void **state) {
    (void)state;
    sg_reader *reader = NULL;
    assert_fails(context, sg_reader_open(context, NULL, &reader),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, sg_reader_open(context, "", &reader),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, sg_reader_open(context, "/none/x", &reader),
                 SYNGAN_E_IO, "/none/x: opening failed: ");
    assert_null(reader);
    unsigned char byte;
    size_t got;
    assert_ok(context, sg_reader_open(context, files.path, &reader));
    assert_fails(context, sg_reader_some(reader, &byte, 1, &got), SYNGAN_E_IO,
                 strerror(EISDIR));
    sg_reader_close(reader);
}

/* ---- points of failure -------------------------------------------------- */

static syngan_status read_body(syngan_context *own, void *user) {
    (void)user;
    sg_reader *reader = NULL;
    SG_TRY(sg_reader_open(own, path, &reader));
    unsigned char first[10], *data = NULL;
    size_t size = 0;
    syngan_status status = sg_reader_exact(reader, first, sizeof(first));
    if (status == SYNGAN_OK) status = sg_reader_all(reader, 0, &data, &size);
    if (status == SYNGAN_OK) {
        assert_memory_equal(first, content, 10);
        assert_int_equal(size, CONTENT - 10);
        assert_memory_equal(data, content + 10, size);
    } else {
        assert_null(data);
    }
    sg_free(own, data);
    sg_reader_close(reader);
    return status;
}

static void each_allocation_may_fail(void **state) {
    (void)state;
    const fault_sweep sweep = {.body = read_body};
    assert_true(fault_sweep_memory(&sweep) >= 5);
}

static void each_system_call_may_fail(void **state) {
    (void)state;
    const fault_sweep sweep = {.body = read_body};
    assert_true(fault_sweep_io(&sweep, EIO) >= 6);
}

static void difficult_system_is_survived(void **state) {
    (void)state;
    syngan_context *other = test_context(1);
    other->io = fault_io_table;
    fault_io_set(FAULT_DIFFICULT, 0, 0);
    assert_ok(other, read_body(other, NULL));
    assert_true(atomic_load(&fault_io_state.failed) > 5);
    fault_io_set(FAULT_NONE, 0, 0);
    syngan_context_free(other);
}

/* ---- streams of the host ------------------------------------------------ */

static void host_stream_is_read(void **state) {
    (void)state;
    memory_stream stream;
    memory_stream_init(&stream, content, CONTENT);
    sg_reader *reader = NULL;
    unsigned char *data = NULL;
    size_t size = 0;
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    assert_string_equal(sg_reader_name(reader), "stream");
    assert_ok(context, sg_reader_all(reader, 0, &data, &size));
    assert_int_equal(size, CONTENT);
    assert_memory_equal(data, content, CONTENT);
    /* A read that gave less was the end: the host is not asked again. */
    long long calls = stream.calls;
    size_t got = 1;
    assert_ok(context, sg_reader_some(reader, data, 1, &got));
    assert_int_equal(got, 0);
    assert_int_equal(stream.calls, calls);
    sg_free(context, data);
    sg_reader_close(reader);
    memory_stream_end(&stream);
}

static int64_t too_much(void *buffer, size_t size, void *user) {
    (void)buffer;
    (void)user;
    return (int64_t)size + 1;
}

static void host_stream_may_fail(void **state) {
    (void)state;
    for (int i = 0; i < 2; i++) {
        memory_stream stream;
        memory_stream_init(&stream, content, CONTENT);
        stream.fail_at = 2;
        if (i == 1) stream.hooks.read = too_much;
        sg_reader *reader = NULL;
        unsigned char *data = NULL;
        size_t size = 0;
        assert_ok(context,
                  sg_reader_open_stream(context, &stream.hooks, &reader));
        assert_fails(context, sg_reader_all(reader, 0, &data, &size),
                     SYNGAN_E_IO, "stream: the host's read of ");
        assert_null(data);
        sg_reader_close(reader);
        memory_stream_end(&stream);
    }
    memory_stream half;
    memory_stream_init(&half, NULL, 0);
    half.hooks.read = NULL;
    sg_reader *reader = NULL;
    assert_fails(context, sg_reader_open_stream(context, &half.hooks, &reader),
                 SYNGAN_E_ARGUMENT, "read");
    assert_fails(context, sg_reader_open_stream(context, NULL, &reader),
                 SYNGAN_E_ARGUMENT, "stream");
    assert_null(reader);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_come),
        cmocka_unit_test(exact_reads_tell_where_it_ends),
        cmocka_unit_test(whole_sources_are_read),
        cmocka_unit_test(limits_are_kept),
        cmocka_unit_test(empty_sources_work),
        cmocka_unit_test(impossible_paths_give_a_sentence),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_system_call_may_fail),
        cmocka_unit_test(difficult_system_is_survived),
        cmocka_unit_test(host_stream_is_read),
        cmocka_unit_test(host_stream_may_fail),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
