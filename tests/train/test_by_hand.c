/* SPDX-License-Identifier: Apache-2.0 */
/* The trainer against the same training written with programs: which model
 * moves when, on what, in which mode. */
#include "support/test.h"

#include <syngan/layers.h>
#include <syngan/losses.h>
#include <syngan/program.h>

#include "base/random.h"
#include "support/networks.h"
#include "support/training.h"

#define BATCH 4
#define ITERATIONS 6
#define SEED 11

/* ---- training by hand -------------------------------------------------- */

/* The program of one player's turn. */
typedef struct turn {
    syngan_program *program;
    syngan_tensor *examples; /* NULL: none */
    syngan_tensor *loss, *accuracy;
} turn;

typedef struct by_hand {
    syngan_context *context;
    syngan_model *generator, *discriminator;
    syngan_optimizer *generator_optimizer, *discriminator_optimizer;
    int32_t fakes;
    turn real, fake, both, generate;
} by_hand;

/* As the trainer derives the seed of a turn's noise. */
static uint64_t turn_seed(const char *name) {
    const sg_random random = {.seed = SEED, .stream = sg_stream_id(name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

static turn compile(by_hand *h, const char *name, syngan_node *loss,
                    syngan_node *accuracy, syngan_node *const *updates,
                    size_t count) {
    turn t = {0};
    syngan_node *outputs[] = {loss, accuracy};
    assert_ok(h->context,
              syngan_program_create(
                  outputs, accuracy == NULL ? 1 : 2, updates, count,
                  SYNGAN_PROGRAM(.seed = turn_seed(name)), &t.program));
    assert_ok(h->context, syngan_program_output(t.program, 0, &t.loss));
    if (accuracy != NULL)
        assert_ok(h->context, syngan_program_output(t.program, 1, &t.accuracy));
    if (syngan_program_input(t.program, "x", &t.examples) != SYNGAN_OK)
        t.examples = NULL;
    return t;
}

static void turn_end(turn *t) {
    syngan_tensor_free(t->examples);
    syngan_tensor_free(t->loss);
    syngan_tensor_free(t->accuracy);
    syngan_program_free(t->program);
}

static syngan_graph *graph_of(by_hand *h) {
    syngan_graph *graph;
    assert_ok(h->context, syngan_graph_create(h->context, &graph));
    return graph;
}

static syngan_node *generated(by_hand *h, syngan_graph *g, int32_t mode) {
    syngan_node *noise =
        syngan_random_normal(g, SYNGAN_SHAPE(BATCH, NETWORK_NOISE));
    return syngan_model_apply(g, h->generator, &noise, 1, mode);
}

static syngan_node *judged(by_hand *h, syngan_graph *g, syngan_node *x) {
    return syngan_model_apply(g, h->discriminator, &x, 1, SYNGAN_MODE_TRAINING);
}

static syngan_node *real_input(syngan_graph *g) {
    return syngan_input(g, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(BATCH, 1, 4, 4));
}

static void make_separate(by_hand *h) {
    syngan_graph *g = graph_of(h);
    syngan_node *z = judged(h, g, real_input(g));
    syngan_node *loss = syngan_binary_cross_entropy(z, 1);
    syngan_node *update =
        syngan_optimizer_minimize(h->discriminator_optimizer, loss);
    h->real = compile(h, "discriminator, real", loss,
                      syngan_binary_accuracy(z, 1), &update, 1);
    syngan_graph_free(g);
    g = graph_of(h);
    syngan_node *fake = syngan_stop_gradient(generated(h, g, h->fakes));
    z = judged(h, g, fake);
    loss = syngan_binary_cross_entropy(z, 0);
    update = syngan_optimizer_minimize(h->discriminator_optimizer, loss);
    h->fake = compile(h, "discriminator, fake", loss,
                      syngan_binary_accuracy(z, 0), &update, 1);
    syngan_graph_free(g);
}

static void make_joint(by_hand *h) {
    syngan_graph *g = graph_of(h);
    syngan_node *x = real_input(g);
    syngan_node *fake = syngan_stop_gradient(generated(h, g, h->fakes));
    syngan_node *loss = syngan_affine(
        syngan_add(syngan_binary_cross_entropy(judged(h, g, x), 1),
                   syngan_binary_cross_entropy(judged(h, g, fake), 0)),
        0.5, 0);
    syngan_node *update =
        syngan_optimizer_minimize(h->discriminator_optimizer, loss);
    h->both = compile(h, "discriminator, both", loss, NULL, &update, 1);
    syngan_graph_free(g);
}

static void make_generate(by_hand *h) {
    syngan_graph *g = graph_of(h);
    syngan_node *fake = generated(h, g, SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_binary_cross_entropy(judged(h, g, fake), 1);
    syngan_node *updates[] = {
        syngan_optimizer_minimize(h->generator_optimizer, loss),
        syngan_node_update_statistics(fake)};
    h->generate = compile(h, "generator", loss, NULL, updates, 2);
    syngan_graph_free(g);
}

static by_hand hand_make(syngan_context *context, int joint, int32_t fakes,
                         const syngan_optimizer_options *adam) {
    by_hand h = {.context = context, .fakes = fakes};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &h.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &h.discriminator));
    assert_ok(context, syngan_optimizer_create(h.generator, adam,
                                               &h.generator_optimizer));
    assert_ok(context, syngan_optimizer_create(h.discriminator, adam,
                                               &h.discriminator_optimizer));
    if (joint)
        make_joint(&h);
    else
        make_separate(&h);
    make_generate(&h);
    return h;
}

static void hand_end(by_hand *h) {
    turn_end(&h->real);
    turn_end(&h->fake);
    turn_end(&h->both);
    turn_end(&h->generate);
    syngan_optimizer_free(h->generator_optimizer);
    syngan_optimizer_free(h->discriminator_optimizer);
    syngan_model_free(h->generator);
    syngan_model_free(h->discriminator);
}

static void run(by_hand *h, turn *t, uint64_t number) {
    if (t->program != NULL)
        assert_ok(h->context, syngan_program_run(t->program, number));
}

static float scalar(const syngan_tensor *tensor) {
    return *(const float *)syngan_tensor_data(tensor);
}

static void check_losses(by_hand *h, const syngan_trainer *trainer,
                         int64_t iteration) {
    syngan_losses l = {.struct_size = sizeof l};
    assert_ok(h->context, syngan_trainer_history(trainer, iteration, &l));
    assert_float_equal(l.g_loss, scalar(h->generate.loss), 0);
    if (h->both.program != NULL) {
        assert_float_equal(l.d_loss, scalar(h->both.loss), 1e-7);
        return;
    }
    assert_float_equal(l.d_loss_real, scalar(h->real.loss), 0);
    assert_float_equal(l.d_loss_fake, scalar(h->fake.loss), 0);
    assert_float_equal(l.d_accuracy_real, scalar(h->real.accuracy), 0);
    assert_float_equal(l.d_accuracy_fake, scalar(h->fake.accuracy), 0);
}

/* Trains both ways, and compares losses and parameters bit for bit. */
static void check(int joint, int32_t fakes, int steps,
                  const syngan_trainer_options *options,
                  const syngan_optimizer_options *adam) {
    syngan_context *context = test_context(1);
    training t;
    assert_ok(context, training_make(context, NETWORK_DENSE, options, &t));
    by_hand h = hand_make(context, joint, fakes, adam);
    assert_ok(context, syngan_trainer_run(t.trainer, ITERATIONS));
    turn *first = joint ? &h.both : &h.real;
    for (int i = 0; i < ITERATIONS; i++) {
        for (int j = 0; j < steps; j++) {
            int number = i * steps + j;
            assert_ok(context, syngan_dataset_batch(t.dataset, number,
                                                    first->examples, NULL));
            run(&h, &h.real, (uint64_t)number);
            run(&h, &h.fake, (uint64_t)number);
            run(&h, &h.both, (uint64_t)number);
        }
        run(&h, &h.generate, (uint64_t)i);
        check_losses(&h, t.trainer, i);
    }
    assert_true(network_equal(h.generator, t.generator));
    assert_true(network_equal(h.discriminator, t.discriminator));
    assert_int_equal(syngan_optimizer_updates(h.discriminator_optimizer),
                     ITERATIONS * steps * (joint ? 1 : 2));
    assert_int_equal(syngan_optimizer_updates(h.generator_optimizer),
                     ITERATIONS);
    hand_end(&h);
    training_end(&t);
    syngan_context_free(context);
}

static void test_published(void **state) {
    (void)state;
    check(0, SYNGAN_MODE_INFERENCE, 1,
          SYNGAN_TRAINER(.recipe = SYNGAN_RECIPE_PUBLISHED, .batch = BATCH,
                         .seed = SEED),
          SYNGAN_OPTIMIZER(.learning_rate = 1e-3f, .beta1 = 0.9f,
                           .beta2 = 0.999f, .epsilon = 1e-7f));
}

static void test_joint(void **state) {
    (void)state;
    const syngan_optimizer_options *adam =
        SYNGAN_OPTIMIZER(.learning_rate = 2e-4f, .beta1 = 0.5f);
    check(1, SYNGAN_MODE_TRAINING, 2,
          SYNGAN_TRAINER(.discriminator_update = SYNGAN_UPDATE_JOINT,
                         .discriminator_steps = 2,
                         .fakes = SYNGAN_FAKES_TRAINING, .real_target = 1,
                         .statistics_momentum = 0.99f, .batch = BATCH,
                         .seed = SEED, .generator_optimizer = adam,
                         .discriminator_optimizer = adam),
          adam);
}

/* ---- the averaged generator -------------------------------------------- */

/* Averages of all parameters, in double precision. */
typedef struct averages {
    double value[16][256];
    float *data[16];
    size_t count[16];
} averages;

static void test_average(void **state) {
    (void)state;
    static averages a;
    syngan_context *context = test_context(1);
    training t;
    assert_ok(context,
              training_make(
                  context, NETWORK_DENSE,
                  SYNGAN_TRAINER(.batch = BATCH, .average_decay = 0.35f), &t));
    size_t parameters = syngan_model_parameter_count(t.generator);
    for (size_t i = 0; i < parameters; i++) {
        syngan_tensor *tensor;
        assert_ok(context,
                  syngan_model_parameter(
                      t.generator, syngan_model_parameter_name(t.generator, i),
                      &tensor));
        a.data[i] = syngan_tensor_data(tensor);
        a.count[i] = syngan_tensor_count(tensor);
        for (size_t j = 0; j < a.count[i]; j++)
            a.value[i][j] = (double)a.data[i][j];
        syngan_tensor_free(tensor);
    }
    for (int n = 0; n < 8; n++) {
        double decay = (1.0 + n) / (10.0 + n);
        if (decay > 0.35) decay = (double)0.35f;
        assert_ok(context, syngan_trainer_run(t.trainer, n + 1));
        for (size_t i = 0; i < parameters; i++)
            for (size_t j = 0; j < a.count[i]; j++)
                a.value[i][j] =
                    decay * a.value[i][j] + (1 - decay) * (double)a.data[i][j];
    }
    syngan_model *sampler;
    assert_ok(context, syngan_trainer_sampler(t.trainer, &sampler));
    assert_ptr_not_equal(sampler, t.generator);
    for (size_t i = 0; i < parameters; i++) {
        syngan_tensor *tensor;
        assert_ok(context, syngan_model_parameter(
                               sampler, syngan_model_parameter_name(sampler, i),
                               &tensor));
        for (size_t j = 0; j < a.count[i]; j++)
            assert_float_equal(((float *)syngan_tensor_data(tensor))[j],
                               a.value[i][j], 1e-6);
        syngan_tensor_free(tensor);
    }
    syngan_model_free(sampler);
    training_end(&t);
    /* Without an average the generator itself is sampled from. */
    assert_ok(context,
              training_make(context, NETWORK_DENSE,
                            SYNGAN_TRAINER(.batch = BATCH, .average_decay = 0),
                            &t));
    assert_ok(context, syngan_trainer_sampler(t.trainer, &sampler));
    assert_ptr_equal(sampler, t.generator);
    syngan_model_free(sampler);
    training_end(&t);
    syngan_context_free(context);
}

/* ---- the discriminator's end ------------------------------------------- */

static syngan_model *judge(syngan_context *context, int32_t activation) {
    syngan_graph *graph;
    syngan_model *model;
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "x", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 4, 4));
    x = syngan_dense(syngan_flatten(x),
                     SYNGAN_DENSE(.units = 1, .activation = activation));
    assert_ok(context, syngan_model_create(x, "judge", &model));
    syngan_graph_free(graph);
    return model;
}

/* A sigmoid at the end changes nothing: losses are made of logits. */
static void test_sigmoid(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_losses losses[2];
    for (int i = 0; i < 2; i++) {
        training t;
        assert_ok(context, training_make(context, NETWORK_DENSE,
                                         SYNGAN_TRAINER(.batch = BATCH), &t));
        syngan_model *d = judge(context, i ? SYNGAN_ACTIVATION_SIGMOID
                                           : SYNGAN_ACTIVATION_LINEAR);
        syngan_trainer *trainer;
        assert_ok(context, syngan_trainer_create(t.generator, d, t.dataset,
                                                 SYNGAN_TRAINER(.batch = BATCH),
                                                 &trainer));
        assert_ok(context, syngan_trainer_run(trainer, 3));
        losses[i] = (syngan_losses){.struct_size = sizeof *losses};
        assert_ok(context, syngan_trainer_losses(trainer, &losses[i]));
        losses[i].seconds = 0;
        syngan_trainer_free(trainer);
        syngan_model_free(d);
        training_end(&t);
    }
    assert_memory_equal(&losses[0], &losses[1], sizeof *losses);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_joint),
        cmocka_unit_test(test_average),
        cmocka_unit_test(test_sigmoid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
