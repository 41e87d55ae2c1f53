/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Recipes: one table with the values of each, and the reading of a trainer's
 * options on top of them.
 */
#include "train/recipe.h"

#include <string.h>

#include "backend/backend.h"
#include "model/fields.h"
#include "train/gan_loss.h"
#include "train/optimizer.h"

/* ---- the recipes ------------------------------------------------------- */

typedef struct recipe {
    int32_t batch;
    int32_t loss;
    int32_t discriminator_steps;
    int32_t discriminator_update;
    int32_t fakes;
    int32_t penalty;
    float penalty_weight;
    float real_target;
    float average_decay;
    float statistics_momentum;
    syngan_optimizer_options generator_optimizer;
    syngan_optimizer_options discriminator_optimizer;
} recipe;

#define ADAM(rate, first, second, small)                                       \
    {                                                                          \
        .struct_size = SYNGAN_INITIALISED(syngan_optimizer_options),           \
        .kind = SYNGAN_OPTIMIZER_ADAM, .learning_rate = rate, .beta1 = first,  \
        .beta2 = second, .epsilon = small, .rho = 0.9f                         \
    }

static const recipe recipes[] = {
    /* Two rates as in Heusel and others 2017, beta1 as in Radford, Metz and
     * Chintala 2015; found by measuring, see docs/training.md. */
    [SYNGAN_RECIPE_DEFAULT] =
        {
            .batch = 64,
            .loss = SYNGAN_LOSS_CROSS_ENTROPY,
            .discriminator_steps = 1,
            .discriminator_update = SYNGAN_UPDATE_SEPARATE,
            .fakes = SYNGAN_FAKES_TRAINING,
            .penalty = SYNGAN_PENALTY_NONE,
            .penalty_weight = 10.0f,
            .real_target = 1.0f,
            .average_decay = 0.99f,
            .statistics_momentum = 0.9f,
            .generator_optimizer = ADAM(1e-3f, 0.5f, 0.999f, 1e-7f),
            .discriminator_optimizer = ADAM(2e-3f, 0.5f, 0.999f, 1e-7f),
        },
    [SYNGAN_RECIPE_PUBLISHED] =
        {
            .batch = 64,
            .loss = SYNGAN_LOSS_CROSS_ENTROPY,
            .discriminator_steps = 1,
            .discriminator_update = SYNGAN_UPDATE_SEPARATE,
            .fakes = SYNGAN_FAKES_INFERENCE,
            .penalty = SYNGAN_PENALTY_NONE,
            .penalty_weight = 10.0f,
            .real_target = 1.0f,
            .average_decay = 0.0f,
            .statistics_momentum = SYNGAN_MOMENTUM_OF_LAYERS,
            .generator_optimizer = ADAM(1e-3f, 0.9f, 0.999f, 1e-7f),
            .discriminator_optimizer = ADAM(1e-3f, 0.9f, 0.999f, 1e-7f),
        },
};

/* ---- the options' fields ----------------------------------------------- */

#define T syngan_trainer_options
/* "auto" is the recipe's, or when loading the checkpoint's. */
static const sg_field trainer_fields[] = {
    SG_ENUM(T, recipe, "default|published", 0, 1, SG_AUTO,
            "set of defaults; auto: default"),
    SG_I32(T, batch, 1, 1000000, SG_AUTO, "examples in a batch; auto: 64"),
    SG_ENUM(T, loss, sg_gan_loss_names + 1, 1, SG_GAN_LOSSES, SG_AUTO,
            "loss of both players; auto: cross_entropy"),
    SG_I32(T, discriminator_steps, 1, 1000, SG_AUTO,
           "discriminator steps in an iteration; auto: 1"),
    SG_ENUM(T, discriminator_update, "separate|joint", 1, 2, SG_AUTO,
            "one discriminator update on real and one on fake examples, or "
            "one on both; auto: the recipe's, or joint where the loss compares "
            "them"),
    SG_ENUM(T, fakes, "training|inference", 1, 2, SG_AUTO,
            "mode of the generator when it makes examples for the "
            "discriminator; auto: the recipe's"),
    SG_ENUM(T, penalty, sg_gan_penalty_names + 1, 1, SG_GAN_PENALTIES, SG_AUTO,
            "gradient penalty of the discriminator; auto: the recipe's"),
    SG_F32(T, penalty_weight, 0, 1e6, SG_AUTO,
           "weight of the gradient penalty; auto: 10"),
    SG_F32(T, real_target, 0, 1, SG_AUTO,
           "label of real examples; auto: the recipe's"),
    SG_F32(T, average_decay, 0, 0.999999, SG_AUTO,
           "decay of the averaged generator, 0: none; auto: the recipe's"),
    SG_F32(T, statistics_momentum, SYNGAN_MOMENTUM_OF_LAYERS, 0.999999, SG_AUTO,
           "momentum of running statistics, -1: each layer's own; auto: the "
           "recipe's"),
    SG_BOOL(T, profile, "time each kernel"),
    SG_OTHER(T, generator_optimizer, "default: the recipe's"),
    SG_OTHER(T, discriminator_optimizer, "default: the recipe's"),
    SG_SEED(T, seed, "seed of the noise; auto: the context's"),
    SG_I32(T, report_every, 1, 1000000000, SG_REPORT_EVERY,
           "iterations between two reports"),
    SG_AUTO_BOOL(T, bf16, "products in bf16; auto: false"),
    SG_OTHER(T, progress, "called with a report"),
    SG_OTHER(T, progress_user, "given to `progress`"),
    SG_OTHER(T, line, "called with a line of text about once a second"),
    SG_OTHER(T, line_user, "given to `line`"),
    SG_AUTO_BOOL(T, tune,
                 "kernels chosen by timing them on this machine; auto: false"),
    SG_BOOL(T, other_data,
            "of loading: go on with other data than the checkpoint's"),
};
#undef T

SG_FIELDS(sg_options_trainer, "trainer", syngan_trainer_options,
          trainer_fields);

/* ---- reading ----------------------------------------------------------- */

#define WHERE "trainer"

/* Puts numbers where the options have SYNGAN_AUTO. */
static void settle(const syngan_context *context, syngan_trainer_options *o) {
#define SETTLE(member, value)                                                  \
    if ((double)o->member == SG_AUTO) o->member = value
    SETTLE(recipe, SYNGAN_RECIPE_DEFAULT);
    const recipe *from = &recipes[o->recipe];
    SETTLE(batch, from->batch);
    SETTLE(loss, from->loss);
    SETTLE(discriminator_steps, from->discriminator_steps);
    SETTLE(discriminator_update, sg_gan_losses[o->loss].compares
                                     ? SYNGAN_UPDATE_JOINT
                                     : from->discriminator_update);
    SETTLE(fakes, from->fakes);
    SETTLE(penalty, from->penalty);
    SETTLE(penalty_weight, from->penalty_weight);
    SETTLE(real_target, from->real_target);
    SETTLE(average_decay, from->average_decay);
    SETTLE(statistics_momentum, from->statistics_momentum);
    SETTLE(bf16, 0);
    SETTLE(tune, 0);
#undef SETTLE
    if (o->seed == SYNGAN_AUTO_SEED) o->seed = context->seed;
}

static syngan_status check_settings(syngan_context *context,
                                    const syngan_trainer_options *t) {
    const sg_gan_loss *loss = &sg_gan_losses[t->loss];
    if (t->real_target < 1.0f && !loss->has_labels)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       WHERE ": real_target is %g, but the loss %s has no "
                             "labels; it must be 1",
                       (double)t->real_target, loss->name);
    if (loss->compares && t->discriminator_update != SYNGAN_UPDATE_JOINT)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       WHERE ": the loss %s compares real with fake examples, "
                             "so that discriminator_update must be joint",
                       loss->name);
    if (t->statistics_momentum < 0.0f &&
        t->statistics_momentum > SYNGAN_MOMENTUM_OF_LAYERS)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       WHERE ": statistics_momentum is %g, but must be from 0 "
                             "to 0.999999, or SYNGAN_MOMENTUM_OF_LAYERS",
                       (double)t->statistics_momentum);
    if (t->bf16 && !sg_backend_has_bf16(context))
        return sg_fail(context, SYNGAN_E_UNSUPPORTED,
                       WHERE ": bf16 needs a processor with AVX512_BF16, and a "
                             "context whose `isa` allows it");
    return SYNGAN_OK;
}

static syngan_status read_optimizer(syngan_context *context, const char *where,
                                    const syngan_optimizer_options *given,
                                    const syngan_optimizer_options *standard,
                                    syngan_optimizer_options *out) {
    return sg_optimizer_read(context, given != NULL ? given : standard, where,
                             out);
}

syngan_status sg_settings_read(syngan_context *context,
                               const syngan_trainer_options *options,
                               sg_settings *out) {
    syngan_trainer_options *t = &out->trainer;
    SG_TRY(sg_options_read(context, &sg_options_trainer, options, WHERE, t));
    settle(context, t);
    const recipe *from = &recipes[t->recipe];
    SG_TRY(check_settings(context, t));
    SG_TRY(read_optimizer(context, WHERE ": generator_optimizer",
                          t->generator_optimizer, &from->generator_optimizer,
                          &out->generator_optimizer));
    SG_TRY(read_optimizer(
        context, WHERE ": discriminator_optimizer", t->discriminator_optimizer,
        &from->discriminator_optimizer, &out->discriminator_optimizer));
    t->generator_optimizer = t->discriminator_optimizer = NULL;
    return SYNGAN_OK;
}

/* ---- in files ---------------------------------------------------------- */

/* Names of the parts of the JSON object. */
#define PART_TRAINER "trainer"
#define PART_GENERATOR "generator_optimizer"
#define PART_DISCRIMINATOR "discriminator_optimizer"

/* In files 0 stands for each layer's own momentum, and -1 for 0. */
static float swap_momentum(float momentum) {
    const float own = SYNGAN_MOMENTUM_OF_LAYERS;
    return momentum == own ? 0.0f : momentum == 0.0f ? own : momentum;
}

syngan_status sg_settings_write(syngan_context *context,
                                const sg_settings *settings, char **text) {
    syngan_trainer_options trainer = settings->trainer;
    trainer.report_every = SG_REPORT_EVERY;
    trainer.profile = 0;
    trainer.other_data = 0;
    trainer.statistics_momentum = swap_momentum(trainer.statistics_momentum);
    sg_json_writer json;
    sg_json_start(&json, context);
    sg_json_open_object(&json, NULL);
    sg_fields_write(&json, PART_TRAINER, &sg_options_trainer, &trainer);
    sg_fields_write(&json, PART_GENERATOR, &sg_options_optimizer,
                    &settings->generator_optimizer);
    sg_fields_write(&json, PART_DISCRIMINATOR, &sg_options_optimizer,
                    &settings->discriminator_optimizer);
    sg_json_close_object(&json);
    return sg_json_finish(&json, text, NULL);
}

static syngan_status parse_parts(sg_json_value root, sg_settings *out) {
    SG_TRY(sg_fields_read(sg_json_member(root, PART_TRAINER),
                          &sg_options_trainer, true, &out->trainer));
    SG_TRY(sg_fields_read(sg_json_member(root, PART_GENERATOR),
                          &sg_options_optimizer, true,
                          &out->generator_optimizer));
    return sg_fields_read(sg_json_member(root, PART_DISCRIMINATOR),
                          &sg_options_optimizer, true,
                          &out->discriminator_optimizer);
}

/* Fields that an older file does not have. */
static syngan_status settle_optimizer(syngan_context *context,
                                      syngan_optimizer_options *options) {
    options->struct_size = SYNGAN_INITIALISED(*options);
    const syngan_optimizer_options stored = *options;
    return sg_optimizer_read(context, &stored, WHERE, options);
}

syngan_status sg_settings_parse(syngan_context *context, const char *name,
                                const char *text, sg_settings *out) {
    sg_json *json;
    SG_TRY(sg_json_parse(context, name, text, strlen(text), &json));
    syngan_status status = parse_parts(sg_json_root(json), out);
    sg_json_free(json);
    if (status != SYNGAN_OK) return status;
    syngan_trainer_options *t = &out->trainer;
    t->struct_size = SYNGAN_INITIALISED(*t);
    if (t->statistics_momentum != (float)SYNGAN_AUTO)
        t->statistics_momentum = swap_momentum(t->statistics_momentum);
    settle(context, t);
    SG_TRY(settle_optimizer(context, &out->generator_optimizer));
    SG_TRY(settle_optimizer(context, &out->discriminator_optimizer));
    return check_settings(context, t);
}

/* ---- resuming ---------------------------------------------------------- */

static size_t field_bytes(const sg_field *field) {
    return field->type == SYNGAN_OPTION_I64 || field->type == SYNGAN_OPTION_U64
               ? 8
               : 4;
}

/* Each field of `given` but hooks must be SYNGAN_AUTO, or in `read` (which was
 * made of it) as it is in `saved`. */
static syngan_status check_equal(syngan_context *context,
                                 const sg_fields *fields, const char *where,
                                 const void *given, const void *read,
                                 const void *saved) {
    for (size_t i = 0; i < fields->count; i++) {
        const sg_field *field = &fields->field[i];
        if (field->type == SYNGAN_OPTION_OTHER ||
            sg_field_leaves_open(field, given) ||
            memcmp((const char *)read + field->offset,
                   (const char *)saved + field->offset,
                   field_bytes(field)) == 0)
            continue;
        return sg_fail(context, SYNGAN_E_MISMATCH,
                       "%s: %s differs from the checkpoint's; leave it out to "
                       "continue with that",
                       where, field->name);
    }
    return SYNGAN_OK;
}

static syngan_status
check_equal_optimizer(syngan_context *context, const char *where,
                      const syngan_optimizer_options *given,
                      const syngan_optimizer_options *read,
                      const syngan_optimizer_options *saved) {
    if (given == NULL) return SYNGAN_OK;
    syngan_optimizer_options whole;
    SG_TRY(
        sg_options_read(context, &sg_options_optimizer, given, where, &whole));
    return check_equal(context, &sg_options_optimizer, where, &whole, read,
                       saved);
}

syngan_status sg_settings_resume(syngan_context *context,
                                 const syngan_trainer_options *options,
                                 sg_settings *saved) {
    if (options == NULL) return SYNGAN_OK;
    sg_settings read;
    SG_TRY(sg_settings_read(context, options, &read));
    saved->trainer.report_every = read.trainer.report_every;
    saved->trainer.profile = read.trainer.profile;
    saved->trainer.other_data = read.trainer.other_data;
    saved->trainer.progress = read.trainer.progress;
    saved->trainer.progress_user = read.trainer.progress_user;
    saved->trainer.line = read.trainer.line;
    saved->trainer.line_user = read.trainer.line_user;
    syngan_trainer_options given;
    SG_TRY(
        sg_options_read(context, &sg_options_trainer, options, WHERE, &given));
    SG_TRY(check_equal(context, &sg_options_trainer, WHERE, &given,
                       &read.trainer, &saved->trainer));
    SG_TRY(check_equal_optimizer(
        context, WHERE ": generator_optimizer", given.generator_optimizer,
        &read.generator_optimizer, &saved->generator_optimizer));
    return check_equal_optimizer(context, WHERE ": discriminator_optimizer",
                                 given.discriminator_optimizer,
                                 &read.discriminator_optimizer,
                                 &saved->discriminator_optimizer);
}
