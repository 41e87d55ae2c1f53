/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the writer and the reader of safetensors files agree on.
 *
 *   8 bytes     n, little-endian: the length of the header
 *   n bytes     JSON: {"__metadata__": {key: text}, name: {"dtype": "F32",
 *               "shape": [2, 3], "data_offsets": [0, 24]}}, spaces at its end
 *   the rest    the tensors' elements, at these offsets
 */
#ifndef SG_FILE_SAFETENSORS_FORM_H
#define SG_FILE_SAFETENSORS_FORM_H

#include "file/checksum.h"

#define SG_SAFETENSORS_METADATA "__metadata__"
#define SG_SAFETENSORS_CHECKSUM "checksum"

/* Headers of ours start with these characters, and then the checksum. */
#define SG_SAFETENSORS_START                                                   \
    "{\"" SG_SAFETENSORS_METADATA "\":{\"" SG_SAFETENSORS_CHECKSUM "\":\""

/* Longest header, as in the format's own library. */
#define SG_SAFETENSORS_HEADER_MAX 100000000

/* The format's name of an element type, and the reverse: NULL and 0 if there
 * is none. */
const char *sg_safetensors_type_name(int32_t type);
int32_t sg_safetensors_type(const char *name);

/* A file's length field. */
static inline void sg_safetensors_put_length(uint64_t length,
                                             unsigned char bytes[8]) {
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(length >> (8 * i));
}
static inline uint64_t sg_safetensors_get_length(const unsigned char bytes[8]) {
    uint64_t length = 0;
    for (int i = 0; i < 8; i++)
        length |= (uint64_t)bytes[i] << (8 * i);
    return length;
}

#endif
