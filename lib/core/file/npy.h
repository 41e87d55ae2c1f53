/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NumPy's NPY files: writes version 1.0, reads 1.0, 2.0 and 3.0.
 *
 *   6 bytes    magic
 *   2 bytes    version: major, minor
 *   2 bytes    n, little-endian: length of the header (4 bytes since 2.0)
 *   n bytes    {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), },
 *              spaces, and a line end, so that all before the elements is a
 *              multiple of 64 bytes
 *   the rest   elements
 */
#ifndef SG_FILE_NPY_H
#define SG_FILE_NPY_H

#include <syngan/tensor.h>

#include "base/stream.h"

#define SG_NPY_MAGIC "\x93NUMPY"
#define SG_NPY_MAGIC_SIZE 6
#define SG_NPY_ALIGNMENT 64

syngan_status sg_npy_write(sg_writer *writer, const syngan_tensor *tensor);
syngan_status sg_npy_read(syngan_context *context, sg_reader *reader,
                          syngan_tensor **out);

#endif
