/* SPDX-License-Identifier: Apache-2.0 */
#include "support/training.h"

#include <string.h>

#include "support/memory_stream.h"
#include "support/networks.h"

void training_end(training *t) {
    syngan_trainer_free(t->trainer);
    syngan_dataset_free(t->dataset);
    syngan_model_free(t->generator);
    syngan_model_free(t->discriminator);
    memset(t, 0, sizeof *t);
}

syngan_status training_make(syngan_context *context, int kind,
                            const syngan_trainer_options *options,
                            training *out) {
    memset(out, 0, sizeof *out);
    syngan_status status = network_generator(context, kind, &out->generator);
    if (status == SYNGAN_OK)
        status = network_discriminator(context, kind, &out->discriminator);
    if (status == SYNGAN_OK)
        status = network_examples(
            context, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_OFF),
            &out->dataset);
    if (status == SYNGAN_OK)
        status = syngan_trainer_create(out->generator, out->discriminator,
                                       out->dataset, options, &out->trainer);
    if (status != SYNGAN_OK) training_end(out);
    return status;
}

syngan_status training_load(syngan_context *context, const void *data,
                            size_t size, const syngan_trainer_options *options,
                            training *out) {
    memory_stream stream;
    memset(out, 0, sizeof *out);
    syngan_status status = network_examples(
        context, SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_OFF),
        &out->dataset);
    if (status != SYNGAN_OK) return status;
    memory_stream_init(&stream, data, size);
    status = syngan_trainer_load_stream(context, &stream.hooks, out->dataset,
                                        options, &out->trainer);
    memory_stream_end(&stream);
    if (status != SYNGAN_OK) training_end(out);
    return status;
}

syngan_status training_save(const training *t, unsigned char **data,
                            size_t *size) {
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    syngan_status status =
        syngan_trainer_save_stream(t->trainer, &stream.hooks);
    *data = stream.data;
    *size = stream.size;
    return status;
}
