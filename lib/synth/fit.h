/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fitting, whatever the rows come from.
 */
#ifndef SG_SYNTH_FIT_H
#define SG_SYNTH_FIT_H

#include "synth/examples.h"

/* As syngan_synthesizer_fit(). `start`: when the fit began, and `before`: what
 * the context held then. Where there is a whole, `examples` learns where its
 * rows are kept. */
syngan_status sg_synthesizer_learn(sg_examples *examples,
                                   const sg_synth_settings *settings,
                                   double start, uint64_t before,
                                   syngan_synthesizer **out);

#endif
