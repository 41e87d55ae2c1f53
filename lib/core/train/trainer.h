/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trainer handle: two players with their optimizers, a dataset, and the
 * programs that an iteration runs.
 */
#ifndef SG_TRAIN_TRAINER_H
#define SG_TRAIN_TRAINER_H

#include "compile/program.h"
#include "data/fingerprint.h"
#include "model/model.h"
#include "train/history.h"
#include "train/progress.h"
#include "train/recipe.h"
#include "train/snapshot.h"

/* The programs of an iteration. */
enum {
    SG_TURN_REAL, /* discriminator update on real examples */
    SG_TURN_FAKE, /* and on generated ones */
    SG_TURN_BOTH, /* or on both at once */
    SG_TURN_GENERATOR,
    SG_TURN_AVERAGE, /* moves the averaged generator */
    SG_TURNS
};

typedef struct sg_turn {
    syngan_program *program; /* NULL: not part of this trainer's iteration */
    syngan_tensor *examples; /* an input; NULL: takes none */
    syngan_tensor *decay;    /* likewise: of the average, rank 0 */
    syngan_tensor *outputs[SG_MEASURES]; /* by measure; NULL: not measured */
} sg_turn;

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
    sg_turn turns[SG_TURNS];
    const sg_choices *stored; /* while it is made of a checkpoint with tuned
                                 kernels: those of each turn; else NULL */
    sg_history history;
    int64_t iteration;     /* iterations done */
    double seconds;        /* of training in this process */
    bool owes_report;      /* a cancel ended that of the last iteration */
    syngan_tensor **ahead; /* batches of an iteration behind the first one */
    sg_snapshot
        snapshot; /* the variables after snapshot_iteration iterations */
    int64_t snapshot_iteration;
    /* The first example since the snapshot that is not finite, at `element`:
     * what to name if training diverges; -1: none. */
    int64_t suspect, suspect_element;
    float suspect_value;
    /* Of an estimate: no tensors and programs are made; what they would take
     * is counted. */
    bool estimating;
    uint64_t estimate;
};

/* A trainer before its first iteration. `stored`: kernels for each of the turns
 * in place of timing, or NULL. */
syngan_status sg_trainer_make(syngan_model *generator,
                              syngan_model *discriminator,
                              syngan_dataset *dataset,
                              const sg_settings *settings,
                              const sg_choices *stored, syngan_trainer **out);

/* Whether the dataset's examples are what the discriminator takes. */
syngan_status sg_trainer_check_dataset(const syngan_dataset *dataset,
                                       const syngan_model *discriminator);

/* ---- turns (turn.c) ---------------------------------------------------- */

/* Builds the programs. */
syngan_status sg_turns_make(syngan_trainer *trainer);
void sg_turns_free(syngan_trainer *trainer);
/* What a turn is called in reports and files. */
const char *sg_turn_name(int which);

/* Runs one iteration and writes what it measures. On failure *changed tells
 * whether variables may have changed already. */
syngan_status sg_turns_run(syngan_trainer *trainer, float *measures,
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
