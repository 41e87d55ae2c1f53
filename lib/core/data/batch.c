/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making examples and whole batches of them, in whichever thread.
 */
#include "data/dataset.h"

sg_outcome sg_dataset_make_one(syngan_dataset *dataset, int64_t index,
                               float *example, int32_t *label) {
    int32_t unused;
    pthread_mutex_lock(&dataset->making);
    const syngan_status status = dataset->source.make(
        dataset->source.state, index, example, label == NULL ? &unused : label);
    pthread_mutex_unlock(&dataset->making);
    return (sg_outcome){status, index};
}

sg_outcome sg_dataset_make(syngan_dataset *dataset, int64_t step, int64_t batch,
                           float *examples, int32_t *labels,
                           const atomic_bool *abandon) {
    sg_outcome outcome = {SYNGAN_OK, 0};
    sg_cursor cursor;
    sg_cursor_start(&cursor, &dataset->order, step, batch);
    for (int64_t i = 0; i < batch && outcome.status == SYNGAN_OK; ++i) {
        if (abandon != NULL && atomic_load(abandon)) break;
        outcome = sg_dataset_make_one(dataset, sg_cursor_next(&cursor),
                                      examples + (size_t)i * dataset->elements,
                                      labels == NULL ? NULL : labels + i);
    }
    return outcome;
}
