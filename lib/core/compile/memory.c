/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fourth stage of compiling: one arena for all values. Values whose lives don't
 * overlap may lie in the same place; kernels that can work in place take over
 * the memory of an input that nobody reads any more. Values are placed from the
 * largest to the smallest, each at the lowest offset that is free for its life
 * (Pisarchyk and Lee, "Efficient memory management for deep neural net
 * inference", 2020: greedy by size).
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "compile/program.h"

/* The value that a value lies on; shortens the way there for the next time. */
static int32_t root_of(const syngan_program *program, int32_t value) {
    sg_value *values = program->values;
    int32_t root = value;
    while (values[root].root != root)
        root = values[root].root;
    while (values[value].root != root) {
        int32_t next = values[value].root;
        values[value].root = root;
        value = next;
    }
    return root;
}

/* ---- lives ------------------------------------------------------------------
 */

static void touch(syngan_program *program, int32_t value, int32_t step) {
    if (value < 0) return;
    sg_value *root = &program->values[root_of(program, value)];
    if (root->first < 0) root->first = step;
    if (root->last < step) root->last = step;
}

static void find_lives(syngan_program *program) {
    for (size_t i = 0; i < program->n_values; i++)
        program->values[i].first = program->values[i].last = -1;
    for (size_t s = 0; s < program->n_steps; s++) {
        const sg_step *step = &program->steps[s];
        for (int32_t i = 0; i < step->site.n_inputs; i++)
            touch(program, step->inputs[i], (int32_t)s);
        touch(program, step->bias, (int32_t)s);
        for (int32_t i = 0; i < SG_NORMS; i++)
            touch(program, step->norm[i], (int32_t)s);
        touch(program, step->slope, (int32_t)s);
        touch(program, step->output, (int32_t)s);
        touch(program, step->workspace, (int32_t)s);
    }
}

/* Lets outputs lie on inputs that die in the same step. */
static void share_in_place(syngan_program *program) {
    for (size_t s = 0; s < program->n_steps; s++) {
        const sg_step *step = &program->steps[s];
        if (!step->site.in_place || step->site.n_inputs == 0) continue;
        sg_value *output = &program->values[step->output];
        int32_t at = root_of(program, step->inputs[0]);
        sg_value *input = &program->values[at];
        if (output->kind != SG_VALUE_ARENA || output->root != step->output ||
            input->kind != SG_VALUE_ARENA || input->last != (int32_t)s ||
            input->bytes != output->bytes)
            continue;
        output->root = at;
        input->last = output->last;
    }
}

/* ---- places -----------------------------------------------------------------
 */

static size_t aligned(size_t bytes) {
    return (bytes + SG_ALIGNMENT - 1) & ~(size_t)(SG_ALIGNMENT - 1);
}

static int larger_first(const void *left, const void *right) {
    const sg_value *a = *(sg_value *const *)left;
    const sg_value *b = *(sg_value *const *)right;
    if (a->bytes != b->bytes) return a->bytes > b->bytes ? -1 : 1;
    return a->root < b->root ? -1 : a->root > b->root;
}

static bool lives_overlap(const sg_value *a, const sg_value *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest gap between those of the placed values, sorted by offset, that
 * live at the same time. */
static size_t lowest_gap(sg_value *const *placed, size_t count,
                         const sg_value *value) {
    size_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        if (!lives_overlap(placed[i], value)) continue;
        if (placed[i]->offset >= offset + aligned(value->bytes)) break;
        size_t end = placed[i]->offset + aligned(placed[i]->bytes);
        if (end > offset) offset = end;
    }
    return offset;
}

/* Keeps `placed`, which has room for one more, sorted by offset. */
static void insert_placed(sg_value **placed, size_t count, sg_value *value) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (placed[middle]->offset <= value->offset)
            low = middle + 1;
        else
            high = middle;
    }
    memmove(placed + low + 1, placed + low, (count - low) * sizeof *placed);
    placed[low] = value;
}

static syngan_status place(syngan_program *program) {
    size_t room = program->n_values + 1, count = 0;
    sg_value **order =
        sg_alloc(program->context, 2 * room * sizeof(sg_value *));
    if (order == NULL)
        return sg_fail_memory(program->context, "compiling",
                              2 * room * sizeof(sg_value *));
    for (size_t i = 0; i < program->n_values; i++) {
        sg_value *value = &program->values[i];
        if (value->kind == SG_VALUE_ARENA && value->root == (int32_t)i &&
            value->first >= 0)
            order[count++] = value;
    }
    qsort(order, count, sizeof(sg_value *), larger_first);
    sg_value **placed = order + room;
    for (size_t i = 0; i < count; i++) {
        order[i]->offset = lowest_gap(placed, i, order[i]);
        insert_placed(placed, i, order[i]);
        size_t end = order[i]->offset + aligned(order[i]->bytes);
        if (end > program->arena_bytes) program->arena_bytes = end;
    }
    sg_free(program->context, order);
    return SYNGAN_OK;
}

syngan_status sg_plan_memory(syngan_program *program) {
    find_lives(program);
    share_in_place(program);
    return place(program);
}

/* ---- pointers ------------------------------------------------------------ */

static void *address(const syngan_program *program, int32_t value) {
    if (value < 0) return NULL;
    const sg_value *root = &program->values[root_of(program, value)];
    return root->kind == SG_VALUE_FIXED ? root->data
                                        : program->arena + root->offset;
}

void sg_resolve_pointers(syngan_program *program) {
    for (size_t s = 0; s < program->n_steps; s++) {
        sg_step *step = &program->steps[s];
        for (int32_t i = 0; i < step->site.n_inputs; i++)
            step->pointers[i] = address(program, step->inputs[i]);
        step->call =
            (sg_call){.input = step->pointers,
                      .output = address(program, step->output),
                      .bias = address(program, step->bias),
                      .slope = address(program, step->slope),
                      .workspace = address(program, step->workspace),
                      .random = {.isa = program->context->isa,
                                 .seed = program->options.seed,
                                 .stream = step->group == NULL
                                               ? 0
                                               : step->group->anchor->stream}};
        for (int32_t i = 0; i < SG_NORMS; i++)
            step->call.norm[i] = address(program, step->norm[i]);
    }
}
