/* SPDX-License-Identifier: Apache-2.0 */
/* Public structs that the library fills. */
#include "base/filled.h"

#include <string.h>

/* A struct has a field besides its size; more than this is garbage, and writing
 * that far would crash. */
enum { SIZE_LEAST = 2 * sizeof(size_t), SIZE_MOST = 4096 };

syngan_status sg_filled_check(syngan_context *context, const char *call,
                              const void *out) {
    size_t size;
    SG_TRY(SG_NEED(context, call, out));
    memcpy(&size, out, sizeof size);
    if (size >= SIZE_LEAST && size <= SIZE_MOST) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: struct_size of `out` is %zu, but must be the sizeof of "
                   "the struct",
                   call, size);
}

void sg_filled_copy(void *out, const void *full, size_t size) {
    const size_t head = sizeof size;
    size_t wanted;
    memcpy(&wanted, out, head);
    size_t both = wanted < size ? wanted : size;
    memcpy((char *)out + head, (const char *)full + head, both - head);
    memset((char *)out + both, 0, wanted - both);
}
