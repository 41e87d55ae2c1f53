/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each loss with each penalty, in separate and joint updates, against the same
 * training with the formulas written down: losses, penalties, and where steps
 * of plain gradient descent end, so that no term and no factor can be missing.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <syngan/program.h>

#include "base/random.h"
#include "support/networks.h"
#include "support/test.h"
#include "support/training.h"
#include "train/gan_loss.h"

enum { BATCH = 4, ITERATIONS = 3, SEED = 21 };

#define WEIGHT 2.5
#define TARGET 0.8
#define RATE 0.05f

static const syngan_optimizer_options descent = {SYNGAN_OPTIMIZER_DEFAULTS,
                                                 .kind = SYNGAN_OPTIMIZER_SGD,
                                                 .learning_rate = RATE};

typedef struct hand {
    syngan_context *context;
    syngan_model *generator, *discriminator;
    syngan_optimizer *generate, *discriminate;
    int32_t loss, penalty;
} hand;

/* The graph of one player's turn, and what it gives. */
typedef struct turn {
    syngan_graph *graph;
    syngan_node *real, *fake, *penalty, *generator; /* losses; NULL: none */
    syngan_node *total;
} turn;

/* ---- formulas ------------------------------------------------------------ */

static syngan_node *mean(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

/* -t log s(z) - (1 - t) log(1 - s(z)) */
static syngan_node *cross_entropy(syngan_node *z, double t) {
    syngan_node *yes = syngan_affine(syngan_softplus(syngan_negate(z)), t, 0);
    syngan_node *no = syngan_affine(syngan_softplus(z), 1 - t, 0);
    return mean(syngan_add(yes, no));
}

/* mean max(0, 1 + sign z) */
static syngan_node *hinge(syngan_node *z, double sign) {
    return mean(syngan_relu(syngan_affine(z, sign, 1)));
}

/* mean (z - label)^2 */
static syngan_node *squares(syngan_node *z, double label) {
    return mean(syngan_square(syngan_affine(z, 1, -label)));
}

/* -log s(a - b) */
static syngan_node *ahead(syngan_node *a, syngan_node *b) {
    return cross_entropy(syngan_subtract(a, b), 1);
}

static syngan_node *half_of(syngan_node *a, syngan_node *b) {
    return syngan_affine(syngan_add(a, b), 0.5, 0);
}

static bool compares(const hand *h) {
    return h->loss == SYNGAN_LOSS_RELATIVISTIC_AVERAGE ||
           h->loss == SYNGAN_LOSS_RELATIVISTIC_PAIRING;
}

static bool has_labels(const hand *h) {
    return h->loss == SYNGAN_LOSS_CROSS_ENTROPY ||
           h->loss == SYNGAN_LOSS_MINIMAX ||
           h->loss == SYNGAN_LOSS_LEAST_SQUARES;
}

/* `y`: logits of fakes, for losses that compare. */
static syngan_node *real_loss(const hand *h, syngan_node *z, syngan_node *y) {
    switch (h->loss) {
    case SYNGAN_LOSS_HINGE:
        return hinge(z, -1);
    case SYNGAN_LOSS_WASSERSTEIN:
        return syngan_negate(mean(z));
    case SYNGAN_LOSS_LEAST_SQUARES:
        return squares(z, (double)(float)TARGET);
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE:
        return ahead(z, mean(y));
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING:
        return ahead(z, y);
    default:
        return cross_entropy(z, (double)(float)TARGET);
    }
}

/* `z`: logits of real examples, likewise. */
static syngan_node *fake_loss(const hand *h, syngan_node *y, syngan_node *z) {
    switch (h->loss) {
    case SYNGAN_LOSS_HINGE:
        return hinge(y, 1);
    case SYNGAN_LOSS_WASSERSTEIN:
        return mean(y);
    case SYNGAN_LOSS_LEAST_SQUARES:
        return squares(y, 0);
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE:
        return ahead(mean(z), y);
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING:
        return ahead(z, y);
    default:
        return cross_entropy(y, 0);
    }
}

static syngan_node *generator_loss(const hand *h, syngan_node *y,
                                   syngan_node *z) {
    switch (h->loss) {
    case SYNGAN_LOSS_CROSS_ENTROPY:
        return cross_entropy(y, 1);
    case SYNGAN_LOSS_MINIMAX:
        return syngan_negate(cross_entropy(y, 0));
    case SYNGAN_LOSS_LEAST_SQUARES:
        return syngan_affine(squares(y, 1), 0.5, 0);
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE:
        return half_of(ahead(y, mean(z)), ahead(mean(y), z));
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING:
        return ahead(y, z);
    default:
        return syngan_negate(mean(y));
    }
}

/* ---- graphs -------------------------------------------------------------- */

static syngan_node *judge(const hand *h, turn *t, syngan_node *x) {
    return syngan_model_apply(t->graph, h->discriminator, &x, 1,
                              SYNGAN_MODE_TRAINING);
}

static syngan_node *examples(turn *t) {
    return syngan_input(t->graph, "x", SYNGAN_TYPE_F32,
                        SYNGAN_SHAPE(BATCH, 1, 4, 4));
}

static syngan_node *generated(const hand *h, turn *t) {
    syngan_node *noise =
        syngan_random_normal(t->graph, SYNGAN_SHAPE(BATCH, NETWORK_NOISE));
    return syngan_model_apply(t->graph, h->generator, &noise, 1,
                              SYNGAN_MODE_TRAINING);
}

/* The squared norms of d score / dx, one for each example. */
static syngan_node *norms(syngan_node *score, syngan_node *x) {
    syngan_node *slope;
    assert_int_equal(syngan_gradient(score, &x, 1, &slope), SYNGAN_OK);
    return syngan_sum(syngan_square(slope), (const int32_t[]){1, 2, 3}, 3, 0);
}

static void add_penalty(turn *t, syngan_node *penalty) {
    t->penalty = t->penalty == NULL ? penalty : syngan_add(t->penalty, penalty);
    t->total = syngan_add(t->total, penalty);
}

/* weight / 2 E |slope|^2, on real examples or on fakes, where one of two
 * penalties says so */
static void add_half(const hand *h, int32_t one, turn *t, syngan_node *z,
                     syngan_node *x) {
    if (h->penalty != one && h->penalty != SYNGAN_PENALTY_R1_R2) return;
    add_penalty(t, syngan_affine(mean(norms(z, x)), WEIGHT / 2, 0));
}

/* weight E (|slope| - 1)^2 on the lines between */
static void add_wgan_gp(const hand *h, turn *t, syngan_node *real,
                        syngan_node *fake) {
    if (h->penalty != SYNGAN_PENALTY_WGAN_GP) return;
    syngan_node *u =
        syngan_random_uniform(t->graph, SYNGAN_SHAPE(BATCH, 1, 1, 1));
    syngan_node *rest = syngan_affine(u, -1, 1);
    syngan_node *x =
        syngan_add(syngan_multiply(u, real), syngan_multiply(rest, fake));
    syngan_node *norm = syngan_sqrt(norms(judge(h, t, x), x));
    syngan_node *excess = syngan_square(syngan_affine(norm, 1, -1));
    add_penalty(t, syngan_affine(mean(excess), WEIGHT, 0));
}

static void build_real(const hand *h, turn *t) {
    syngan_node *x = examples(t), *z = judge(h, t, x);
    t->total = t->real = real_loss(h, z, NULL);
    add_half(h, SYNGAN_PENALTY_R1, t, z, x);
}

static void build_fake(const hand *h, turn *t) {
    syngan_node *fake = syngan_stop_gradient(generated(h, t));
    syngan_node *y = judge(h, t, fake);
    t->total = t->fake = fake_loss(h, y, NULL);
    add_half(h, SYNGAN_PENALTY_R2, t, y, fake);
    if (h->penalty == SYNGAN_PENALTY_WGAN_GP)
        add_wgan_gp(h, t, examples(t), fake);
}

static void build_both(const hand *h, turn *t) {
    syngan_node *x = examples(t);
    syngan_node *fake = syngan_stop_gradient(generated(h, t));
    syngan_node *z = judge(h, t, x), *y = judge(h, t, fake);
    t->real = real_loss(h, z, y);
    t->fake = fake_loss(h, y, z);
    t->total = half_of(t->real, t->fake);
    add_half(h, SYNGAN_PENALTY_R1, t, z, x);
    add_half(h, SYNGAN_PENALTY_R2, t, y, fake);
    add_wgan_gp(h, t, x, fake);
}

static void build_generator(const hand *h, turn *t) {
    syngan_node *z = compares(h) ? judge(h, t, examples(t)) : NULL;
    t->total = t->generator =
        generator_loss(h, judge(h, t, generated(h, t)), z);
}

/* ---- a turn -------------------------------------------------------------- */

/* As the trainer derives the seed of a turn's noise. */
static uint64_t turn_seed(const char *name) {
    const sg_random random = {.seed = SEED, .stream = sg_stream_id(name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* An output; NULL: it has none. */
static double output(const hand *h, syngan_program *program, size_t *index,
                     const syngan_node *node) {
    syngan_tensor *tensor;
    if (node == NULL) return 0;
    assert_ok(h->context, syngan_program_output(program, (*index)++, &tensor));
    double value = (double)*(float *)syngan_tensor_data(tensor);
    syngan_tensor_free(tensor);
    return value;
}

/* Compares it with what the trainer has noted. */
static void compare(const hand *h, syngan_program *program, size_t *index,
                    const syngan_node *node, float noted) {
    if (node == NULL) return;
    assert_float_equal(output(h, program, index, node), noted, 2e-5);
}

static void run_turn(const hand *h, const char *name,
                     void (*build)(const hand *, turn *),
                     syngan_optimizer *optimizer, const syngan_dataset *data,
                     int64_t number, const syngan_losses *noted,
                     double *penalty) {
    turn t = {0};
    syngan_program *program = NULL;
    syngan_tensor *x;
    assert_ok(h->context, syngan_graph_create(h->context, &t.graph));
    build(h, &t);
    syngan_node *all[] = {t.real, t.fake, t.penalty, t.generator}, *outputs[4];
    syngan_node *updates[] = {syngan_optimizer_minimize(optimizer, t.total),
                              syngan_node_update_statistics(t.total)};
    size_t count = 0, index = 0;
    for (int i = 0; i < 4; i++)
        if (all[i] != NULL) outputs[count++] = all[i];
    assert_ok(h->context,
              syngan_program_create(
                  outputs, count, updates, t.generator != NULL ? 2 : 1,
                  SYNGAN_PROGRAM(.seed = turn_seed(name)), &program));
    if (syngan_program_input(program, "x", &x) == SYNGAN_OK) {
        assert_ok(h->context,
                  syngan_dataset_batch((syngan_dataset *)(uintptr_t)data,
                                       number, x, NULL));
        syngan_tensor_free(x);
    }
    assert_ok(h->context, syngan_program_run(program, (uint64_t)number));
    compare(h, program, &index, t.real, noted->d_loss_real);
    compare(h, program, &index, t.fake, noted->d_loss_fake);
    *penalty += output(h, program, &index, t.penalty);
    compare(h, program, &index, t.generator, noted->g_loss);
    syngan_program_free(program);
    syngan_graph_free(t.graph);
}

/* ---- training ------------------------------------------------------------ */

static void compare_models(syngan_context *context, const syngan_model *a,
                           const syngan_model *b) {
    for (size_t i = 0; i < syngan_model_parameter_count(a); i++) {
        const char *name = syngan_model_parameter_name(a, i);
        syngan_tensor *x, *y;
        assert_ok(context, syngan_model_parameter(a, name, &x));
        assert_ok(context, syngan_model_parameter(b, name, &y));
        for (size_t k = 0; k < syngan_tensor_count(x); k++)
            assert_float_equal(((float *)syngan_tensor_data(x))[k],
                               ((float *)syngan_tensor_data(y))[k], 2e-5);
        syngan_tensor_free(x);
        syngan_tensor_free(y);
    }
}

static void check(int32_t loss, int32_t penalty, int32_t update) {
    syngan_context *context = test_context(1);
    hand h = {.context = context, .loss = loss, .penalty = penalty};
    training t;
    syngan_trainer_options options = {SYNGAN_TRAINER_DEFAULTS,
                                      .batch = BATCH,
                                      .loss = loss,
                                      .penalty = penalty,
                                      .discriminator_update = update,
                                      .fakes = SYNGAN_FAKES_TRAINING,
                                      .statistics_momentum =
                                          SYNGAN_MOMENTUM_OF_LAYERS,
                                      .average_decay = 0,
                                      .seed = SEED,
                                      .generator_optimizer = &descent,
                                      .discriminator_optimizer = &descent};
    if (has_labels(&h)) options.real_target = (float)TARGET;
    if (penalty != SYNGAN_PENALTY_NONE) options.penalty_weight = (float)WEIGHT;
    assert_ok(context, training_make(context, NETWORK_DENSE, &options, &t));
    assert_ok(context, network_generator(context, NETWORK_DENSE, &h.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &h.discriminator));
    assert_ok(context,
              syngan_optimizer_create(h.generator, &descent, &h.generate));
    assert_ok(context, syngan_optimizer_create(h.discriminator, &descent,
                                               &h.discriminate));
    assert_ok(context, syngan_trainer_run(t.trainer, ITERATIONS));
    for (int64_t i = 0; i < ITERATIONS; i++) {
        syngan_losses noted = {.struct_size = sizeof noted};
        double penalties = 0;
        assert_ok(context, syngan_trainer_history(t.trainer, i, &noted));
        if (update == SYNGAN_UPDATE_JOINT) {
            run_turn(&h, "discriminator, both", build_both, h.discriminate,
                     t.dataset, i, &noted, &penalties);
        } else {
            run_turn(&h, "discriminator, real", build_real, h.discriminate,
                     t.dataset, i, &noted, &penalties);
            run_turn(&h, "discriminator, fake", build_fake, h.discriminate,
                     t.dataset, i, &noted, &penalties);
        }
        run_turn(&h, "generator", build_generator, h.generate, t.dataset, i,
                 &noted, &penalties);
        assert_float_equal(penalties, noted.penalty, 2e-5);
    }
    compare_models(context, t.generator, h.generator);
    compare_models(context, t.discriminator, h.discriminator);
    syngan_optimizer_free(h.generate);
    syngan_optimizer_free(h.discriminate);
    syngan_model_free(h.generator);
    syngan_model_free(h.discriminator);
    training_end(&t);
    syngan_context_free(context);
}

static void test_objectives(void **state) {
    (void)state;
    for (int32_t loss = 1; loss <= SG_GAN_LOSSES; loss++)
        for (int32_t penalty = 1; penalty <= SG_GAN_PENALTIES; penalty++) {
            if (!sg_gan_losses[loss].compares)
                check(loss, penalty, SYNGAN_UPDATE_SEPARATE);
            check(loss, penalty, SYNGAN_UPDATE_JOINT);
        }
}

/* One update where a loss compares: by default, and nothing else. */
static void test_joint(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int32_t loss = 1; loss <= SG_GAN_LOSSES; loss++) {
        const hand h = {.loss = loss};
        training t;
        syngan_trainer_options options = {SYNGAN_TRAINER_DEFAULTS,
                                          .batch = BATCH, .loss = loss};
        assert_ok(context, training_make(context, NETWORK_DENSE, &options, &t));
        char text[4096];
        syngan_trainer_report(t.trainer, text, sizeof text);
        assert_int_equal(strstr(text, "discriminator, both") != NULL,
                         compares(&h));
        training_end(&t);
        options.discriminator_update = SYNGAN_UPDATE_SEPARATE;
        if (compares(&h))
            assert_fails(context,
                         training_make(context, NETWORK_DENSE, &options, &t),
                         SYNGAN_E_ARGUMENT, "must be joint");
        options.discriminator_update = SYNGAN_AUTO;
        options.real_target = 0.9f;
        if (!has_labels(&h))
            assert_fails(context,
                         training_make(context, NETWORK_DENSE, &options, &t),
                         SYNGAN_E_ARGUMENT, "has no labels");
    }
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_objectives),
                                       cmocka_unit_test(test_joint)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
