/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A trainer's settings: the options with every default filled in, by recipe.
 */
#ifndef SG_TRAIN_RECIPE_H
#define SG_TRAIN_RECIPE_H

#include <syngan/train.h>

#include "base/options.h"

/* Default of report_every. */
#define SG_REPORT_EVERY 100

/* Everything that decides what is computed, and the hooks. */
typedef struct sg_settings {
    syngan_trainer_options trainer; /* the optimizers' pointers are NULL */
    syngan_optimizer_options generator_optimizer;
    syngan_optimizer_options discriminator_optimizer;
} sg_settings;

/* Reads the caller's options (NULL: all defaults). */
syngan_status sg_settings_read(syngan_context *context,
                               const syngan_trainer_options *options,
                               sg_settings *out);

/* As JSON: equal settings give equal text, which says nothing of the hooks.
 * sg_free() releases it. */
syngan_status sg_settings_write(syngan_context *context,
                                const sg_settings *settings, char **text);
/* Reads that text; `name` is what messages call it. */
syngan_status sg_settings_parse(syngan_context *context, const char *name,
                                const char *text, sg_settings *out);

/* Takes the hooks from `options`, and checks that every other field which they
 * set is what `saved` has: else SYNGAN_E_MISMATCH. */
syngan_status sg_settings_resume(syngan_context *context,
                                 const syngan_trainer_options *options,
                                 sg_settings *saved);

#endif
