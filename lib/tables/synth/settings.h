/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A synthesizer's settings: the options with every default filled in, and what
 * its recipe says besides.
 */
#ifndef SG_SYNTH_SETTINGS_H
#define SG_SYNTH_SETTINGS_H

#include <syngan/synthesizer.h>

#include "base/options.h"
#include "file/json.h"

typedef struct sg_synth_recipe {
    int32_t batch, least_batch; /* of large and of small tables */
    int32_t pac;                /* rows that the critic sees at once */
    double frequent;      /* single values of numbers with this share of the
                             rows get modes of their own; above 1: none */
    double average_decay; /* of the averaged generator; 0: there is none */
    double momentum;      /* of running statistics */
    bool rare_first;      /* sampling draws conditions as training does, by the
                             logarithms of frequencies, not by these */
    bool critic_statistics; /* running statistics move in critic updates, too */
} sg_synth_recipe;

/* What a fit would take; the networks of one sum up. */
typedef struct sg_fit_estimate {
    uint64_t bytes;
    double seconds;
    uint64_t most;   /* bytes that the context would hold at once */
    bool bytes_only; /* set by the caller: no step is run */
    bool refused;    /* networks that can't be made; the sentence says why */
} sg_fit_estimate;

typedef struct sg_synth_settings {
    syngan_synthesizer_options options;
    sg_synth_recipe recipe;
    /* Numbers that go with a row, see sg_subject; 0: none. */
    int64_t given, viewed;
    sg_fit_estimate *estimate; /* while fitting: nothing is trained but a few
                                  steps, and this is added to; NULL: it is */
} sg_synth_settings;

/* Reads the caller's options (NULL: all defaults) for a table of `rows` rows.
 */
syngan_status sg_synth_settings_read(syngan_context *context,
                                     const syngan_synthesizer_options *options,
                                     int64_t rows, const char *where,
                                     sg_synth_settings *out);
/* What outlives a fit: without the strings, which are borrowed. */
void sg_synth_settings_keep(const sg_synth_settings *settings,
                            sg_synth_settings *out);

/* As a member `key` of an object, without hooks and limits, and back. */
void sg_synth_settings_write(const sg_synth_settings *settings,
                             sg_json_writer *writer, const char *key);
syngan_status sg_synth_settings_parse(sg_json_value value,
                                      sg_synth_settings *out);

#endif
