/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The dataset handle: a source of examples, the order in which training asks
 * for them, and batches made ahead of time.
 */
#ifndef SG_DATA_DATASET_H
#define SG_DATA_DATASET_H

#include <pthread.h>
#include <syngan/data.h>

#include "data/order.h"
#include "tensor/tensor.h"

struct sg_checksum;

/* Where examples come from. */
typedef struct sg_source {
    int64_t count;   /* of examples, at least 1 */
    sg_dims dims;    /* of one example */
    bool has_labels; /* else labels are left alone */
    bool is_foreign; /* code of the host's, for its own threads by default */
    /* Makes example `index`. Called by one thread at a time, not always the
     * same one, so it must not touch the context. */
    syngan_status (*make)(void *state, int64_t index, float *example,
                          int32_t *label);
    /* Writes what the examples are: "u8 examples, -1 ... 1". */
    void (*describe)(const void *state, char *text, size_t size);
    /* Adds all of them to a checksum; NULL: some are made for that. */
    void (*add_content)(const void *state, struct sg_checksum *checksum);
    void (*free)(syngan_context *context, void *state);
    void *state;
} sg_source;

typedef struct sg_prefetch sg_prefetch;

struct syngan_dataset {
    atomic_int references;
    syngan_context *context;
    sg_source source;
    size_t elements; /* of one example */
    sg_order order;
    bool prefetches;
    pthread_mutex_t making; /* held while the source makes an example */
    sg_prefetch *prefetch;  /* NULL until the first batch */
};

/* Reads the options, with the context's seed where none is given. */
syngan_status sg_dataset_options_read(syngan_context *context,
                                      const syngan_dataset_options *options,
                                      const char *where,
                                      syngan_dataset_options *out);

/* A dataset on a copy of `source`, whose state it frees at its end, and also
 * when it can't be made. `options` have been read. */
syngan_status sg_dataset_create(syngan_context *context,
                                const sg_source *source,
                                const syngan_dataset_options *options,
                                syngan_dataset **out);
syngan_dataset *sg_dataset_retain(syngan_dataset *dataset);

/* What bytes 0 ... 255 become. */
void sg_byte_values(const syngan_dataset_options *options, float values[256]);

/* The example at `place` (0, 1, ...) of batch `step`. */
int64_t sg_dataset_index(const syngan_dataset *dataset, int64_t step,
                         int64_t batch, int64_t place);

/* The outcome of making some examples, to be told in the caller's thread. */
typedef struct sg_outcome {
    syngan_status status;
    int64_t index; /* of the example that failed */
} sg_outcome;

/* Makes one example. @param label NULL: not wanted */
sg_outcome sg_dataset_make_one(syngan_dataset *dataset, int64_t index,
                               float *example, int32_t *label);
/* Makes the examples of a batch; gives up when `*abandon` gets true (NULL:
 * never). Touches nothing of the context. */
sg_outcome sg_dataset_make(syngan_dataset *dataset, int64_t step, int64_t batch,
                           float *examples, int32_t *labels,
                           const atomic_bool *abandon);

#endif
