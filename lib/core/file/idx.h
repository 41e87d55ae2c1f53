/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IDX files (LeCun's format for MNIST) of u8, plain or gzip.
 */
#ifndef SG_FILE_IDX_H
#define SG_FILE_IDX_H

#include <syngan/tensor.h>

#include "base/stream.h"

/* A u8 tensor, or f32 as syngan_tensor_write_idx() says. */
syngan_status sg_idx_write(sg_writer *writer, const syngan_tensor *tensor);
/* A u8 tensor of the file's own shape. */
syngan_status sg_idx_read(syngan_context *context, sg_reader *reader,
                          syngan_tensor **out);

#endif
