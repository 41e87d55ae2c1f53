/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nearest neighbours: for a block of queries a and a block of records b, one
 * matrix product gives the scores |b|^2 - 2 a b, which order records as their
 * distance from a does. The scan keeps the smallest two in each lane of a
 * vector, and of these the distances are computed again in double precision,
 * where differences don't cancel.
 */
#include "eval/nearest.h"

#include <math.h>
#include <string.h>
#include <syngan/graph.h>
#include <syngan/program.h>

#include "base/memory.h"
#include "base/thread.h"
#include "eval/nearest_simd.h"

/* Blocks at most. Many queries to few records, so that expanding the records
 * costs little. */
#define MOST_QUERIES 4096
#define MOST_RECORDS 1024
/* A half of the squared distance of two different one-hot values. */
#define ONE 0.70710678f
#define FAR 1e30f

typedef struct search {
    const sg_features *features;
    const sg_coded *queries, *records;
    syngan_program *program;
    syngan_tensor *a, *b,
        *scores; /* block of queries x k, of records x k, product */
    int64_t query_block, record_block;
    int64_t k; /* dense width, |b|^2, and zeros up to whole vectors */
    int64_t first_query, first_record;
    sg_nearest_state *state;
    sg_neighbours *out;
    void (*scan)(const float *, int64_t, int32_t, sg_nearest_state *);
} search;

/* ---- the program -------------------------------------------------------- */

static syngan_status make_program(search *s, syngan_graph *graph) {
    int64_t k = s->k;
    syngan_node *a = syngan_input(graph, "queries", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(s->query_block, k));
    syngan_node *b = syngan_input(graph, "records", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(s->record_block, k));
    syngan_node *product = syngan_matmul(a, b, 0, 1);
    SG_TRY(syngan_program_create(&product, 1, NULL, 0, NULL, &s->program));
    SG_TRY(syngan_program_input(s->program, "queries", &s->a));
    SG_TRY(syngan_program_input(s->program, "records", &s->b));
    return syngan_program_output(s->program, 0, &s->scores);
}

/* All rows, up to a multiple of 64, if they are few. */
static int64_t block_of(int64_t rows, int64_t most) {
    int64_t all = (rows + 63) / 64 * 64;
    return all < most ? all : most;
}

static syngan_status start(search *s) {
    syngan_context *context = s->features->context;
    s->k = ((int64_t)s->features->width + 1 + 15) / 16 * 16;
    s->query_block = block_of(s->queries->rows, MOST_QUERIES);
    s->record_block = block_of(s->records->rows, MOST_RECORDS);
    size_t bytes = (size_t)s->query_block * sizeof *s->state;
    s->state = sg_alloc(context, bytes);
    if (s->state == NULL) return sg_fail_memory(context, "a search", bytes);
    syngan_graph *graph;
    SG_TRY(syngan_graph_create(context, &graph));
    syngan_status status = make_program(s, graph);
    syngan_graph_free(graph);
    return status;
}

static void end(search *s) {
    syngan_tensor_free(s->a);
    syngan_tensor_free(s->b);
    syngan_tensor_free(s->scores);
    syngan_program_free(s->program);
    sg_free(s->features->context, s->state);
}

/* ---- dense rows --------------------------------------------------------- */

/* Writes a row times `factor`, returns the squared length of the row. */
static float expand(const search *s, const sg_coded *from, int64_t row,
                    float factor, float *to) {
    double square = 0;
    memset(to, 0, (size_t)s->k * sizeof *to);
    for (int32_t c = 0; c < from->numbers; c++) {
        float value = from->number[row * from->numbers + c];
        to[c] = factor * value;
        square += (double)value * (double)value;
    }
    for (int32_t c = 0; c < from->choices; c++)
        to[from->choice[row * from->choices + c]] = factor * ONE;
    return (float)(square + 0.5 * from->choices);
}

static void expand_queries(void *argument, int64_t first, int64_t last) {
    const search *s = argument;
    for (int64_t i = first; i < last; i++) {
        float *to = (float *)syngan_tensor_data(s->a) + i * s->k;
        expand(s, s->queries, s->first_query + i, -2, to);
        to[s->features->width] = 1;
    }
}

static void expand_records(void *argument, int64_t first, int64_t last) {
    const search *s = argument;
    for (int64_t i = first; i < last; i++) {
        float *to = (float *)syngan_tensor_data(s->b) + i * s->k;
        if (s->first_record + i < s->records->rows) {
            float square = expand(s, s->records, s->first_record + i, 1, to);
            to[s->features->width] = square;
        } else { /* behind the last record */
            memset(to, 0, (size_t)s->k * sizeof *to);
            to[s->features->width] = FAR;
        }
    }
}

/* ---- choosing ----------------------------------------------------------- */

static void scan_scores(void *argument, int64_t first, int64_t last) {
    const search *s = argument;
    const float *scores = syngan_tensor_data(s->scores);
    for (int64_t i = first; i < last; i++)
        s->scan(scores + i * s->record_block, s->record_block,
                (int32_t)s->first_record, &s->state[i]);
}

static void insert(sg_neighbours *to, double distance, int64_t index) {
    int at = distance < to->distance[0]   ? 0
             : distance < to->distance[1] ? 1
                                          : 2;
    if (at == 0) {
        to->distance[1] = to->distance[0];
        to->index[1] = to->index[0];
    }
    if (at < 2) {
        to->distance[at] = distance;
        to->index[at] = index;
    }
}

/* What may be off in a score: rounding of its parts and of their sum. */
static float tolerance(const search *s, int64_t row, float score) {
    double square = 0.5 * s->queries->choices;
    const float *number = s->queries->number + row * s->queries->numbers;
    for (int32_t c = 0; c < s->queries->numbers; c++)
        square += (double)number[c] * (double)number[c];
    return (float)(4e-6 * (2 * square + fabs((double)score))) + 1e-6f;
}

static void settle(void *argument, int64_t first, int64_t last) {
    const search *s = argument;
    for (int64_t i = first; i < last; i++) {
        const sg_nearest_state *state = &s->state[i];
        const float *score = state->score;
        int64_t row = s->first_query + i;
        float least[2] = {FAR, FAR};
        for (int k = 0; k < SG_NEAREST_KEPT; k++) {
            if (score[k] < least[0]) {
                least[1] = least[0];
                least[0] = score[k];
            } else if (score[k] < least[1]) {
                least[1] = score[k];
            }
        }
        float limit = least[1] + tolerance(s, row, least[1]);
        sg_neighbours *to = &s->out[row];
        *to = (sg_neighbours){{-1, -1}, {INFINITY, INFINITY}};
        for (int k = 0; k < SG_NEAREST_KEPT; k++) {
            int64_t index = state->index[k];
            if (score[k] > limit || index < 0 || index >= s->records->rows)
                continue;
            insert(to,
                   sqrt(sg_coded_distance(s->queries, row, s->records, index)),
                   index);
        }
    }
}

static syngan_status search_block(search *s) {
    syngan_context *context = s->features->context;
    int64_t count = s->queries->rows - s->first_query;
    if (count > s->query_block) count = s->query_block;
    for (int64_t i = 0; i < count; i++)
        for (int k = 0; k < SG_NEAREST_KEPT; k++) {
            s->state[i].score[k] = FAR;
            s->state[i].index[k] = -1;
        }
    sg_parallel(context, count, 64, expand_queries, s);
    for (s->first_record = 0; s->first_record < s->records->rows;
         s->first_record += s->record_block) {
        if (sg_is_cancelled(context))
            return sg_fail(context, SYNGAN_E_CANCELLED, "evaluate: cancelled");
        sg_parallel(context, s->record_block, 64, expand_records, s);
        SG_TRY(syngan_program_run(s->program, 0));
        sg_parallel(context, count, 64, scan_scores, s);
    }
    sg_parallel(context, count, 64, settle, s);
    return SYNGAN_OK;
}

syngan_status sg_nearest(const sg_features *features, const sg_coded *queries,
                         const sg_coded *records, sg_neighbours *out) {
    search s = {.features = features,
                .queries = queries,
                .records = records,
                .out = out};
    s.scan = sg_simd_pick(features->context->isa, sg_nearest_scan);
    syngan_status status = start(&s);
    for (; status == SYNGAN_OK && s.first_query < queries->rows;
         s.first_query += s.query_block)
        status = search_block(&s);
    end(&s);
    return status;
}
