/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in the data that are not finite: training names the example, not the
 * learning rate, whichever way the data came and in any order.
 */
#include <math.h>
#include <stdio.h>
#include <syngan.h>

#include "support/folder.h"
#include "support/networks.h"
#include "support/test.h"
#include "support/training.h"

enum { EXAMPLES = 40, ELEMENTS = 16, BAD_ELEMENT = 11 };

/* What every way of giving data is tried with. */
typedef struct bad {
    int64_t example;
    float value;
    const char *text;
} bad;

static const bad bads[] = {
    {0, NAN, "example 0 of the data holds NaN, at element 11"},
    {37, -NAN, "example 37 of the data holds NaN, at element 11"},
    {39, INFINITY, "example 39 of the data holds infinity, at element 11"},
    {5, -INFINITY, "example 5 of the data holds -infinity, at element 11"},
};
#define BADS (sizeof bads / sizeof bads[0])

static void fill(const bad *b, int64_t index, float *example) {
    for (int i = 0; i < ELEMENTS; i++)
        example[i] = (float)((index * 7 + i * 3) % 11) / 5.5f - 1;
    if (index == b->example) example[BAD_ELEMENT] = b->value;
}

static syngan_status make(int64_t index, float *example, int32_t *label,
                          void *user) {
    (void)label;
    fill(user, index, example);
    return SYNGAN_OK;
}

static syngan_tensor *tensor_of(syngan_context *context, const bad *b) {
    syngan_tensor *tensor;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(EXAMPLES, 1, 4, 4), &tensor));
    float *data = syngan_tensor_data(tensor);
    for (int64_t i = 0; i < EXAMPLES; i++)
        fill(b, i, data + i * ELEMENTS);
    return tensor;
}

/* The tensor as it is, or by way of a file. */
static syngan_dataset *from_tensor(syngan_context *context, const bad *b,
                                   const syngan_dataset_options *options,
                                   const char *path) {
    syngan_dataset *dataset;
    syngan_tensor *tensor = tensor_of(context, b);
    if (path != NULL) {
        assert_ok(context, syngan_tensor_write_npy(tensor, path));
        syngan_tensor_free(tensor);
        assert_ok(context, syngan_tensor_read_npy(context, path, &tensor));
    }
    assert_ok(context,
              syngan_dataset_from_tensors(tensor, NULL, options, &dataset));
    syngan_tensor_free(tensor);
    return dataset;
}

static void train(syngan_context *context, syngan_dataset *dataset,
                  const char *text) {
    training t = {.dataset = dataset};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &t.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &t.discriminator));
    assert_ok(context,
              syngan_trainer_create(
                  t.generator, t.discriminator, dataset,
                  SYNGAN_TRAINER(.batch = 8, .report_every = 100), &t.trainer));
    /* In the end each example has come. */
    assert_fails(context, syngan_trainer_run(t.trainer, 60), SYNGAN_E_DIVERGED,
                 text);
    assert_null(strstr(syngan_context_last_error(context), "learning rate"));
    training_end(&t);
}

static void test_each_way(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char path[FOLDER_PATH_MAX];
    folder f;
    folder_make(&f);
    folder_file(&f, "data.npy", path);
    for (size_t i = 0; i < BADS; i++)
        for (int32_t order = SYNGAN_ORDER_SHUFFLE;
             order <= SYNGAN_ORDER_SEQUENTIAL;
             order += SYNGAN_ORDER_SEQUENTIAL - SYNGAN_ORDER_SHUFFLE)
            for (int32_t prefetch = SYNGAN_PREFETCH_OFF;
                 prefetch <= SYNGAN_PREFETCH_ON; prefetch++) {
                bad b = bads[i];
                const syngan_dataset_options options = {SYNGAN_DATASET_DEFAULTS,
                                                        .order = order,
                                                        .prefetch = prefetch};
                train(context, from_tensor(context, &b, &options, NULL),
                      b.text);
                train(context, from_tensor(context, &b, &options, path),
                      b.text);
                syngan_dataset *dataset;
                assert_ok(context, syngan_dataset_from_callback(
                                       context, EXAMPLES, SYNGAN_SHAPE(1, 4, 4),
                                       make, &b, &options, &dataset));
                train(context, dataset, b.text);
            }
    folder_remove(&f);
    syngan_context_free(context);
}

/* Where the data are finite, the learning rate is to blame. */
static void test_good_data(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const bad none = {.example = -1};
    training t = {.dataset = from_tensor(context, &none, NULL, NULL)};
    assert_ok(context, network_generator(context, NETWORK_DENSE, &t.generator));
    assert_ok(context,
              network_discriminator(context, NETWORK_DENSE, &t.discriminator));
    assert_ok(
        context,
        syngan_trainer_create(
            t.generator, t.discriminator, t.dataset,
            SYNGAN_TRAINER(.batch = 8,
                           .generator_optimizer =
                               SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD,
                                                .learning_rate = 1e6f),
                           .discriminator_optimizer =
                               SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_SGD,
                                                .learning_rate = 1e6f)),
            &t.trainer));
    assert_fails(context, syngan_trainer_run(t.trainer, 500), SYNGAN_E_DIVERGED,
                 "a lower learning rate may help");
    training_end(&t);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_way),
        cmocka_unit_test(test_good_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
