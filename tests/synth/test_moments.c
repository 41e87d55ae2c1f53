/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generator's own term for baskets: moments of items and pairs against the
 * data's, by plain loops in double precision.
 */
#include <math.h>
#include <stdbool.h>
#include <syngan/program.h>

#include "support/test.h"
#include "synth/basket.h"

enum { BASKETS = 6, ITEMS = 4, BATCH = 6, HALF = BATCH / 2 };

static int64_t first[BASKETS + 1] = {0, 2, 3, 6, 8, 9, 12};
static int32_t place[] = {0, 1, 2, 0, 1, 3, 0, 1, 3, 1, 2, 3};
static const int64_t sizes[BATCH] = {1, 2, 3, 2, 1, 3};

static float logit(int row, int item) {
    return (float)((row * 7 + item * 11) % 13) / 5.0f - 1.2f;
}

static bool has(int basket, int item) {
    for (int64_t at = first[basket]; at < first[basket + 1]; at++)
        if (place[at] == item) return true;
    return false;
}

/* Share of the baskets with both. */
static double share_of(int i, int j) {
    double count = 0;
    for (int basket = 0; basket < BASKETS; basket++)
        count += has(basket, i) && has(basket, j);
    return count / BASKETS;
}

/* Chances of the items of a row, shifted so that its size is expected. */
static void chances(int row, double p[ITEMS]) {
    double low = -30, high = 30;
    for (int step = 0; step < 200; step++) {
        double middle = (low + high) / 2, sum = 0;
        for (int i = 0; i < ITEMS; i++) {
            p[i] = 1 / (1 + exp(-(double)logit(row, i) - middle));
            sum += p[i];
        }
        if (sum < (double)sizes[row])
            low = middle;
        else
            high = middle;
    }
}

/* Mean of p_i p_j over half of the batch, less the data's. */
static double error_of(double p[BATCH][ITEMS], int half, int i, int j) {
    double sum = 0;
    for (int row = half * HALF; row < (half + 1) * HALF; row++)
        sum += i == j ? p[row][i] : p[row][i] * p[row][j];
    return sum / HALF - share_of(i, j);
}

static double expected(void) {
    double p[BATCH][ITEMS], of_items = 0, of_pairs = 0;
    for (int row = 0; row < BATCH; row++)
        chances(row, p[row]);
    for (int i = 0; i < ITEMS; i++) {
        double share = share_of(i, i);
        of_items +=
            error_of(p, 0, i, i) * error_of(p, 1, i, i) / (share + 1e-3);
        for (int j = 0; j < ITEMS; j++)
            if (i != j)
                of_pairs += error_of(p, 0, i, j) * error_of(p, 1, i, j) /
                            (share * share_of(j, j) + 2e-4);
    }
    return of_items + of_pairs / 2;
}

static void test_baskets(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const sg_basket_data data = {
        .context = context, .first = first, .place = place, .count = BASKETS};
    sg_basket_subject subject;
    syngan_graph *graph;
    syngan_program *program = NULL;
    syngan_tensor *logits, *given, *value;
    assert_ok(context, sg_basket_subject_make(&data, ITEMS, &subject));
    assert_ok(context, syngan_graph_create(context, &graph));
    syngan_node *x =
        syngan_input(graph, "x", SYNGAN_TYPE_F32, SYNGAN_SHAPE(BATCH, ITEMS));
    syngan_node *size = syngan_input(graph, "given", SYNGAN_TYPE_F32,
                                     SYNGAN_SHAPE(BATCH, SG_BASKET_GIVEN));
    syngan_node *loss = subject.subject.loss(&subject.subject, x, size, NULL);
    assert_ok(context,
              syngan_program_create(&loss, 1, NULL, 0, NULL, &program));
    assert_ok(context, syngan_program_input(program, "x", &logits));
    assert_ok(context, syngan_program_input(program, "given", &given));
    assert_ok(context, syngan_program_output(program, 0, &value));
    for (int row = 0; row < BATCH; row++) {
        sg_basket_give(sizes[row], (float *)syngan_tensor_data(given) +
                                       row * SG_BASKET_GIVEN);
        for (int i = 0; i < ITEMS; i++)
            ((float *)syngan_tensor_data(logits))[row * ITEMS + i] =
                logit(row, i);
    }
    assert_ok(context, syngan_program_run(program, 0));
    double got = (double)*(float *)syngan_tensor_data(value);
    if (fabs(got - expected()) > 1e-3 * fabs(expected()))
        fail_msg("%g, not %g", got, expected());
    syngan_tensor_free(logits);
    syngan_tensor_free(given);
    syngan_tensor_free(value);
    syngan_program_free(program);
    syngan_graph_free(graph);
    sg_basket_subject_end(&subject);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_baskets)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
