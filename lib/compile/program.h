/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executable program, and the stages that make one:
 *
 *   select.c    which nodes are needed, equal ones merged, each anchor node
 *               with its kernel and the neighbours that it absorbs: sites
 *   schedule.c  an order of the sites
 *   layout.c    kernels planned, reorders inserted: values and steps
 *   memory.c    which values share memory, and where each lies in the arena
 *   program.c   the handle: running, buffers, report
 */
#ifndef SG_COMPILE_PROGRAM_H
#define SG_COMPILE_PROGRAM_H

#include <syngan/program.h>

#include "graph/op.h"

/* ---- what the stages hand on --------------------------------------------- */

/* Nodes that are computed together. Of a view only `result` and its input
 * count, and of a copy (an output that isn't a kernel's own result) also. */
typedef struct sg_group {
    syngan_node *anchor;
    syngan_node *result; /* the last node absorbed, or the anchor */
    syngan_node *bias;   /* absorbed bias, or NULL */
    syngan_node *unary[SG_MAX_UNARY];
    syngan_node *norm;  /* absorbed normalisation, or NULL */
    syngan_node *slope; /* absorbed slope, then the result, or NULL */
    int32_t n_unary;
    int32_t norm_at;         /* unary functions in front of it */
    int32_t copy_of_output;  /* index of the output, or -1 */
    const sg_kernel *kernel; /* NULL: a view */
} sg_group;

enum {
    SG_VALUE_ARENA, /* planned by memory.c */
    SG_VALUE_FIXED  /* has its memory: sources, outputs, variables */
};

/* Something that lies in memory while a program runs. */
typedef struct sg_value {
    sg_desc desc;
    int32_t kind;
    int32_t root;  /* the value whose memory this one shares, or itself */
    int32_t first; /* steps that write and last read it */
    int32_t last;
    int32_t source; /* of a converted copy: the value that it is made from;
                       else -1 */
    int32_t reserved;
    size_t bytes;
    size_t offset; /* in the arena */
    void *data;
} sg_value;

typedef struct sg_step {
    const sg_kernel *kernel;
    const syngan_node *node; /* the anchor; NULL for a reorder */
    sg_site site;
    char *label;            /* site.label: a copy, since nodes may be renamed */
    sg_call call;           /* pointers, filled in once */
    void **pointers;        /* call.input */
    int32_t *inputs;        /* values */
    int32_t bias;           /* value or -1 */
    int32_t norm[SG_NORMS]; /* values or -1 */
    int32_t slope;          /* value or -1 */
    int32_t output;
    int32_t workspace; /* value or -1 */
    int32_t is_update;
    double seconds; /* if profiling: all runs together */
} sg_step;

typedef struct sg_buffer {
    const char *name; /* of an input: its node's */
    syngan_tensor *tensor;
    int32_t value;
    int32_t reserved;
} sg_buffer;

struct syngan_program {
    syngan_context *context;
    syngan_graph *graph;
    syngan_program_options options;
    sg_group *groups; /* in order of running, after schedule.c */
    size_t n_groups;
    sg_step *steps;
    size_t n_steps, step_capacity;
    sg_value *values;
    size_t n_values, value_capacity;
    int32_t *same;     /* by node id: the equal node that stands for it, or -1
                          where it is not needed */
    int32_t *value_of; /* by node id: its value, or -1 */
    size_t n_nodes;    /* length of the two */
    sg_buffer *inputs;
    size_t n_inputs;
    sg_buffer *outputs;
    size_t n_outputs;
    char *arena;
    size_t arena_bytes;
    uint64_t runs;
    bool estimating; /* never to be run: variables need no memory yet */
};

/* Stages. Each leaves what it has made in the program, also on failure. */
syngan_status sg_select(syngan_program *program, syngan_node *const *outputs,
                        size_t n_outputs, syngan_node *const *updates,
                        size_t n_updates);
syngan_status sg_schedule(syngan_program *program);
syngan_status sg_plan_layouts(syngan_program *program,
                              syngan_node *const *outputs);
syngan_status sg_plan_memory(syngan_program *program);
/* Once the arena is there: where each step finds what it works on. */
void sg_resolve_pointers(syngan_program *program);
void sg_steps_destroy(syngan_program *program);

/* The type in which a node's kernel gets an input of type `type`. */
static inline int32_t sg_operand_type(const syngan_program *program,
                                      const syngan_node *node, int32_t type) {
    bool product = (node->op->flags & SG_OP_PRODUCT) != 0;
    return program->options.bf16 && product && type == SYNGAN_F32 ? SYNGAN_BF16
                                                                  : type;
}

/* The node that stands for `node` and its equals. */
static inline syngan_node *sg_same(const syngan_program *program,
                                   const syngan_node *node) {
    return program->graph->nodes[program->same[node->id]];
}

/* ---- for other rooms ------------------------------------------------------
 */

/* Bytes that a program of these nodes would hold, without taking them. */
syngan_status sg_program_estimate(syngan_node *const *outputs, size_t n_outputs,
                                  syngan_node *const *updates, size_t n_updates,
                                  const syngan_program_options *options,
                                  uint64_t *bytes);

#endif
