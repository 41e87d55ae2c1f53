/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What measures of privacy look at. The hold-out, rows that were not trained
 * on, tells what is to be expected of rows that know nothing of the training
 * rows.
 */
#ifndef SG_EVAL_PRIVACY_H
#define SG_EVAL_PRIVACY_H

#include "eval/evaluation.h"
#include "eval/nearest.h"

/* Sorted distances. */
typedef struct sg_sorted {
    double *value;
    int64_t count;
} sg_sorted;

typedef struct sg_privacy {
    sg_evaluation *evaluation;
    syngan_context *context;
    sg_features features;
    sg_coded coded[SG_SIDES];
    int64_t rows[SG_SIDES];
    int64_t *sample[SG_SIDES];
    sg_neighbours *found[SG_SIDES]; /* of the search in hand, by query's side */
    /* To the closest training record, and that over the distance to the second
     * closest one; of synthetic and of hold-out rows. */
    sg_sorted closest[SG_SIDES], ratio[SG_SIDES];
    double *scratch, *room; /* numbers to be sorted, and what that needs */
} sg_privacy;

/* Sorts the first numbers of the scratch. */
void sg_privacy_sort(const sg_privacy *privacy, int64_t count);
/* Finds the two closest of side `records` for each row of side `queries`. */
syngan_status sg_privacy_search(const sg_privacy *privacy, int queries,
                                int records);
/* Sorts the distances of a side that was searched. */
syngan_status sg_privacy_sort_distances(sg_privacy *privacy, int side);
/* Distances as papers have them, if there is a hold-out. */
syngan_status sg_evaluate_dcr(sg_evaluation *evaluation);
/* What the page draws of them. */
void sg_privacy_draw(const sg_privacy *privacy);

#endif
