/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How good are generated digits? Trains a classifier on MNIST (or takes the one
 * trained before), and prints for each checkpoint the Fréchet distance of its
 * samples to the test images in the classifier's features, and the share of the
 * rarest digit.
 *
 *   bench_score [-n SAMPLES] [-s SEED] [-t THREADS] DATA CLASSIFIER
 *               [CHECKPOINT ...]
 *
 * DATA is a folder with MNIST's four IDX files; CLASSIFIER is a file that is
 * written if it is missing.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "classifier.h"
#include "frechet.h"
#include "program.h"

#define EPOCHS 4

typedef struct scorer {
    syngan_context *context;
    const char *data;
    syngan_model *classifier;
    syngan_tensor *reference; /* of the test images: N x CLASSIFIER_WIDTH */
    int64_t samples;
    uint64_t seed;
    int32_t threads; /* 0: all processors */
} scorer;

static syngan_status open_mnist(const scorer *s, const char *part,
                                syngan_dataset **out) {
    char images[4096], labels[4096];
    snprintf(images, sizeof images, "%s/%s-images-idx3-ubyte.gz", s->data,
             part);
    snprintf(labels, sizeof labels, "%s/%s-labels-idx1-ubyte.gz", s->data,
             part);
    if (access(images, R_OK) != 0) {
        images[strlen(images) - 3] = '\0';
        labels[strlen(labels) - 3] = '\0';
    }
    return syngan_dataset_from_idx(s->context, images, labels, NULL, out);
}

static syngan_status get_classifier(scorer *s, const char *path) {
    if (access(path, R_OK) == 0)
        return syngan_model_load(s->context, path, &s->classifier);
    syngan_dataset *train;
    TRY(open_mnist(s, "train", &train));
    syngan_status status =
        classifier_train(s->context, train, EPOCHS, &s->classifier);
    syngan_dataset_free(train);
    TRY(status);
    return syngan_model_save(s->classifier, path);
}

static syngan_status read_reference(scorer *s, syngan_dataset *test) {
    int64_t count = syngan_dataset_count(test);
    syngan_tensor *images;
    TRY(syngan_tensor_create(s->context, SYNGAN_TYPE_F32,
                             SYNGAN_SHAPE(count, 1, 28, 28), &images));
    syngan_status status = syngan_dataset_read(test, 0, images, NULL);
    const syngan_tensor *inputs[] = {images};
    if (status == SYNGAN_OK)
        status = syngan_model_predict(s->classifier, inputs, 1, &s->reference);
    syngan_tensor_free(images);
    return status;
}

static syngan_status prepare(scorer *s, const char *path) {
    syngan_dataset *test;
    double error = 0;
    TRY(get_classifier(s, path));
    TRY(open_mnist(s, "t10k", &test));
    syngan_status status =
        classifier_error(s->context, s->classifier, test, &error);
    if (status == SYNGAN_OK) status = read_reference(s, test);
    syngan_dataset_free(test);
    if (status == SYNGAN_OK)
        printf("classifier: %.2f %% of the test images right\n",
               100 * (1 - error));
    return status;
}

static void print_score(const scorer *s, const char *name,
                        const syngan_tensor *seen) {
    const float *rows = syngan_tensor_data(seen);
    size_t count = syngan_tensor_count(seen) / CLASSIFIER_WIDTH;
    int64_t classes[CLASSIFIER_CLASSES] = {0}, rarest = INT64_MAX;
    for (size_t i = 0; i < count; i++)
        classes[classifier_class(rows + i * CLASSIFIER_WIDTH)]++;
    for (int i = 0; i < CLASSIFIER_CLASSES; i++)
        if (classes[i] < rarest) rarest = classes[i];
    double distance =
        frechet_distance(rows, count, syngan_tensor_data(s->reference),
                         syngan_tensor_count(s->reference) / CLASSIFIER_WIDTH,
                         CLASSIFIER_FEATURES, CLASSIFIER_WIDTH);
    printf("%s: Frechet distance %.2f, rarest digit %.2f %%\n", name, distance,
           100.0 * (double)rarest / (double)count);
}

static syngan_status score(const scorer *s, const char *path) {
    syngan_model *generator;
    syngan_tensor *samples = NULL, *seen = NULL;
    TRY(syngan_model_load(s->context, path, &generator));
    syngan_status status =
        syngan_model_sample(generator, s->samples, s->seed, &samples);
    const syngan_tensor *inputs[] = {samples};
    if (status == SYNGAN_OK)
        status = syngan_model_predict(s->classifier, inputs, 1, &seen);
    if (status == SYNGAN_OK) print_score(s, path, seen);
    syngan_tensor_free(seen);
    syngan_tensor_free(samples);
    syngan_model_free(generator);
    return status;
}

static syngan_status run(scorer *s, char **arguments, int count) {
    TRY(syngan_context_create(SYNGAN_CONTEXT(.seed = 1, .threads = s->threads),
                              &s->context));
    TRY(prepare(s, arguments[0]));
    for (int i = 1; i < count; i++)
        TRY(score(s, arguments[i]));
    return SYNGAN_OK;
}

int main(int argc, char **argv) {
    scorer s = {.samples = 10000, .seed = 1};
    const program_option options[] = {
        {'n', OPTION_INT64, &s.samples, "SAMPLES"},
        {'s', OPTION_INT64, &s.seed, "SEED"},
        {'t', OPTION_INT, &s.threads, "THREADS"},
        {0},
    };
    int count = read_options(argc, argv, options);
    if (count < 2)
        return print_usage(argv[0], options,
                           "DATA CLASSIFIER [CHECKPOINT ...]");
    char **rest = argv + argc - count;
    s.data = rest[0];
    syngan_status status = run(&s, rest + 1, count - 1);
    if (status != SYNGAN_OK)
        fprintf(stderr, "%s: %s\n", argv[0],
                syngan_context_last_error(s.context));
    syngan_tensor_free(s.reference);
    syngan_model_free(s.classifier);
    syngan_context_free(s.context);
    return status == SYNGAN_OK ? 0 : 1;
}
