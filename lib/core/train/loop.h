/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loop of training: steps until so many are done, a state that is kept from
 * time to time, going back to it when a step has failed or diverged, and
 * looking for a cancel. What a step is, and what the host is told, is its
 * owner's: the trainer's of images or a synthesizer's of tables.
 */
#ifndef SG_TRAIN_LOOP_H
#define SG_TRAIN_LOOP_H

#include "train/snapshot.h"

/* Longest text of `blame`, its end included. */
#define SG_BLAME_MAX 128

typedef struct sg_trainee {
    const char *name; /* begins messages: "trainer" */
    const char *step; /* what one is called: "iteration" */
    const char *unit; /* and what they are counted in: "iterations" */
    /* Runs step *done, without counting it. *changed: whether variables may
     * have changed, if it fails. *finite: whether what it measured is. */
    syngan_status (*run)(void *owner, bool *changed, bool *finite);
    /* Whether the state after the last step is to be kept. */
    bool (*keeps)(const void *owner);
    /* After each step, for the host. *stop: ends training early. */
    syngan_status (*after)(void *owner, bool kept, bool *stop);
    /* NULL, or called when the state is again that of *done steps. */
    void (*back)(void *owner);
    /* NULL, or: whether the data is to blame that training diverged; the text
     * says how. */
    bool (*blame)(const void *owner, char text[SG_BLAME_MAX]);
} sg_trainee;

typedef struct sg_loop {
    syngan_context *context;
    const sg_trainee *trainee; /* NULL: state is only kept and put back */
    void *owner;
    int64_t *done;      /* steps done, the owner's */
    int64_t unit_steps; /* steps of what they are counted in */
    sg_snapshot kept;   /* after kept_done steps */
    int64_t kept_done;
} sg_loop;

/* Keeps the state as it is now; false, with the kept one unchanged, if a
 * variable is not finite. */
bool sg_loop_keep(sg_loop *loop);
void sg_loop_go_back(sg_loop *loop);

/* SYNGAN_E_CANCELLED if the host wants training to end. */
syngan_status sg_loop_check_cancel(const sg_loop *loop);

/* Trains until `steps` are done in all; at the beginning it keeps the state. On
 * failure it is one between two steps; on divergence the kept one. */
syngan_status sg_loop_run(sg_loop *loop, int64_t steps);

#endif
