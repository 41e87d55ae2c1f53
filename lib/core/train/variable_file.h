/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variables in safetensors files, each under its prefix and its name.
 */
#ifndef SG_TRAIN_VARIABLE_FILE_H
#define SG_TRAIN_VARIABLE_FILE_H

#include "file/safetensors.h"
#include "graph/graph.h"

/* Adds a variable; an sg_state_fn whose argument is the
 * sg_safetensors_writer. */
syngan_status sg_variable_put(const char *prefix, sg_variable *variable,
                              void *argument);

typedef struct sg_variable_source {
    const sg_safetensors *file;
    syngan_status missing; /* for a tensor that is not there as it should be */
} sg_variable_source;

/* Sets a variable; an sg_state_fn whose argument is an sg_variable_source. */
syngan_status sg_variable_get(const char *prefix, sg_variable *variable,
                              void *argument);

#endif
