/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The context's error message and log.
 */
#include <assert.h>
#include <string.h>

#include "base/context.h"
#include "base/text.h"

syngan_status sg_fail_v(syngan_context *context, syngan_status status,
                        const char *format, va_list arguments) {
    assert(status != SYNGAN_OK);
    if (context == NULL) return status;
    /* Written aside first: an argument may be the old sentence itself. */
    char text[SG_ERROR_MAX];
    int length = sg_text_v(text, sizeof(text), format, arguments);
    if (length < 0) text[0] = '\0';
    if (length >= SG_ERROR_MAX) memcpy(text + SG_ERROR_MAX - 4, "...", 4);
    memcpy(context->error, text, sizeof(text));
    return status;
}

syngan_status sg_fail(syngan_context *context, syngan_status status,
                      const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    sg_fail_v(context, status, format, arguments);
    va_end(arguments);
    return status;
}

syngan_status sg_need(syngan_context *context, const char *call,
                      const char *name, const void *argument) {
    if (argument != NULL) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `%s` is NULL", call, name);
}

syngan_status sg_fail_memory(syngan_context *context, const char *what,
                             uint64_t bytes) {
    if (context == NULL) return SYNGAN_E_MEMORY;
    uint64_t held = atomic_load(&context->bytes);
    if (context->memory_limit == 0) {
        return sg_fail(context, SYNGAN_E_MEMORY,
                       "%s: no memory for %llu bytes, with %llu held", what,
                       (unsigned long long)bytes, (unsigned long long)held);
    }
    return sg_fail(context, SYNGAN_E_MEMORY,
                   "%s: no memory for %llu bytes, with %llu held and a limit "
                   "of %llu",
                   what, (unsigned long long)bytes, (unsigned long long)held,
                   (unsigned long long)context->memory_limit);
}

void sg_error_keep(const syngan_context *context, sg_error_text *out) {
    memcpy(out->text, context->error, sizeof(out->text));
}

void sg_error_put_back(syngan_context *context, const sg_error_text *kept) {
    memcpy(context->error, kept->text, sizeof(kept->text));
}

syngan_status sg_check_cancelled(syngan_context *context, const char *what) {
    return sg_is_cancelled(context)
               ? sg_fail(context, SYNGAN_E_CANCELLED, "%s: cancelled", what)
               : SYNGAN_OK;
}

const char *syngan_context_last_error(const syngan_context *context) {
    return context == NULL ? "" : context->error;
}

void sg_log(syngan_context *context, int32_t level, const char *format, ...) {
    if (context->log == NULL || level > context->log_level) return;
    char text[SG_ERROR_MAX];
    va_list arguments;
    va_start(arguments, format);
    sg_text_v(text, sizeof(text), format, arguments);
    va_end(arguments);
    context->log(level, text, context->log_user);
}

const char *syngan_status_text(syngan_status status) {
    static const char *const texts[] = {
        [SYNGAN_OK] = "success",
        [SYNGAN_E_ARGUMENT] = "wrong argument",
        [SYNGAN_E_SHAPE] = "shapes do not fit",
        [SYNGAN_E_TYPE] = "wrong element type",
        [SYNGAN_E_MEMORY] = "out of memory",
        [SYNGAN_E_IO] = "reading or writing failed",
        [SYNGAN_E_FORMAT] = "damaged file or wrong kind of file",
        [SYNGAN_E_VERSION] = "file from a newer version",
        [SYNGAN_E_MISMATCH] = "checkpoint of another network or setting",
        [SYNGAN_E_UNSUPPORTED] = "not available here",
        [SYNGAN_E_CANCELLED] = "cancelled",
        [SYNGAN_E_DIVERGED] = "training diverged",
        [SYNGAN_E_BACKEND] = "oneDNN failed",
        [SYNGAN_E_STATE] = "not possible in this state",
        [SYNGAN_E_NOT_FOUND] = "not found",
    };
    if (status >= SYNGAN_E_USER) return "the host's callback failed";
    if (status < 0 || (size_t)status >= sizeof(texts) / sizeof(texts[0])) {
        return "unknown status";
    }
    return texts[status];
}
