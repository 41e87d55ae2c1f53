/* SPDX-License-Identifier: Apache-2.0 */
/*
 * First values of parameters: a function of their seed, the model's name and
 * the parameter's name, so that adding a layer changes no other one.
 */
#include <assert.h>
#include <math.h>
#include <stdio.h>

#include <syngan/layers.h>

#include "base/random.h"
#include "model/model.h"

/* Longer names are cut: they only choose a stream. */
#define STREAM_NAME_MAX 1024

static void fill(float *data, size_t count, float value) {
    for (size_t i = 0; i < count; i++)
        data[i] = value;
}

/* In [-limit, limit). */
static void fill_uniform(const sg_random *random, float *data, size_t count,
                         double limit) {
    sg_random_uniform(random, 0, count, data);
    float width = (float)limit;
    for (size_t i = 0; i < count; i++)
        data[i] = (2.0f * data[i] - 1.0f) * width;
}

static void fill_normal(const sg_random *random, float *data, size_t count,
                        double deviation) {
    sg_random_normal(random, 0, count, data);
    float scale = (float)deviation;
    for (size_t i = 0; i < count; i++)
        data[i] *= scale;
}

void sg_initialize(const sg_variable *variable, const char *model_name) {
    assert(variable->tensor->type == SYNGAN_TYPE_F32);
    float *data = variable->tensor->data;
    size_t count = (size_t)sg_dims_count(&variable->dims);
    double fan_in = (double)variable->fan_in;
    double fan_sum = fan_in + (double)variable->fan_out;
    char name[STREAM_NAME_MAX];
    snprintf(name, sizeof name, "%s/%s", model_name, variable->name);
    const sg_random random = {.seed = variable->seed,
                              .stream = sg_stream_id(name)};
    switch (variable->initializer) {
    case SYNGAN_INITIALIZER_GLOROT_UNIFORM:
        fill_uniform(&random, data, count, sqrt(6.0 / fan_sum));
        break;
    case SYNGAN_INITIALIZER_GLOROT_NORMAL:
        fill_normal(&random, data, count, sqrt(2.0 / fan_sum));
        break;
    case SYNGAN_INITIALIZER_HE_UNIFORM:
        fill_uniform(&random, data, count, sqrt(6.0 / fan_in));
        break;
    case SYNGAN_INITIALIZER_HE_NORMAL:
        fill_normal(&random, data, count, sqrt(2.0 / fan_in));
        break;
    case SYNGAN_INITIALIZER_UNIFORM:
        fill_uniform(&random, data, count, (double)variable->scale);
        break;
    case SYNGAN_INITIALIZER_NORMAL:
        fill_normal(&random, data, count, (double)variable->scale);
        break;
    case SYNGAN_INITIALIZER_CONSTANT:
        fill(data, count, variable->scale);
        break;
    default:
        fill(data, count, 0.0f);
    }
}
