/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public structs that the library fills. They begin with their `struct_size`,
 * which the caller sets: that of an older header gets the fields that it has,
 * and what a newer one has beyond ours is zeroed.
 */
#ifndef SG_BASE_FILLED_H
#define SG_BASE_FILLED_H

#include "base/context.h"

/* SYNGAN_E_ARGUMENT, with a sentence if there is a context, for NULL and for
 * sizes that are none: `out` may point to anything before. */
syngan_status sg_filled_check(syngan_context *context, const char *call,
                              const void *out);
/* Copies all but the size from `full`, a struct of `size` bytes. `out` was
 * checked. */
void sg_filled_copy(void *out, const void *full, size_t size);

#endif
