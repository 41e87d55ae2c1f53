/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What has to be done before kernels are planned.
 */
#ifndef SG_BACKEND_BACKEND_H
#define SG_BACKEND_BACKEND_H

#include "base/context.h"

/* Caps oneDNN's instruction set to the context's. oneDNN keeps one cap for the
 * process, and takes it only before its first use: SYNGAN_E_UNSUPPORTED if it
 * is too late. */
syngan_status sg_backend_prepare(syngan_context *context);

/* Whether bf16 runs at full speed with the context's instruction set. */
bool sg_backend_has_bf16(const syngan_context *context);

#endif
