/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Takes the fingerprint of a dataset.
 */
#include "data/fingerprint.h"

#include <string.h>

#include "base/memory.h"

#define WHOLE ((size_t)256 << 20)
#define PIECE ((size_t)1 << 20)
#define PIECES (WHOLE / PIECE)

void sg_fingerprint_add(sg_checksum *checksum, const void *data, size_t size) {
    if (size <= WHOLE) {
        sg_checksum_add(checksum, data, size);
        return;
    }
    size_t last = size - PIECE;
    for (size_t i = 0; i < PIECES; i++) {
        /* i last / (PIECES - 1) without overflow */
        size_t first =
            last / (PIECES - 1) * i + last % (PIECES - 1) * i / (PIECES - 1);
        sg_checksum_add(checksum, (const char *)data + first, PIECE);
    }
}

/* Adds some examples; false where they can't be told. `pair` has room for two
 * examples. */
static bool add_examples(syngan_dataset *dataset, sg_checksum *checksum,
                         float *pair) {
    int64_t all = dataset->source.count;
    int64_t count =
        all < SG_FINGERPRINT_EXAMPLES ? all : SG_FINGERPRINT_EXAMPLES;
    size_t bytes = dataset->elements * sizeof *pair;
    for (int64_t i = 0; i < count; i++) {
        int64_t index = count == 1
                            ? 0
                            : (all - 1) / (count - 1) * i +
                                  (all - 1) % (count - 1) * i / (count - 1);
        memset(pair, 0, 2 * bytes);
        for (size_t j = 0; j < 2; j++)
            if (sg_dataset_make_one(dataset, index,
                                    pair + j * dataset->elements, NULL)
                    .status != SYNGAN_OK)
                return false;
        if (memcmp(pair, pair + dataset->elements, bytes) != 0) return false;
        sg_checksum_add(checksum, pair, bytes);
    }
    return true;
}

static syngan_status add_content(syngan_dataset *dataset, sg_checksum *checksum,
                                 bool *known) {
    *known = true;
    if (dataset->source.add_content != NULL) {
        dataset->source.add_content(dataset->source.state, checksum);
        return SYNGAN_OK;
    }
    float *pair =
        sg_alloc(dataset->context, 2 * dataset->elements * sizeof *pair);
    if (pair == NULL)
        return sg_fail_memory(dataset->context, "a dataset's fingerprint",
                              2 * dataset->elements * sizeof *pair);
    *known = add_examples(dataset, checksum, pair);
    sg_free(dataset->context, pair);
    return SYNGAN_OK;
}

syngan_status sg_fingerprint_take(syngan_dataset *dataset,
                                  sg_fingerprint *out) {
    *out = (sg_fingerprint){0};
    dataset->source.describe(dataset->source.state, out->source,
                             sizeof out->source);
    sg_checksum *checksum = sg_checksum_create(dataset->context);
    if (checksum == NULL)
        return sg_fail_memory(dataset->context, "a dataset's fingerprint", 0);
    bool known;
    syngan_status status = add_content(dataset, checksum, &known);
    if (status == SYNGAN_OK && known) sg_checksum_text(checksum, out->checksum);
    sg_checksum_free(checksum);
    return status;
}
