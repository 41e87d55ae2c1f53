/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each loss with each penalty, in separate and joint updates, against the same
 * training with the formulas written down: losses, penalties, and where steps
 * of plain gradient descent end, so that no term and no factor can be missing.
 */
#include <math.h>

#include <syngan/program.h>

#include "base/random.h"
#include "support/networks.h"
#include "support/test.h"
#include "support/training.h"

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

static syngan_node *real_loss(const hand *h, syngan_node *z) {
    return h->loss == SYNGAN_LOSS_HINGE ? hinge(z, -1)
           : h->loss == SYNGAN_LOSS_WASSERSTEIN
               ? syngan_negate(mean(z))
               : cross_entropy(z, (double)(float)TARGET);
}

static syngan_node *fake_loss(const hand *h, syngan_node *z) {
    return h->loss == SYNGAN_LOSS_HINGE         ? hinge(z, 1)
           : h->loss == SYNGAN_LOSS_WASSERSTEIN ? mean(z)
                                                : cross_entropy(z, 0);
}

static syngan_node *generator_loss(const hand *h, syngan_node *z) {
    return h->loss == SYNGAN_LOSS_CROSS_ENTROPY ? cross_entropy(z, 1)
                                                : syngan_negate(mean(z));
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
    t->penalty = penalty;
    t->total = syngan_add(t->total, penalty);
}

/* weight / 2 E |slope|^2 on real examples */
static void add_r1(const hand *h, turn *t, syngan_node *z, syngan_node *x) {
    if (h->penalty != SYNGAN_PENALTY_R1) return;
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
    t->total = t->real = real_loss(h, z);
    add_r1(h, t, z, x);
}

static void build_fake(const hand *h, turn *t) {
    syngan_node *fake = syngan_stop_gradient(generated(h, t));
    t->total = t->fake = fake_loss(h, judge(h, t, fake));
    if (h->penalty == SYNGAN_PENALTY_WGAN_GP)
        add_wgan_gp(h, t, examples(t), fake);
}

static void build_both(const hand *h, turn *t) {
    syngan_node *x = examples(t);
    syngan_node *fake = syngan_stop_gradient(generated(h, t));
    syngan_node *z = judge(h, t, x);
    t->real = real_loss(h, z);
    t->fake = fake_loss(h, judge(h, t, fake));
    t->total = syngan_affine(syngan_add(t->real, t->fake), 0.5, 0);
    add_r1(h, t, z, x);
    add_wgan_gp(h, t, x, fake);
}

static void build_generator(const hand *h, turn *t) {
    t->total = t->generator = generator_loss(h, judge(h, t, generated(h, t)));
}

/* ---- a turn -------------------------------------------------------------- */

/* As the trainer derives the seed of a turn's noise. */
static uint64_t turn_seed(const char *name) {
    const sg_random random = {.seed = SEED, .stream = sg_stream_id(name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* Compares an output with what the trainer has noted; NULL: it has nothing. */
static void compare(const hand *h, syngan_program *program, size_t *index,
                    const syngan_node *node, float noted) {
    syngan_tensor *tensor;
    if (node == NULL) return;
    assert_ok(h->context, syngan_program_output(program, (*index)++, &tensor));
    assert_float_equal(*(float *)syngan_tensor_data(tensor), noted, 2e-5);
    syngan_tensor_free(tensor);
}

static void run_turn(const hand *h, const char *name,
                     void (*build)(const hand *, turn *),
                     syngan_optimizer *optimizer, const syngan_dataset *data,
                     int64_t number, const syngan_losses *noted) {
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
    compare(h, program, &index, t.penalty, noted->penalty);
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
    if (loss == SYNGAN_LOSS_CROSS_ENTROPY) options.real_target = (float)TARGET;
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
        assert_ok(context, syngan_trainer_history(t.trainer, i, &noted));
        if (update == SYNGAN_UPDATE_JOINT) {
            run_turn(&h, "discriminator, both", build_both, h.discriminate,
                     t.dataset, i, &noted);
        } else {
            run_turn(&h, "discriminator, real", build_real, h.discriminate,
                     t.dataset, i, &noted);
            run_turn(&h, "discriminator, fake", build_fake, h.discriminate,
                     t.dataset, i, &noted);
        }
        run_turn(&h, "generator", build_generator, h.generate, t.dataset, i,
                 &noted);
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
    static const int32_t losses[] = {
        SYNGAN_LOSS_CROSS_ENTROPY, SYNGAN_LOSS_HINGE, SYNGAN_LOSS_WASSERSTEIN};
    static const int32_t penalties[] = {SYNGAN_PENALTY_NONE, SYNGAN_PENALTY_R1,
                                        SYNGAN_PENALTY_WGAN_GP};
    for (int i = 0; i < 9; i++) {
        check(losses[i % 3], penalties[i / 3], SYNGAN_UPDATE_SEPARATE);
        check(losses[i % 3], penalties[i / 3], SYNGAN_UPDATE_JOINT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_objectives)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
