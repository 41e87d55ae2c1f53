/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Safetensors files: texts by name, and tensors by name, as Python's
 * `safetensors` reads them.
 *
 * Ours begin with a metadata entry "checksum": XXH3 (128 bits) of the whole
 * file, in which these 32 digits are zeros. Texts and tensors are sorted by
 * name and tensors lie without gaps, so equal contents give equal bytes.
 */
#ifndef SG_FILE_SAFETENSORS_H
#define SG_FILE_SAFETENSORS_H

#include "base/stream.h"
#include "tensor/shape.h"

/* ---- writing ------------------------------------------------------------ */

typedef struct sg_safetensors_writer sg_safetensors_writer;

syngan_status sg_safetensors_start(syngan_context *context,
                                   sg_safetensors_writer **out);
/* Metadata: both are copied. UTF-8; a key given twice, and the key "checksum",
 * are refused when it is written. */
syngan_status sg_safetensors_put_text(sg_safetensors_writer *writer,
                                      const char *key, const char *value);
/* A plain row-major tensor of SYNGAN_... `type`. The name is copied; `data` is
 * borrowed until the file is written. */
syngan_status sg_safetensors_put_tensor(sg_safetensors_writer *writer,
                                        const char *name, int32_t type,
                                        const sg_dims *dims, const void *data);
/* Writes everything; `out` is left to the caller to commit. */
syngan_status sg_safetensors_write(sg_safetensors_writer *writer,
                                   sg_writer *out);
void sg_safetensors_discard(sg_safetensors_writer *writer); /* takes NULL */

/* ---- reading ------------------------------------------------------------ */

typedef struct sg_safetensors sg_safetensors;

typedef struct sg_safetensors_entry {
    const char *name;
    const void *data; /* row-major, aligned to the size of an element */
    size_t bytes;
    int32_t type; /* SYNGAN_TYPE_F32, ... */
    sg_dims dims;
} sg_safetensors_entry;

enum {
    /* Also reads files without a checksum, such as Python writes. */
    SG_SAFETENSORS_FOREIGN = 1
};

/* Reads to the end. SYNGAN_E_FORMAT for a file that is cut, changed or of
 * another kind; no length in it is believed before the bytes are there. */
syngan_status sg_safetensors_read(syngan_context *context, sg_reader *reader,
                                  int flags, sg_safetensors **out);
void sg_safetensors_free(sg_safetensors *file); /* takes NULL */

/* What is in it lives as long as it. */
const char *sg_safetensors_name(const sg_safetensors *file);
/* How long it is. */
uint64_t sg_safetensors_bytes(const sg_safetensors *file);
/* A metadata text; NULL if there is none of this name. */
const char *sg_safetensors_text(const sg_safetensors *file, const char *key);
/* Tensors, sorted by name; NULL if there is none of this name. */
size_t sg_safetensors_count(const sg_safetensors *file);
const sg_safetensors_entry *sg_safetensors_at(const sg_safetensors *file,
                                              size_t index);
const sg_safetensors_entry *sg_safetensors_find(const sg_safetensors *file,
                                                const char *name);

#endif
