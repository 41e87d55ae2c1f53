/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sums over dimensions. The array is seen as nested loops, neighbours joined
 * where both are summed or both are kept, in plain and in blocked layouts
 * alike. Each result is added up by one thread; only a sum over everything is
 * cut into pieces, of a fixed size.
 */
#include "backend/sum.h"

#include <assert.h>

#include "backend/sum_simd.h"
#include "base/thread.h"

#define LOOPS_MAX (SYNGAN_MAX_RANK + 1)
#define PIECE 16384 /* elements of a sum over everything */
#define COLUMNS 256 /* kept elements that are summed at once */

typedef struct loop {
    int64_t size;
    int64_t step; /* in the input, elements */
} loop;

/* Loops from the outermost on; the input's innermost one is among the last of
 * its kind. */
typedef struct plan {
    loop kept[LOOPS_MAX], summed[LOOPS_MAX];
    int32_t n_kept, n_summed; /* at least 1 each */
    int64_t results;          /* product of the kept sizes */
    int64_t terms;            /* of the summed ones */
    int64_t columns;          /* results at neighbouring inputs; 1: none */
    int64_t run;              /* neighbouring terms; 1 if columns > 1 */
} plan;

/* ---- planning ---------------------------------------------------------------
 */

/* Adds a loop inside the ones that are there. */
static void add_loop(loop *list, int32_t *count, int64_t size, int64_t step) {
    if (size == 1) return;
    if (*count > 0 && list[*count - 1].step == size * step) {
        list[*count - 1].size *= size;
        list[*count - 1].step = step;
        return;
    }
    assert(*count < LOOPS_MAX);
    list[(*count)++] = (loop){size, step};
}

/* The sizes as they lie in memory, and which of them are summed over. */
static int32_t memory_loops(const sg_desc *desc, int32_t axes, int64_t *size,
                            bool *summed) {
    int32_t rank = desc->dims.rank;
    for (int32_t i = 0; i < rank; i++) {
        size[i] = desc->dims.size[i];
        summed[i] = (axes >> i & 1) != 0;
    }
    if (desc->layout.kind != SG_BLOCKED) return rank;
    size[1] /= desc->layout.block;
    size[rank] = desc->layout.block;
    summed[rank] = summed[1];
    return rank + 1;
}

static int64_t product(const loop *list, int32_t count) {
    int64_t result = 1;
    for (int32_t i = 0; i < count; i++)
        result *= list[i].size;
    return result;
}

static void make_loops(plan *p, const sg_desc *desc, int32_t axes) {
    int64_t size[LOOPS_MAX], step[LOOPS_MAX], distance = 1;
    bool summed[LOOPS_MAX];
    int32_t count = memory_loops(desc, axes, size, summed);
    for (int32_t i = count - 1; i >= 0; i--) {
        step[i] = distance;
        distance *= size[i];
    }
    for (int32_t i = 0; i < count; i++)
        if (summed[i])
            add_loop(p->summed, &p->n_summed, size[i], step[i]);
        else
            add_loop(p->kept, &p->n_kept, size[i], step[i]);
    if (p->n_summed == 0) p->summed[p->n_summed++] = (loop){1, 1};
    if (p->n_kept == 0) p->kept[p->n_kept++] = (loop){1, 0};
    p->results = product(p->kept, p->n_kept);
    p->terms = product(p->summed, p->n_summed);
    const loop *inner = &p->kept[p->n_kept - 1];
    p->columns = inner->step == 1 ? inner->size : 1;
    inner = &p->summed[p->n_summed - 1];
    p->run = p->columns == 1 && inner->step == 1 ? inner->size : 1;
}

static int64_t pieces_of(const plan *p) {
    return p->results == 1 && p->run == p->terms
               ? (p->terms + PIECE - 1) / PIECE
               : 0;
}

/* Blocked images are read as they are if channels are kept or all is summed,
 * and dimensions that stay lie in order. */
static bool reads_blocked(const sg_site *site, int32_t axes) {
    const sg_desc *x = &site->input[0];
    int32_t all = (1 << x->dims.rank) - 1;
    return x->layout.kind == SG_BLOCKED && ((axes | 2) == all);
}

static syngan_status sum_plan(sg_site *site) {
    const sg_sum_fields *fields = site->fields;
    if (!reads_blocked(site, fields->axes))
        site->input[0].layout = (sg_layout){.kind = SG_PLAIN};
    SG_TRY(sg_kernel_state(site, sizeof(plan)));
    plan *p = site->state;
    make_loops(p, &site->input[0], fields->axes);
    site->workspace = (size_t)pieces_of(p) * sizeof(double);
    return SYNGAN_OK;
}

/* ---- running ------------------------------------------------------------- */

typedef struct work {
    const sg_site *site;
    const plan *plan;
    const float *in;
    float *out;
    double *piece;
} work;

/* Where index `at` of nested loops lies. */
static int64_t offset_of(const loop *list, int32_t count, int64_t at) {
    int64_t offset = 0;
    for (int32_t i = count - 1; i >= 0; i--) {
        offset += at % list[i].size * list[i].step;
        at /= list[i].size;
    }
    return offset;
}

static void sum_finish(const work *w, int64_t first, int64_t count) {
    for (int32_t i = 0; i < w->site->n_unary; i++)
        sg_unary_run(w->site->context->isa, &w->site->unary[i], (size_t)count,
                     w->out + first, w->out + first);
}

/* Results whose terms lie in runs. */
static void run_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const plan *p = w->plan;
    int32_t isa = w->site->context->isa;
    for (int64_t result = first; result < last; result++) {
        const float *in = w->in + offset_of(p->kept, p->n_kept, result);
        double sum = 0;
        for (int64_t term = 0; term < p->terms; term += p->run)
            sum += sg_simd_pick(isa, sg_sum_run)(
                in + offset_of(p->summed, p->n_summed, term), (size_t)p->run);
        w->out[result] = (float)sum;
    }
    sum_finish(w, first, last - first);
}

/* Neighbouring results, a block of columns at a time. */
static void column_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const plan *p = w->plan;
    const loop *rows = &p->summed[p->n_summed - 1];
    int32_t isa = w->site->context->isa;
    int64_t blocks = (p->columns + COLUMNS - 1) / COLUMNS;
    for (int64_t block = first; block < last; block++) {
        int64_t column = block % blocks * COLUMNS;
        int64_t result = block / blocks * p->columns + column;
        int64_t count = p->columns - column;
        if (count > COLUMNS) count = COLUMNS;
        const float *in = w->in + offset_of(p->kept, p->n_kept, result);
        double sum[COLUMNS] = {0};
        for (int64_t term = 0; term < p->terms; term += rows->size)
            sg_simd_pick(isa, sg_sum_add)(
                in + offset_of(p->summed, p->n_summed, term),
                (size_t)rows->size, (size_t)rows->step, (size_t)count, sum);
        for (int64_t i = 0; i < count; i++)
            w->out[result + i] = (float)sum[i];
        sum_finish(w, result, count);
    }
}

static void piece_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    for (int64_t i = first; i < last; i++) {
        int64_t count = w->plan->terms - i * PIECE;
        if (count > PIECE) count = PIECE;
        w->piece[i] = sg_simd_pick(w->site->context->isa, sg_sum_run)(
            w->in + i * PIECE, (size_t)count);
    }
}

static void run_everything(work *w, int64_t pieces) {
    sg_parallel(w->site->context, pieces, 1, piece_range, w);
    double sum = 0;
    for (int64_t i = 0; i < pieces; i++)
        sum += w->piece[i];
    w->out[0] = (float)sum;
    sum_finish(w, 0, 1);
}

static syngan_status sum_run(const sg_site *site, const sg_call *call) {
    const plan *p = site->state;
    work w = {site, p, call->input[0], call->output, call->workspace};
    int64_t pieces = pieces_of(p);
    if (pieces > 0) {
        run_everything(&w, pieces);
    } else if (p->columns > 1) {
        int64_t blocks = (p->columns + COLUMNS - 1) / COLUMNS;
        sg_parallel(site->context, p->results / p->columns * blocks,
                    1 + SG_GRAIN / (p->terms * COLUMNS + 1), column_range, &w);
    } else {
        sg_parallel(site->context, p->results, 1 + SG_GRAIN / (p->terms + 1),
                    run_range, &w);
    }
    return SYNGAN_OK;
}

static const sg_kernel kernel = {.name = "sum",
                                 .absorbs = SG_ABSORB_UNARY,
                                 .plan = sum_plan,
                                 .run = sum_run};

const sg_kernel *const sg_sum_kernels[] = {&kernel, NULL};
