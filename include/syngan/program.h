/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file program.h
 * Programs: a graph compiled for running. The GAN trainer is written on this
 * interface; use it for a training scheme of your own.
 */
#ifndef SYNGAN_PROGRAM_H
#define SYNGAN_PROGRAM_H

#include <syngan/graph.h>
#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_program syngan_program;

typedef struct syngan_program_options {
    size_t struct_size;
    uint64_t seed;   /**< of its random nodes; default SYNGAN_AUTO_SEED: the
                          context's */
    int32_t profile; /**< 1: time each kernel, for syngan_program_report() */
    int32_t fusion;  /**< default 1; 0: one kernel for each node, for finding
                        faults */
    int32_t bf16;    /**< 1: convolutions and matrix products take bf16
                          operands (sums, results and all else stay f32);
                          refused without AVX512_BF16 */
    int32_t tune;    /**< 1: where several kernels can compute a node, times
                          them while compiling and takes the fastest. They
                          round differently, and times vary: the last bits
                          of results differ between machines and from one
                          program to the next */
} syngan_program_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_PROGRAM_DEFAULTS                                                \
    .struct_size = SYNGAN_INITIALISED(syngan_program_options),                 \
    .seed = SYNGAN_AUTO_SEED, .fusion = 1
#define SYNGAN_PROGRAM_INIT                                                    \
    { SYNGAN_PROGRAM_DEFAULTS }
#define SYNGAN_PROGRAM(...)                                                    \
    (&(const syngan_program_options){SYNGAN_PROGRAM_DEFAULTS, __VA_ARGS__})

/**
 * Compiles what is needed for some nodes of one graph.
 * @param outputs nodes whose values are wanted
 * @param updates nodes that change parameters (syngan_assign(),
 *                syngan_optimizer_minimize(), syngan_node_update_statistics(),
 * ...). Within a run, everything reads the parameters as they were before, but
 *                for what reads an update node's value.
 * @param options NULL for defaults
 * @return SYNGAN_OK, the graph's first error, SYNGAN_E_SHAPE (a batch that is
 * not fixed), SYNGAN_E_MEMORY, SYNGAN_E_BACKEND.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_program_create(
    syngan_node *const *outputs, size_t n_outputs, syngan_node *const *updates,
    size_t n_updates, const syngan_program_options *options,
    syngan_program **out);
SYNGAN_API void syngan_program_free(syngan_program *program);

/** The buffer of an input, by its node's name: write it before a run. The
 *  caller frees the handle. @return SYNGAN_OK or SYNGAN_E_NOT_FOUND (also
 *  when nothing asked for depends on it). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_program_input(
    syngan_program *program, const char *name, syngan_tensor **out);
/** The buffer of output `index`, valid after a run and until the next one. The
 *  caller frees the handle. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_program_output(
    syngan_program *program, size_t index, syngan_tensor **out);

/** Runs it once. Allocates nothing through the context.
 *  @param step random nodes give a function of (seed, step, node, index)
 *  @return SYNGAN_OK, or SYNGAN_E_BACKEND. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_program_run(syngan_program *program, uint64_t step);

/** Bytes that the program holds: arena, workspaces, constants. */
SYNGAN_API size_t syngan_program_bytes(const syngan_program *program);

/** Each kernel, a line each: node, implementation, shapes, layout, bytes, and
 *  mean time if profiling. With `tune` "+timed" marks what was chosen by
 *  timing, with the microseconds of each kernel that was tried. Into `text`
 * (always ended).
 *  @return the bytes that the whole text needs, without its end. */
SYNGAN_API size_t syngan_program_report(const syngan_program *program,
                                        char *text, size_t size);

/* ---- update nodes ------------------------------------------------------- */

/** Sets a parameter to `value` (of its shape) when it runs. Its own value is
 *  the new one. @param parameter a node made by syngan_parameter() */
SYNGAN_API syngan_node *syngan_assign(syngan_node *parameter,
                                      syngan_node *value);
/** parameter = decay parameter + (1 - decay) value, with 0 <= decay <= 1. */
SYNGAN_API syngan_node *syngan_moving_average(syngan_node *parameter,
                                              syngan_node *value, double decay);
/** One update node that stands for several. It has no value of its own. */
SYNGAN_API syngan_node *syngan_group(syngan_node *const *updates, size_t count);

#ifdef __cplusplus
}
#endif
#endif
