/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file data.h
 * Datasets: examples (with labels, if there are any) from which training draws
 * its batches. Bytes stay bytes until a batch is made.
 */
#ifndef SYNGAN_DATA_H
#define SYNGAN_DATA_H

#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_dataset syngan_dataset;

/** In which order examples come. */
typedef int32_t syngan_order;
enum {
    SYNGAN_ORDER_SHUFFLE = 0, /**< each example once an epoch, order anew */
    SYNGAN_ORDER_WITH_REPLACEMENT = 1, /**< independent draws */
    SYNGAN_ORDER_SEQUENTIAL = 2        /**< from first to last, and again */
};

/** Who makes the batches of training. They are the same in either case. */
typedef int32_t syngan_prefetch;
enum {
    SYNGAN_PREFETCH_DEFAULT = 0, /**< ON, but OFF for
                                      syngan_dataset_from_callback() */
    SYNGAN_PREFETCH_OFF = 1,     /**< the thread that asks for them */
    SYNGAN_PREFETCH_ON = 2 /**< a thread of the library's, ahead of time */
};

typedef struct syngan_dataset_options {
    size_t struct_size;
    syngan_order order;       /**< default SYNGAN_ORDER_SHUFFLE */
    syngan_prefetch prefetch; /**< default SYNGAN_PREFETCH_DEFAULT */
    uint64_t seed; /**< of the order and of the built-in digits; default
                        SYNGAN_AUTO_SEED: the context's */
    float low;     /**< u8 elements 0 ... 255 become low ... high; */
    float high;    /**< default -1 and 1. Other types are not scaled */
    int32_t reserved[2];
} syngan_dataset_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_DATASET_DEFAULTS                                                \
    .struct_size = SYNGAN_INITIALISED(syngan_dataset_options),                 \
    .seed = SYNGAN_AUTO_SEED, .low = -1, .high = 1
#define SYNGAN_DATASET_INIT                                                    \
    { SYNGAN_DATASET_DEFAULTS }
#define SYNGAN_DATASET(...)                                                    \
    (&(const syngan_dataset_options){SYNGAN_DATASET_DEFAULTS, __VA_ARGS__})

/** Examples in memory, kept by reference: they must not change while batches
 *  are made.
 *  @param examples N x ..., u8 or f32
 *  @param labels   N, u8 or i32, or NULL
 *  @return SYNGAN_OK, SYNGAN_E_TYPE or SYNGAN_E_SHAPE. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_dataset_from_tensors(
    syngan_tensor *examples, syngan_tensor *labels,
    const syngan_dataset_options *options, syngan_dataset **out);

/** Makes example `index`: writes its elements (f32, final scale) and its label,
 *  which is 0 if left alone. Called in the thread that asks for a batch, by
 *  syngan_dataset_batch(), syngan_dataset_read(), training, or a trainer's
 *  saving and loading (train.h). With
 *  SYNGAN_PREFETCH_ON a thread of the library's calls it, too, but never two
 *  threads at a time: not for hosts whose run time does not know that thread.
 *  @return SYNGAN_OK, or a status of at least SYNGAN_E_USER, which is passed
 *  on. */
typedef syngan_status (*syngan_example_fn)(int64_t index, float *example,
                                           int32_t *label, void *user);

/** `count` examples made by the host, which keeps `user` until the dataset has
 *  ended. @param dims sizes of one example
 *  @return SYNGAN_OK or SYNGAN_E_SHAPE. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_dataset_from_callback(
    syngan_context *context, int64_t count, const int64_t *dims, size_t rank,
    syngan_example_fn make, void *user, const syngan_dataset_options *options,
    syngan_dataset **out);

/** IDX files (LeCun's format), plain or gzip: images N x H x W of u8, given as
 *  N x 1 x H x W, or N x C x H x W, given as they are; and labels or NULL.
 *  @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_MEMORY. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_dataset_from_idx(
    syngan_context *context, const char *images, const char *labels,
    const syngan_dataset_options *options, syngan_dataset **out);

/** `count` handwritten-like digits, 1 x 28 x 28, that the library draws itself
 *  from strokes with random slant, width, size, place and noise. Digit i is a
 *  function of (options' seed, i) alone; its label is its value. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_dataset_digits(
    syngan_context *context, int64_t count,
    const syngan_dataset_options *options, syngan_dataset **out);

SYNGAN_API void syngan_dataset_free(syngan_dataset *dataset);

/** Number of examples. */
SYNGAN_API int64_t syngan_dataset_count(const syngan_dataset *dataset);
/** Sizes of one example, SYNGAN_MAX_RANK at most; returns the rank. */
SYNGAN_API size_t syngan_dataset_dims(const syngan_dataset *dataset,
                                      int64_t *dims);
/** 1 if it has labels. */
SYNGAN_API int32_t syngan_dataset_has_labels(const syngan_dataset *dataset);

/** Examples `first` ... in file order: as many as `examples` (f32) holds.
 *  @param labels i32 of as many elements, or NULL
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE, SYNGAN_E_ARGUMENT (more
 *  than there are), or what a callback returned. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_dataset_read(syngan_dataset *dataset, int64_t first,
                    syngan_tensor *examples, syngan_tensor *labels);

/** Batch `step` (0, 1, ...) of training: a function of the seed, the order,
 *  the batch size and `step` alone. Successive steps are prefetched as the
 *  options say. @param examples f32, B x example; labels: i32, B, or NULL
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE, or what a callback
 *  returned. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_dataset_batch(syngan_dataset *dataset, int64_t step,
                     syngan_tensor *examples, syngan_tensor *labels);

#ifdef __cplusplus
}
#endif
#endif
