/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file optimizer.h
 * Optimizers and learning-rate schedules.
 */
#ifndef SYNGAN_OPTIMIZER_H
#define SYNGAN_OPTIMIZER_H

#include <syngan/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- optimizers ---------------------------------------------------------- */

/** Rules by which an optimizer changes parameters. */
typedef int32_t syngan_optimizer_kind;
enum {
    SYNGAN_OPTIMIZER_ADAM =
        0, /**< Kingma and Ba 2015, epsilon placed as in Keras:
                p -= lr sqrt(1 - b2^t) / (1 - b1^t) m / (sqrt(v) + eps) */
    SYNGAN_OPTIMIZER_ADAMW =
        1, /**< Loshchilov and Hutter 2019: p -= lr decay p, too */
    SYNGAN_OPTIMIZER_SGD = 2,    /**< with momentum (Sutskever and others 2013):
                            m = momentum m + g; p -= lr m */
    SYNGAN_OPTIMIZER_RMSPROP = 3 /**< Tieleman and Hinton 2012:
                            v = rho v + (1 - rho) g^2;
                            p -= lr g / (sqrt(v) + eps) */
};

/** Learning rate in update t = 0, 1, ... of `schedule_steps` = n, counted from
 *  the end of `warmup_steps`. */
typedef int32_t syngan_schedule;
enum {
    SYNGAN_SCHEDULE_CONSTANT = 0,
    SYNGAN_SCHEDULE_LINEAR =
        1, /**< to final_rate over n updates, then constant */
    SYNGAN_SCHEDULE_COSINE = 2, /**< the same along half a cosine */
    SYNGAN_SCHEDULE_EXPONENTIAL =
        3,                   /**< rate (final / rate)^(t / n), without end */
    SYNGAN_SCHEDULE_STEP = 4 /**< as exponential, in whole multiples of n */
};

typedef struct syngan_optimizer_options {
    size_t struct_size;
    syngan_optimizer_kind kind; /**< default SYNGAN_OPTIMIZER_ADAM */
    float learning_rate;        /**< default SYNGAN_AUTO: 1e-3 (SGD: 1e-2) */
    float beta1;                /**< Adam: default 0.9 */
    float beta2;                /**< Adam: default 0.999 */
    float epsilon;              /**< default 1e-7 */
    float momentum;             /**< SGD: default 0 */
    float rho;                  /**< RMSprop: default 0.9 */
    float weight_decay; /**< of AdamW decoupled, else added to the gradient
                             (L2); default SYNGAN_AUTO: 0.01 for AdamW,
                             else 0 */
    float clip_value;   /**< limits each gradient element; default 0: none */
    float clip_norm;    /**< limits the norm of all gradients together
                             (Pascanu and others 2013); default 0: none */
    syngan_schedule schedule; /**< default constant */
    float final_rate;         /**< learning rate at the end of the schedule */
    int64_t schedule_steps;   /**< required with a schedule */
    int64_t warmup_steps;     /**< so many updates at first have a rate that
                                   grows linearly, (t + 1) / warmup_steps of
                                   learning_rate; the schedule begins after
                                   them; default 0 */
    int64_t reserved[2];
} syngan_optimizer_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_OPTIMIZER_DEFAULTS                                              \
    .struct_size = SYNGAN_INITIALISED(syngan_optimizer_options),               \
    .learning_rate = SYNGAN_AUTO, .beta1 = 0.9f, .beta2 = 0.999f,              \
    .epsilon = 1e-7f, .rho = 0.9f, .weight_decay = SYNGAN_AUTO
#define SYNGAN_OPTIMIZER_INIT                                                  \
    { SYNGAN_OPTIMIZER_DEFAULTS }
#define SYNGAN_OPTIMIZER(...)                                                  \
    (&(const syngan_optimizer_options){SYNGAN_OPTIMIZER_DEFAULTS, __VA_ARGS__})

typedef struct syngan_optimizer syngan_optimizer;

/** An optimizer for the parameters of one model, with its moments, which start
 *  as zeros. It keeps the model alive. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_optimizer_create(
    syngan_model *model, const syngan_optimizer_options *options,
    syngan_optimizer **out);
SYNGAN_API void syngan_optimizer_free(syngan_optimizer *optimizer);

/** Updates done so far: t of the formulas. */
SYNGAN_API int64_t syngan_optimizer_updates(const syngan_optimizer *optimizer);

/** An update node that lowers `loss` (rank 0) by one step on the trainable
 *  parameters of the optimizer's model. Others are left as they are, as are
 *  those that `loss` doesn't depend on.
 *  @return the node, or the error node after SYNGAN_E_SHAPE (a loss of another
 *  rank), SYNGAN_E_ARGUMENT (one that depends on no such parameter) or an error
 *  of syngan_gradient(). */
SYNGAN_API syngan_node *syngan_optimizer_minimize(syngan_optimizer *optimizer,
                                                  syngan_node *loss);

/* ---- files --------------------------------------------------------------- */

/** Writes the optimizer's options, its moments and its number of updates to one
 *  safetensors file, atomically. With the model saved by its side, a training
 *  scheme of your own continues bit for bit: load both, build the programs
 *  again, and go on with the next step. Equal states give equal bytes.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_optimizer_save(const syngan_optimizer *optimizer, const char *path);
/** The same bytes to a stream of the host's, which is not closed. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_optimizer_save_stream(
    const syngan_optimizer *optimizer, const syngan_stream *stream);

/**
 * Makes an optimizer for `model` with what such a file holds.
 * @param options NULL: the file's. Else these are used instead, such as another
 *                learning rate; their kind must be the file's
 * @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT (damaged, or not such a
 * file), SYNGAN_E_VERSION, SYNGAN_E_MISMATCH (trainable parameters of other
 * names or shapes than the model's, or another kind) or SYNGAN_E_MEMORY.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_optimizer_load(
    syngan_model *model, const char *path,
    const syngan_optimizer_options *options, syngan_optimizer **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_optimizer_load_stream(
    syngan_model *model, const syngan_stream *stream,
    const syngan_optimizer_options *options, syngan_optimizer **out);

#ifdef __cplusplus
}
#endif
#endif
