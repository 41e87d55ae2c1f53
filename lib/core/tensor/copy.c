/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copying between tensors, with conversion from any element type to any other.
 * Whole numbers are converted through int64_t and others through double, both
 * of which hold every value of the types behind them; what doesn't fit is
 * clamped, and each result is rounded once.
 */
#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/thread.h"
#include "tensor/tensor.h"

/* Elements that one thread copies at least. */
#define COPY_GRAIN 65536

/* ---- to each type, from a whole number and from a real one -------------- */

static inline int64_t clamp_whole(int64_t value, int64_t low, int64_t high) {
    return value < low ? low : (value > high ? high : value);
}

/* Rounds to nearest even; `low` and `high` are exact as doubles. */
static inline int64_t clamp_real(double value, int64_t low, int64_t high) {
    if (isnan(value)) return 0;
    if (value <= (double)low) return low;
    if (value >= (double)high) return high;
    return (int64_t)rint(value);
}

static inline uint8_t u8_from_whole(int64_t value) {
    return (uint8_t)clamp_whole(value, 0, UINT8_MAX);
}
static inline uint8_t u8_from_real(double value) {
    return (uint8_t)clamp_real(value, 0, UINT8_MAX);
}
static inline int32_t i32_from_whole(int64_t value) {
    return (int32_t)clamp_whole(value, INT32_MIN, INT32_MAX);
}
static inline int32_t i32_from_real(double value) {
    return (int32_t)clamp_real(value, INT32_MIN, INT32_MAX);
}
static inline int64_t i64_from_whole(int64_t value) {
    return value;
}
static inline int64_t i64_from_real(double value) {
    /* As a double, INT64_MAX is 2^63: everything below fits. */
    return clamp_real(value, INT64_MIN, INT64_MAX);
}
static inline float f32_from_whole(int64_t value) {
    return (float)value;
}
static inline float f32_from_real(double value) {
    return (float)value;
}
static inline double f64_from_whole(int64_t value) {
    return (double)value;
}
static inline double f64_from_real(double value) {
    return value;
}

/* Rounding to f32 on the way would make two roundings of one, so there the
 * last bit is made odd instead if anything was lost ("round to odd"). */
static inline uint16_t bf16_from_real(double value) {
    float near = (float)value;
    if ((double)near != value && isfinite(near)) {
        uint32_t bits;
        memcpy(&bits, &near, sizeof(bits));
        if (fabs((double)near) > fabs(value)) bits--;
        bits |= 1;
        memcpy(&near, &bits, sizeof(near));
    }
    return sg_bf16_from_f32(near);
}
static inline uint16_t bf16_from_whole(int64_t value) {
    return bf16_from_real((double)value);
}

/* ---- loops -------------------------------------------------------------- */

typedef void (*convert_fn)(const void *source, void *target, size_t count);

#define AS_IS(value) (value)
#define AS_BF16(value) sg_f32_from_bf16(value)

/* name_source_target(): reads `from` elements, seen through `read`. */
#define CONVERT(source, from, read, kind, target, to)                          \
    static void source##_to_##target(const void *in, void *out,                \
                                     size_t count) {                           \
        const from *x = in;                                                    \
        to *y = out;                                                           \
        for (size_t i = 0; i < count; i++) {                                   \
            y[i] = target##_from_##kind(read(x[i]));                           \
        }                                                                      \
    }

#define CONVERT_TO_ALL(source, from, read, kind)                               \
    CONVERT(source, from, read, kind, f32, float)                              \
    CONVERT(source, from, read, kind, bf16, uint16_t)                          \
    CONVERT(source, from, read, kind, f64, double)                             \
    CONVERT(source, from, read, kind, i32, int32_t)                            \
    CONVERT(source, from, read, kind, i64, int64_t)                            \
    CONVERT(source, from, read, kind, u8, uint8_t)

CONVERT_TO_ALL(f32, float, AS_IS, real)
CONVERT_TO_ALL(bf16, uint16_t, AS_BF16, real)
CONVERT_TO_ALL(f64, double, AS_IS, real)
CONVERT_TO_ALL(i32, int32_t, AS_IS, whole)
CONVERT_TO_ALL(i64, int64_t, AS_IS, whole)
CONVERT_TO_ALL(u8, uint8_t, AS_IS, whole)

#define ROW(source)                                                            \
    {                                                                          \
        [SYNGAN_TYPE_F32] = source##_to_f32,                                   \
        [SYNGAN_TYPE_BF16] = source##_to_bf16,                                 \
        [SYNGAN_TYPE_F64] = source##_to_f64,                                   \
        [SYNGAN_TYPE_I32] = source##_to_i32,                                   \
        [SYNGAN_TYPE_I64] = source##_to_i64,                                   \
        [SYNGAN_TYPE_U8] = source##_to_u8,                                     \
    }

static const convert_fn converters[SYNGAN_TYPE_U8 + 1][SYNGAN_TYPE_U8 + 1] = {
    [SYNGAN_TYPE_F32] = ROW(f32), [SYNGAN_TYPE_BF16] = ROW(bf16),
    [SYNGAN_TYPE_F64] = ROW(f64), [SYNGAN_TYPE_I32] = ROW(i32),
    [SYNGAN_TYPE_I64] = ROW(i64), [SYNGAN_TYPE_U8] = ROW(u8),
};

typedef struct copy {
    convert_fn convert;
    const char *source;
    char *target;
    size_t source_size, target_size; /* of an element */
} copy;

static void copy_range(void *argument, int64_t first, int64_t last) {
    const copy *all = argument;
    const char *source = all->source + (size_t)first * all->source_size;
    char *target = all->target + (size_t)first * all->target_size;
    size_t count = (size_t)(last - first);
    if (all->convert != NULL) {
        all->convert(source, target, count);
    } else {
        memcpy(target, source, count * all->source_size);
    }
}

/* ---- the call ----------------------------------------------------------- */

static bool overlap(const syngan_tensor *a, const syngan_tensor *b) {
    uintptr_t x = (uintptr_t)a->data, y = (uintptr_t)b->data;
    return x < y + syngan_tensor_bytes(b) && y < x + syngan_tensor_bytes(a);
}

syngan_status syngan_tensor_copy(syngan_tensor *target,
                                 const syngan_tensor *source) {
    SG_OWN_FLOATS;
    if (target == NULL) return SYNGAN_E_ARGUMENT;
    syngan_context *context = sg_tensor_context(target);
    SG_TRY(SG_NEED(context, "syngan_tensor_copy", source));
    if (!sg_dims_equal(&target->dims, &source->dims)) {
        char from[SG_DIMS_TEXT], to[SG_DIMS_TEXT];
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "tensor: shape %s can't be copied to shape %s",
                       sg_dims_text(&source->dims, from),
                       sg_dims_text(&target->dims, to));
    }
    copy all = {.source = source->data,
                .target = target->data,
                .source_size = syngan_type_size(source->type),
                .target_size = syngan_type_size(target->type)};
    if (source->type != target->type) {
        all.convert = converters[source->type][target->type];
    }
    if (overlap(target, source)) {
        if (all.convert != NULL) {
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "tensor: %s can't be converted to %s in memory that "
                           "both share",
                           syngan_type_name(source->type),
                           syngan_type_name(target->type));
        }
        memmove(target->data, source->data, syngan_tensor_bytes(source));
        return SYNGAN_OK;
    }
    sg_parallel(context, sg_dims_count(&source->dims), COPY_GRAIN, copy_range,
                &all);
    return SYNGAN_OK;
}
