/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file files.h
 * Tensors in files of other programs: NPY and IDX. Written atomically.
 */
#ifndef SYNGAN_FILES_H
#define SYNGAN_FILES_H

#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A tensor as NumPy's NPY, version 1.0, little-endian. bf16 becomes f32.
 *  @return SYNGAN_OK or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_write_npy(const syngan_tensor *tensor, const char *path);
/** Reads an NPY file (any type of tensor.h but bf16, row-major).
 *  @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT (damaged), SYNGAN_E_VERSION,
 *  SYNGAN_E_TYPE, SYNGAN_E_UNSUPPORTED (Fortran's order). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_read_npy(
    syngan_context *context, const char *path, syngan_tensor **out);

/** u8 IDX. f32 elements are mapped from [-1, 1] to 0 ... 255 and N x 1 x H x W
 *  is written as N x H x W.
 *  @return SYNGAN_OK, SYNGAN_E_TYPE, SYNGAN_E_SHAPE or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_tensor_write_idx(const syngan_tensor *tensor, const char *path);
/** Reads an IDX file of u8, plain or gzip.
 *  @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_TYPE, or
 *  SYNGAN_E_UNSUPPORTED (gzip, built without zlib). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_tensor_read_idx(
    syngan_context *context, const char *path, syngan_tensor **out);

#ifdef __cplusplus
}
#endif
#endif
