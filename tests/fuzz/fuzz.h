/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What fuzzers share. A fuzzer is one file with LLVMFuzzerTestOneInput(); built
 * by clang's libFuzzer it looks for inputs, built with replay.c it runs those
 * that corpus.sh packed as an ordinary test.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the process, which is what a fuzzer looks for. */
#define FUZZ_CHECK(condition)                                                  \
    do {                                                                       \
        if (!(condition)) {                                                    \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);    \
            abort();                                                           \
        }                                                                      \
    } while (0)

/* Bytes that a reader may hold for a file of `size` bytes. */
static inline uint64_t fuzz_limit(size_t size) {
    return (1u << 20) + 400 * (uint64_t)size;
}

/* A context that may hold `limit` bytes. */
static inline syngan_context *fuzz_context(uint64_t limit) {
    syngan_context *context = NULL;
    FUZZ_CHECK(syngan_context_create(
                   SYNGAN_CONTEXT(.threads = 1, .memory_limit = limit),
                   &context) == SYNGAN_OK);
    return context;
}

/* After a call: a failure has a sentence and did not come from the limit. */
static inline void fuzz_check(syngan_context *context, syngan_status status) {
    if (status == SYNGAN_OK) return;
    FUZZ_CHECK(syngan_context_last_error(context)[0] != '\0');
    FUZZ_CHECK(status != SYNGAN_E_MEMORY);
}

/* ---- a stream on the input ---------------------------------------------- */

typedef struct fuzz_input {
    const uint8_t *data;
    size_t size, position;
} fuzz_input;

static inline int64_t fuzz_read(void *buffer, size_t size, void *user) {
    fuzz_input *input = user;
    size_t left = input->size - input->position;
    size_t n = left < size ? left : size;
    for (size_t i = 0; i < n; i++) {
        ((uint8_t *)buffer)[i] = input->data[input->position + i];
    }
    input->position += n;
    return (int64_t)n;
}

static inline sg_reader *fuzz_reader(syngan_context *context,
                                     fuzz_input *input) {
    const syngan_stream stream = {
        .struct_size = sizeof(stream), .read = fuzz_read, .user = input};
    sg_reader *reader = NULL;
    FUZZ_CHECK(sg_reader_open_stream(context, &stream, &reader) == SYNGAN_OK);
    return reader;
}

/* ---- a stream that keeps what is written -------------------------------- */

typedef struct fuzz_output {
    uint8_t *data; /* from malloc() */
    size_t size;
} fuzz_output;

static inline int64_t fuzz_keep(const void *data, size_t size, void *user) {
    fuzz_output *out = user;
    out->data = realloc(out->data, out->size + size + 1);
    FUZZ_CHECK(out->data != NULL);
    memcpy(out->data + out->size, data, size);
    out->size += size;
    return (int64_t)size;
}

static inline syngan_stream fuzz_writing(fuzz_output *out) {
    return (syngan_stream){
        .struct_size = sizeof(syngan_stream), .write = fuzz_keep, .user = out};
}

#endif
