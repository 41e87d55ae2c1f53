/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rows of a table are, a constant each: independent of each other,
 * items of baskets, or positions of sequences. A synthesizer is a handle around
 * what one of them has learnt; nothing but the constants knows which.
 */
#ifndef SG_SYNTH_ROW_KIND_H
#define SG_SYNTH_ROW_KIND_H

#include "synth/sample.h"
#include "synth/synth.h"

/* Gives a GAN of a file by the prefix that its names have. */
typedef syngan_status (*sg_gan_load_fn)(void *argument, const char *prefix,
                                        sg_gan **out);
typedef syngan_status (*sg_gan_visit_fn)(const char *prefix, const sg_gan *gan,
                                         void *argument);

/* `learnt` is what fitting and reading give. */
typedef struct sg_row_kind {
    /* *out may be there after a failure: what was learnt until then. */
    syngan_status (*fit)(const syngan_table *table,
                         const sg_synth_settings *settings, void **out);
    /* Trains until so many epochs are done. NULL: can't. */
    syngan_status (*go_on)(void *learnt, const syngan_table *table,
                           int64_t epochs);
    /* Bytes and, unless NULL, seconds of a fit. NULL: `fit` with an estimate in
     * its settings adds them up; under a limit, that is done before a fit. */
    syngan_status (*estimate)(const syngan_table *table,
                              const sg_synth_settings *settings,
                              uint64_t *bytes, double *seconds);
    syngan_status (*sample)(void *learnt, const sg_sample_request *request,
                            int64_t *rejected);
    /* What there is besides its GANs, as members of an object that is open, and
     * back. No `write`: nothing; `object` is then absent. */
    void (*write)(const void *learnt, sg_json_writer *json);
    syngan_status (*read)(syngan_context *context, sg_json_value object,
                          sg_gan_load_fn load, void *argument, void **out);
    /* Calls `visit` for each GAN. */
    syngan_status (*visit)(const void *learnt, sg_gan_visit_fn visit,
                           void *argument);
    /* The GAN that was trained last; NULL: none. */
    const sg_gan *(*last)(const void *learnt);
    /* A table without rows, with the columns that are made. */
    const syngan_table *(*prototype)(const void *learnt);
    void (*free)(void *learnt); /* takes NULL */
} sg_row_kind;

extern const sg_row_kind sg_rows_independent; /* independent.c */
extern const sg_row_kind sg_rows_baskets;     /* basket.c */
extern const sg_row_kind sg_rows_sequences;   /* sequence.c */

/* ---- the handle (synthesizer.c) ----------------------------------------- */

struct syngan_synthesizer {
    syngan_context *context;
    const sg_row_kind *kind;
    sg_synth_settings settings;
    void *learnt; /* NULL: nothing yet */
};

/* Around nothing yet. */
syngan_status sg_synthesizer_make(syngan_context *context,
                                  const sg_synth_settings *settings,
                                  syngan_synthesizer **out);
/* The end of a fit: what was learnt until a failure is freed unless it is worth
 * having. Returns `status`. */
syngan_status sg_synthesizer_fitted(syngan_status status,
                                    syngan_synthesizer **out);

#endif
