/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file base.h
 * Context, status and error text, options structs, and what a host may hook.
 *
 * Conventions of the whole interface
 * - Handles are opaque. `syngan_x_create(..., syngan_x **out)` makes one and
 *   sets `*out` to NULL on failure; `syngan_x_free` releases it and takes NULL.
 *   A handle keeps alive what it was made from, so handles may be freed in any
 *   order.
 * - Functions that can fail return a ::syngan_status. The context then holds a
 *   sentence on what failed, where, and what would be right
 *   (syngan_context_last_error()). Any of them may return SYNGAN_E_ARGUMENT (a
 * NULL, or a value that can't be right) and SYNGAN_E_MEMORY; what else it
 * returns is said with each. Without a handle there is nowhere to keep a
 * sentence: then syngan_status_text() has to do.
 * - Functions that only ask give 0, NULL or "" for a NULL handle. Strings and
 *   arrays that they give belong to the handle and live as long as it.
 * - A context and everything made from it is used by one thread at a time.
 *   Different contexts never meet, so each thread may have its own.
 * - Functions of the host's are called in the thread that has called the
 *   library, while that call lasts. Only memory functions are called in threads
 *   that compute, too (in none with `threads` 1), and a dataset's callback in
 *   another thread if prefetching is asked for.
 * - Options, strings and arrays are copied before a call returns, unless its
 *   documentation says that it borrows them.
 * - While a program is compiled or runs, signals of the host's are held back in
 *   the threads that compute, a tenth of a second or one kernel long; masks are
 *   then as before. Floating-point control is the library's own during each
 *   call, callbacks included: nothing traps, and equal seeds give equal bits
 *   whatever the host has set. Afterwards it is the host's again.
 * - A context of several threads has exactly these: a call that can't have them
 *   fails with SYNGAN_E_STATE. Within a parallel region of OpenMP and in a
 * child of fork(), a thread of the context's own computes, so that both work;
 * loops outside of programs run in the caller there.
 * - The library never prints, exits, aborts, installs signal handlers, or
 *   changes the locale or the OpenMP settings that its host sees.
 */
#ifndef SYNGAN_BASE_H
#define SYNGAN_BASE_H

#include <syngan/options.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SYNGAN_API __attribute__((visibility("default")))
/** Marks functions whose result must not be ignored. */
#define SYNGAN_CHECKED __attribute__((warn_unused_result))
#else
#define SYNGAN_API
#define SYNGAN_CHECKED
#endif

/* ---- version and build -------------------------------------------------- */

#define SYNGAN_VERSION_MAJOR 0
#define SYNGAN_VERSION_MINOR 1
#define SYNGAN_VERSION_PATCH 0
/** One number that grows with each version: 1000000 major + 1000 minor + patch.
 */
#define SYNGAN_VERSION                                                         \
    (1000000 * SYNGAN_VERSION_MAJOR + 1000 * SYNGAN_VERSION_MINOR +            \
     SYNGAN_VERSION_PATCH)

/** What the library is and what it runs on. Strings live as long as the
 *  process. */
typedef struct syngan_build_info {
    size_t struct_size;     /**< set by the caller: sizeof of this struct */
    int32_t version;        /**< ::SYNGAN_VERSION of the library at run time */
    int32_t onednn_version; /**< of the loaded oneDNN, counted likewise */
    const char *version_text; /**< "0.1.0" */
    const char *onednn_text;  /**< "2.6.3" */
    const char *isa;          /**< best instruction set in use: "avx512_bf16",
                                   "avx512", "avx2" or "sse41" */
    const char *features; /**< space-separated: "png zlib csv sqlite bf16" */
    const char *compiler; /**< that built the library */
} syngan_build_info;

/** Fills `info`, whose `struct_size` must be set; as in all structs that the
 *  library fills, that of an older header may be smaller. Thread-safe.
 *  @return SYNGAN_OK or SYNGAN_E_ARGUMENT. */
SYNGAN_API SYNGAN_CHECKED int32_t
syngan_build_info_get(syngan_build_info *info);

/* ---- status ------------------------------------------------------------- */

/** Result of a call: one of the SYNGAN_OK, SYNGAN_E_ values. The numbers are
 *  pinned: never renumbered, never reused. */
typedef int32_t syngan_status;

enum {
    SYNGAN_OK = 0,
    SYNGAN_E_ARGUMENT = 1,    /**< an argument or option that can't be right */
    SYNGAN_E_SHAPE = 2,       /**< shapes that don't fit each other */
    SYNGAN_E_TYPE = 3,        /**< an element type that isn't accepted here */
    SYNGAN_E_MEMORY = 4,      /**< an allocation failed or would be too large */
    SYNGAN_E_IO = 5,          /**< the system refused to read or write */
    SYNGAN_E_FORMAT = 6,      /**< a file is damaged or of another kind */
    SYNGAN_E_VERSION = 7,     /**< a file is from a newer version */
    SYNGAN_E_MISMATCH = 8,    /**< a checkpoint of another network or setting */
    SYNGAN_E_UNSUPPORTED = 9, /**< not available in this build or on this CPU */
    SYNGAN_E_CANCELLED =
        10, /**< syngan_context_cancel() was called; state is whole */
    SYNGAN_E_DIVERGED = 11,  /**< training reached NaN or infinity */
    SYNGAN_E_BACKEND = 12,   /**< oneDNN failed */
    SYNGAN_E_STATE = 13,     /**< the handle is not in a state to do this */
    SYNGAN_E_NOT_FOUND = 14, /**< no parameter, option or field of this name */
    SYNGAN_E_USER = 100      /**< a host's callback failed; it and all greater
                                  values pass through the library unchanged */
};

/** A few words for a status, never NULL. Thread-safe. */
SYNGAN_API const char *syngan_status_text(syngan_status status);

/* ---- options structs ---------------------------------------------------- */

/** Expands to the pointer and count of a shape: `SYNGAN_SHAPE(64, 100)`. */
#define SYNGAN_SHAPE(...)                                                      \
    (const int64_t[]){__VA_ARGS__},                                            \
        (sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

/** In the shape of a model's input: any batch size (first dimension only). */
#define SYNGAN_BATCH (-1)

/** Most dimensions that a tensor can have. */
#define SYNGAN_MAX_RANK 8

/** What an option can hold; see ::syngan_option. */
typedef int32_t syngan_option_type;
enum {
    SYNGAN_OPTION_I32 = 1,
    SYNGAN_OPTION_I64 = 2,
    SYNGAN_OPTION_U64 = 3,
    SYNGAN_OPTION_F32 = 4,
    SYNGAN_OPTION_BOOL = 5,   /**< an int32_t of 0 or 1 */
    SYNGAN_OPTION_ENUM = 6,   /**< an int32_t; `choices` names its values */
    SYNGAN_OPTION_STRING = 7, /**< a `const char *` */
    SYNGAN_OPTION_OTHER = 8 /**< pointers and callbacks: not settable by name */
};

/** One field of an options struct, for programs that offer options by name.
 *  Strings live as long as the process. */
typedef struct syngan_option {
    size_t struct_size;   /**< set by the caller: sizeof of this struct */
    const char *name;     /**< as in the C struct */
    const char *help;     /**< one sentence */
    const char *choices;  /**< of an enum: "same|valid|explicit"; else NULL */
    double minimum;       /**< smallest value accepted */
    double maximum;       /**< greatest value accepted */
    double default_value; /**< what syngan_options_init() writes; SYNGAN_AUTO
                               (of seeds SYNGAN_AUTO_SEED) where the library
                               decides, as `help` tells. Always accepted */
    size_t offset;        /**< in the struct, in bytes */
    syngan_option_type type; /**< SYNGAN_OPTION_... */
    int32_t reserved;
} syngan_option;

/** Number of fields of the options struct named `type` (its C name without
 *  "syngan_" and "_options": "conv2d", "trainer"); 0 if there is none.
 *  Thread-safe. */
SYNGAN_API size_t syngan_option_count(const char *type);

/** Describes field `index` of the options struct named `type`. Thread-safe.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT or SYNGAN_E_NOT_FOUND. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_option_get(const char *type,
                                                          size_t index,
                                                          syngan_option *out);

/** Fills the options struct named `type` with its defaults: what SYNGAN_X_INIT
 *  does in C, for other languages. Thread-safe.
 *  @param size sizeof of the struct as the caller knows it; a larger one is
 *              zeroed beyond what this version knows
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT or SYNGAN_E_NOT_FOUND. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_options_init(const char *type,
                                                            void *options,
                                                            size_t size);

/* ---- host hooks --------------------------------------------------------- */

/** Memory for everything that libsyngan itself allocates. oneDNN, libgomp,
 *  jansson, libcsv and sqlite3 allocate on their own. Both functions may be
 *  called from any thread of the library. */
typedef struct syngan_allocator {
    size_t struct_size;
    /** Returns `size` bytes aligned to `alignment` (a power of two, at least
     *  16), or NULL. */
    void *(*allocate)(size_t size, size_t alignment, void *user);
    /** Releases what `allocate` returned; never called with NULL. */
    void (*release)(void *pointer, size_t size, void *user);
    void *user;
} syngan_allocator;

/** How much is logged. */
typedef int32_t syngan_log_level;
enum { SYNGAN_LOG_WARNING = 1, SYNGAN_LOG_INFO = 2, SYNGAN_LOG_DEBUG = 3 };

/** Receives one line of text, without a line end. */
typedef void (*syngan_log_fn)(syngan_log_level level, const char *text,
                              void *user);

/**
 * A stream of the host's, to save into or load from its own storage.
 * Functions return the number of bytes moved, fewer only at the end or on
 * failure, or a negative number on failure.
 */
typedef struct syngan_stream {
    size_t struct_size;
    int64_t (*read)(void *buffer, size_t size, void *user); /**< for loading */
    int64_t (*write)(const void *buffer, size_t size,
                     void *user); /**< for saving */
    void *user;
} syngan_stream;

/* ---- context ------------------------------------------------------------ */

/** Instruction-set caps for ::syngan_context_options. */
typedef int32_t syngan_isa;
enum {
    SYNGAN_ISA_BEST = 0,
    SYNGAN_ISA_SSE41 = 1,
    SYNGAN_ISA_AVX2 = 2,
    SYNGAN_ISA_AVX512 = 3,
    SYNGAN_ISA_AVX512_BF16 = 4
};

typedef struct syngan_context_options {
    size_t struct_size;
    uint64_t seed;                     /**< of everything random; default 0 */
    const syngan_allocator *allocator; /**< default: the C library's */
    syngan_log_fn log;                 /**< default: none */
    void *log_user;
    syngan_log_level
        log_level;   /**< most detailed level wanted; default warnings */
    int32_t threads; /**< for computing; default 0: the processors that
                          this process may use, by its affinity and the CPU
                          quota of its control group, at most 256;
                          never more than OpenMP's thread limit */
    syngan_isa isa;  /**< instruction-set cap; oneDNN keeps one per
                       process: another one later is refused */
    int32_t reserved;
    uint64_t memory_limit; /**< bytes that the library may hold at once through
                                this context; default 0: no limit */
} syngan_context_options;

/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_CONTEXT_DEFAULTS                                                \
    .struct_size = SYNGAN_INITIALISED(syngan_context_options),                 \
    .log_level = SYNGAN_LOG_WARNING
#define SYNGAN_CONTEXT_INIT                                                    \
    { SYNGAN_CONTEXT_DEFAULTS }
#define SYNGAN_CONTEXT(...)                                                    \
    (&(const syngan_context_options){SYNGAN_CONTEXT_DEFAULTS, __VA_ARGS__})

typedef struct syngan_context syngan_context;

/** Makes a context. @param options NULL for all defaults.
 *  @return SYNGAN_OK, SYNGAN_E_ARGUMENT, SYNGAN_E_MEMORY or
 *  SYNGAN_E_UNSUPPORTED (a cap that differs from the process's, or a CPU
 *  without SSE4.1). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_context_create(
    const syngan_context_options *options, syngan_context **out);

/** Releases the caller's hold; the context ends with the last handle made
 *  from it. */
SYNGAN_API void syngan_context_free(syngan_context *context);

/** What the last failed call on this context or anything made from it said:
 *  a full sentence, "" if none failed. Valid until the next call that fails.
 *  A NULL context gives "". */
SYNGAN_API const char *syngan_context_last_error(const syngan_context *context);

/** Threads that this context computes with. */
SYNGAN_API int32_t syngan_context_threads(const syngan_context *context);

/** Asks what runs on this context to stop at its next safe point, within a
 *  second, with SYNGAN_E_CANCELLED; later calls stop at once, until
 *  syngan_context_cancel_reset(). What stops: syngan_trainer_run(),
 *  syngan_model_predict() and syngan_model_sample(); syngan_program_create()
 *  with `tune`; fitting, estimating, continuing and sampling of synthesizers;
 *  syngan_table_evaluate(); reading and writing tables as CSV, Arrow and
 * SQLite, selecting, splitting and making them. A file that was to be written
 * is as before. Saving and loading models, checkpoints and synthesizers is
 * never stopped, nor is a single run of a program. Async-signal-safe; any
 * thread may call it. */
SYNGAN_API void syngan_context_cancel(syngan_context *context);

/** Withdraws syngan_context_cancel(), so that work can go on. As safe to call.
 */
SYNGAN_API void syngan_context_cancel_reset(syngan_context *context);

/** Reads `text` ("0.5", "same", "true") into the field `name` of an options
 *  struct, for options from a command line or another language.
 *  @param type    as in syngan_option_count()
 *  @param options the struct, initialised (options.h)
 *  @return SYNGAN_OK; SYNGAN_E_NOT_FOUND for an unknown type or field;
 *  SYNGAN_E_ARGUMENT for a text that is no value of the field, or out of
 *  range. Strings are borrowed: `text` must outlive the struct. "auto" stands
 *  for SYNGAN_AUTO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_option_set(syngan_context *context, const char *type, void *options,
                  const char *name, const char *text);

#ifdef __cplusplus
}
#endif
#endif
