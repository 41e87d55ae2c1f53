/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels of a tuned trainer as JSON: for each of its programs an object
 * with a node's number as name and its kernel's name as value.
 *
 *   {"generator":{"14":"matmul","31":"convolution, few"}}
 */
#ifndef SG_TRAIN_KERNELS_H
#define SG_TRAIN_KERNELS_H

#include "file/json.h"
#include "train/trainer.h"

/* Choices of each phase, none for those that the text does not name. */
typedef struct sg_kernels {
    syngan_context *context;
    sg_json *json; /* which holds the names */
    sg_choices phase[SG_PHASES];
} sg_kernels;

/* Equal choices give equal text. sg_free() releases it. */
syngan_status sg_kernels_write(const syngan_trainer *trainer, char **text);
/* Reads that text; `name` is what messages call it. Whether such nodes and
 * kernels exist is for the compiler to see. `out` starts as all zero and is
 * ended after a failure, too. */
syngan_status sg_kernels_parse(syngan_context *context, const char *name,
                               const char *text, sg_kernels *out);
void sg_kernels_end(sg_kernels *kernels);

#endif
