/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in digits as examples: drawn when asked for, so that any number of
 * them takes no memory.
 */
#include <inttypes.h>

#include "base/floats.h"
#include "base/memory.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/digit.h"

typedef struct digits {
    uint64_t seed;
    float values[256]; /* of bytes */
} digits;

static syngan_status make(void *state, int64_t index, float *example,
                          int32_t *label) {
    const digits *d = state;
    uint8_t pixels[SG_DIGIT_PIXELS];
    *label = sg_digit_draw(d->seed, (uint64_t)index, pixels);
    for (int i = 0; i < SG_DIGIT_PIXELS; ++i)
        example[i] = d->values[pixels[i]];
    return SYNGAN_OK;
}

static void describe(const void *state, char *text, size_t size) {
    const digits *d = state;
    sg_text(text, size, "built-in digits of seed %" PRIu64 ", %.9g ... %.9g",
            d->seed, (double)d->values[0], (double)d->values[255]);
}

static void free_digits(syngan_context *context, void *state) {
    sg_free(context, state);
}

syngan_status syngan_dataset_digits(syngan_context *context, int64_t count,
                                    const syngan_dataset_options *options,
                                    syngan_dataset **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "dataset_digits", out));
    syngan_dataset_options read;
    SG_TRY(sg_dataset_options_read(context, options, "dataset_digits", &read));
    if (count < 1)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "dataset_digits: %lld digits, at least 1 is expected",
                       (long long)count);
    digits *d = sg_alloc(context, sizeof(*d));
    if (d == NULL) return sg_fail_memory(context, "a dataset", sizeof(*d));
    d->seed = read.seed;
    sg_byte_values(&read, d->values);
    const sg_source source = {
        .count = count,
        .dims =
            sg_dims_make((const int64_t[]){1, SG_DIGIT_SIDE, SG_DIGIT_SIDE}, 3),
        .has_labels = true,
        .make = make,
        .describe = describe,
        .free = free_digits,
        .state = d};
    return sg_dataset_create(context, &source, &read, out);
}
