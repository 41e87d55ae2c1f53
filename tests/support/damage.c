/* SPDX-License-Identifier: Apache-2.0 */
/* Files that are cut or changed; see damage.h. */
#include "support/damage.h"

#include <stdlib.h>

#include "support/memory_stream.h"
#include "support/test.h"

syngan_context *damage_context(void) {
    syngan_context *context = test_context(1);
    context->memory_limit = atomic_load(&context->bytes) + DAMAGE_MEMORY;
    return context;
}

syngan_status damage_read(syngan_context *context, const void *data,
                          size_t size, damage_reader read, void *user) {
    memory_stream stream;
    memory_stream_init(&stream, data, size);
    uint64_t before = atomic_load(&context->bytes);
    sg_reader *reader = NULL;
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    context->error[0] = '\0';
    syngan_status status = read(context, reader, user);
    sg_reader_close(reader);
    assert_int_equal(atomic_load(&context->bytes), before);
    if (status != SYNGAN_OK && context->error[0] == '\0') {
        fail_msg("refused with %d, but without a sentence", (int)status);
    }
    memory_stream_end(&stream);
    return status;
}

void damage_cut(const void *data, size_t size, damage_reader read, void *user) {
    syngan_context *context = damage_context();
    for (size_t i = 0; i < size; i++) {
        syngan_status status = damage_read(context, data, i, read, user);
        if (status == SYNGAN_E_FORMAT) continue;
        fail_msg("cut at byte %zu of %zu: status %d: %s", i, size, (int)status,
                 context->error);
    }
    syngan_context_free(context);
}

void damage_change(const void *data, size_t size, size_t count, bool strict,
                   damage_reader read, void *user) {
    static const unsigned char masks[] = {0x01, 0x02, 0x10, 0x20,
                                          0x40, 0x80, 0xff};
    syngan_context *context = damage_context();
    unsigned char *copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, data, size);
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < sizeof(masks); k++) {
            copy[i] ^= masks[k];
            syngan_status status = damage_read(context, copy, size, read, user);
            copy[i] ^= masks[k];
            if (status == SYNGAN_E_MEMORY || (strict && status == SYNGAN_OK)) {
                fail_msg("byte %zu changed by 0x%02x: status %d: %s", i,
                         masks[k], (int)status, context->error);
            }
        }
    }
    free(copy);
    syngan_context_free(context);
}

static const char *quoted_bytes(const char *text, unsigned char *out,
                                size_t capacity, size_t *size) {
    for (text++; *text != '\''; text++) {
        assert_true(*text != '\0' && *size < capacity);
        out[(*size)++] = (unsigned char)*text;
    }
    return text + 1;
}

size_t damage_bytes(const char *text, unsigned char *out, size_t capacity) {
    size_t size = 0;
    while (*text != '\0') {
        assert_true(size < capacity);
        if (*text == ' ') {
            text++;
        } else if (*text == '\'') {
            text = quoted_bytes(text, out, capacity, &size);
        } else {
            const char digits[3] = {text[0], text[1], '\0'};
            char *end;
            out[size++] = (unsigned char)strtoul(digits, &end, 16);
            assert_ptr_equal(end, digits + 2);
            text += 2;
        }
    }
    return size;
}
