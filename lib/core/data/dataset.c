/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Datasets: the handle, its options, reading, and batches.
 */
#include "data/dataset.h"

#include <assert.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/options.h"
#include "data/prefetch.h"

/* ---- options ------------------------------------------------------------- */

static const sg_field dataset_table[] = {
    SG_ENUM(syngan_dataset_options, order,
            "shuffle|with_replacement|sequential", SYNGAN_ORDER_SHUFFLE,
            SYNGAN_ORDER_SEQUENTIAL, SYNGAN_ORDER_SHUFFLE,
            "Order in which training gets the examples."),
    SG_ENUM(syngan_dataset_options, prefetch, "default|off|on",
            SYNGAN_PREFETCH_DEFAULT, SYNGAN_PREFETCH_ON,
            SYNGAN_PREFETCH_DEFAULT,
            "Whether a thread makes batches ahead of time; by default not "
            "those of a callback."),
    SG_SEED(syngan_dataset_options, seed,
            "Seed of the order and of built-in digits; auto: the context's."),
    SG_F32(syngan_dataset_options, low, -1e30, 1e30, -1,
           "What byte 0 becomes."),
    SG_F32(syngan_dataset_options, high, -1e30, 1e30, 1,
           "What byte 255 becomes."),
};
SG_FIELDS(sg_options_dataset, "dataset", syngan_dataset_options, dataset_table);

syngan_status sg_dataset_options_read(syngan_context *context,
                                      const syngan_dataset_options *options,
                                      const char *where,
                                      syngan_dataset_options *out) {
    SG_TRY(sg_options_read(context, &sg_options_dataset, options, where, out));
    if (out->low >= out->high && out->low <= out->high)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: low and high are both %g, they must differ", where,
                       (double)out->low);
    if (out->seed == SYNGAN_AUTO_SEED) out->seed = context->seed;
    return SYNGAN_OK;
}

void sg_byte_values(const syngan_dataset_options *options, float values[256]) {
    const double low = (double)options->low, high = (double)options->high;
    for (int i = 0; i < 256; ++i)
        values[i] = (float)((low * (255 - i) + high * i) / 255);
}

/* ---- life ---------------------------------------------------------------- */

syngan_status sg_dataset_create(syngan_context *context,
                                const sg_source *source,
                                const syngan_dataset_options *options,
                                syngan_dataset **out) {
    assert(source->count >= 1);
    syngan_dataset *dataset = sg_alloc_zero(context, 1, sizeof(*dataset));
    if (dataset == NULL) {
        source->free(context, source->state);
        return sg_fail_memory(context, "a dataset", sizeof(*dataset));
    }
    atomic_init(&dataset->references, 1);
    sg_context_retain(context);
    dataset->context = context;
    dataset->source = *source;
    dataset->elements = (size_t)sg_dims_count(&source->dims);
    dataset->order = (sg_order){options->order, source->count, options->seed};
    dataset->prefetches =
        options->prefetch == SYNGAN_PREFETCH_ON ||
        (options->prefetch == SYNGAN_PREFETCH_DEFAULT && !source->is_foreign);
    pthread_mutex_init(&dataset->making, NULL);
    *out = dataset;
    return SYNGAN_OK;
}

syngan_dataset *sg_dataset_retain(syngan_dataset *dataset) {
    atomic_fetch_add(&dataset->references, 1);
    return dataset;
}

void syngan_dataset_free(syngan_dataset *dataset) {
    if (dataset == NULL || atomic_fetch_sub(&dataset->references, 1) != 1)
        return;
    syngan_context *context = dataset->context;
    sg_prefetch_free(dataset->prefetch);
    dataset->source.free(context, dataset->source.state);
    pthread_mutex_destroy(&dataset->making);
    sg_free(context, dataset);
    sg_context_release(context);
}

int64_t syngan_dataset_count(const syngan_dataset *dataset) {
    return dataset == NULL ? 0 : dataset->source.count;
}

size_t syngan_dataset_dims(const syngan_dataset *dataset, int64_t *dims) {
    if (dataset == NULL) return 0;
    const size_t rank = (size_t)dataset->source.dims.rank;
    if (dims != NULL)
        memcpy(dims, dataset->source.dims.size, rank * sizeof(*dims));
    return rank;
}

int32_t syngan_dataset_has_labels(const syngan_dataset *dataset) {
    return dataset != NULL && dataset->source.has_labels;
}

int64_t sg_dataset_index(const syngan_dataset *dataset, int64_t step,
                         int64_t batch, int64_t place) {
    sg_cursor cursor;
    sg_cursor_start(&cursor, &dataset->order, step, batch);
    for (int64_t i = 0; i < place; i++)
        (void)sg_cursor_next(&cursor);
    return sg_cursor_next(&cursor);
}

/* Only callbacks fail. Their status passes through, if it is one of theirs. */
static syngan_status tell(syngan_context *context, sg_outcome outcome) {
    if (outcome.status == SYNGAN_OK) return SYNGAN_OK;
    if (outcome.status >= SYNGAN_E_USER)
        return sg_fail(context, outcome.status,
                       "dataset: the callback failed to make example %lld "
                       "with status %d",
                       (long long)outcome.index, (int)outcome.status);
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "dataset: the callback returned %d for example %lld; it "
                   "must be %d (SYNGAN_OK) or at least %d (SYNGAN_E_USER)",
                   (int)outcome.status, (long long)outcome.index, SYNGAN_OK,
                   SYNGAN_E_USER);
}

/* ---- what the caller fills ----------------------------------------------- */

/* Checks a pair of tensors for batch x example and labels. */
static syngan_status check_targets(const syngan_dataset *dataset,
                                   const char *where,
                                   const syngan_tensor *examples,
                                   const syngan_tensor *labels) {
    syngan_context *context = dataset->context;
    SG_TRY(SG_NEED(context, where, examples));
    if (examples->type != SYNGAN_TYPE_F32)
        return sg_fail(context, SYNGAN_E_TYPE,
                       "%s: examples are of type %s, f32 is expected", where,
                       syngan_type_name(examples->type));
    const sg_dims *one = &dataset->source.dims;
    const sg_dims *all = &examples->dims;
    if (all->rank != one->rank + 1 || all->size[0] < 1 ||
        memcmp(all->size + 1, one->size, (size_t)one->rank * sizeof(int64_t)) !=
            0) {
        char came[SG_DIMS_TEXT], wanted[SG_DIMS_TEXT];
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "%s: examples have the shape %s; a batch of at least 1 "
                       "of %s is expected%s",
                       where, sg_dims_text(all, came),
                       sg_dims_text(one, wanted), sg_dims_hint(all, one));
    }
    if (labels == NULL) return SYNGAN_OK;
    if (!dataset->source.has_labels)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: labels were asked for, but the dataset has none",
                       where);
    if (labels->type != SYNGAN_TYPE_I32)
        return sg_fail(context, SYNGAN_E_TYPE,
                       "%s: labels are of type %s, i32 is expected", where,
                       syngan_type_name(labels->type));
    if (labels->dims.rank != 1 || labels->dims.size[0] != all->size[0]) {
        char came[SG_DIMS_TEXT];
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "%s: labels have the shape %s; [%lld] is expected, one "
                       "for each example",
                       where, sg_dims_text(&labels->dims, came),
                       (long long)all->size[0]);
    }
    return SYNGAN_OK;
}

syngan_status syngan_dataset_read(syngan_dataset *dataset, int64_t first,
                                  syngan_tensor *examples,
                                  syngan_tensor *labels) {
    SG_OWN_FLOATS;
    if (dataset == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(check_targets(dataset, "dataset_read", examples, labels));
    if (dataset->prefetch != NULL) sg_prefetch_notice_fork(dataset->prefetch);
    const int64_t count = examples->dims.size[0];
    if (first < 0 || first > dataset->source.count - count)
        return sg_fail(dataset->context, SYNGAN_E_ARGUMENT,
                       "dataset_read: %lld examples from number %lld on were "
                       "asked for; there are %lld",
                       (long long)count, (long long)first,
                       (long long)dataset->source.count);
    float *target = examples->data;
    int32_t *label = labels == NULL ? NULL : labels->data;
    for (int64_t i = 0; i < count; ++i) {
        const sg_outcome outcome = sg_dataset_make_one(
            dataset, first + i, target + (size_t)i * dataset->elements,
            label == NULL ? NULL : label + i);
        SG_TRY(tell(dataset->context, outcome));
    }
    return SYNGAN_OK;
}

/* ---- batches ------------------------------------------------------------- */

/* A batch out of turn is made here and now; the thread goes on behind it. */
static syngan_status make_now(syngan_dataset *dataset, int64_t step,
                              int64_t batch, float *examples, int32_t *labels) {
    if (dataset->prefetches) {
        if (dataset->prefetch == NULL)
            SG_TRY(sg_prefetch_create(dataset, &dataset->prefetch));
        sg_prefetch_drop(dataset->prefetch);
    }
    SG_TRY(tell(dataset->context,
                sg_dataset_make(dataset, step, batch, examples, labels, NULL)));
    if (!dataset->prefetches) return SYNGAN_OK;
    return sg_prefetch_start(dataset->prefetch, step + 1, batch);
}

syngan_status syngan_dataset_batch(syngan_dataset *dataset, int64_t step,
                                   syngan_tensor *examples,
                                   syngan_tensor *labels) {
    SG_OWN_FLOATS;
    if (dataset == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(check_targets(dataset, "dataset_batch", examples, labels));
    const int64_t batch = examples->dims.size[0];
    if (!sg_order_fits(step, batch))
        return sg_fail(dataset->context, SYNGAN_E_ARGUMENT,
                       "dataset_batch: step %lld of batch %lld is not 0 or "
                       "greater, or beyond all numbers",
                       (long long)step, (long long)batch);
    float *target = examples->data;
    int32_t *label = labels == NULL ? NULL : labels->data;
    sg_outcome outcome;
    if (dataset->prefetch != NULL) sg_prefetch_notice_fork(dataset->prefetch);
    if (dataset->prefetch != NULL &&
        sg_prefetch_take(dataset->prefetch, step, batch, target, label,
                         &outcome))
        return tell(dataset->context, outcome);
    return make_now(dataset, step, batch, target, label);
}
