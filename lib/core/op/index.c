/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Values that are found by i32 indices: numbers made of them, one-hot rows, and
 * rows of a table; and the gradient of the latter, which adds rows to a table.
 * An index that no row has gives zeros, and adds to nothing.
 */
#include <string.h>

#include "base/floats.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/ops.h"

#define LONGEST 1e15

/* Of one_hot: its classes; of scatter_add: the rows of its result. */
typedef struct rows_fields {
    int64_t rows;
} rows_fields;

static const sg_field rows_field[] = {
    SG_I64(rows_fields, rows, 1, LONGEST, 0, "")};
static SG_FIELDS(rows_table, "rows", rows_fields, rows_field);

/* All of them work on `count` indices and rows of `width` numbers. */
typedef struct work {
    const int32_t *index;
    int64_t count, rows, width;
    const float *in;
    float *out;
} work;

/* Rows that are worth a thread. */
static int64_t index_grain(const work *w) {
    return w->width < SG_GRAIN ? SG_GRAIN / (w->width > 0 ? w->width : 1) : 1;
}

static bool has_row(const work *w, int64_t i) {
    return w->index[i] >= 0 && w->index[i] < w->rows;
}

/* ---- rules --------------------------------------------------------------- */

static syngan_status check_index(const sg_infer *infer, int32_t input) {
    const syngan_node *index = infer->inputs[input];
    if (index->type == SYNGAN_TYPE_I32) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_TYPE,
                   "%s: the indices '%s' are %s, but must be i32", infer->label,
                   index->name, syngan_type_name(index->type));
}

static syngan_status check_f32(const sg_infer *infer, int32_t input) {
    const syngan_node *node = infer->inputs[input];
    if (node->type == SYNGAN_TYPE_F32) return SYNGAN_OK;
    return sg_fail(infer->context, SYNGAN_E_TYPE,
                   "%s: input '%s' is %s, but must be f32", infer->label,
                   node->name, syngan_type_name(node->type));
}

/* The result: the dimensions of `first`, then those of `rest` from `from` on.
 */
static syngan_status join_dims(sg_infer *infer, const sg_dims *first,
                               const sg_dims *rest, int32_t from) {
    if (first->rank + rest->rank - from > SYNGAN_MAX_RANK)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: the result would have more than %d dimensions",
                       infer->label, SYNGAN_MAX_RANK);
    infer->dims = *first;
    for (int32_t i = from; i < rest->rank; i++)
        infer->dims.size[infer->dims.rank++] = rest->size[i];
    return SYNGAN_OK;
}

static syngan_status cast_infer(sg_infer *infer) {
    infer->dims = infer->inputs[0]->dims;
    return check_index(infer, 0);
}

static syngan_status one_hot_infer(sg_infer *infer) {
    const rows_fields *fields = infer->fields;
    const sg_dims classes = sg_dims_make(&fields->rows, 1);
    SG_TRY(check_index(infer, 0));
    if (fields->rows < 1)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: there are %lld classes, but must be at least 1",
                       infer->label, (long long)fields->rows);
    return join_dims(infer, &infer->inputs[0]->dims, &classes, 0);
}

static syngan_status gather_infer(sg_infer *infer) {
    const sg_dims *table = &infer->inputs[0]->dims;
    char text[SG_DIMS_TEXT];
    SG_TRY(check_f32(infer, 0));
    SG_TRY(check_index(infer, 1));
    if (table->rank < 1 || sg_dims_open(table))
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: the table '%s' is %s, but must have a fixed number "
                       "of rows",
                       infer->label, infer->inputs[0]->name,
                       sg_dims_text(table, text));
    return join_dims(infer, &infer->inputs[1]->dims, table, 1);
}

/* Inputs: indices, and a row for each. */
static syngan_status scatter_infer(sg_infer *infer) {
    const rows_fields *fields = infer->fields;
    const sg_dims *index = &infer->inputs[0]->dims;
    const sg_dims *values = &infer->inputs[1]->dims;
    const sg_dims rows = sg_dims_make(&fields->rows, 1);
    char text[SG_DIMS_TEXT], other[SG_DIMS_TEXT];
    SG_TRY(check_index(infer, 0));
    SG_TRY(check_f32(infer, 1));
    bool fits = fields->rows >= 0 && values->rank >= index->rank;
    for (int32_t i = 0; fits && i < index->rank; i++)
        fits = values->size[i] == index->size[i];
    if (!fits)
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: %s has no row for each index of %s", infer->label,
                       sg_dims_text(values, text), sg_dims_text(index, other));
    return join_dims(infer, &rows, values, index->rank);
}

/* ---- kernels ------------------------------------------------------------- */

static void cast_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    for (int64_t i = first; i < last; i++)
        w->out[i] = (float)w->index[i];
}

static syngan_status cast_run(const sg_site *site, const sg_call *call) {
    work w = {.index = call->input[0], .out = call->output};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), SG_GRAIN,
                cast_range, &w);
    return SYNGAN_OK;
}

static void one_hot_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    memset(w->out + first * w->rows, 0,
           (size_t)((last - first) * w->rows) * sizeof *w->out);
    for (int64_t i = first; i < last; i++)
        if (has_row(w, i)) w->out[i * w->rows + w->index[i]] = 1.0f;
}

static syngan_status one_hot_run(const sg_site *site, const sg_call *call) {
    const rows_fields *fields = site->fields;
    work w = {.index = call->input[0],
              .count = sg_dims_count(&site->input[0].dims),
              .rows = fields->rows,
              .width = fields->rows,
              .out = call->output};
    sg_parallel(site->context, w.count, index_grain(&w), one_hot_range, &w);
    return SYNGAN_OK;
}

static void gather_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    size_t bytes = (size_t)w->width * sizeof *w->out;
    for (int64_t i = first; i < last; i++)
        if (has_row(w, i))
            memcpy(w->out + i * w->width, w->in + w->index[i] * w->width,
                   bytes);
        else
            memset(w->out + i * w->width, 0, bytes);
}

static syngan_status gather_run(const sg_site *site, const sg_call *call) {
    const sg_dims *table = &site->input[0].dims;
    work w = {.index = call->input[1],
              .count = sg_dims_count(&site->input[1].dims),
              .rows = table->size[0],
              .width = sg_dims_product(table, 1, table->rank),
              .in = call->input[0],
              .out = call->output};
    if (w.width > 0)
        sg_parallel(site->context, w.count, index_grain(&w), gather_range, &w);
    return SYNGAN_OK;
}

/* Each thread has rows of the table for its own and adds to them in the order
 * of the indices, so the sums don't depend on the threads. */
static void scatter_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    memset(w->out + first * w->width, 0,
           (size_t)((last - first) * w->width) * sizeof *w->out);
    for (int64_t i = 0; i < w->count; i++) {
        if (w->index[i] < first || w->index[i] >= last) continue;
        float *row = w->out + w->index[i] * w->width;
        const float *more = w->in + i * w->width;
        for (int64_t j = 0; j < w->width; j++)
            row[j] += more[j];
    }
}

static syngan_status scatter_run(const sg_site *site, const sg_call *call) {
    const sg_dims *table = &site->output.dims;
    work w = {.index = call->input[0],
              .count = sg_dims_count(&site->input[0].dims),
              .rows = table->size[0],
              .width = sg_dims_product(table, 1, table->rank),
              .in = call->input[1],
              .out = call->output};
    if (w.width > 0)
        sg_parallel(site->context, w.rows, index_grain(&w), scatter_range, &w);
    return SYNGAN_OK;
}

static const sg_kernel cast_kernel = {.name = "cast", .run = cast_run};
static const sg_kernel one_hot_kernel = {.name = "one_hot", .run = one_hot_run};
static const sg_kernel gather_kernel = {.name = "gather", .run = gather_run};
static const sg_kernel scatter_kernel = {.name = "scatter_add",
                                         .run = scatter_run};

/* ---- gradients ----------------------------------------------------------- */

/* Indices have none. */
static void index_no_gradient(syngan_node *node, syngan_node *dy,
                              syngan_node **dx) {
    (void)node;
    (void)dy;
    (void)dx;
}

static void gather_gradient(syngan_node *node, syngan_node *dy,
                            syngan_node **dx) {
    const rows_fields fields = {node->inputs[0]->dims.size[0]};
    dx[0] = sg_node2(&sg_op_scatter_add, node->inputs[1], dy, &fields);
}

static void scatter_gradient(syngan_node *node, syngan_node *dy,
                             syngan_node **dx) {
    dx[1] = sg_node2(&sg_op_gather, dy, node->inputs[0], NULL);
}

/* ---- operators ----------------------------------------------------------- */

const sg_op sg_op_cast = {.name = "cast",
                          .version = 1,
                          .n_inputs = 1,
                          .infer = cast_infer,
                          .gradient = index_no_gradient,
                          .kernels =
                              (const sg_kernel *const[]){&cast_kernel, NULL}};

const sg_op sg_op_one_hot = {
    .name = "one_hot",
    .version = 1,
    .n_inputs = 1,
    .fields = &rows_table,
    .infer = one_hot_infer,
    .gradient = index_no_gradient,
    .kernels = (const sg_kernel *const[]){&one_hot_kernel, NULL}};

const sg_op sg_op_gather = {
    .name = "gather",
    .version = 1,
    .n_inputs = 2,
    .infer = gather_infer,
    .gradient = gather_gradient,
    .kernels = (const sg_kernel *const[]){&gather_kernel, NULL}};

const sg_op sg_op_scatter_add = {
    .name = "scatter_add",
    .version = 1,
    .n_inputs = 2,
    .fields = &rows_table,
    .infer = scatter_infer,
    .gradient = scatter_gradient,
    .kernels = (const sg_kernel *const[]){&scatter_kernel, NULL}};

/* ---- builders ------------------------------------------------------------ */

syngan_node *syngan_cast(syngan_node *x, syngan_type type) {
    SG_OWN_FLOATS;
    if (x == NULL || x->op == NULL) return x;
    if (type == SYNGAN_TYPE_F32 && x->type == SYNGAN_TYPE_F32) return x;
    if (type == SYNGAN_TYPE_F32) return sg_node1(&sg_op_cast, x, NULL);
    return sg_graph_fail(x->graph, SYNGAN_E_TYPE,
                         "cast of '%s': makes f32 of i32, not type %d", x->name,
                         (int)type);
}

syngan_node *syngan_one_hot(syngan_node *labels, int64_t classes) {
    SG_OWN_FLOATS;
    const rows_fields fields = {classes};
    return sg_node1(&sg_op_one_hot, labels, &fields);
}

syngan_node *syngan_gather(syngan_node *table, syngan_node *indices) {
    SG_OWN_FLOATS;
    return sg_node2(&sg_op_gather, table, indices, NULL);
}
