/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file train.h
 * The GAN trainer: two players, a dataset, checkpoints and a history.
 */
#ifndef SYNGAN_TRAIN_H
#define SYNGAN_TRAIN_H

#include <syngan/data.h>
#include <syngan/model.h>
#include <syngan/optimizer.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_trainer syngan_trainer;

/** Sets of defaults; single options override them. */
typedef int32_t syngan_recipe;
enum {
    SYNGAN_RECIPE_DEFAULT = 0,  /**< what works: see docs/training.md */
    SYNGAN_RECIPE_PUBLISHED = 1 /**< the well-known Keras settings, to the
                                  letter: fakes in inference mode, separate
                                  updates, Adam 1e-3, 0.9, 0.999, 1e-7 */
};

/** GAN losses; `discriminator` gives logits. */
typedef int32_t syngan_loss;
enum {
    SYNGAN_LOSS_CROSS_ENTROPY = 1, /**< non-saturating (Goodfellow 2014) */
    SYNGAN_LOSS_HINGE = 2,         /**< Lim and Ye 2017 */
    SYNGAN_LOSS_WASSERSTEIN = 3,   /**< Arjovsky 2017; use with a penalty */
    SYNGAN_LOSS_LEAST_SQUARES = 4, /**< Mao 2017, labels 0 and 1 */
    SYNGAN_LOSS_MINIMAX = 5,       /**< Goodfellow 2014, equation 1: the
                                        generator's loss saturates */
    /* The next two compare real with fake examples: there is one update on
     * both, and the generator's sees real examples, too. */
    SYNGAN_LOSS_RELATIVISTIC_AVERAGE = 6, /**< Jolicoeur-Martineau 2018: each
                                               against the others' mean */
    SYNGAN_LOSS_RELATIVISTIC_PAIRING = 7  /**< the same and Huang 2024: real
                                               and fake in pairs */
};

/** How the discriminator learns from a batch. */
typedef int32_t syngan_update;
enum {
    SYNGAN_UPDATE_SEPARATE = 1, /**< one step on real, one on fake examples */
    SYNGAN_UPDATE_JOINT = 2     /**< one step on the mean of both losses */
};

/** How the generator is applied when it makes fakes. */
typedef int32_t syngan_fakes;
enum {
    SYNGAN_FAKES_TRAINING = 1, /**< for the discriminator: batch statistics */
    SYNGAN_FAKES_INFERENCE = 2 /**< running statistics */
};

/** Penalties on the gradient of the discriminator. */
typedef int32_t syngan_penalty;
enum {
    SYNGAN_PENALTY_NONE = 1,
    SYNGAN_PENALTY_R1 = 2, /**< on real examples, penalty_weight / 2 |grad|^2 */
    SYNGAN_PENALTY_WGAN_GP =
        3,                 /**< between real and fake, weight (|grad| - 1)^2 */
    SYNGAN_PENALTY_R2 = 4, /**< as R1, on fake examples */
    SYNGAN_PENALTY_R1_R2 = 5 /**< both, each with the weight (Huang 2024) */
};

/** What was measured in one iteration. */
typedef struct syngan_losses {
    size_t struct_size; /**< set by the caller: sizeof of this struct */
    int64_t iteration;  /**< iterations done before it: 0 for the first */
    double seconds;     /**< training time of this trainer until then; 0 for
                             iterations from before it was loaded */
    float d_loss_real;
    float d_loss_fake;
    float d_loss; /**< mean of the two */
    float d_accuracy_real;
    float d_accuracy_fake;
    float d_accuracy; /**< mean of the two */
    float g_loss;
    float penalty;     /**< with its weight */
    int32_t collapsed; /**< 1: a collapse is suspected: d_loss has been under
                            0.01 for 200 iterations (not with the Wasserstein
                            loss). The log tells it once. */
    int32_t reserved;
} syngan_losses;

/** Called after iterations 0, n, 2n, ... (n = report_every), and after the
 *  last one. It may sample and save the trainer. If syngan_context_cancel()
 * comes while it runs, calls in it fail with SYNGAN_E_CANCELLED; unless it
 * returns SYNGAN_OK then, this report is made again when training goes on, in
 * this process or from a checkpoint.
 *  @return SYNGAN_OK to go on; anything else (a failed call's status, or one
 *  of at least SYNGAN_E_USER) stops the run, which then returns it, in a state
 *  that can be resumed. */
typedef syngan_status (*syngan_progress_fn)(syngan_trainer *trainer,
                                            const syngan_losses *losses,
                                            void *user);

/** Receives a line of text about progress, without a line end. */
typedef void (*syngan_line_fn)(const char *line, void *user);

/** `statistics_momentum`: each layer's own momentum. */
#define SYNGAN_MOMENTUM_OF_LAYERS (-1)

/**
 * What decides on the training itself has the default SYNGAN_AUTO, which is
 * as the recipe has it, or in syngan_trainer_load() as the checkpoint has it.
 */
typedef struct syngan_trainer_options {
    size_t struct_size;
    syngan_recipe recipe;        /**< SYNGAN_AUTO: SYNGAN_RECIPE_DEFAULT */
    int32_t batch;               /**< SYNGAN_AUTO: 64 */
    syngan_loss loss;            /**< SYNGAN_AUTO: cross-entropy */
    int32_t discriminator_steps; /**< per iteration; SYNGAN_AUTO: 1 */
    syngan_update discriminator_update; /**< SYNGAN_AUTO: joint for losses that
                                             compare */
    syngan_fakes fakes;
    syngan_penalty penalty;
    float penalty_weight;      /**< SYNGAN_AUTO: 10 */
    float real_target;         /**< label of real examples, below 1 smooths
                                    one side (Salimans 2016); of losses with
                                    labels: cross-entropy, minimax, least
                                    squares */
    float average_decay;       /**< of the averaged generator; 0: none */
    float statistics_momentum; /**< of running statistics, or
                                    SYNGAN_MOMENTUM_OF_LAYERS */
    int32_t profile;           /**< 1: time each kernel, for
                                    syngan_trainer_report() */
    const syngan_optimizer_options
        *generator_optimizer; /**< NULL: the recipe's */
    const syngan_optimizer_options *discriminator_optimizer;
    uint64_t seed;        /**< of noise; SYNGAN_AUTO_SEED: the context's */
    int32_t report_every; /**< iterations; default 100. The state to go
                               back to on NaN is kept as often */
    int32_t bf16;         /**< 1: bf16 products; refused without
                               AVX512_BF16 */
    syngan_progress_fn progress; /**< default none */
    void *progress_user;
    syngan_line_fn line; /**< ready-made progress line (iteration, rate,
                              time left, losses), about once a second */
    void *line_user;
    int32_t tune; /**< 1: kernels are chosen by timing, which takes some seconds
                       at the start. Two such runs differ in their last bits,
                       on one machine, too; a checkpoint holds the choices, so
                       that a resumed run continues bit for bit */
    int32_t other_data; /**< of syngan_trainer_load(), 1: goes on with data of
                             another content, count, scaling or order than the
                             checkpoint was trained on, not another shape */
    int64_t reserved[3];
} syngan_trainer_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_TRAINER_DEFAULTS                                                \
    .struct_size = SYNGAN_INITIALISED(syngan_trainer_options),                 \
    .recipe = SYNGAN_AUTO, .batch = SYNGAN_AUTO, .loss = SYNGAN_AUTO,          \
    .discriminator_steps = SYNGAN_AUTO, .discriminator_update = SYNGAN_AUTO,   \
    .fakes = SYNGAN_AUTO, .penalty = SYNGAN_AUTO,                              \
    .penalty_weight = SYNGAN_AUTO, .real_target = SYNGAN_AUTO,                 \
    .average_decay = SYNGAN_AUTO, .statistics_momentum = SYNGAN_AUTO,          \
    .seed = SYNGAN_AUTO_SEED, .report_every = 100, .bf16 = SYNGAN_AUTO,        \
    .tune = SYNGAN_AUTO
#define SYNGAN_TRAINER_INIT                                                    \
    { SYNGAN_TRAINER_DEFAULTS }
#define SYNGAN_TRAINER(...)                                                    \
    (&(const syngan_trainer_options){SYNGAN_TRAINER_DEFAULTS, __VA_ARGS__})

/**
 * A trainer for a generator (one input: noise N x size) and a discriminator
 * (one input: examples; result N x 1 logits). A sigmoid at the end of the
 * discriminator is taken off, since losses are computed from logits.
 * @return SYNGAN_OK, SYNGAN_E_SHAPE (they don't fit each other or the data),
 * SYNGAN_E_ARGUMENT, SYNGAN_E_MEMORY.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_trainer_create(
    syngan_model *generator, syngan_model *discriminator,
    syngan_dataset *dataset, const syngan_trainer_options *options,
    syngan_trainer **out);
SYNGAN_API void syngan_trainer_free(syngan_trainer *trainer);

/** Memory that syngan_trainer_create() with these arguments would take
 *  through the context, in bytes, without taking it. What oneDNN allocates on
 *  its own is not counted; with `tune`, kernels count that are chosen by rule.
 *  @return as syngan_trainer_create(). */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_estimate(syngan_model *generator, syngan_model *discriminator,
                        syngan_dataset *dataset,
                        const syngan_trainer_options *options, uint64_t *bytes);

/**
 * Trains until `iterations` have been done in all, resumed ones counted.
 * @return SYNGAN_OK; SYNGAN_E_CANCELLED, or what the progress callback
 * returned, with a state that can be saved and resumed; SYNGAN_E_DIVERGED on
 * NaN or infinity, after going back to the last good state (the sentence names
 * the example if it came from the data); a dataset's error, in the state before
 * the iteration whose batches could not be drawn, from which a further call
 * goes on.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_run(syngan_trainer *trainer, int64_t iterations);

/** Iterations done. */
SYNGAN_API int64_t syngan_trainer_iteration(const syngan_trainer *trainer);
/** Losses of the last iteration. @return SYNGAN_OK, SYNGAN_E_STATE (none yet).
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_losses(const syngan_trainer *trainer, syngan_losses *out);
/** The model to sample from: the averaged generator if there is one. It goes
 *  on changing with training. The caller frees the handle. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_sampler(const syngan_trainer *trainer, syngan_model **out);

/** The programs that an iteration runs, one after the other, as
 *  syngan_program_report() writes them. Into `text` (always ended).
 *  @return the bytes that the whole text needs, without its end. */
SYNGAN_API size_t syngan_trainer_report(const syngan_trainer *trainer,
                                        char *text, size_t size);

/* ---- history ------------------------------------------------------------- */

/** Number of iterations recorded: all of them. */
SYNGAN_API int64_t syngan_trainer_history_count(const syngan_trainer *trainer);
/** Losses of one iteration. @return SYNGAN_OK or SYNGAN_E_ARGUMENT. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_trainer_history(
    const syngan_trainer *trainer, int64_t index, syngan_losses *out);
/** Writes the history as CSV with a header line, atomically.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_write_history(const syngan_trainer *trainer, const char *path);
/** Draws the loss curves as an SVG picture, likewise. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_write_chart(const syngan_trainer *trainer, const char *path);

/* ---- checkpoints --------------------------------------------------------- */

/** Writes everything that resuming needs to one safetensors file, atomically:
 *  networks, parameters, optimizers, averages, positions, history. Equal states
 *  give equal bytes. @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_trainer_save(syngan_trainer *trainer, const char *path);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_trainer_save_stream(
    syngan_trainer *trainer, const syngan_stream *stream);

/**
 * Continues a saved run, bit for bit as if it had not stopped (same threads,
 * instruction set and oneDNN; a difference is logged as a warning). Networks
 * and settings come from the file, and with `tune` the choices of kernels;
 * where one can't be had here, the kernel is chosen by rule, with a warning.
 * @param dataset the one that it was trained on: its shape, count, order, seed,
 *                scaling and content (a checksum; labels don't count) are
 *                compared with what the checkpoint knows, if it knows them, and
 *                others refused with SYNGAN_E_MISMATCH. Of a callback's
 *                examples, saving and loading make up to 8, each twice; if the
 *                two differ or one fails, the content is not compared
 * @param options NULL, or hooks (progress, line, report_every) to set, and
 *                other_data; any other field must be SYNGAN_AUTO (or NULL), or
 *                equal the saved one
 * @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_VERSION,
 * SYNGAN_E_MISMATCH, SYNGAN_E_MEMORY.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_trainer_load(
    syngan_context *context, const char *path, syngan_dataset *dataset,
    const syngan_trainer_options *options, syngan_trainer **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_trainer_load_stream(
    syngan_context *context, const syngan_stream *stream,
    syngan_dataset *dataset, const syngan_trainer_options *options,
    syngan_trainer **out);

#ifdef __cplusplus
}
#endif
#endif
