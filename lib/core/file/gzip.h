/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unpacking gzip, of one or more members, as bytes come.
 */
#ifndef SG_FILE_GZIP_H
#define SG_FILE_GZIP_H

#include "base/stream.h"

typedef struct sg_gzip sg_gzip;

/* Unpacks what `head` (the first `size` bytes, already read) and the rest of
 * `reader` hold. SYNGAN_E_UNSUPPORTED in a build without zlib. */
syngan_status sg_gzip_open(syngan_context *context, sg_reader *reader,
                           const unsigned char *head, size_t size,
                           sg_gzip **out);
/* At most `size` bytes; *got is 0 at the end, after the members' checksums. */
syngan_status sg_gzip_some(sg_gzip *gzip, void *data, size_t size, size_t *got);
void sg_gzip_close(sg_gzip *gzip); /* takes NULL */

#endif
