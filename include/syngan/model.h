/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file model.h
 * Models: a named network with its parameters. A model is a function: it can
 * be applied in any graph, any number of times, sharing its parameters.
 */
#ifndef SYNGAN_MODEL_H
#define SYNGAN_MODEL_H

#include <syngan/graph.h>
#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_model syngan_model;

/**
 * Makes a model from the node of its result. Its inputs are the input nodes
 * that `output` depends on, in the order in which they were made. Parameters
 * get their first values, a function of the context's seed, the model's name
 * and the parameter's name alone.
 * @return SYNGAN_OK, SYNGAN_E_MEMORY, SYNGAN_E_ARGUMENT, or the first error
 * made while building.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_create(syngan_node *output,
                                                            const char *name,
                                                            syngan_model **out);
SYNGAN_API void syngan_model_free(syngan_model *model);

/** The same network with parameters of its own, equal now.
 *  @param name NULL: the model's */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_clone(
    const syngan_model *model, const char *name, syngan_model **out);

/** The name that it was made with. */
SYNGAN_API const char *syngan_model_name(const syngan_model *model);
/** Number of tensors that it is applied to. */
SYNGAN_API size_t syngan_model_input_count(const syngan_model *model);
/** Sizes of an input (the batch is SYNGAN_BATCH), SYNGAN_MAX_RANK at most;
 *  returns the rank. */
SYNGAN_API size_t syngan_model_input_dims(const syngan_model *model,
                                          size_t index, int64_t *dims);
/** Likewise of the result. */
SYNGAN_API size_t syngan_model_output_dims(const syngan_model *model,
                                           int64_t *dims);

/* ---- parameters --------------------------------------------------------- */

/** Number of parameter tensors, running statistics included. */
SYNGAN_API size_t syngan_model_parameter_count(const syngan_model *model);
/** Name of one, "conv2d.weight", in the order of building; NULL beyond. */
SYNGAN_API const char *syngan_model_parameter_name(const syngan_model *model,
                                                   size_t index);
/** 1 if optimizers change it, 0 for running statistics and frozen ones. */
SYNGAN_API int32_t syngan_model_parameter_trainable(const syngan_model *model,
                                                    size_t index);
/** The parameter's tensor (f32, in PyTorch's layout), sharing its memory:
 *  writing changes the model. The caller frees the handle.
 *  @return SYNGAN_OK or SYNGAN_E_NOT_FOUND. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_parameter(
    const syngan_model *model, const char *name, syngan_tensor **out);
/** The parameter as a node of `graph`, the same one however often it is asked
 *  for: its value is the model's, and what syngan_assign() or
 *  syngan_moving_average() do to it is done to the model. For losses on
 * weights, averages of a clone, and weights that two networks share.
 *  @return the node, or the error node after SYNGAN_E_NOT_FOUND or
 *  SYNGAN_E_ARGUMENT (another context). */
SYNGAN_API syngan_node *syngan_model_parameter_node(syngan_graph *graph,
                                                    syngan_model *model,
                                                    const char *name);
/** Elements of all trainable parameters. */
SYNGAN_API int64_t syngan_model_trainable_elements(const syngan_model *model);
/** Copies all parameters of `source`, a model of the same network.
 *  @return SYNGAN_OK or SYNGAN_E_MISMATCH. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_model_copy_parameters(syngan_model *target, const syngan_model *source);
/** A table of layers, shapes and parameters as text, into `text` (always
 *  ended). @return the bytes that the whole text needs, without its end. */
SYNGAN_API size_t syngan_model_summary(const syngan_model *model, char *text,
                                       size_t size);

/* ---- use ---------------------------------------------------------------- */

/** Modes of a model's application. */
typedef int32_t syngan_mode;
enum {
    SYNGAN_MODE_INFERENCE = 0, /**< running statistics, no dropout, no noise */
    SYNGAN_MODE_TRAINING = 1   /**< the batch's statistics, dropout and noise */
};

/** The model's result on `count` input nodes of `graph`, of the types and
 *  shapes of its inputs, with one batch for all. The parameters are the
 *  model's, which the graph keeps.
 *  @return the node, or the error node after SYNGAN_E_SHAPE, SYNGAN_E_TYPE or
 *  SYNGAN_E_ARGUMENT (another count, graph, context or mode). */
SYNGAN_API syngan_node *syngan_model_apply(syngan_graph *graph,
                                           syngan_model *model,
                                           syngan_node *const *inputs,
                                           size_t count, syngan_mode mode);

/** An update node that moves the running statistics of every training-mode
 *  batch normalisation that `node` depends on: running = momentum running +
 *  (1 - momentum) batch. Where a model was applied more than once, `batch` is
 *  the mean over its applications. */
SYNGAN_API syngan_node *syngan_node_update_statistics(syngan_node *node);

/**
 * Computes the model in inference mode. Row i of the result is a function of
 * row i of the inputs; its bits don't depend on N.
 * @param inputs  as many tensors as the model has inputs, with equal first
 *                sizes N (any, 0 included)
 * @param out     a new tensor of N results
 * @return SYNGAN_OK, SYNGAN_E_SHAPE (also for a network that joins the rows of
 * a batch, as a sum over it does), SYNGAN_E_TYPE, SYNGAN_E_MEMORY,
 * SYNGAN_E_CANCELLED, SYNGAN_E_BACKEND.
 * The compiled program is kept with the model for later calls.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_model_predict(syngan_model *model, const syngan_tensor *const *inputs,
                     size_t count, syngan_tensor **out);

/** `count` results from normal noise: row i is a function of (seed, i) and the
 *  parameters alone. For models with one f32 input.
 *  @param out a new tensor, f32, count x result
 *  @return as syngan_model_predict(), or SYNGAN_E_STATE (another number or type
 *  of inputs). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_sample(
    syngan_model *model, int64_t count, uint64_t seed, syngan_tensor **out);

/** Lets prediction and sampling multiply bf16 numbers, about twice as fast, or
 *  (0, as at first) f32 ones. Sums, parameters and results stay f32, and bits
 *  don't depend on N. Not saved; clones start with f32.
 *  @return SYNGAN_OK, SYNGAN_E_UNSUPPORTED without AVX512_BF16. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_model_set_bf16(syngan_model *model, int32_t on);

/* ---- files -------------------------------------------------------------- */

/** Writes the network and its parameters to one safetensors file, atomically:
 *  `path` holds the old file or the whole new one at any moment.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_model_save(const syngan_model *model, const char *path);
/** The same bytes to a stream of the host's, which is not closed. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_save_stream(
    const syngan_model *model, const syngan_stream *stream);

/**
 * Makes a model from a file of syngan_model_save(), or the sampling model (the
 * averaged generator where there is one) from a trainer's checkpoint.
 * @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT (damaged, or not such a
 * file), SYNGAN_E_VERSION or SYNGAN_E_MEMORY.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_load(
    syngan_context *context, const char *path, syngan_model **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_model_load_stream(
    syngan_context *context, const syngan_stream *stream, syngan_model **out);

#ifdef __cplusplus
}
#endif
#endif
