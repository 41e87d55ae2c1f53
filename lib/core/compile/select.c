/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First stage of compiling: finds the nodes that are needed, lets one node
 * stand for all equal ones, and groups each anchor with what its kernel
 * absorbs.
 */
#include <string.h>

#include "base/hash.h"
#include "base/index.h"
#include "base/memory.h"
#include "compile/program.h"

typedef struct selection {
    syngan_program *program;
    syngan_context *context;
    syngan_graph *graph;
    int32_t *uses;   /* by id: readers among the needed nodes, and outputs */
    int32_t *reader; /* by id: the last of them */
    bool *absorbed;  /* by id: part of an earlier group */
} selection;

/* ---- what is needed -------------------------------------------------------
 */

/* Marks `same` of everything that the given nodes depend on. Inputs have
 * smaller ids than their readers, so one pass downwards reaches all. */
static syngan_status mark_needed(syngan_program *program,
                                 syngan_node *const *nodes, size_t count) {
    int32_t *same = program->same;
    for (size_t i = 0; i < count; i++)
        same[nodes[i]->id] = nodes[i]->id;
    for (size_t id = program->n_nodes; id-- > 0;) {
        const syngan_node *node = program->graph->nodes[id];
        if (same[id] < 0) continue;
        for (int32_t i = 0; i < node->n_inputs; i++)
            same[node->inputs[i]->id] = node->inputs[i]->id;
        if (sg_dims_open(&node->dims))
            return sg_fail(program->context, SYNGAN_E_SHAPE,
                           "%s '%s': its batch is not fixed; apply the model "
                           "to inputs of a fixed batch",
                           node->op->name, node->name);
    }
    return SYNGAN_OK;
}

/* ---- equal nodes -----------------------------------------------------------
 */

static bool can_merge(const syngan_node *node) {
    return (node->op->flags & (SG_OP_RANDOM | SG_OP_UPDATE | SG_OP_SOURCE)) ==
           0;
}

static uint64_t node_hash(const syngan_program *program,
                          const syngan_node *node) {
    uint64_t hash = (uint64_t)(uintptr_t)node->op;
    if (node->op->fields != NULL)
        hash ^= sg_hash(&program->context->hash_key, node->fields,
                        node->op->fields->size);
    for (int32_t i = 0; i < node->n_inputs; i++) {
        const uint64_t pair[2] = {hash,
                                  (uint64_t)program->same[node->inputs[i]->id]};
        hash = sg_hash(&program->context->hash_key, pair, sizeof pair);
    }
    return hash;
}

/* For the index of nodes: does node `id` compute the same as another? */
static bool nodes_equal(const void *user, int32_t id, const void *key) {
    const syngan_program *program = user;
    const syngan_node *a = program->graph->nodes[id], *b = key;
    if (a->op != b->op || a->n_inputs != b->n_inputs || a->type != b->type ||
        !sg_dims_equal(&a->dims, &b->dims))
        return false;
    for (int32_t i = 0; i < a->n_inputs; i++)
        if (program->same[a->inputs[i]->id] != program->same[b->inputs[i]->id])
            return false;
    return a->op->fields == NULL ||
           memcmp(a->fields, b->fields, a->op->fields->size) == 0;
}

/* Lets the first of equal nodes stand for all. */
static syngan_status merge_equal(syngan_program *program) {
    sg_index index = {
        .context = program->context, .equal = nodes_equal, .user = program};
    bool fits = true;
    for (size_t id = 0; fits && id < program->n_nodes; id++) {
        const syngan_node *node = program->graph->nodes[id];
        if (program->same[id] < 0 || !can_merge(node)) continue;
        uint64_t hash = node_hash(program, node);
        int32_t first = sg_index_find(&index, hash, node);
        if (first < 0)
            fits = sg_index_add(&index, hash, (int32_t)id);
        else
            program->same[id] = first;
    }
    size_t bytes = index.n_slots * 2 * sizeof *index.slot;
    sg_index_free(&index);
    return fits ? SYNGAN_OK
                : sg_fail_memory(program->context, "compiling", bytes);
}

static bool is_needed(const syngan_program *program, size_t id) {
    return program->same[id] == (int32_t)id;
}

/* ---- groups ----------------------------------------------------------------
 */

static void count_uses(selection *s) {
    for (size_t id = 0; id < s->program->n_nodes; id++) {
        const syngan_node *node = s->graph->nodes[id];
        if (!is_needed(s->program, id)) continue;
        for (int32_t i = 0; i < node->n_inputs; i++) {
            int32_t input = s->program->same[node->inputs[i]->id];
            s->uses[input]++;
            s->reader[input] = (int32_t)id;
        }
    }
}

/* The node that an absorbed one follows. */
static syngan_node *followed(const selection *s, const syngan_node *node) {
    int32_t index = (node->op->flags & SG_OP_SLOPE) ? 1 : 0;
    return sg_same(s->program, node->inputs[index]);
}

/* The only reader of `node`, if that could be absorbed; else NULL. */
static syngan_node *only_reader(const selection *s, const syngan_node *node) {
    if (s->uses[node->id] != 1 || node->type != SYNGAN_TYPE_F32) return NULL;
    syngan_node *reader = s->graph->nodes[s->reader[node->id]];
    bool fits =
        (reader->op->is_unary ||
         (reader->op->flags & (SG_OP_BIAS | SG_OP_NORM | SG_OP_SLOPE))) &&
        followed(s, reader) == node;
    return fits ? reader : NULL;
}

/* All that a kernel could absorb behind the anchor. */
static void find_chain(const selection *s, sg_group *group) {
    if (!s->program->options.fusion) return;
    while (group->slope == NULL) {
        syngan_node *next = only_reader(s, group->result);
        if (next == NULL) return;
        if (next->op->is_unary && group->n_unary < SG_MAX_UNARY) {
            group->unary[group->n_unary++] = next;
        } else if ((next->op->flags & SG_OP_BIAS) && group->bias == NULL &&
                   group->n_unary == 0 && group->norm == NULL) {
            group->bias = sg_same(s->program, next->inputs[1]);
        } else if ((next->op->flags & SG_OP_NORM) && group->norm == NULL) {
            group->norm = next;
            group->norm_at = group->n_unary;
        } else if (next->op->flags & SG_OP_SLOPE) {
            group->slope = next;
        } else {
            return;
        }
        group->result = next;
    }
}

/* Takes back the last node of the chain; false if there is none. */
static bool shorten(const selection *s, sg_group *group) {
    if (group->result == group->anchor) return false;
    if (group->result == group->slope)
        group->slope = NULL;
    else if (group->result == group->norm)
        group->norm = NULL;
    else if (group->n_unary > 0)
        group->n_unary--;
    else
        group->bias = NULL;
    group->result = followed(s, group->result);
    return true;
}

static bool absorbs(const sg_kernel *kernel, const sg_group *group) {
    return (group->bias == NULL || (kernel->absorbs & SG_ABSORB_BIAS)) &&
           (group->n_unary == 0 || (kernel->absorbs & SG_ABSORB_UNARY)) &&
           (group->norm == NULL || (kernel->absorbs & SG_ABSORB_NORM)) &&
           (group->slope == NULL || (kernel->absorbs & SG_ABSORB_SLOPE));
}

/* Asks a kernel whether it takes the group; everything plain as yet. */
static bool kernel_accepts(const selection *s, const sg_kernel *kernel,
                           const sg_group *group, sg_desc *input) {
    if (!absorbs(kernel, group)) return false;
    if (kernel->accepts == NULL) return true;
    const sg_site site = sg_site_plain(s->program, group, input);
    return kernel->accepts(&site);
}

/* The group with as much of the chain as the kernel takes; false if it does
 * not take even the anchor. */
static bool fit_kernel(const selection *s, const sg_kernel *kernel,
                       const sg_group *whole, sg_desc *input, sg_group *out) {
    *out = *whole;
    do {
        if (!kernel_accepts(s, kernel, out, input)) continue;
        out->kernel = kernel;
        return true;
    } while (shorten(s, out));
    return false;
}

/* The first kernel that accepts the group, or in a tuned program the best of
 * all that do. Updates are never tuned, since a run of theirs changes things,
 * and neither is what will not be run. */
static syngan_status choose_kernel(const selection *s, sg_group *group,
                                   sg_desc *input) {
    const syngan_node *anchor = group->anchor;
    bool tuned = s->program->options.tune && !s->program->estimating &&
                 (anchor->op->flags & SG_OP_UPDATE) == 0;
    size_t most = tuned ? SG_CANDIDATES : 1, count = 0, best = 0;
    sg_group candidates[SG_CANDIDATES];
    for (size_t k = 0; anchor->op->kernels[k] != NULL && count < most; k++)
        if (fit_kernel(s, anchor->op->kernels[k], group, input,
                       &candidates[count]))
            count++;
    if (count == 0)
        return sg_fail(s->context, SYNGAN_E_UNSUPPORTED,
                       "%s '%s': no kernel computes it", anchor->op->name,
                       anchor->name);
    if (tuned) SG_TRY(sg_tune(s->program, candidates, count, &best));
    *group = candidates[best];
    return SYNGAN_OK;
}

static void mark_absorbed(selection *s, const sg_group *group) {
    for (syngan_node *node = group->result; node != group->anchor;
         node = followed(s, node))
        s->absorbed[node->id] = true;
}

static syngan_status add_group(selection *s, syngan_node *node) {
    syngan_program *program = s->program;
    sg_group group = {.anchor = node, .result = node, .copy_of_output = -1};
    if ((node->op->flags & SG_OP_VIEW) == 0) {
        if (node->op->kernels == NULL)
            return sg_fail(s->context, SYNGAN_E_STATE,
                           "%s '%s': depends on the mode; use "
                           "syngan_model_apply() to choose one",
                           node->op->name, node->name);
        sg_desc *input = sg_alloc_zero(s->context, (size_t)node->n_inputs + 1,
                                       sizeof *input);
        if (input == NULL)
            return sg_fail_memory(s->context, "compiling", sizeof *input);
        find_chain(s, &group);
        syngan_status status = choose_kernel(s, &group, input);
        sg_free(s->context, input);
        SG_TRY(status);
    }
    mark_absorbed(s, &group);
    program->groups[program->n_groups++] = group;
    return SYNGAN_OK;
}

static bool is_computed(const syngan_node *node) {
    bool only_order =
        (node->op->flags & SG_OP_UPDATE) && node->op->kernels == NULL;
    return (node->op->flags & SG_OP_SOURCE) == 0 && !only_order;
}

/* Is output `index` the result of a kernel, and the first output of it? */
static bool is_direct(const syngan_program *program,
                      syngan_node *const *outputs, size_t index) {
    const syngan_node *node = sg_same(program, outputs[index]);
    for (size_t i = 0; i < index; i++)
        if (sg_same(program, outputs[i]) == node) return false;
    return (node->op->flags & (SG_OP_SOURCE | SG_OP_VIEW | SG_OP_UPDATE)) == 0;
}

static syngan_status make_groups(selection *s, syngan_node *const *outputs,
                                 size_t n_outputs) {
    syngan_program *program = s->program;
    for (size_t id = 0; id < program->n_nodes; id++) {
        syngan_node *node = s->graph->nodes[id];
        if (is_needed(program, id) && !s->absorbed[id] && is_computed(node))
            SG_TRY(add_group(s, node));
    }
    for (size_t i = 0; i < n_outputs; i++) {
        syngan_node *node = sg_same(program, outputs[i]);
        if (!is_direct(program, outputs, i))
            program->groups[program->n_groups++] =
                (sg_group){.anchor = node,
                           .result = node,
                           .copy_of_output = (int32_t)i,
                           .kernel = &sg_kernel_reorder};
    }
    return SYNGAN_OK;
}

/* ---- the stage ----------------------------------------------------------- */

static void selection_end(selection *s) {
    sg_free(s->context, s->uses);
    sg_free(s->context, s->reader);
    sg_free(s->context, s->absorbed);
}

static syngan_status selection_run(selection *s, syngan_node *const *outputs,
                                   size_t n_outputs) {
    size_t count = s->program->n_nodes + 1;
    s->uses = sg_alloc_zero(s->context, count, sizeof *s->uses);
    s->reader = sg_alloc_zero(s->context, count, sizeof *s->reader);
    s->absorbed = sg_alloc_zero(s->context, count, sizeof *s->absorbed);
    s->program->groups = sg_alloc_zero(s->context, count + n_outputs,
                                       sizeof *s->program->groups);
    if (s->uses == NULL || s->reader == NULL || s->absorbed == NULL ||
        s->program->groups == NULL)
        return sg_fail_memory(s->context, "compiling",
                              count * sizeof(sg_group));
    count_uses(s);
    for (size_t i = 0; i < n_outputs; i++)
        s->uses[sg_same(s->program, outputs[i])->id]++;
    return make_groups(s, outputs, n_outputs);
}

syngan_status sg_select(syngan_program *program, syngan_node *const *outputs,
                        size_t n_outputs, syngan_node *const *updates,
                        size_t n_updates) {
    size_t bytes = program->n_nodes * sizeof *program->same;
    program->same = sg_alloc(program->context, bytes);
    if (program->same == NULL)
        return sg_fail_memory(program->context, "compiling", bytes);
    memset(program->same, 0xff, bytes);
    /* Twice, so that the second pass sees what the first set has marked. */
    SG_TRY(mark_needed(program, outputs, n_outputs));
    SG_TRY(mark_needed(program, updates, n_updates));
    SG_TRY(merge_equal(program));
    selection s = {.program = program,
                   .context = program->context,
                   .graph = program->graph};
    syngan_status status = selection_run(&s, outputs, n_outputs);
    selection_end(&s);
    return status;
}
