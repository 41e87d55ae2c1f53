/* SPDX-License-Identifier: Apache-2.0 */
/* Writing: whole files or nothing, links, special files, hosts' streams. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/stream.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"

static syngan_context *context;
static folder files;

static int make_all(void **state) {
    (void)state;
    context = test_context(1);
    folder_make(&files);
    return 0;
}

static int free_all(void **state) {
    (void)state;
    folder_remove(&files);
    syngan_context_free(context);
    return 0;
}

/* What the tests write: more than the buffer, in pieces of many sizes. */
enum { CONTENT = 200000 };

static unsigned char content_at(size_t i) {
    return (unsigned char)(i * 31 + i / 251);
}

static syngan_status put_content(sg_writer *writer) {
    unsigned char *content = malloc(CONTENT);
    for (size_t i = 0; i < CONTENT; i++)
        content[i] = content_at(i);
    syngan_status status = SYNGAN_OK;
    for (size_t at = 0, n = 1; at < CONTENT; at += n, n = n * 2 + 1) {
        if (n > CONTENT - at) n = CONTENT - at;
        status = sg_writer_put(writer, content + at, n);
    }
    free(content);
    return status;
}

static void assert_content(const void *data, size_t size) {
    assert_int_equal(size, CONTENT);
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != content_at(i)) fail_msg("byte %zu is wrong", i);
    }
}

static void assert_file(const char *path, const char *text) {
    char *data = file_read(path, NULL);
    assert_non_null(data);
    assert_string_equal(data, text);
    free(data);
}

static void write_text(const char *path, const char *text) {
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, path, &writer));
    assert_ok(context, sg_writer_put(writer, text, strlen(text)));
    assert_ok(context, sg_writer_commit(writer));
}

static mode_t mode_of(const char *path) {
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 07777;
}

/* ---- ordinary files ----------------------------------------------------- */

static void file_appears_when_committed(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "a.bin", path);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, path, &writer));
    assert_ok(context, put_content(writer));
    assert_int_not_equal(access(path, F_OK), 0);
    assert_ok(context, sg_writer_commit(writer));
    size_t size = 0;
    char *data = file_read(path, &size);
    assert_content(data, size);
    free(data);
    assert_int_equal(folder_count(&files), 1);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(mode_of(path), 0666 & ~mask);
    unlink(path);
}

static void abandoned_file_leaves_nothing(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "a.bin", path);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, path, &writer));
    assert_ok(context, put_content(writer));
    sg_writer_abandon(writer);
    assert_int_equal(folder_count(&files), 0);
    sg_writer_abandon(NULL);
}

static void file_is_replaced(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    file_write(folder_file(&files, "a.txt", path), "old", 3);
    assert_int_equal(chmod(path, 0600), 0);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, path, &writer));
    assert_ok(context, sg_writer_put(writer, "newer", 5));
    assert_file(path, "old");
    assert_ok(context, sg_writer_commit(writer));
    assert_file(path, "newer");
    assert_int_equal(mode_of(path), 0600); /* private stays private */
    assert_int_equal(folder_count(&files), 1);
    unlink(path);
}

static void two_writers_do_not_meet(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "a.txt", path);
    sg_writer *one = NULL, *two = NULL;
    assert_ok(context, sg_writer_open(context, path, &one));
    assert_ok(context, sg_writer_open(context, path, &two));
    assert_ok(context, sg_writer_put(one, "one", 3));
    assert_ok(context, sg_writer_put(two, "two", 3));
    assert_ok(context, sg_writer_commit(two));
    assert_ok(context, sg_writer_commit(one));
    assert_file(path, "one");
    assert_int_equal(folder_count(&files), 1);
    unlink(path);
}

static void empty_files_and_relative_paths_work(void **state) {
    (void)state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof(before)));
    assert_int_equal(chdir(files.path), 0);
    write_text("b.txt", "");
    write_text("./b.txt", "x");
    assert_file("b.txt", "x");
    assert_int_equal(folder_count(&files), 1);
    unlink("b.txt");
    assert_int_equal(chdir(before), 0);
}

static void text_is_formatted(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "a.txt", path);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, path, &writer));
    assert_ok(context, sg_writer_printf(writer, "%d,%.2f\n", 5, 0.25));
    assert_ok(context, sg_writer_printf(writer, "%s", ""));
    assert_ok(context, sg_writer_printf(writer, "%3000d", 1));
    assert_ok(context, sg_writer_commit(writer));
    char *data = file_read(path, NULL);
    assert_memory_equal(data, "5,0.25\n", 7);
    assert_int_equal(strlen(data), 7 + 3000);
    free(data);
    unlink(path);
}

/* ---- links and special files -------------------------------------------- */

static void links_stay_links(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX], one[FOLDER_PATH_MAX], two[FOLDER_PATH_MAX];
    file_write(folder_file(&files, "a.txt", path), "old", 3);
    assert_int_equal(symlink("a.txt", folder_file(&files, "one", one)), 0);
    assert_int_equal(symlink(one, folder_file(&files, "two", two)), 0);
    write_text(two, "new");
    assert_file(path, "new");
    struct stat info;
    assert_int_equal(lstat(one, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(lstat(two, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    /* A link to nothing makes the file that it names. */
    unlink(path);
    write_text(two, "made");
    assert_file(path, "made");
    assert_int_equal(folder_count(&files), 3);
    unlink(path);
    unlink(one);
    unlink(two);
}

static void circles_of_links_are_refused(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    assert_int_equal(symlink("a", folder_file(&files, "a", path)), 0);
    sg_writer *writer = NULL;
    assert_fails(context, sg_writer_open(context, path, &writer), SYNGAN_E_IO,
                 strerror(ELOOP));
    assert_null(writer);
    unlink(path);
}

static void special_files_are_written_directly(void **state) {
    (void)state;
    write_text("/dev/null", "gone");
    char path[FOLDER_PATH_MAX];
    assert_int_equal(mkfifo(folder_file(&files, "pipe", path), 0600), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char text[16] = {0};
        FILE *pipe = fopen(path, "rb");
        size_t n = pipe == NULL ? 0 : fread(text, 1, sizeof(text), pipe);
        _exit(n == 5 && memcmp(text, "hello", 5) == 0 ? 0 : 1);
    }
    write_text(path, "hello");
    int how = 0;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(folder_count(&files), 1);
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISFIFO(info.st_mode));
    unlink(path);
}

/* Standard output that is a pipe: /dev/stdout leads to no real path. */
static void standard_output_works(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    fflush(stdout);
    int kept = dup(1);
    dup2(ends[1], 1);
    write_text("/dev/stdout", "to a pipe");
    dup2(kept, 1);
    close(kept);
    close(ends[1]);
    char text[32] = {0};
    assert_int_equal(read(ends[0], text, sizeof(text)), 9);
    assert_string_equal(text, "to a pipe");
    close(ends[0]);
}

/* ---- failures ----------------------------------------------------------- */

static void impossible_paths_give_a_sentence(void **state) {
    (void)state;
    sg_writer *writer = NULL;
    char path[FOLDER_PATH_MAX];
    assert_fails(context, sg_writer_open(context, NULL, &writer),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, sg_writer_open(context, "", &writer),
                 SYNGAN_E_ARGUMENT, "path");
    assert_fails(context, sg_writer_open(context, files.path, &writer),
                 SYNGAN_E_IO, strerror(EISDIR));
    folder_file(&files, "none/a.txt", path);
    assert_fails(context, sg_writer_open(context, path, &writer), SYNGAN_E_IO,
                 strerror(ENOENT));
    assert_non_null(strstr(syngan_context_last_error(context), path));
    /* A long path must not hide the reason. */
    char *deep = malloc(10000);
    memset(deep, 'x', 9999);
    deep[9999] = '\0';
    assert_fails(context, sg_writer_open(context, deep, &writer), SYNGAN_E_IO,
                 strerror(ENAMETOOLONG));
    free(deep);
    assert_null(writer);
}

static void full_device_gives_a_sentence(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0) skip();
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open(context, "/dev/full", &writer));
    assert_fails(context, put_content(writer), SYNGAN_E_IO,
                 "/dev/full: writing failed: ");
    assert_int_equal(sg_writer_put(writer, "x", 1), SYNGAN_E_IO);
    assert_int_equal(sg_writer_printf(writer, "x"), SYNGAN_E_IO);
    assert_int_equal(sg_writer_commit(writer), SYNGAN_E_IO);
    assert_non_null(
        strstr(syngan_context_last_error(context), strerror(ENOSPC)));
}

static void difficult_system_is_survived(void **state) {
    (void)state;
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "a.bin", path);
    syngan_context *other = test_context(1);
    other->io = fault_io_table;
    fault_io_set(FAULT_DIFFICULT, 0, 0);
    sg_writer *writer = NULL;
    assert_ok(other, sg_writer_open(other, path, &writer));
    assert_ok(other, put_content(writer));
    assert_ok(other, sg_writer_commit(writer));
    assert_true(atomic_load(&fault_io_state.failed) > 10);
    fault_io_set(FAULT_NONE, 0, 0);
    syngan_context_free(other);
    size_t size = 0;
    char *data = file_read(path, &size);
    assert_content(data, size);
    free(data);
    assert_int_equal(folder_count(&files), 1);
    unlink(path);
}

/* ---- every point of failure --------------------------------------------- */

static char swept_path[FOLDER_PATH_MAX];

static void put_old(void *user) {
    (void)user;
    file_write(folder_file(&files, "swept", swept_path), "old", 3);
}

static syngan_status write_new(syngan_context *own, void *user) {
    (void)user;
    sg_writer *writer = NULL;
    SG_TRY(sg_writer_open(own, swept_path, &writer));
    (void)put_content(writer);
    (void)sg_writer_printf(writer, "%700s", "");
    return sg_writer_commit(writer);
}

static bool is_old(void) {
    size_t size = 0;
    char *data = file_read(swept_path, &size);
    assert_non_null(data);
    bool old = size == 3 && memcmp(data, "old", 3) == 0;
    if (!old) {
        assert_int_equal(size, CONTENT + 700);
        assert_content(data, CONTENT);
    }
    free(data);
    return old;
}

/* The old file or the new one, and no other. After a failure: the old one, but
 * when only the folder could not be flushed any more. */
static void look(syngan_status status, bool faulted, void *user) {
    (void)faulted;
    (void)user;
    assert_int_equal(folder_count(&files), 1);
    bool old = is_old();
    if (status == SYNGAN_OK) assert_false(old);
    if (!old && status != SYNGAN_OK) {
        assert_int_equal(status, SYNGAN_E_IO);
    }
    unlink(swept_path);
}

/* A killed process can't remove its new file. */
static void look_after_kill(syngan_status status, bool faulted, void *user) {
    (void)user;
    if (!faulted) {
        look(status, faulted, user);
        return;
    }
    (void)is_old();
    assert_true(folder_count(&files) <= 2);
    /* What it left is in nobody's way. */
    put_old(user);
    assert_ok(context, write_new(context, user));
    assert_false(is_old());
    folder_remove(&files);
    folder_make(&files);
}

static const fault_sweep sweep = {
    .body = write_new, .before = put_old, .after = look};

static void each_allocation_may_fail(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&sweep) >= 5);
}

static void each_system_call_may_fail(void **state) {
    (void)state;
    assert_true(fault_sweep_io(&sweep, ENOSPC) >= 12);
    assert_true(fault_sweep_io(&sweep, EIO) >= 12);
}

static void process_may_be_killed_anywhere(void **state) {
    (void)state;
    fault_sweep killing = sweep;
    killing.after = look_after_kill;
    assert_true(fault_sweep_kill(&killing) >= 12);
}

/* When the folder can't be flushed the new file is in place all the same, and
 * a folder that has no flush is no failure. */
static int failing_fsync_errno;
static int fsync_calls;

static int second_fsync_fails(int fd) {
    if (++fsync_calls < 2) return sg_io_posix.fsync(fd);
    errno = failing_fsync_errno;
    return -1;
}

static void folder_flush_is_told(void **state) {
    (void)state;
    syngan_context *other = test_context(1);
    other->io.fsync = second_fsync_fails;
    for (int i = 0; i < 2; i++) {
        put_old(NULL);
        fsync_calls = 0;
        failing_fsync_errno = i == 0 ? EIO : EINVAL;
        if (i == 0) {
            assert_fails(other, write_new(other, NULL), SYNGAN_E_IO, "folder");
        } else {
            assert_ok(other, write_new(other, NULL));
        }
        assert_int_equal(fsync_calls, 2);
        assert_false(is_old());
        assert_int_equal(folder_count(&files), 1);
        unlink(swept_path);
    }
    syngan_context_free(other);
}

/* ---- streams of the host ------------------------------------------------ */

static void host_stream_gets_everything(void **state) {
    (void)state;
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &writer));
    assert_ok(context, put_content(writer));
    assert_ok(context, sg_writer_commit(writer));
    assert_content(stream.data, stream.size);
    memory_stream_end(&stream);
}

static void host_stream_may_fail(void **state) {
    (void)state;
    for (long long at = 1; at <= 3; at++) {
        memory_stream stream;
        memory_stream_init(&stream, NULL, 0);
        stream.fail_at = at;
        sg_writer *writer = NULL;
        assert_ok(context,
                  sg_writer_open_stream(context, &stream.hooks, &writer));
        (void)put_content(writer);
        assert_fails(context, sg_writer_commit(writer), SYNGAN_E_IO,
                     "stream: the host's write of ");
        assert_int_equal(stream.calls, at); /* not asked again */
        memory_stream_end(&stream);
    }
}

static void half_streams_are_refused(void **state) {
    (void)state;
    sg_writer *writer = NULL;
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    assert_fails(context, sg_writer_open_stream(context, NULL, &writer),
                 SYNGAN_E_ARGUMENT, "stream");
    stream.hooks.write = NULL;
    assert_fails(context,
                 sg_writer_open_stream(context, &stream.hooks, &writer),
                 SYNGAN_E_ARGUMENT, "write");
    assert_null(writer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_appears_when_committed),
        cmocka_unit_test(abandoned_file_leaves_nothing),
        cmocka_unit_test(file_is_replaced),
        cmocka_unit_test(two_writers_do_not_meet),
        cmocka_unit_test(empty_files_and_relative_paths_work),
        cmocka_unit_test(text_is_formatted),
        cmocka_unit_test(links_stay_links),
        cmocka_unit_test(circles_of_links_are_refused),
        cmocka_unit_test(special_files_are_written_directly),
        cmocka_unit_test(standard_output_works),
        cmocka_unit_test(impossible_paths_give_a_sentence),
        cmocka_unit_test(full_device_gives_a_sentence),
        cmocka_unit_test(difficult_system_is_survived),
        cmocka_unit_test(each_allocation_may_fail),
        cmocka_unit_test(each_system_call_may_fail),
        cmocka_unit_test(process_may_be_killed_anywhere),
        cmocka_unit_test(folder_flush_is_told),
        cmocka_unit_test(host_stream_gets_everything),
        cmocka_unit_test(host_stream_may_fail),
        cmocka_unit_test(half_streams_are_refused),
    };
    return cmocka_run_group_tests(tests, make_all, free_all);
}
