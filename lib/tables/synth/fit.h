/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting, whatever the rows come from.
 */
#ifndef SG_SYNTH_FIT_H
#define SG_SYNTH_FIT_H

#include "synth/examples.h"

/* An encoder as the settings want it. `start`: when the fit began. */
syngan_status sg_synthesizer_encoder(const sg_examples *examples,
                                     const sg_synth_settings *settings,
                                     double start, sg_encoder **out);
/* Learns rows. `encoder` NULL: a new one; it is taken over, on failure too.
 * `before`: what the context held when the fit began. Where there is a whole,
 * `examples` learns where its rows are kept. *out may be there after a failure:
 * what was learnt until then. */
syngan_status sg_synthesizer_learn(sg_examples *examples,
                                   const sg_synth_settings *settings,
                                   sg_encoder *encoder, double start,
                                   uint64_t before, syngan_synthesizer **out);
/* The end of a fit: what was learnt until a failure is freed unless it is worth
 * having. Returns `status`. */
syngan_status sg_synthesizer_fitted(syngan_status status,
                                    syngan_synthesizer **out);

#endif
