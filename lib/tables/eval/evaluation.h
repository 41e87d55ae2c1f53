/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evaluation in progress, and the groups of measures that it goes through.
 * Each adds its values to the report.
 */
#ifndef SG_EVAL_EVALUATION_H
#define SG_EVAL_EVALUATION_H

#include "eval/match.h"

typedef struct sg_evaluation {
    syngan_context *context;
    syngan_evaluate_options options;
    uint64_t seed;
    syngan_report *report;
    const syngan_table *table[SG_SIDES];
    syngan_table *independent;
    int64_t key, order; /* columns of the real table that group and order rows,
                           or -1 */
    sg_match match;
    /* Rows for measures that learn or compare all with all, ascending: drawn
     * by chance where a table has more than may be used. */
    int64_t *sample[SG_SIDES];
    int64_t sampled[SG_SIDES];
    int64_t target, sensitive; /* matched columns, or -1 */
    sg_baseline stands_in;     /* in the synthetic table's place */
    double from, part;         /* of all work: what is being done */
    atomic_bool lacks_memory;  /* set by workers */
} sg_evaluation;

/* Between pieces of work: SYNGAN_E_CANCELLED, SYNGAN_E_MEMORY where a worker
 * lacked it, or what the host's callback says. `done` counts within `part`. */
syngan_status sg_evaluation_step(sg_evaluation *evaluation, const char *stage,
                                 double done);

/* Rows times columns that a learner gets at most. */
#define SG_LEARNING_WORK 2e7

/* At most `most` (but 1,000 in any case) of the sampled rows of a side; a note
 * names `what` where that is not all. The caller frees *rows. */
syngan_status sg_evaluation_rows(sg_evaluation *evaluation, int side,
                                 const char *what, double most, int64_t **rows,
                                 int64_t *count);

/* The same of the real and the synthetic side, as many of both. */
syngan_status sg_evaluation_even_rows(sg_evaluation *evaluation,
                                      const char *what, double most,
                                      int64_t *rows[2], int64_t *count);

syngan_status sg_evaluate_columns(sg_evaluation *evaluation);
syngan_status sg_evaluate_pairs(sg_evaluation *evaluation);
syngan_status sg_evaluate_detection(sg_evaluation *evaluation);
syngan_status sg_evaluate_manifold(sg_evaluation *evaluation);
syngan_status sg_evaluate_utility(sg_evaluation *evaluation);
syngan_status sg_evaluate_privacy(sg_evaluation *evaluation);
/* Of baskets or sequences, if rows are, with `synthetic` or what stands in its
 * place; and the column that groups them, -1 if they are not. */
syngan_status sg_evaluate_rows(sg_evaluation *evaluation,
                               const syngan_table *real,
                               const syngan_table *synthetic);
syngan_status sg_evaluation_key(const sg_evaluation *evaluation,
                                const syngan_table *real, int64_t *key,
                                int64_t *order);
/* Columns, pairs, rows and detection, of the synthetic table and of the
 * baselines. */
syngan_status sg_evaluate_tables(sg_evaluation *evaluation);
/* The real table with columns shuffled one by one, but for `key` and `order`,
 * -1: none. To be freed in any case. */
syngan_status sg_independent_make(sg_evaluation *evaluation,
                                  const syngan_table *real, int64_t key,
                                  int64_t order, syngan_table **out);
/* What the page draws of single columns. */
syngan_status sg_evaluate_pictures(sg_evaluation *evaluation);

/* `wanted` of `count` rows by chance, ascending; all if there are no more. A
 * function of (seed, name, count). NULL when out of memory. */
int64_t *sg_sample_rows(syngan_context *context, const char *name,
                        uint64_t seed, int64_t count, int64_t wanted);

#endif
