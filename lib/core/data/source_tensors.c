/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Examples in memory: tensors of bytes or f32, kept by reference.
 */
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/fingerprint.h"

typedef struct tensors {
    syngan_tensor *examples;
    syngan_tensor *labels; /* or NULL */
    size_t elements;       /* of one example */
    float values[256];     /* of bytes */
} tensors;

static syngan_status make(void *state, int64_t index, float *example,
                          int32_t *label) {
    const tensors *t = state;
    const size_t first = (size_t)index * t->elements;
    if (t->examples->type == SYNGAN_TYPE_F32) {
        memcpy(example, (const float *)t->examples->data + first,
               t->elements * sizeof(float));
    } else {
        const uint8_t *bytes = (const uint8_t *)t->examples->data + first;
        for (size_t i = 0; i < t->elements; ++i)
            example[i] = t->values[bytes[i]];
    }
    if (t->labels == NULL) return SYNGAN_OK;
    *label = t->labels->type == SYNGAN_TYPE_U8
                 ? ((const uint8_t *)t->labels->data)[index]
                 : ((const int32_t *)t->labels->data)[index];
    return SYNGAN_OK;
}

static void describe(const void *state, char *text, size_t size) {
    const tensors *t = state;
    if (t->examples->type == SYNGAN_TYPE_F32)
        sg_text(text, size, "f32 examples");
    else
        sg_text(text, size, "u8 examples, %.9g ... %.9g", (double)t->values[0],
                (double)t->values[255]);
}

static void add_content(const void *state, sg_checksum *checksum) {
    const tensors *t = state;
    sg_fingerprint_add(checksum, t->examples->data,
                       syngan_tensor_bytes(t->examples));
}

static void free_tensors(syngan_context *context, void *state) {
    tensors *t = state;
    syngan_tensor_free(t->examples);
    syngan_tensor_free(t->labels);
    sg_free(context, t);
}

static syngan_status check(syngan_context *context,
                           const syngan_tensor *examples,
                           const syngan_tensor *labels) {
    if (examples->type != SYNGAN_TYPE_U8 && examples->type != SYNGAN_TYPE_F32)
        return sg_fail(context, SYNGAN_E_TYPE,
                       "dataset_from_tensors: examples are of type %s, u8 or "
                       "f32 is expected",
                       syngan_type_name(examples->type));
    char text[SG_DIMS_TEXT];
    if (examples->dims.rank < 1 || sg_dims_count(&examples->dims) < 1)
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "dataset_from_tensors: examples have the shape %s; N x "
                       "... with at least one element is expected",
                       sg_dims_text(&examples->dims, text));
    if (labels == NULL) return SYNGAN_OK;
    if (labels->type != SYNGAN_TYPE_U8 && labels->type != SYNGAN_TYPE_I32)
        return sg_fail(context, SYNGAN_E_TYPE,
                       "dataset_from_tensors: labels are of type %s, u8 or i32 "
                       "is expected",
                       syngan_type_name(labels->type));
    if (labels->dims.rank != 1 ||
        labels->dims.size[0] != examples->dims.size[0])
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "dataset_from_tensors: labels have the shape %s; [%lld] "
                       "is expected, one for each example",
                       sg_dims_text(&labels->dims, text),
                       (long long)examples->dims.size[0]);
    return SYNGAN_OK;
}

syngan_status syngan_dataset_from_tensors(syngan_tensor *examples,
                                          syngan_tensor *labels,
                                          const syngan_dataset_options *options,
                                          syngan_dataset **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (examples == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(examples);
    SG_TRY(SG_NEED(context, "dataset_from_tensors", out));
    syngan_dataset_options read;
    SG_TRY(sg_dataset_options_read(context, options, "dataset_from_tensors",
                                   &read));
    SG_TRY(check(context, examples, labels));

    tensors *t = sg_alloc_zero(context, 1, sizeof(*t));
    if (t == NULL) return sg_fail_memory(context, "a dataset", sizeof(*t));
    t->examples = sg_tensor_retain(examples);
    if (labels != NULL) t->labels = sg_tensor_retain(labels);
    const sg_dims *all = &examples->dims;
    const sg_source source = {
        .count = all->size[0],
        .dims = sg_dims_make(all->size + 1, (size_t)all->rank - 1),
        .has_labels = labels != NULL,
        .make = make,
        .describe = describe,
        .add_content = add_content,
        .free = free_tensors,
        .state = t};
    t->elements = (size_t)sg_dims_count(&source.dims);
    sg_byte_values(&read, t->values);
    return sg_dataset_create(context, &source, &read, out);
}
