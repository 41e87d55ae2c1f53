/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Examples made by a callback of the host's.
 */
#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/dataset.h"

typedef struct callback {
    syngan_example_fn make;
    void *user;
} callback;

static syngan_status make(void *state, int64_t index, float *example,
                          int32_t *label) {
    const callback *c = state;
    *label = 0;
    return c->make(index, example, label, c->user);
}

static void describe(const void *state, char *text, size_t size) {
    (void)state;
    sg_text(text, size, "examples made by a callback");
}

static void free_callback(syngan_context *context, void *state) {
    sg_free(context, state);
}

syngan_status syngan_dataset_from_callback(
    syngan_context *context, int64_t count, const int64_t *dims, size_t rank,
    syngan_example_fn make_example, void *user,
    const syngan_dataset_options *options, syngan_dataset **out) {
    SG_OWN_FLOATS;
    static const char where[] = "dataset_from_callback";
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, where, out));
    SG_TRY(sg_need(context, where, "make_example",
                   make_example == NULL ? NULL : context));
    if (rank > 0) SG_TRY(SG_NEED(context, where, dims));
    syngan_dataset_options read;
    SG_TRY(sg_dataset_options_read(context, options, where, &read));
    if (count < 1)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: %lld examples, at least 1 is expected", where,
                       (long long)count);
    if (rank >= SYNGAN_MAX_RANK)
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "%s: examples have %zu dimensions, at most %d are "
                       "possible",
                       where, rank, SYNGAN_MAX_RANK - 1);
    SG_TRY(sg_dims_check(context, where, dims, rank, 1));

    callback *c = sg_alloc(context, sizeof(*c));
    if (c == NULL) return sg_fail_memory(context, "a dataset", sizeof(*c));
    *c = (callback){make_example, user};
    const sg_source source = {.count = count,
                              .dims = sg_dims_make(dims, rank),
                              .has_labels = true,
                              .is_foreign = true,
                              .make = make,
                              .describe = describe,
                              .free = free_callback,
                              .state = c};
    return sg_dataset_create(context, &source, &read, out);
}
