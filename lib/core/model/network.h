/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks in files: the template of a model as JSON, its parameters and
 * constants as tensors.
 */
#ifndef SG_MODEL_NETWORK_H
#define SG_MODEL_NETWORK_H

#include "file/safetensors.h"
#include "model/model.h"

/* Adds the template as the metadata text `key`. */
syngan_status sg_network_put(sg_safetensors_writer *file, const char *key,
                             const syngan_model *model);
/* Adds parameters and constants, with `prefix` before their names. They are
 * borrowed until the file is written. */
syngan_status sg_network_put_tensors(sg_safetensors_writer *file,
                                     const char *prefix,
                                     const syngan_model *model);

/* A model from what these two wrote. Everything in the file is checked. */
syngan_status sg_network_get(syngan_context *context,
                             const sg_safetensors *file, const char *key,
                             const char *prefix, syngan_model **out);
/* Sets the parameters of `model` (and gives it tensors if it has none yet). */
syngan_status sg_network_get_tensors(const sg_safetensors *file,
                                     const char *prefix, syngan_model *model);

/* ---- files of one model ------------------------------------------------ */

/* What the metadata text "format" says. */
#define SG_FORMAT_MODEL "syngan model"
#define SG_FORMAT_CHECKPOINT "syngan checkpoint"
#define SG_FORMAT_OPTIMIZER "syngan optimizer"
#define SG_FORMAT_VERSION "1"

/* Adds "format" and its version. */
syngan_status sg_format_put(sg_safetensors_writer *file, const char *format);
/* SYNGAN_E_FORMAT or SYNGAN_E_VERSION unless the file is of this format. */
syngan_status sg_format_check(syngan_context *context,
                              const sg_safetensors *file, const char *format);

#endif
