/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context: where all state of the library hangs, and where errors go.
 * Every handle holds a reference on its context.
 */
#ifndef SG_BASE_CONTEXT_H
#define SG_BASE_CONTEXT_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <syngan/base.h>

#include "base/hash.h"

#define SG_ERROR_MAX 1024

struct stat;

/* The system calls that file code uses. Tests replace the table in a context
 * to make any of them fail. Signatures and results are those of POSIX, but for
 * `allocate` (posix_fallocate() from byte 0, which sets errno) and `map` (all
 * of a file, to read and write; NULL on failure). */
typedef struct sg_io {
    int (*stat)(const char *path, struct stat *out);
    int64_t (*readlink)(const char *path, char *target, size_t size);
    int (*open)(const char *path, int flags, int mode);
    int64_t (*read)(int fd, void *buffer, size_t size);
    int64_t (*write)(int fd, const void *buffer, size_t size);
    int (*fsync)(int fd);
    int (*close)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*allocate)(int fd, int64_t size);
    void *(*map)(int fd, size_t size);
} sg_io;

extern const sg_io sg_io_posix;

struct syngan_context {
    atomic_int references;
    atomic_int cancelled;
    syngan_allocator allocator;
    atomic_uint_fast64_t bytes;       /* held now through this context */
    atomic_uint_fast64_t peak;        /* most held since it was restarted */
    atomic_uint_fast64_t allocations; /* calls of allocate so far */
    uint64_t memory_limit;
    uint64_t seed;
    syngan_log_fn log;
    void *log_user;
    int32_t log_level;
    int32_t threads;
    int32_t isa; /* best instruction set in use: SYNGAN_ISA_SSE41 ... */
    sg_hash_key hash_key;
    sg_io io;
    struct sg_runner *runner; /* thread of its own, NULL until needed */
    struct sg_spin *spin;     /* NULL until needed */
    char error[SG_ERROR_MAX];
};

/* The cap on instruction sets that the process has, SYNGAN_ISA_BEST if none;
 * called before oneDNN is used first. From then on another cap is refused. */
int32_t sg_isa_settle(void);
/* The best instruction set that a context without a wish would get now. */
int32_t sg_isa_best(void);

void sg_context_retain(syngan_context *context);
void sg_context_release(syngan_context *context);

/* Writes the error sentence and returns `status`; a NULL context (there is none
 * yet) only gives back the status. Sentences start with the
 * thing concerned ("conv2d 'c1': ..."), say what came and what would be right,
 * and have no full stop at the end. */
syngan_status sg_fail(syngan_context *context, syngan_status status,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));
syngan_status sg_fail_v(syngan_context *context, syngan_status status,
                        const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* SYNGAN_E_ARGUMENT and a sentence if an argument of a public call is NULL that
 * must be given. */
#define SG_NEED(context, call, argument)                                       \
    sg_need(context, call, #argument, argument)
syngan_status sg_need(syngan_context *context, const char *call,
                      const char *name, const void *argument);
/* The sentence for an allocation of `bytes` that failed, for `what`. */
syngan_status sg_fail_memory(syngan_context *context, const char *what,
                             uint64_t bytes);

/* The sentence of now, for a caller that copes with a failure of what it is
 * about to call: put back, a call that succeeds leaves no sentence. */
typedef struct sg_error_text {
    char text[SG_ERROR_MAX];
} sg_error_text;
void sg_error_keep(const syngan_context *context, sg_error_text *out);
void sg_error_put_back(syngan_context *context, const sg_error_text *kept);

void sg_log(syngan_context *context, int32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static inline bool sg_is_cancelled(syngan_context *context) {
    return atomic_load_explicit(&context->cancelled, memory_order_relaxed) != 0;
}

/* SYNGAN_E_CANCELLED with the sentence "WHAT: cancelled" after a cancel. */
syngan_status sg_check_cancelled(syngan_context *context, const char *what);

/* The same within a loop of many rows, which looks once for some of them. */
#define SG_CANCEL_ROWS 1024
static inline bool sg_is_cancelled_at(syngan_context *context, int64_t row) {
    return row % SG_CANCEL_ROWS == 0 && sg_is_cancelled(context);
}
static inline syngan_status sg_check_at(syngan_context *context, int64_t row,
                                        const char *what) {
    return row % SG_CANCEL_ROWS == 0 ? sg_check_cancelled(context, what)
                                     : SYNGAN_OK;
}

/* Leaves the function with a status that is not SYNGAN_OK. */
#define SG_TRY(call)                                                           \
    do {                                                                       \
        syngan_status sg_try_status = (call);                                  \
        if (sg_try_status != SYNGAN_OK) return sg_try_status;                  \
    } while (0)

#endif
