/* SPDX-License-Identifier: Apache-2.0 */
/* Failing memory and failing system calls; see fault.h. */
#include "support/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- memory ------------------------------------------------------------- */

static void *allocate(size_t size, size_t alignment, void *user) {
    fault_memory *memory = user;
    long long call = atomic_fetch_add(&memory->calls, 1) + 1;
    bool after = memory->fail_on && call > memory->fail_at;
    if (memory->fail_at != 0 && (call == memory->fail_at || after)) {
        atomic_fetch_add(&memory->failed, 1);
        return NULL;
    }
    void *block = NULL;
    if (posix_memalign(&block, alignment, size) != 0) return NULL;
    memset(block, 0xa5, size); /* nothing may count on zeros */
    atomic_fetch_add(&memory->live, 1);
    atomic_fetch_add(&memory->live_bytes, (long long)size);
    return block;
}

static void release(void *pointer, size_t size, void *user) {
    fault_memory *memory = user;
    atomic_fetch_sub(&memory->live, 1);
    atomic_fetch_sub(&memory->live_bytes, (long long)size);
    memset(pointer, 0x5a, size); /* nor on what was freed */
    free(pointer);
}

void fault_memory_init(fault_memory *memory) {
    memset(memory, 0, sizeof(*memory));
    memory->hooks = (syngan_allocator){.struct_size = sizeof(memory->hooks),
                                       .allocate = allocate,
                                       .release = release,
                                       .user = memory};
}

/* ---- system calls ------------------------------------------------------- */

fault_io fault_io_state;

void fault_io_set(int kind, long long at, int error) {
    fault_io_state.kind = kind;
    fault_io_state.at = at;
    fault_io_state.error = error;
    atomic_store(&fault_io_state.calls, 0);
    atomic_store(&fault_io_state.failed, 0);
}

static bool is_hit(long long call) {
    switch (fault_io_state.kind) {
    case FAULT_ONCE:
    case FAULT_KILL:
        return call == fault_io_state.at;
    case FAULT_FROM_ON:
        return call >= fault_io_state.at;
    case FAULT_DIFFICULT:
        return call % 2 == 1;
    default:
        return false;
    }
}

/* Counts a call; true if it is to fail, with errno set. */
static bool fails(void) {
    long long call = atomic_fetch_add(&fault_io_state.calls, 1) + 1;
    if (!is_hit(call)) return false;
    if (fault_io_state.kind == FAULT_KILL) _exit(FAULT_KILLED);
    atomic_fetch_add(&fault_io_state.failed, 1);
    errno =
        fault_io_state.kind == FAULT_DIFFICULT ? EINTR : fault_io_state.error;
    return true;
}

static size_t shortened(size_t size) {
    return fault_io_state.kind == FAULT_DIFFICULT ? (size + 2) / 3 : size;
}

/* stat, readlink, rename and unlink are never interrupted. */
static bool fails_uninterrupted(void) {
    return fault_io_state.kind != FAULT_DIFFICULT && fails();
}

static int fault_stat(const char *path, struct stat *out) {
    return fails_uninterrupted() ? -1 : sg_io_posix.stat(path, out);
}

static int64_t fault_readlink(const char *path, char *target, size_t size) {
    return fails_uninterrupted() ? -1
                                 : sg_io_posix.readlink(path, target, size);
}

/* A program that the host starts gets no file of ours. */
static int fault_open(const char *path, int flags, int mode) {
    assert_int_equal(flags & O_CLOEXEC, O_CLOEXEC);
    return fails() ? -1 : sg_io_posix.open(path, flags, mode);
}

static int64_t fault_read(int fd, void *buffer, size_t size) {
    return fails() ? -1 : sg_io_posix.read(fd, buffer, shortened(size));
}

static int64_t fault_write(int fd, const void *buffer, size_t size) {
    long long next = atomic_load(&fault_io_state.calls) + 1;
    if (fault_io_state.kind == FAULT_KILL && is_hit(next)) {
        (void)sg_io_posix.write(fd, buffer, size / 2);
    }
    return fails() ? -1 : sg_io_posix.write(fd, buffer, shortened(size));
}

static int fault_fsync(int fd) {
    return fails() ? -1 : sg_io_posix.fsync(fd);
}

/* As on Linux, a descriptor is gone even when closing it fails. */
static int fault_close(int fd) {
    bool failed = fails();
    int error = errno;
    int result = sg_io_posix.close(fd);
    if (failed) errno = error;
    return failed ? -1 : result;
}

static int fault_rename(const char *from, const char *to) {
    return fails_uninterrupted() ? -1 : sg_io_posix.rename(from, to);
}

static int fault_unlink(const char *path) {
    bool failed = fails_uninterrupted() && fault_io_state.kind != FAULT_FROM_ON;
    return failed ? -1 : sg_io_posix.unlink(path);
}

static int fault_allocate(int fd, int64_t size) {
    return fails() ? -1 : sg_io_posix.allocate(fd, size);
}

static void *fault_map(int fd, size_t size) {
    return fails_uninterrupted() ? NULL : sg_io_posix.map(fd, size);
}

const sg_io fault_io_table = {.stat = fault_stat,
                              .readlink = fault_readlink,
                              .open = fault_open,
                              .read = fault_read,
                              .write = fault_write,
                              .fsync = fault_fsync,
                              .close = fault_close,
                              .rename = fault_rename,
                              .unlink = fault_unlink,
                              .allocate = fault_allocate,
                              .map = fault_map};

/* ---- sweeps ------------------------------------------------------------- */

/* One run in a context of its own, in which nothing may be left. `expected` is
 * the status of a run that suffered. */
static syngan_status run_once(const fault_sweep *sweep, fault_memory *memory,
                              syngan_status expected) {
    syngan_context_options options = {SYNGAN_CONTEXT_DEFAULTS, .threads = 1};
    if (sweep->options != NULL) options = *sweep->options;
    options.allocator = &memory->hooks;
    syngan_context *context = NULL;
    syngan_status status = syngan_context_create(&options, &context);
    if (status == SYNGAN_OK) {
        context->io = fault_io_table;
        status = sweep->body(context, sweep->user);
        if (status != SYNGAN_OK && status == expected) {
            assert_string_not_equal(syngan_context_last_error(context), "");
        }
    } else {
        assert_null(context);
    }
    syngan_context_free(context);
    assert_int_equal(atomic_load(&memory->live), 0);
    assert_int_equal(atomic_load(&memory->live_bytes), 0);
    if (status != SYNGAN_OK) assert_int_equal(status, expected);
    return status;
}

static void before(const fault_sweep *sweep) {
    if (sweep->before != NULL) sweep->before(sweep->user);
}

static void after(const fault_sweep *sweep, syngan_status status,
                  bool faulted) {
    if (sweep->after != NULL) sweep->after(status, faulted, sweep->user);
}

/* Distance of the points that are tried. */
static long long stride(const fault_sweep *sweep, long long points) {
    if (sweep->most == 0 || points <= sweep->most) return 1;
    return (points + sweep->most - 1) / sweep->most;
}

/* A run with nothing failing. */
static void run_undisturbed(const fault_sweep *sweep, fault_memory *memory) {
    fault_memory_init(memory);
    fault_io_set(FAULT_NONE, 0, 0);
    before(sweep);
    assert_int_equal(run_once(sweep, memory, SYNGAN_OK), SYNGAN_OK);
    after(sweep, SYNGAN_OK, false);
}

long long fault_sweep_memory(const fault_sweep *sweep) {
    fault_memory memory;
    run_undisturbed(sweep, &memory);
    long long points = atomic_load(&memory.calls);
    for (long long at = 1; at <= points; at += stride(sweep, points)) {
        for (int on = 0; on < 2; on++) {
            fault_memory_init(&memory);
            memory.fail_at = at;
            memory.fail_on = on != 0;
            before(sweep);
            syngan_status status = run_once(sweep, &memory, SYNGAN_E_MEMORY);
            after(sweep, status, atomic_load(&memory.failed) > 0);
        }
    }
    return points;
}

long long fault_sweep_io(const fault_sweep *sweep, int error) {
    fault_memory memory;
    run_undisturbed(sweep, &memory);
    long long points = atomic_load(&fault_io_state.calls);
    for (long long at = 1; at <= points; at += stride(sweep, points)) {
        for (int kind = FAULT_ONCE; kind <= FAULT_FROM_ON; kind++) {
            fault_memory_init(&memory);
            fault_io_set(FAULT_NONE, 0, 0);
            before(sweep);
            fault_io_set(kind, at, error);
            syngan_status status = run_once(sweep, &memory, SYNGAN_E_IO);
            bool faulted = atomic_load(&fault_io_state.failed) > 0;
            fault_io_set(FAULT_NONE, 0, 0);
            after(sweep, status, faulted);
        }
    }
    return points;
}

long long fault_sweep_kill(const fault_sweep *sweep) {
    fault_memory memory;
    run_undisturbed(sweep, &memory);
    long long points = atomic_load(&fault_io_state.calls);
    for (long long at = 1; at <= points; at += stride(sweep, points)) {
        fault_memory_init(&memory);
        before(sweep);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            fault_io_set(FAULT_KILL, at, 0);
            run_once(sweep, &memory, SYNGAN_OK);
            _exit(0);
        }
        int how = 0;
        assert_int_equal(waitpid(child, &how, 0), child);
        assert_true(WIFEXITED(how));
        assert_int_equal(WEXITSTATUS(how), FAULT_KILLED);
        after(sweep, -1, true);
    }
    return points;
}
