/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a trainer: recipes, options on top, and text in checkpoints. */
#include "support/test.h"

#include "base/memory.h"
#include "train/recipe.h"

static sg_settings settings(syngan_context *context,
                            const syngan_trainer_options *options) {
    sg_settings s;
    assert_ok(context, sg_settings_read(context, options, &s));
    return s;
}

static void test_published(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_settings s =
        settings(context, SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED));
    assert_int_equal(s.trainer.batch, 64);
    assert_int_equal(s.trainer.loss, SYNGAN_LOSS_CROSS_ENTROPY);
    assert_int_equal(s.trainer.discriminator_steps, 1);
    assert_int_equal(s.trainer.discriminator_update, SYNGAN_UPDATE_SEPARATE);
    assert_int_equal(s.trainer.fakes, SYNGAN_FAKES_INFERENCE);
    assert_int_equal(s.trainer.penalty, SYNGAN_PENALTY_NONE);
    assert_float_equal(s.trainer.real_target, 1, 0);
    assert_float_equal(s.trainer.average_decay, 0, 0);
    const syngan_optimizer_options *o = &s.generator_optimizer;
    for (int i = 0; i < 2; i++, o = &s.discriminator_optimizer) {
        assert_int_equal(o->kind, SYNGAN_OPTIMIZER_ADAM);
        assert_float_equal(o->learning_rate, 1e-3f, 0);
        assert_float_equal(o->beta1, 0.9f, 0);
        assert_float_equal(o->beta2, 0.999f, 0);
        assert_float_equal(o->epsilon, 1e-7f, 0);
    }
    syngan_context_free(context);
}

static void test_overrides(void **state) {
    (void)state;
    syngan_context *context;
    assert_int_equal(syngan_context_create(
                         SYNGAN_CONTEXT(.seed = 77, .threads = 1), &context),
                     SYNGAN_OK);
    sg_settings s = settings(context, NULL);
    assert_int_equal(s.trainer.recipe, SYNGAN_RECIPE_DEFAULT);
    assert_int_equal(s.trainer.fakes, SYNGAN_FAKES_TRAINING);
    assert_int_equal(s.trainer.seed, 77);
    s = settings(context,
                 SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED, .batch = 5,
                                .fakes = SYNGAN_FAKES_TRAINING, .seed = 3,
                                .average_decay = 0.9f, .real_target = 0.8f));
    assert_int_equal(s.trainer.batch, 5);
    assert_int_equal(s.trainer.fakes, SYNGAN_FAKES_TRAINING);
    assert_int_equal(s.trainer.discriminator_update, SYNGAN_UPDATE_SEPARATE);
    assert_int_equal(s.trainer.seed, 3);
    assert_float_equal(s.trainer.average_decay, 0.9f, 0);
    assert_float_equal(s.trainer.real_target, 0.8f, 0);
    /* A zero is a zero. */
    s = settings(context,
                 SYNGAN_TRAINER(.average_decay = 0, .penalty_weight = 0));
    assert_float_equal(s.trainer.average_decay, 0, 0);
    assert_float_equal(s.trainer.penalty_weight, 0, 0);
    /* One optimizer of one's own leaves the other as it is. */
    s = settings(
        context,
        SYNGAN_TRAINER(.generator_optimizer =
                           SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD,
                                            .momentum = 0.5f)));
    assert_int_equal(s.generator_optimizer.kind, SYNGAN_OPTIMIZER_SGD);
    assert_float_equal(s.generator_optimizer.momentum, 0.5f, 0);
    assert_int_equal(s.discriminator_optimizer.kind, SYNGAN_OPTIMIZER_ADAM);
    assert_null(s.trainer.generator_optimizer);
    syngan_context_free(context);
}

static void test_errors(void **state) {
    (void)state;
    const struct {
        syngan_trainer_options options;
        syngan_status status;
        const char *sentence;
    } cases[] = {
        {{SYNGAN_TRAINER_DEFAULTS, .batch = -1}, SYNGAN_E_ARGUMENT, "batch"},
        {{SYNGAN_TRAINER_DEFAULTS, .recipe = 7}, SYNGAN_E_ARGUMENT, "recipe"},
        {{SYNGAN_TRAINER_DEFAULTS, .loss = 99}, SYNGAN_E_ARGUMENT, "loss"},
        {{SYNGAN_TRAINER_DEFAULTS, .fakes = 3}, SYNGAN_E_ARGUMENT, "fakes"},
        {{SYNGAN_TRAINER_DEFAULTS, .penalty = -1},
         SYNGAN_E_ARGUMENT,
         "penalty"},
        {{SYNGAN_TRAINER_DEFAULTS, .penalty_weight = -1},
         SYNGAN_E_ARGUMENT,
         "penalty_weight"},
        {{SYNGAN_TRAINER_DEFAULTS, .real_target = 1.5f},
         SYNGAN_E_ARGUMENT,
         "real_target"},
        {{SYNGAN_TRAINER_DEFAULTS, .average_decay = 1},
         SYNGAN_E_ARGUMENT,
         "average_decay"},
        {{SYNGAN_TRAINER_DEFAULTS, .discriminator_steps = -2},
         SYNGAN_E_ARGUMENT,
         "discriminator_steps"},
        {{SYNGAN_TRAINER_DEFAULTS, .report_every = -5},
         SYNGAN_E_ARGUMENT,
         "report_every"},
        {{SYNGAN_TRAINER_DEFAULTS, .loss = SYNGAN_LOSS_HINGE,
          .real_target = 0.9f},
         SYNGAN_E_ARGUMENT,
         "real_target"},
        {{SYNGAN_TRAINER_DEFAULTS, .reserved = {0, 1, 0}},
         SYNGAN_E_ARGUMENT,
         "reserved"},
        {{SYNGAN_TRAINER_DEFAULTS,
          .generator_optimizer = SYNGAN_OPTIMIZER(.beta1 = 2)},
         SYNGAN_E_ARGUMENT,
         "generator_optimizer: beta1"},
    };
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        syngan_trainer_options options = cases[i].options;
        sg_settings s;
        assert_fails(context, sg_settings_read(context, &options, &s),
                     cases[i].status, cases[i].sentence);
    }
    syngan_context_free(context);
}

/* ---- in checkpoints ---------------------------------------------------- */

static void test_text(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int hook = 0;
    sg_settings a = settings(
        context,
        SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED, .seed = UINT64_MAX,
                       .report_every = 7, .progress_user = &hook,
                       .discriminator_optimizer =
                           SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_RMSPROP,
                                            .epsilon = 0, .rho = 0.3f)));
    char *text, *other;
    assert_ok(context, sg_settings_write(context, &a, &text));
    sg_settings b;
    assert_ok(context, sg_settings_parse(context, "test", text, &b));
    assert_int_equal(b.trainer.report_every, SG_REPORT_EVERY);
    assert_null(b.trainer.progress_user);
    b.trainer.report_every = a.trainer.report_every;
    b.trainer.progress_user = &hook;
    assert_memory_equal(&a.trainer, &b.trainer, sizeof a.trainer);
    assert_memory_equal(&a.generator_optimizer, &b.generator_optimizer,
                        sizeof a.generator_optimizer);
    assert_memory_equal(&a.discriminator_optimizer, &b.discriminator_optimizer,
                        sizeof a.discriminator_optimizer);
    assert_ok(context, sg_settings_write(context, &b, &other));
    assert_string_equal(text, other);
    sg_free(context, text);
    sg_free(context, other);
    assert_fails(context,
                 sg_settings_parse(context, "file", "{\"trainer\":{}}", &b),
                 SYNGAN_E_FORMAT, "generator_optimizer");
    syngan_context_free(context);
}

/* Each layer's own momentum is 0 in files, as ever; a momentum of 0 is not. */
static void test_momentum(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const struct {
        float momentum;
        const char *text;
    } cases[] = {{SYNGAN_MOMENTUM_OF_LAYERS, "\"statistics_momentum\":0"},
                 {0, "\"statistics_momentum\":-1"},
                 {0.5f, "\"statistics_momentum\":0.5"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sg_settings b,
            a = settings(context, SYNGAN_TRAINER(.statistics_momentum =
                                                     cases[i].momentum));
        char *text;
        assert_float_equal(a.trainer.statistics_momentum, cases[i].momentum, 0);
        assert_ok(context, sg_settings_write(context, &a, &text));
        assert_non_null(strstr(text, cases[i].text));
        assert_ok(context, sg_settings_parse(context, "test", text, &b));
        assert_memory_equal(&a.trainer, &b.trainer, sizeof a.trainer);
        sg_free(context, text);
    }
    sg_settings s;
    assert_fails(context,
                 sg_settings_read(
                     context, SYNGAN_TRAINER(.statistics_momentum = -0.5f), &s),
                 SYNGAN_E_ARGUMENT, "statistics_momentum is -0.5");
    syngan_context_free(context);
}

static syngan_status resume(syngan_context *context,
                            const syngan_trainer_options *options,
                            sg_settings *saved) {
    *saved = settings(context, SYNGAN_TRAINER(.batch = 5, .seed = 9));
    return sg_settings_resume(context, options, saved);
}

static void test_resume(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    sg_settings s;
    int hook = 0;
    assert_ok(context, resume(context, NULL, &s));
    assert_ok(context, resume(context,
                              SYNGAN_TRAINER(.batch = 5, .report_every = 3,
                                             .line_user = &hook, .seed = 9),
                              &s));
    assert_int_equal(s.trainer.report_every, 3);
    assert_ptr_equal(s.trainer.line_user, &hook);
    assert_int_equal(s.trainer.batch, 5);
    assert_fails(context, resume(context, SYNGAN_TRAINER(.batch = 6), &s),
                 SYNGAN_E_MISMATCH, "batch");
    assert_fails(
        context,
        resume(context, SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED), &s),
        SYNGAN_E_MISMATCH, "recipe");
    assert_fails(context, resume(context, SYNGAN_TRAINER(.seed = 8), &s),
                 SYNGAN_E_MISMATCH, "seed");
    assert_fails(context, resume(context, SYNGAN_TRAINER(.batch = -6), &s),
                 SYNGAN_E_ARGUMENT, "batch");
    /* A zero or a default that is written counts as well. */
    assert_fails(context, resume(context, SYNGAN_TRAINER(.batch = 64), &s),
                 SYNGAN_E_MISMATCH, "batch");
    assert_fails(context,
                 resume(context, SYNGAN_TRAINER(.average_decay = 0), &s),
                 SYNGAN_E_MISMATCH, "average_decay");
    const syngan_optimizer_options same = s.generator_optimizer;
    assert_ok(
        context,
        resume(context, SYNGAN_TRAINER(.generator_optimizer = &same), &s));
    syngan_optimizer_options other = s.discriminator_optimizer;
    other.beta1 = 0;
    assert_fails(
        context,
        resume(context, SYNGAN_TRAINER(.discriminator_optimizer = &other), &s),
        SYNGAN_E_MISMATCH, "discriminator_optimizer: beta1");
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published), cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_errors),    cmocka_unit_test(test_text),
        cmocka_unit_test(test_momentum),  cmocka_unit_test(test_resume),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
