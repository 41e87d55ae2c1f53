/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trainer handle: two players with their optimizers, a dataset, and the
 * programs that an iteration runs.
 */
#ifndef SG_TRAIN_TRAINER_H
#define SG_TRAIN_TRAINER_H

#include "data/fingerprint.h"
#include "model/model.h"
#include "train/history.h"
#include "train/loop.h"
#include "train/phase.h"
#include "train/progress.h"
#include "train/recipe.h"

/* The phases of an iteration. */
enum {
    SG_PHASE_REAL, /* discriminator update on real examples */
    SG_PHASE_FAKE, /* and on generated ones */
    SG_PHASE_BOTH, /* or on both at once */
    SG_PHASE_GENERATOR,
    SG_PHASE_AVERAGE, /* moves the averaged generator */
    SG_PHASES
};

struct syngan_trainer {
    syngan_context *context;
    syngan_model *generator;
    syngan_model *discriminator;
    syngan_model *average; /* NULL: none */
    syngan_optimizer *generator_optimizer;
    syngan_optimizer *discriminator_optimizer;
    syngan_dataset *dataset;
    sg_fingerprint fingerprint; /* of it, once it was saved with; else zeros */
    sg_settings settings;
    sg_phase phases[SG_PHASES];
    const sg_choices *stored; /* while it is made of a checkpoint with tuned
                                 kernels: those of each phase; else NULL */
    sg_history history;
    int64_t iteration;     /* iterations done */
    double seconds;        /* of training in this process */
    bool owes_report;      /* a cancel ended that of the last iteration */
    syngan_tensor **ahead; /* batches of an iteration behind the first one */
    sg_loop loop;
    sg_progress line; /* of the run */
    int64_t wanted;   /* iterations of it */
    /* The first example since a state was kept that is not finite, at
     * `element`: what to name if training diverges; -1: none. */
    int64_t suspect, suspect_element;
    float suspect_value;
    /* Of an estimate: no tensors and programs are made; what they would take
     * is counted. */
    bool estimating;
    uint64_t estimate;
};

/* A trainer before its first iteration. `stored`: kernels for each phase
 * in place of timing, or NULL. */
syngan_status sg_trainer_make(syngan_model *generator,
                              syngan_model *discriminator,
                              syngan_dataset *dataset,
                              const sg_settings *settings,
                              const sg_choices *stored, syngan_trainer **out);

/* Whether the dataset's examples are what the discriminator takes. */
syngan_status sg_trainer_check_dataset(const syngan_dataset *dataset,
                                       const syngan_model *discriminator);

/* ---- an iteration (iteration.c) ----------------------------------------- */

/* Builds the programs. */
syngan_status sg_iteration_make(syngan_trainer *trainer);
void sg_iteration_free(syngan_trainer *trainer);
/* What a phase is called in reports and files. */
const char *sg_iteration_phase_name(int which);

/* Runs one iteration and writes what it measures. On failure *changed tells
 * whether variables may have changed already. */
syngan_status sg_iteration_run(syngan_trainer *trainer, float *measures,
                               bool *changed);

/* ---- state (state.c) --------------------------------------------------- */

/* Calls `visit` for each variable that training changes; `owner` is the
 * trainer. */
syngan_status sg_state_visit(const void *owner, sg_state_fn visit,
                             void *argument);

/* Of these, the optimizers' own. */
syngan_status sg_state_visit_optimizers(const syngan_trainer *trainer,
                                        sg_state_fn visit, void *argument);

#endif
