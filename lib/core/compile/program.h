/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executable program, and the stages that make one:
 *
 *   select.c    which nodes are needed, equal ones merged, each anchor node
 *               with its kernel and the neighbours that it absorbs: sites
 *   tune.c      its part if asked for: the fastest of several kernels
 *   schedule.c  an order of the sites
 *   layout.c    kernels planned, reorders inserted: values and steps
 *   site.c      describing, planning and ending a site, for all stages
 *   memory.c    which values share memory, and where each lies in the arena
 *   program.c   the handle: running, buffers, report
 */
#ifndef SG_COMPILE_PROGRAM_H
#define SG_COMPILE_PROGRAM_H

#include <syngan/program.h>

#include "graph/op.h"

/* ---- what the stages hand on --------------------------------------------- */

/* How a kernel was chosen. */
enum {
    SG_CHOICE_NONE,   /* there was no choice, or nobody asked for tuning */
    SG_CHOICE_TIMED,  /* the fastest here and now */
    SG_CHOICE_STORED, /* the fastest in an earlier run */
    SG_CHOICE_RULE    /* the first, for want of a stored choice that fits */
};

/* Most kernels that are timed for a group. */
#define SG_CANDIDATES 6

typedef struct sg_timing {
    const sg_kernel *kernel;
    double seconds; /* of a run, and of what the kernel leaves to others */
} sg_timing;

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
    int32_t choice;
    int32_t n_timings;
    sg_timing timing[SG_CANDIDATES]; /* if timed: in the order of the kernels */
} sg_group;

/* A choice that outlives its program: the kernel for the node with an id. */
typedef struct sg_choice {
    int32_t node;
    const char *kernel;
} sg_choice;

typedef struct sg_choices {
    sg_choice *choice;
    size_t count;
} sg_choices;

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
    size_t bytes;
    size_t offset; /* in the arena */
    void *data;
} sg_value;

typedef struct sg_step {
    const sg_kernel *kernel;
    const sg_group *group; /* NULL for a reorder */
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
    /* While compiling with `tune`: choices of an earlier run, which are then
     * taken instead of timing anew; NULL: none. */
    const sg_choices *stored;
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

/* Chooses among groups that differ in the kernel and in how much of the chain
 * it takes, in the order of the kernels; *best is preset to 0. Only with
 * options.tune. */
syngan_status sg_tune(const syngan_program *program, sg_group *candidates,
                      size_t count, size_t *best);
/* Behind select.c: warns if not all stored choices were to be had. */
void sg_tune_warn(const syngan_program *program);

/* ---- sites, as several stages make them -----------------------------------
 */

/* What a site has of its group: all but the context, the label and the
 * inputs. The output is plain. */
void sg_site_fill(sg_site *site, const sg_group *group);
/* A site with everything plain. `input` has room for the anchor's inputs. */
sg_site sg_site_plain(const syngan_program *program, const sg_group *group,
                      sg_desc *input);
/* Lets the kernel plan; one without a plan of its own wants all plain. */
syngan_status sg_site_plan(const sg_kernel *kernel, sg_site *site);
/* Behind planning: room for a normalisation's numbers in the workspace. */
void sg_site_place_norm(sg_site *site);
/* Frees what planning left, which may be nothing. */
void sg_site_end(const sg_kernel *kernel, sg_site *site);

/* The type in which a node's kernel gets an input of type `type`. */
static inline int32_t sg_operand_type(const syngan_program *program,
                                      const syngan_node *node, int32_t type) {
    bool product = (node->op->flags & SG_OP_PRODUCT) != 0;
    return program->options.bf16 && product && type == SYNGAN_TYPE_F32
               ? SYNGAN_TYPE_BF16
               : type;
}

/* The node that stands for `node` and its equals. */
static inline syngan_node *sg_same(const syngan_program *program,
                                   const syngan_node *node) {
    return program->graph->nodes[program->same[node->id]];
}

/* ---- for other rooms ------------------------------------------------------
 */

/* As syngan_program_create(), but if `tune` is set and `stored` is not NULL,
 * with those choices instead of timing. What does not fit is chosen by rule,
 * with a warning. */
syngan_status sg_program_create(syngan_node *const *outputs, size_t n_outputs,
                                syngan_node *const *updates, size_t n_updates,
                                const syngan_program_options *options,
                                const sg_choices *stored, syngan_program **out);

/* The buffer of an input, to be freed; NULL if the program has none of this
 * name, which is no failure. */
syngan_tensor *sg_program_find_input(const syngan_program *program,
                                     const char *name);

/* The choices of a tuned program, one a call: *at starts as 0. False after the
 * last. */
bool sg_program_choice(const syngan_program *program, size_t *at,
                       sg_choice *out);

/* Bytes that a program of these nodes would hold, without taking them; with
 * `tune` as with the kernels chosen by rule. */
syngan_status sg_program_estimate(syngan_node *const *outputs, size_t n_outputs,
                                  syngan_node *const *updates, size_t n_updates,
                                  const syngan_program_options *options,
                                  uint64_t *bytes);

#endif
