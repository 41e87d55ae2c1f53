/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NumPy's NPY files: writes version 1.0, reads 1.0, 2.0 and 3.0.
 */
#ifndef SG_FILE_NPY_H
#define SG_FILE_NPY_H

#include <syngan/tensor.h>

#include "base/stream.h"

syngan_status sg_npy_write(sg_writer *writer, const syngan_tensor *tensor);
syngan_status sg_npy_read(syngan_context *context, sg_reader *reader,
                          syngan_tensor **out);

#endif
