/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conditional GAN for tables, and the stages that it goes through:
 *
 *   settings.c   options and recipe
 *   network.c    generator and critic, of given sizes
 *   gan.c        both networks with their optimizers and the rows' encoder
 *   objective.c  losses and updates, as graphs
 *   training.c   the programs of a step, and what they need while training
 *   fit.c        the loop: epochs, quality, early stop
 *   sampler.c    the generator in inference mode, for a batch of conditions
 *   sample.c     rows: conditions, rejection
 *
 * Synthesizers are made of them: see row_kind.h.
 */
#ifndef SG_SYNTH_SYNTH_H
#define SG_SYNTH_SYNTH_H

#include "model/model.h"
#include "synth/condition.h"
#include "synth/settings.h"
#include "train/loop.h"
#include "train/optimizer.h"

/* ---- networks (network.c) ----------------------------------------------- */

/* Sizes that the networks are made from. */
typedef struct sg_network_sizes {
    int64_t noise;
    int64_t condition; /* or what else is given; 0: nothing */
    int64_t row;       /* of a dense row */
    int64_t viewed;    /* by the critic besides */
    int64_t pac;
    int64_t width; /* of hidden layers */
    int32_t depth;
} sg_network_sizes;

/* Numbers that the generator's layers get of a condition of so many: as many,
 * or, of a wide one, as they have units: "condition.weight" maps it. */
int64_t sg_condition_taken(int64_t condition, int64_t width);
/* The generator: inputs "noise" and, unless its size is 0, "condition"; its
 * result are dense rows in front of their activation. */
syngan_status sg_generator_make(syngan_context *context,
                                const sg_network_sizes *sizes, uint64_t seed,
                                syngan_model **out);
/* The critic: `pac` rows with their conditions joined; result 1. */
syngan_status sg_critic_make(syngan_context *context,
                             const sg_network_sizes *sizes, uint64_t seed,
                             syngan_model **out);

/* Weights of matrices, which are nearly all there are. */
double sg_network_weights(const sg_network_sizes *sizes, bool critic);

/* The encoder's parts as syngan_part_activation() takes them, sg_alloc'ed;
 * choices are left alone unless `choices`. */
syngan_status sg_network_parts(const sg_encoder *encoder, bool choices,
                               int32_t **out);

/* ---- the generator at work (sampler.c) ---------------------------------- */

typedef struct sg_sampler {
    syngan_program *program;
    syngan_tensor *noise, *condition; /* condition NULL: there is none */
    syngan_tensor *output;            /* numbers behind tanh, and logits */
    int64_t batch;
} sg_sampler;

syngan_status sg_sampler_make(const sg_encoder *encoder, syngan_model *model,
                              bool bf16, sg_sampler *out);
void sg_sampler_end(sg_sampler *sampler);

/* ---- what is learnt ------------------------------------------------------ */

/*
 * What is learnt if it is not the rows of a table by themselves: rows with
 * numbers that are given with them, `settings.given` of them, such as a
 * sequence's row has its history. The generator gets them besides the noise,
 * and the critic sees them with the row; there are no conditions then. Also
 * rows that are no row of the encoder's, but have its width, such as baskets.
 */
typedef struct sg_gan sg_gan;

typedef struct sg_subject {
    int64_t rows; /* 0: those of the table */
    /* Writes what is given with `count` rows, that of row i to out + i stride;
     * `encoded` is the table. */
    void (*give)(const struct sg_subject *subject, const sg_encoded *encoded,
                 const int64_t *rows, int64_t count, float *out,
                 int64_t stride);
    /* Writes dense rows. NULL: the encoder's. */
    void (*expand)(const struct sg_subject *subject, const sg_encoded *encoded,
                   const int64_t *rows, int64_t count, float *out,
                   int64_t stride);
    /* Rows from what the generator gives. NULL: sg_part_activation(). */
    syngan_node *(*activate)(const struct sg_subject *subject,
                             syngan_node *logits, syngan_node *given);
    /* What the critic sees besides, `settings.viewed` numbers for each row.
     * NULL: nothing. */
    syngan_node *(*view)(const struct sg_subject *subject, syngan_node *rows,
                         syngan_node *given);
    /* Added to the generator's loss. `real`: the rows that `given` was taken
     * from. NULL: nothing. */
    syngan_node *(*loss)(const struct sg_subject *subject, syngan_node *logits,
                         syngan_node *given, syngan_node *real);
    /* Sets first values of new networks. NULL: nothing. */
    void (*prepare)(const struct sg_subject *subject, sg_gan *gan);
    void *user;
} sg_subject;

/* Whether rows are not the encoder's, so that none need be encoded. */
static inline bool sg_subject_expands(const sg_subject *subject) {
    return subject != NULL && subject->expand != NULL;
}

/* ---- the GAN (gan.c) ------------------------------------------------------
 */

/* A measure of quality. */
typedef struct sg_measure {
    int64_t epoch; /* epochs done before it */
    double quality;
} sg_measure;

/* What learns rows of a table, each by itself or with what a subject gives. A
 * synthesizer has one or, of other kinds of rows, several. */
struct sg_gan {
    syngan_context *context;
    sg_synth_settings settings;
    sg_encoder *encoder;
    sg_conditions conditions;  /* without an index */
    const sg_subject *subject; /* while training; NULL: the table's rows */
    int64_t n_rows;            /* of the table that was learnt */
    uint64_t fingerprint;      /* of it: to know it again */
    syngan_model *sampler;     /* the generator that samples: the best or the
                                  last one */
    /* State of training; all NULL if saved for sampling only. */
    syngan_model *generator, *critic;
    syngan_model *average; /* NULL also without an average */
    syngan_optimizer *generator_optimizer, *critic_optimizer;
    int64_t steps; /* done */
    sg_measure *measures;
    size_t n_measures, measure_capacity;
    double best;    /* quality of `sampler`; below 0: that is the last state */
    int64_t since;  /* measures since the best one */
    double seconds; /* of training, in this process */
    sg_sampler samplers[2]; /* made when needed: f32 and bf16 */
};

/* Around an encoder, which it takes over, with new networks; without `training`
 * only the one that samples. */
syngan_status sg_gan_make(const sg_synth_settings *settings,
                          sg_encoder *encoder, int64_t n_rows, bool training,
                          sg_gan **out);
void sg_gan_free(sg_gan *gan); /* takes NULL */
/* The program for samples, which is kept. */
syngan_status sg_gan_sampler(sg_gan *gan, bool bf16, const sg_sampler **out);
/* Least bytes that its networks and their optimizers take while training, to be
 * known before they are made. */
double sg_gan_least_bytes(const sg_synth_settings *settings,
                          const sg_encoder *encoder);
/* Numbers that the generator gets besides the noise: a condition, or what the
 * subject gives. */
int64_t sg_gan_given(const sg_gan *gan);
/* Steps that an epoch has, and epochs that are done. */
int64_t sg_gan_epoch_steps(const sg_gan *gan);
int64_t sg_gan_epochs(const sg_gan *gan);
/* Calls `visit` for each variable that training changes; `owner` is the
 * GAN. */
syngan_status sg_gan_visit(const void *owner, sg_state_fn visit,
                           void *argument);

/* ---- training (training.c) ---------------------------------------------- */

typedef struct sg_training sg_training;
typedef struct sg_examples sg_examples; /* synth/examples.h */

typedef struct sg_synth_losses {
    float critic, generator;
} sg_synth_losses;

/* Compiles the programs; an estimate gives the bytes of programs, encoded rows
 * and index instead. */
syngan_status sg_training_make(sg_gan *gan, sg_training **out);
/* Encodes the rows, before the first step. After a failure it may be called
 * again. */
syngan_status sg_training_take(sg_training *training,
                               const sg_examples *examples);
syngan_status sg_training_estimate(sg_gan *gan, uint64_t *bytes);
/* Runs step gan->steps, without counting it. */
syngan_status sg_training_step(sg_training *training, sg_synth_losses *losses);
/* The state that it keeps; whoever trains adds what it trains. */
sg_loop *sg_training_loop(sg_training *training);
/* The model to sample from as training has it now. */
syngan_model *sg_training_model(const sg_gan *gan);
void sg_training_log(const sg_training *training);
void sg_training_free(sg_training *training);

#endif
