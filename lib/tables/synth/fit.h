/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting a GAN, whatever the rows come from.
 */
#ifndef SG_SYNTH_FIT_H
#define SG_SYNTH_FIT_H

#include "synth/examples.h"

/* Learns rows. `encoder` NULL: a new one; it is taken over, on failure too.
 * `start`, `before`: when the fit began, and what the context held then. Where
 * there is a whole, `examples` learns where its rows are kept. *out may be
 * there after a failure: what was learnt until then. */
syngan_status sg_gan_learn(sg_examples *examples,
                           const sg_synth_settings *settings,
                           sg_encoder *encoder, double start, uint64_t before,
                           sg_gan **out);
/* Trains until so many epochs are done, with the table that was learnt. */
syngan_status sg_gan_go_on(sg_gan *gan, const syngan_table *table,
                           int64_t epochs);

#endif
