/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Second stage of compiling: an order of the groups in which each follows what
 * it reads, and each update of a variable follows all other readers of the
 * value that it overwrites. Updates come as early as they can, so that
 * gradients die early; for the rest the order of building is kept.
 */
#include <string.h>

#include "base/memory.h"
#include "compile/program.h"

typedef struct order {
    syngan_program *program;
    int32_t *group_of; /* by node id: the group with this result, or -1 */
    /* Edges from groups to groups that must follow, as lists in one array. */
    int32_t *head; /* by group: first edge, or -1 */
    int32_t *next; /* by edge */
    int32_t *to;   /* by edge */
    size_t n_edges, edge_capacity;
    int32_t *waiting; /* by group: edges into it that are not done */
    int32_t *memory;  /* by node id: of the node that its value lies in; views
                         share their input's */
} order;

static syngan_status out_of_memory(const order *o) {
    return sg_fail_memory(o->program->context, "compiling",
                          o->program->n_groups * 16);
}

static bool reserve_edge(order *o) {
    syngan_context *context = o->program->context;
    size_t capacity = o->edge_capacity;
    void *array = o->next;
    if (!sg_reserve(context, &array, &capacity, o->n_edges, sizeof *o->next))
        return false;
    o->next = array;
    array = o->to;
    if (!sg_reserve(context, &array, &o->edge_capacity, o->n_edges,
                    sizeof *o->to))
        return false;
    o->to = array;
    return true;
}

static bool add_edge(order *o, int32_t from, int32_t to) {
    if (from < 0 || from == to) return true;
    if (!reserve_edge(o)) return false;
    o->to[o->n_edges] = to;
    o->next[o->n_edges] = o->head[from];
    o->head[from] = (int32_t)o->n_edges++;
    o->waiting[to]++;
    return true;
}

/* Nodes that a group reads: its anchor's inputs, then the bias, then what the
 * normalisation and the slope take. */
static int32_t read_count(const sg_group *group) {
    if (group->copy_of_output >= 0) return 1;
    return group->anchor->n_inputs + (group->bias != NULL) +
           (group->norm != NULL ? SG_NORMS : 0) + (group->slope != NULL);
}

static syngan_node *read_node(const order *o, const sg_group *group,
                              int32_t index) {
    if (group->copy_of_output >= 0) return group->anchor;
    if (index < group->anchor->n_inputs)
        return sg_same(o->program, group->anchor->inputs[index]);
    index -= group->anchor->n_inputs;
    if (group->bias != NULL && index-- == 0) return group->bias;
    if (group->norm != NULL && index < SG_NORMS)
        return sg_same(o->program, group->norm->inputs[1 + index]);
    return sg_same(o->program, group->slope->inputs[0]);
}

static bool is_update(const sg_group *group) {
    return group->copy_of_output < 0 &&
           (group->anchor->op->flags & SG_OP_UPDATE) != 0;
}

static void find_memory(order *o) {
    const syngan_program *program = o->program;
    for (size_t id = 0; id < program->n_nodes; id++) {
        const syngan_node *node = program->graph->nodes[id];
        o->memory[id] = (int32_t)id;
        if (program->same[id] >= 0 && (node->op->flags & SG_OP_VIEW))
            o->memory[id] = o->memory[sg_same(program, node->inputs[0])->id];
    }
}

/* By node id: the groups that read the value that lies there, as lists in one
 * array. */
typedef struct readers {
    int32_t *head;         /* by node id: first entry, or -1 */
    int32_t *next, *group; /* by entry */
} readers;

static void list_readers(const order *o, readers *r) {
    memset(r->head, 0xff, o->program->n_nodes * sizeof *r->head);
    int32_t count = 0;
    for (size_t g = 0; g < o->program->n_groups; g++) {
        const sg_group *group = &o->program->groups[g];
        for (int32_t i = 0; i < read_count(group); i++, count++) {
            int32_t id = o->memory[read_node(o, group, i)->id];
            r->group[count] = (int32_t)g;
            r->next[count] = r->head[id];
            r->head[id] = count;
        }
    }
}

/* All other readers of what an update changes go before it. */
static bool readers_first(order *o, const readers *r, int32_t writer) {
    const sg_group *group = &o->program->groups[writer];
    for (int32_t i = 0; i < group->anchor->op->n_changed; i++) {
        int32_t e = r->head[o->memory[read_node(o, group, i)->id]];
        for (; e >= 0; e = r->next[e])
            if (!add_edge(o, r->group[e], writer)) return false;
    }
    return true;
}

static syngan_status order_updates(order *o) {
    syngan_program *program = o->program;
    syngan_context *context = program->context;
    size_t count = 0;
    for (size_t g = 0; g < program->n_groups; g++)
        count += (size_t)read_count(&program->groups[g]);
    readers r = {.head = sg_alloc(context, program->n_nodes * sizeof *r.head),
                 .next = sg_alloc(context, count * sizeof *r.next),
                 .group = sg_alloc(context, count * sizeof *r.group)};
    bool fits = r.head != NULL && r.next != NULL && r.group != NULL;
    if (fits) list_readers(o, &r);
    for (size_t g = 0; fits && g < program->n_groups; g++)
        if (is_update(&program->groups[g]))
            fits = readers_first(o, &r, (int32_t)g);
    sg_free(context, r.head);
    sg_free(context, r.next);
    sg_free(context, r.group);
    return fits ? SYNGAN_OK : out_of_memory(o);
}

static syngan_status add_edges(order *o) {
    syngan_program *program = o->program;
    for (size_t g = 0; g < program->n_groups; g++) {
        const sg_group *group = &program->groups[g];
        for (int32_t i = 0; i < read_count(group); i++)
            if (!add_edge(o, o->group_of[read_node(o, group, i)->id],
                          (int32_t)g))
                return out_of_memory(o);
    }
    return order_updates(o);
}

/* Does group a come before b where both could be next? A group counts as built
 * with its result, whose reader then often is the next to run, and finds it in
 * the caches. */
static bool before(const sg_group *a, const sg_group *b) {
    bool update_a = is_update(a), update_b = is_update(b);
    return update_a != update_b ? update_a : a->result->id < b->result->id;
}

/* A heap of groups that wait for nothing, the first to run on top. */
typedef struct heap {
    const sg_group *groups;
    int32_t *item;
    size_t count;
} heap;

static bool item_before(const heap *h, size_t a, size_t b) {
    return before(&h->groups[h->item[a]], &h->groups[h->item[b]]);
}

static void swap_items(heap *h, size_t a, size_t b) {
    int32_t item = h->item[a];
    h->item[a] = h->item[b];
    h->item[b] = item;
}

static void heap_push(heap *h, int32_t group) {
    size_t at = h->count++;
    h->item[at] = group;
    for (; at > 0 && item_before(h, at, (at - 1) / 2); at = (at - 1) / 2)
        swap_items(h, at, (at - 1) / 2);
}

static int32_t heap_pop(heap *h) {
    int32_t top = h->item[0];
    h->item[0] = h->item[--h->count];
    for (size_t at = 0, child = 1; child < h->count; child = 2 * at + 1) {
        if (child + 1 < h->count && item_before(h, child + 1, child)) child++;
        if (!item_before(h, child, at)) break;
        swap_items(h, at, child);
        at = child;
    }
    return top;
}

/* Moves the groups into their order: again and again the first of those that
 * wait for nothing. `ready` has room for all groups. */
static syngan_status sort(order *o, int32_t *ready, sg_group *sorted) {
    sg_group *groups = o->program->groups;
    heap h = {.groups = groups, .item = ready};
    size_t done = 0;
    for (size_t g = 0; g < o->program->n_groups; g++)
        if (o->waiting[g] == 0) heap_push(&h, (int32_t)g);
    while (h.count > 0) {
        int32_t g = heap_pop(&h);
        sorted[done++] = groups[g];
        for (int32_t e = o->head[g]; e >= 0; e = o->next[e])
            if (--o->waiting[o->to[e]] == 0) heap_push(&h, o->to[e]);
    }
    if (done < o->program->n_groups)
        return sg_fail(o->program->context, SYNGAN_E_ARGUMENT,
                       "syngan_program_create: two updates change the same "
                       "variable, or each reads what the other changes; let "
                       "one read the other's value, or make two programs");
    memcpy(groups, sorted, done * sizeof *sorted);
    return SYNGAN_OK;
}

static syngan_status order_run(order *o, int32_t **ready, sg_group **sorted) {
    syngan_program *program = o->program;
    syngan_context *context = program->context;
    size_t count = program->n_groups + 1;
    o->group_of = sg_alloc(context, program->n_nodes * sizeof *o->group_of);
    o->head = sg_alloc(context, count * sizeof *o->head);
    o->waiting = sg_alloc_zero(context, count, sizeof *o->waiting);
    o->memory = sg_alloc(context, program->n_nodes * sizeof *o->memory);
    *ready = sg_alloc(context, count * sizeof **ready);
    *sorted = sg_alloc(context, count * sizeof **sorted);
    if (o->group_of == NULL || o->head == NULL || o->waiting == NULL ||
        o->memory == NULL || *ready == NULL || *sorted == NULL)
        return out_of_memory(o);
    memset(o->group_of, 0xff, program->n_nodes * sizeof *o->group_of);
    memset(o->head, 0xff, count * sizeof *o->head);
    for (size_t g = 0; g < program->n_groups; g++)
        if (program->groups[g].copy_of_output < 0)
            o->group_of[program->groups[g].result->id] = (int32_t)g;
    find_memory(o);
    SG_TRY(add_edges(o));
    return sort(o, *ready, *sorted);
}

syngan_status sg_schedule(syngan_program *program) {
    order o = {.program = program};
    int32_t *ready = NULL;
    sg_group *sorted = NULL;
    syngan_status status = order_run(&o, &ready, &sorted);
    syngan_context *context = program->context;
    sg_free(context, o.group_of);
    sg_free(context, o.head);
    sg_free(context, o.next);
    sg_free(context, o.to);
    sg_free(context, o.waiting);
    sg_free(context, o.memory);
    sg_free(context, ready);
    sg_free(context, sorted);
    return status;
}
