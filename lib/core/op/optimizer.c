/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Optimizers: updates of a parameter and its moments from a gradient; and the
 * learning rate that they use. The sources of the formulas are given with
 * SYNGAN_OPTIMIZER_ADAM and its like in syngan/optimizer.h.
 */
#include "op/optimizer.h"

#include <math.h>
#include <syngan/optimizer.h>

#include "backend/update.h"
#include "base/thread.h"
#include "op/ops.h"

/* ---- learning rate ------------------------------------------------------- */

#define TYPE sg_learning_rate_fields
static const sg_field rate_table[] = {
    SG_F64(TYPE, rate),
    SG_F64(TYPE, final_rate),
    SG_I64(TYPE, steps, 0, 9e18, 0, ""),
    SG_I64(TYPE, warmup, 0, 9e18, 0, ""),
    SG_I32(TYPE, schedule, SYNGAN_SCHEDULE_CONSTANT, SYNGAN_SCHEDULE_STEP,
           SYNGAN_SCHEDULE_CONSTANT, ""),
};
#undef TYPE
static SG_FIELDS(rate_fields, "learning_rate", sg_learning_rate_fields,
                 rate_table);

static syngan_status rate_infer(sg_infer *infer) {
    const syngan_node *t = infer->inputs[0];
    if (t->type != SYNGAN_TYPE_I64 || t->dims.rank != 0)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: takes a counter, i64 of rank 0", infer->label);
    return SYNGAN_OK;
}

/* The schedule after warming up, `t` updates done before. */
static double scheduled_rate(const sg_learning_rate_fields *f, int64_t t) {
    const double pi = 3.14159265358979323846;
    double steps = f->steps > 0 ? (double)f->steps : 1.0;
    double done = (double)t / steps, part = done < 1.0 ? done : 1.0;
    switch (f->schedule) {
    case SYNGAN_SCHEDULE_LINEAR:
        return f->rate + (f->final_rate - f->rate) * part;
    case SYNGAN_SCHEDULE_COSINE:
        return f->final_rate +
               (f->rate - f->final_rate) * 0.5 * (1.0 + cos(pi * part));
    case SYNGAN_SCHEDULE_EXPONENTIAL:
        return f->rate * pow(f->final_rate / f->rate, done);
    case SYNGAN_SCHEDULE_STEP:
        return f->rate * pow(f->final_rate / f->rate, floor(done));
    default:
        return f->rate;
    }
}

static syngan_status rate_run(const sg_site *site, const sg_call *call) {
    const sg_learning_rate_fields *fields = site->fields;
    int64_t t = *(const int64_t *)call->input[0] - 1;
    double rate = t < fields->warmup
                      ? fields->rate * (double)(t + 1) / (double)fields->warmup
                      : scheduled_rate(fields, t - fields->warmup);
    *(float *)call->output = (float)rate;
    return SYNGAN_OK;
}

static const sg_kernel rate_kernel = {.name = "learning_rate", .run = rate_run};

const sg_op sg_op_learning_rate = {
    .name = "learning_rate",
    .version = 1,
    .n_inputs = 1,
    .fields = &rate_fields,
    .infer = rate_infer,
    .kernels = (const sg_kernel *const[]){&rate_kernel, NULL}};

/* ---- what the optimizers share ------------------------------------------- */

#define TYPE sg_optimizer_fields
static const sg_field optimizer_table[] = {
    SG_F64(TYPE, beta1), SG_F64(TYPE, beta2),          SG_F64(TYPE, epsilon),
    SG_F64(TYPE, rho),   SG_F64(TYPE, momentum),       SG_F64(TYPE, decay),
    SG_F64(TYPE, clip),  SG_BOOL(TYPE, decoupled, ""),
};
#undef TYPE
static SG_FIELDS(optimizer_fields, "optimizer", sg_optimizer_fields,
                 optimizer_table);

/* The parameter, `n_moments` like it, whatever is between, then the gradient
 * at `at` and perhaps a scale. */
static syngan_status update_infer(sg_infer *infer, int32_t n_moments,
                                  int32_t at) {
    if (infer->n_inputs < at + 1 || infer->n_inputs > at + 2)
        return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                       "%s: takes %d or %d inputs, not %d", infer->label,
                       at + 1, at + 2, infer->n_inputs);
    infer->dims = infer->inputs[0]->dims;
    for (int32_t i = 0; i < infer->n_inputs; i++) {
        const syngan_node *input = infer->inputs[i];
        if (i <= n_moments && input->variable == NULL)
            return sg_fail(infer->context, SYNGAN_E_ARGUMENT,
                           "%s: '%s' is no variable", infer->label,
                           input->name);
        bool like_parameter = i <= n_moments || i == at;
        if (like_parameter ? sg_dims_equal(&input->dims, &infer->dims)
                           : input->dims.rank == 0)
            continue;
        char want[SG_DIMS_TEXT], got[SG_DIMS_TEXT];
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: '%s' has shape %s, the parameter %s", infer->label,
                       input->name, sg_dims_text(&input->dims, got),
                       sg_dims_text(&infer->dims, want));
    }
    return SYNGAN_OK;
}

typedef struct work {
    const sg_site *site;
    const sg_call *call;
    sg_adam_rule rule; /* of which the others use parts */
    const float *gradient;
    float *p, *first, *second; /* the parameter and its moments */
} work;

/* Fills in what the fields and the inputs from `rate` on say. */
static work make_work(const sg_site *site, const sg_call *call, int32_t rate) {
    const sg_optimizer_fields *fields = site->fields;
    bool scaled = site->n_inputs > rate + 2;
    work w = {.site = site,
              .call = call,
              .gradient = call->input[rate + 1],
              .p = call->input[0],
              .first = call->input[1],
              .second = call->input[2]};
    float learning_rate = *(const float *)call->input[rate];
    w.rule = (sg_adam_rule){
        .gradient = {.scale =
                         scaled ? *(const float *)call->input[rate + 2] : 1.0f,
                     .clip = fields->clip > 0 ? (float)fields->clip : INFINITY,
                     .decay = fields->decoupled ? 0.0f : (float)fields->decay},
        .beta1 = (float)fields->beta1,
        .beta2 = (float)fields->beta2,
        .epsilon = (float)fields->epsilon,
        .rate = learning_rate,
        .shrink = fields->decoupled
                      ? 1.0f - learning_rate * (float)fields->decay
                      : 1.0f};
    return w;
}

/* Small, for the same share of a parameter goes to the same thread each time:
 * its moments stay in that core's cache. */
enum { GRAIN = SG_GRAIN / 8 };

static syngan_status update_parallel(work *w, sg_range_fn range) {
    sg_parallel(w->site->context, sg_dims_count(&w->site->output.dims), GRAIN,
                range, w);
    return SYNGAN_OK;
}

/* ---- Adam ---------------------------------------------------------------- */

static void adam_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    sg_simd_pick(w->site->context->isa, sg_adam_update)(
        &w->rule, (size_t)(last - first), w->gradient + first, w->p + first,
        w->first + first, w->second + first);
}

static syngan_status adam_run(const sg_site *site, const sg_call *call) {
    const sg_optimizer_fields *fields = site->fields;
    double t = (double)*(const int64_t *)call->input[3];
    work w = make_work(site, call, 4);
    w.rule.rate =
        (float)((double)w.rule.rate * sqrt(1.0 - pow(fields->beta2, t)) /
                (1.0 - pow(fields->beta1, t)));
    return update_parallel(&w, adam_range);
}

static syngan_status adam_infer(sg_infer *infer) {
    return update_infer(infer, 2, 5);
}

static const sg_kernel adam_kernel = {.name = "adam", .run = adam_run};

const sg_op sg_op_adam = {.name = "adam",
                          .version = 1,
                          .flags = SG_OP_UPDATE,
                          .n_inputs = -1,
                          .n_changed = 3,
                          .fields = &optimizer_fields,
                          .infer = adam_infer,
                          .kernels =
                              (const sg_kernel *const[]){&adam_kernel, NULL}};

/* ---- SGD with momentum --------------------------------------------------- */

static void sgd_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const sg_optimizer_fields *fields = w->site->fields;
    sg_simd_pick(w->site->context->isa, sg_sgd_update)(
        &w->rule.gradient, w->rule.rate, (float)fields->momentum,
        (size_t)(last - first), w->gradient + first, w->p + first,
        w->first + first);
}

static syngan_status sgd_run(const sg_site *site, const sg_call *call) {
    work w = make_work(site, call, 2);
    return update_parallel(&w, sgd_range);
}

static syngan_status moment_infer(sg_infer *infer) {
    return update_infer(infer, 1, 3);
}

static const sg_kernel sgd_kernel = {.name = "sgd", .run = sgd_run};

const sg_op sg_op_sgd = {.name = "sgd",
                         .version = 1,
                         .flags = SG_OP_UPDATE,
                         .n_inputs = -1,
                         .n_changed = 2,
                         .fields = &optimizer_fields,
                         .infer = moment_infer,
                         .kernels =
                             (const sg_kernel *const[]){&sgd_kernel, NULL}};

/* ---- RMSprop ------------------------------------------------------------- */

static void rmsprop_range(void *argument, int64_t first, int64_t last) {
    const work *w = argument;
    const sg_optimizer_fields *fields = w->site->fields;
    sg_simd_pick(w->site->context->isa, sg_rmsprop_update)(
        &w->rule.gradient, w->rule.rate, (float)fields->rho, w->rule.epsilon,
        (size_t)(last - first), w->gradient + first, w->p + first,
        w->first + first);
}

static syngan_status rmsprop_run(const sg_site *site, const sg_call *call) {
    work w = make_work(site, call, 2);
    return update_parallel(&w, rmsprop_range);
}

static const sg_kernel rmsprop_kernel = {.name = "rmsprop", .run = rmsprop_run};

const sg_op sg_op_rmsprop = {
    .name = "rmsprop",
    .version = 1,
    .flags = SG_OP_UPDATE,
    .n_inputs = -1,
    .n_changed = 2,
    .fields = &optimizer_fields,
    .infer = moment_infer,
    .kernels = (const sg_kernel *const[]){&rmsprop_kernel, NULL}};
