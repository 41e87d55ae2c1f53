/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory and time that fits take.
 */
#ifndef SG_SYNTH_ESTIMATE_H
#define SG_SYNTH_ESTIMATE_H

#include "synth/examples.h"

/* Seconds of a step, by running some that are then taken back. */
syngan_status sg_estimate_step(sg_training *training, double *seconds);
/* Adds what learning the examples takes. `start`, `before`: when the fit began,
 * and what the context held then. */
syngan_status sg_estimate_add(sg_gan *gan, const sg_examples *examples,
                              double start, uint64_t before,
                              sg_fit_estimate *to);
/* Of independent rows, by some of them; `seconds` may be NULL. */
syngan_status sg_estimate_table(const syngan_table *table,
                                const sg_synth_settings *settings,
                                uint64_t *bytes, double *seconds);

#endif
