/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A phase of a training step: what one update computes, as a graph that is
 * built once, with its program, its inputs and what it measures. Whoever trains
 * has a builder for each of its phases, fills the inputs, and runs them in its
 * order (train/iteration.c, synth/training.c).
 */
#ifndef SG_TRAIN_PHASE_H
#define SG_TRAIN_PHASE_H

#include "compile/program.h"

enum { SG_PHASE_INPUTS = 4, SG_PHASE_OUTPUTS = 6, SG_PHASE_UPDATES = 3 };

/* What a builder gives. Failures are the graph's. */
typedef struct sg_phase_graph {
    syngan_graph *graph;
    const void *owner;                      /* of sg_phase_maker */
    syngan_node *outputs[SG_PHASE_OUTPUTS]; /* scalars; NULL: not measured */
    syngan_node *updates[SG_PHASE_UPDATES];
    size_t n_updates;
} sg_phase_graph;

typedef struct sg_phase_kind {
    const char *name; /* in reports and files; chooses the random numbers */
    void (*build)(sg_phase_graph *out);
} sg_phase_kind;

typedef struct sg_phase {
    const sg_phase_kind *kind;
    syngan_program *program; /* NULL: not made */
    /* In the order of the maker's names; NULL: the program has none. */
    syngan_tensor *inputs[SG_PHASE_INPUTS];
    syngan_tensor *outputs[SG_PHASE_OUTPUTS]; /* as the graph's */
} sg_phase;

/* What the phases of a step have in common. */
typedef struct sg_phase_maker {
    syngan_context *context;
    const void *owner; /* for the builders */
    const char *const
        *inputs; /* SG_PHASE_INPUTS names; NULL: no further ones */
    /* `seed`: what those of the phases are derived from */
    syngan_program_options program;
    uint64_t *estimate; /* not NULL: no program is made, its bytes are added */
} sg_phase_maker;

/* A seed of its own for each purpose. */
uint64_t sg_phase_seed(uint64_t seed, const char *name);

/* `stored`: kernels in place of timing, or NULL. */
syngan_status sg_phase_make(const sg_phase_maker *maker,
                            const sg_phase_kind *kind, const sg_choices *stored,
                            sg_phase *out);
void sg_phase_free(sg_phase *phase);

/* Runs it with the random numbers of `number` and writes what it measures to
 * its places in `measures` (of as many as there are outputs); one that was not
 * made does nothing. */
syngan_status sg_phase_run(const sg_phase *phase, int64_t number,
                           float *measures);

/* The reports of those that were made, each under its name, as
 * syngan_program_report() writes them. */
size_t sg_phases_report(const sg_phase *phases, size_t count, char *text,
                        size_t size);

#endif
