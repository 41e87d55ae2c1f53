/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes as values; see shape.h. */
#include "tensor/shape.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* So that no size in bytes or bits that is made from a shape can wrap. */
#define MAX_ELEMENTS ((int64_t)1 << 59)

sg_dims sg_dims_make(const int64_t *sizes, size_t rank) {
    assert(rank <= SYNGAN_MAX_RANK);
    sg_dims dims = {.rank = (int32_t)rank};
    for (size_t i = 0; i < rank; i++)
        dims.size[i] = sizes[i];
    return dims;
}

bool sg_dims_equal(const sg_dims *a, const sg_dims *b) {
    return memcmp(a, b, sizeof(*a)) == 0;
}

int64_t sg_dims_count(const sg_dims *dims) {
    return sg_dims_product(dims, 0, dims->rank);
}

int64_t sg_dims_product(const sg_dims *dims, int first, int last) {
    int64_t product = 1;
    for (int i = first; i < last; i++)
        product *= dims->size[i];
    return product;
}

bool sg_dims_open(const sg_dims *dims) {
    for (int i = 0; i < dims->rank; i++) {
        if (dims->size[i] == SYNGAN_BATCH) return true;
    }
    return false;
}

const char *sg_dims_text(const sg_dims *dims, char *text) {
    size_t used = 0;
    text[used++] = '[';
    for (int i = 0; i < dims->rank; i++) {
        const char *comma = i > 0 ? ", " : "";
        int n;
        if (dims->size[i] == SYNGAN_BATCH) {
            n = sg_text(text + used, SG_DIMS_TEXT - used, "%sbatch", comma);
        } else {
            n = sg_text(text + used, SG_DIMS_TEXT - used, "%s%lld", comma,
                        (long long)dims->size[i]);
        }
        used += (size_t)n;
    }
    text[used++] = ']';
    text[used] = '\0';
    return text;
}

/* Height, width, and at most four channels. */
static bool channels_last(const sg_dims *dims) {
    if (dims->rank < 3) return false;
    const int64_t *last = dims->size + dims->rank - 3;
    return last[0] > 4 && last[1] > 4 && last[2] >= 1 && last[2] <= 4;
}

/* Channels, height and width, as images are. */
static bool channels_first(const sg_dims *dims) {
    if (dims->rank < 3) return false;
    const int64_t *last = dims->size + dims->rank - 3;
    return last[1] > 4 && last[2] > 4;
}

/* An image of one channel that lacks this dimension. */
static bool lacks_channel(const sg_dims *got, const sg_dims *want) {
    if (got->rank < 2 || want->rank < 3) return false;
    const int64_t *image = want->size + want->rank - 3;
    const int64_t *last = got->size + got->rank - 2;
    return image[0] == 1 && image[1] == last[0] && image[2] == last[1];
}

const char *sg_dims_hint(const sg_dims *got, const sg_dims *want) {
    if (channels_last(got) && (want == NULL || channels_first(want)))
        return "; it looks like N x H x W x C, but images are N x C x H x W: "
               "put the channels in front of height and width";
    if (want == NULL) return "";
    if (channels_last(want) && channels_first(got))
        return "; that which is expected looks like N x H x W x C, but images "
               "are N x C x H x W";
    if (lacks_channel(got, want))
        return "; images have a dimension of channels, here of size 1";
    return "";
}

syngan_status sg_dims_check(syngan_context *context, const char *what,
                            const int64_t *sizes, size_t rank, int64_t low) {
    if (rank > SYNGAN_MAX_RANK) {
        return sg_fail(context, SYNGAN_E_SHAPE,
                       "%s: a shape of %zu dimensions, but at most %d are "
                       "possible",
                       what, rank, SYNGAN_MAX_RANK);
    }
    if (rank > 0 && sizes == NULL) {
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: the sizes of %zu dimensions are NULL", what, rank);
    }
    int64_t elements = 1;
    for (size_t i = 0; i < rank; i++) {
        if (sizes[i] < low) {
            return sg_fail(context, SYNGAN_E_SHAPE,
                           "%s: size %lld of dimension %zu must be at least "
                           "%lld",
                           what, (long long)sizes[i], i, (long long)low);
        }
        /* Parts of a shape are multiplied elsewhere, so a size of zero does not
         * excuse the others. */
        int64_t size = sizes[i] < 1 ? 1 : sizes[i];
        if (__builtin_mul_overflow(elements, size, &elements) ||
            elements > MAX_ELEMENTS) {
            sg_dims dims = sg_dims_make(sizes, rank);
            char text[SG_DIMS_TEXT];
            return sg_fail(context, SYNGAN_E_SHAPE,
                           "%s: shape %s has too many elements", what,
                           sg_dims_text(&dims, text));
        }
    }
    return SYNGAN_OK;
}

/* Size of a dimension counted from the last one; 1 beyond the first. */
static int64_t size_from_end(const sg_dims *dims, int i) {
    return i < dims->rank ? dims->size[dims->rank - 1 - i] : 1;
}

bool sg_dims_broadcast(const sg_dims *a, const sg_dims *b, sg_dims *out) {
    sg_dims dims = {.rank = a->rank > b->rank ? a->rank : b->rank};
    for (int i = 0; i < dims.rank; i++) {
        int64_t x = size_from_end(a, i), y = size_from_end(b, i);
        if (x != y && x != 1 && y != 1) return false;
        dims.size[dims.rank - 1 - i] = x == 1 ? y : x;
    }
    *out = dims;
    return true;
}
