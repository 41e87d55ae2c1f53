/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter's functions of updates: `out` is the new value of the first
 * input, `changed` those of the moments behind it.
 */
#include <math.h>

#include <syngan/optimizer.h>

#include "op/ops.h"
#include "support/reference.h"

static void assign(const reference_frame *f) {
    for (int64_t i = 0; i < reference_count(f); i++)
        f->out[i] = f->in[1][i];
}

static void moving_average(const reference_frame *f) {
    double decay =
        f->node->n_inputs == 3 ? f->in[2][0] : reference_field(f, "decay");
    for (int64_t i = 0; i < reference_count(f); i++)
        f->out[i] = decay * f->in[0][i] + (1 - decay) * f->in[1][i];
}

static void count(const reference_frame *f) {
    f->out[0] = f->in[0][0] + 1;
}

/* A group has no value. */
static void group(const reference_frame *f) {
    (void)f;
}

static double scheduled(const reference_frame *f, double t) {
    double rate = reference_field(f, "rate");
    double last = reference_field(f, "final_rate");
    double part = t / fmax(1, reference_field(f, "steps"));
    switch ((int32_t)reference_field(f, "schedule")) {
    case SYNGAN_SCHEDULE_LINEAR:
        return rate + fmin(part, 1) * (last - rate);
    case SYNGAN_SCHEDULE_COSINE:
        return last + (rate - last) * (1 + cos(acos(-1) * fmin(part, 1))) / 2;
    case SYNGAN_SCHEDULE_EXPONENTIAL:
        return rate * pow(last / rate, part);
    case SYNGAN_SCHEDULE_STEP:
        return rate * pow(last / rate, floor(part));
    default:
        return rate;
    }
}

/* The schedule begins when the rate has grown to its full height. */
static void learning_rate(const reference_frame *f) {
    double t = f->in[0][0] - 1, warmup = reference_field(f, "warmup");
    f->out[0] = t < warmup ? reference_field(f, "rate") * (t + 1) / warmup
                           : scheduled(f, t - warmup);
}

/* Element `i` of the gradient that is input `at`: scaled, limited, with the
 * derivative of decay / 2 p^2 added. */
static double gradient_at(const reference_frame *f, int32_t at, int64_t i) {
    double g = f->in[at][i], clip = reference_field(f, "clip");
    if (f->node->n_inputs > at + 1) g *= f->in[at + 1][0];
    if (clip > 0) g = fmax(-clip, fmin(clip, g));
    if (reference_field(f, "decoupled") == 0)
        g += reference_field(f, "decay") * f->in[0][i];
    return g;
}

static void adam(const reference_frame *f) {
    double b1 = reference_field(f, "beta1"), b2 = reference_field(f, "beta2");
    double t = f->in[3][0], rate = f->in[4][0];
    double step = rate * sqrt(1 - pow(b2, t)) / (1 - pow(b1, t));
    double shrink = reference_field(f, "decoupled") != 0
                        ? 1 - rate * reference_field(f, "decay")
                        : 1;
    for (int64_t i = 0; i < reference_count(f); i++) {
        double g = gradient_at(f, 5, i);
        double m = b1 * f->in[1][i] + (1 - b1) * g;
        double v = b2 * f->in[2][i] + (1 - b2) * g * g;
        f->changed[0][i] = m;
        f->changed[1][i] = v;
        f->out[i] = shrink * f->in[0][i] -
                    step * m / (sqrt(v) + reference_field(f, "epsilon"));
    }
}

static void sgd(const reference_frame *f) {
    double momentum = reference_field(f, "momentum");
    for (int64_t i = 0; i < reference_count(f); i++) {
        double m = momentum * f->in[1][i] + gradient_at(f, 3, i);
        f->changed[0][i] = m;
        f->out[i] = f->in[0][i] - f->in[2][0] * m;
    }
}

static void rmsprop(const reference_frame *f) {
    double rho = reference_field(f, "rho");
    for (int64_t i = 0; i < reference_count(f); i++) {
        double g = gradient_at(f, 3, i);
        double v = rho * f->in[1][i] + (1 - rho) * g * g;
        f->changed[0][i] = v;
        f->out[i] = f->in[0][i] -
                    f->in[2][0] * g / (sqrt(v) + reference_field(f, "epsilon"));
    }
}

static const struct {
    const sg_op *op;
    reference_rule rule;
} rules[] = {
    {&sg_op_assign, assign},
    {&sg_op_moving_average, moving_average},
    {&sg_op_count, count},
    {&sg_op_group, group},
    {&sg_op_learning_rate, learning_rate},
    {&sg_op_adam, adam},
    {&sg_op_sgd, sgd},
    {&sg_op_rmsprop, rmsprop},
};

reference_rule reference_find_update(const sg_op *op) {
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i].op == op) return rules[i].rule;
    return NULL;
}
