/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each loss of the table against its paper's formula in double precision, and
 * its gradients by the logits against finite differences of that formula.
 */
#include <math.h>

#include <syngan/program.h>

#include "support/test.h"
#include "train/gan_loss.h"

enum { N = 5, TERMS = 3 };

#define TARGET 0.9

static const double real[N] = {1.5, -0.25, 0.75, -2.0, 0.125};
static const double fake[N] = {-1.25, 0.5, 2.25, -0.375, 0.0625};

/* ---- formulas ------------------------------------------------------------ */

static double log_sigmoid(double z) {
    return -log(1 + exp(-z));
}

static double mean(const double *x) {
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += x[i];
    return sum / N;
}

/* One example's part of a term: 0, the discriminator's on real examples; 1, its
 * on fakes; 2, the generator's. */
static double part(int loss, int term, const double *r, const double *f,
                   int i) {
    double mr = mean(r), mf = mean(f);
    switch (loss * TERMS + term) {
    case SYNGAN_LOSS_CROSS_ENTROPY *TERMS:
    case SYNGAN_LOSS_MINIMAX *TERMS:
        return -TARGET * log_sigmoid(r[i]) - (1 - TARGET) * log_sigmoid(-r[i]);
    case SYNGAN_LOSS_CROSS_ENTROPY *TERMS + 1:
    case SYNGAN_LOSS_MINIMAX *TERMS + 1:
        return -log_sigmoid(-f[i]);
    case SYNGAN_LOSS_CROSS_ENTROPY *TERMS + 2:
        return -log_sigmoid(f[i]);
    case SYNGAN_LOSS_MINIMAX *TERMS + 2:
        return log_sigmoid(-f[i]);
    case SYNGAN_LOSS_HINGE *TERMS:
        return fmax(0, 1 - r[i]);
    case SYNGAN_LOSS_HINGE *TERMS + 1:
        return fmax(0, 1 + f[i]);
    case SYNGAN_LOSS_WASSERSTEIN *TERMS:
        return -r[i];
    case SYNGAN_LOSS_WASSERSTEIN *TERMS + 1:
        return f[i];
    case SYNGAN_LOSS_HINGE *TERMS + 2:
    case SYNGAN_LOSS_WASSERSTEIN *TERMS + 2:
        return -f[i];
    case SYNGAN_LOSS_LEAST_SQUARES *TERMS:
        return (r[i] - TARGET) * (r[i] - TARGET);
    case SYNGAN_LOSS_LEAST_SQUARES *TERMS + 1:
        return f[i] * f[i];
    case SYNGAN_LOSS_LEAST_SQUARES *TERMS + 2:
        return (f[i] - 1) * (f[i] - 1) / 2;
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE *TERMS:
        return -log_sigmoid(r[i] - mf);
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE *TERMS + 1:
        return -log_sigmoid(mr - f[i]);
    case SYNGAN_LOSS_RELATIVISTIC_AVERAGE *TERMS + 2:
        return -(log_sigmoid(f[i] - mr) + log_sigmoid(mf - r[i])) / 2;
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING *TERMS:
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING *TERMS + 1:
        return -log_sigmoid(r[i] - f[i]);
    case SYNGAN_LOSS_RELATIVISTIC_PAIRING *TERMS + 2:
        return -log_sigmoid(f[i] - r[i]);
    default:
        fail_msg("a loss without a formula: %d", loss);
        return 0;
    }
}

static double formula(int loss, int term, const double *r, const double *f) {
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += part(loss, term, r, f, i);
    return sum / N;
}

/* Its derivative by element `at` of the real (0) or the fake logits (1). */
static double slope(int loss, int term, int which, int at) {
    const double h = 1e-5;
    double value[2];
    for (int side = 0; side < 2; side++) {
        double x[2][N];
        for (int i = 0; i < N; i++) {
            x[0][i] = real[i];
            x[1][i] = fake[i];
        }
        x[which][at] += side == 0 ? -h : h;
        value[side] = formula(loss, term, x[0], x[1]);
    }
    return (value[1] - value[0]) / (2 * h);
}

/* ---- nodes --------------------------------------------------------------- */

static void give(syngan_program *program, const char *name,
                 const double *from) {
    syngan_tensor *tensor;
    if (syngan_program_input(program, name, &tensor) != SYNGAN_OK) return;
    for (int i = 0; i < N; i++)
        ((float *)syngan_tensor_data(tensor))[i] = (float)from[i];
    syngan_tensor_free(tensor);
}

static void check(int loss, int term) {
    syngan_context *context = test_context(1);
    const sg_gan_loss *row = &sg_gan_losses[loss];
    const sg_gan_loss_fn build[TERMS] = {row->real, row->fake, row->generator};
    syngan_graph *graph;
    syngan_program *program;
    syngan_node *x[2], *out[3];
    assert_ok(context, syngan_graph_create(context, &graph));
    x[0] = syngan_input(graph, "real", SYNGAN_TYPE_F32, SYNGAN_SHAPE(N, 1));
    x[1] = syngan_input(graph, "fake", SYNGAN_TYPE_F32, SYNGAN_SHAPE(N, 1));
    const sg_logits logits = {.real = term == 1 && !row->compares ? NULL : x[0],
                              .fake = term == 0 && !row->compares ? NULL : x[1],
                              .target = TARGET};
    out[0] = build[term](&logits);
    /* What a term does not see has no gradient: it gets one of zeros. */
    syngan_node *none =
        syngan_mean(syngan_affine(syngan_add(x[0], x[1]), 0, 0), NULL, 0, 0);
    assert_ok(context,
              syngan_gradient(syngan_add(out[0], none), x, 2, out + 1));
    assert_ok(context, syngan_program_create(out, 3, NULL, 0, NULL, &program));
    give(program, "real", real);
    give(program, "fake", fake);
    assert_ok(context, syngan_program_run(program, 0));
    for (int i = 0; i < 3; i++) {
        syngan_tensor *tensor;
        assert_ok(context, syngan_program_output(program, (size_t)i, &tensor));
        const float *value = syngan_tensor_data(tensor);
        if (i == 0)
            assert_float_equal(value[0], formula(loss, term, real, fake), 1e-6);
        for (int k = 0; i > 0 && k < N; k++)
            assert_float_equal(value[k], slope(loss, term, i - 1, k), 1e-6);
        syngan_tensor_free(tensor);
    }
    syngan_program_free(program);
    syngan_graph_free(graph);
    syngan_context_free(context);
}

static void formulas_and_gradients(void **state) {
    (void)state;
    for (int loss = 1; loss <= SG_GAN_LOSSES; loss++)
        for (int term = 0; term < TERMS; term++)
            check(loss, term);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formulas_and_gradients)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
