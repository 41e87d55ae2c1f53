/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classifier: two convolutions with pooling, a dense layer of features, and
 * a dense layer of logits; Adam with a cosine schedule.
 */
#include "classifier.h"

#include <stdio.h>
#include <string.h>
#include <syngan/losses.h>

#include "program.h"

#define BATCH 64
#define CHUNK 1000

static syngan_status make_network(syngan_context *context, syngan_model **out) {
    syngan_graph *graph;
    TRY(syngan_graph_create(context, &graph));
    syngan_node *x = syngan_input(graph, "image", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 1, 28, 28));
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 32, .kernel = 3,
                                       .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_max_pool2d(x, NULL);
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 64, .kernel = 3,
                                       .activation = SYNGAN_ACTIVATION_RELU));
    x = syngan_max_pool2d(x, NULL);
    x = syngan_dropout(syngan_flatten(x), 0.3);
    syngan_node *features =
        syngan_dense(x, SYNGAN_DENSE(.units = CLASSIFIER_FEATURES,
                                     .activation = SYNGAN_ACTIVATION_RELU));
    syngan_node *logits =
        syngan_dense(features, SYNGAN_DENSE(.units = CLASSIFIER_CLASSES));
    syngan_node *both =
        syngan_concat((syngan_node *[]){features, logits}, 2, 1);
    syngan_status status = syngan_model_create(both, "classifier", out);
    syngan_graph_free(graph);
    return status;
}

/* What one step of training works with. */
typedef struct step {
    syngan_program *program;
    syngan_tensor *images, *targets, *loss, *labels;
} step;

static void step_free(step *s) {
    syngan_tensor_free(s->images);
    syngan_tensor_free(s->targets);
    syngan_tensor_free(s->loss);
    syngan_tensor_free(s->labels);
    syngan_program_free(s->program);
}

static syngan_status compile_step(syngan_graph *graph, syngan_model *model,
                                  syngan_optimizer *optimizer, step *s) {
    syngan_node *images = syngan_input(graph, "images", SYNGAN_TYPE_F32,
                                       SYNGAN_SHAPE(BATCH, 1, 28, 28));
    syngan_node *targets =
        syngan_input(graph, "targets", SYNGAN_TYPE_F32,
                     SYNGAN_SHAPE(BATCH, CLASSIFIER_CLASSES));
    syngan_node *both =
        syngan_model_apply(graph, model, &images, 1, SYNGAN_MODE_TRAINING);
    syngan_node *loss = syngan_softmax_cross_entropy(
        syngan_slice(both, 1, CLASSIFIER_FEATURES, -1), targets);
    syngan_node *update = syngan_optimizer_minimize(optimizer, loss);
    TRY(syngan_program_create(&loss, 1, &update, 1, NULL, &s->program));
    TRY(syngan_program_input(s->program, "images", &s->images));
    TRY(syngan_program_input(s->program, "targets", &s->targets));
    return syngan_program_output(s->program, 0, &s->loss);
}

static syngan_status make_step(syngan_context *context, syngan_model *model,
                               syngan_optimizer *optimizer, step *s) {
    syngan_graph *graph;
    TRY(syngan_graph_create(context, &graph));
    syngan_status status = compile_step(graph, model, optimizer, s);
    syngan_graph_free(graph);
    if (status != SYNGAN_OK) return status;
    return syngan_tensor_create(context, SYNGAN_TYPE_I32, SYNGAN_SHAPE(BATCH),
                                &s->labels);
}

static syngan_status run_step(step *s, syngan_dataset *data, int64_t number) {
    TRY(syngan_dataset_batch(data, number, s->images, s->labels));
    const int32_t *labels = syngan_tensor_data(s->labels);
    float *targets = syngan_tensor_data(s->targets);
    memset(targets, 0, syngan_tensor_bytes(s->targets));
    for (int i = 0; i < BATCH; i++)
        targets[i * CLASSIFIER_CLASSES + labels[i]] = 1.0f;
    return syngan_program_run(s->program, (uint64_t)number);
}

static syngan_status run_epochs(step *s, syngan_dataset *data, int32_t epochs) {
    int64_t steps = syngan_dataset_count(data) / BATCH;
    for (int32_t epoch = 0; epoch < epochs; epoch++) {
        double sum = 0;
        for (int64_t i = 0; i < steps; i++) {
            TRY(run_step(s, data, epoch * steps + i));
            sum += (double)*(const float *)syngan_tensor_data(s->loss);
        }
        fprintf(stderr, "classifier: epoch %d of %d, loss %.4f\n", epoch + 1,
                epochs, sum / (double)steps);
    }
    return SYNGAN_OK;
}

syngan_status classifier_train(syngan_context *context, syngan_dataset *data,
                               int32_t epochs, syngan_model **out) {
    int64_t updates = epochs * (syngan_dataset_count(data) / BATCH);
    syngan_optimizer *optimizer = NULL;
    step s = {0};
    TRY(make_network(context, out));
    syngan_status status = syngan_optimizer_create(
        *out,
        SYNGAN_OPTIMIZER(.learning_rate = 1e-3f,
                         .schedule = SYNGAN_SCHEDULE_COSINE,
                         .final_rate = 1e-5f, .schedule_steps = updates),
        &optimizer);
    if (status == SYNGAN_OK) status = make_step(context, *out, optimizer, &s);
    if (status == SYNGAN_OK) status = run_epochs(&s, data, epochs);
    step_free(&s);
    syngan_optimizer_free(optimizer);
    if (status != SYNGAN_OK) {
        syngan_model_free(*out);
        *out = NULL;
    }
    return status;
}

int classifier_class(const float *row) {
    const float *logits = row + CLASSIFIER_FEATURES;
    int best = 0;
    for (int i = 1; i < CLASSIFIER_CLASSES; i++)
        if (logits[i] > logits[best]) best = i;
    return best;
}

/* Wrong answers among the examples from `first` on, as many as `images` has. */
static syngan_status count_errors(syngan_model *classifier,
                                  syngan_dataset *data, int64_t first,
                                  syngan_tensor *images, syngan_tensor *labels,
                                  int64_t *wrong) {
    TRY(syngan_dataset_read(data, first, images, labels));
    const syngan_tensor *inputs[] = {images};
    syngan_tensor *result;
    TRY(syngan_model_predict(classifier, inputs, 1, &result));
    const float *rows = syngan_tensor_data(result);
    const int32_t *label = syngan_tensor_data(labels);
    for (size_t i = 0; i < syngan_tensor_count(labels); i++)
        *wrong += classifier_class(rows + i * CLASSIFIER_WIDTH) != label[i];
    syngan_tensor_free(result);
    return SYNGAN_OK;
}

syngan_status classifier_error(syngan_context *context,
                               syngan_model *classifier, syngan_dataset *data,
                               double *error) {
    int64_t count = syngan_dataset_count(data), wrong = 0;
    for (int64_t first = 0; first < count; first += CHUNK) {
        int64_t size = count - first < CHUNK ? count - first : CHUNK;
        syngan_tensor *images = NULL, *labels = NULL;
        syngan_status status = syngan_tensor_create(
            context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(size, 1, 28, 28), &images);
        if (status == SYNGAN_OK)
            status = syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                          SYNGAN_SHAPE(size), &labels);
        if (status == SYNGAN_OK)
            status =
                count_errors(classifier, data, first, images, labels, &wrong);
        syngan_tensor_free(images);
        syngan_tensor_free(labels);
        TRY(status);
    }
    *error = (double)wrong / (double)count;
    return SYNGAN_OK;
}
