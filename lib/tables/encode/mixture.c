/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Variational Bayesian mixtures of normal distributions in one dimension.
 *
 * All is computed in double precision by fixed sequences of IEEE operations on
 * one thread, so that the result is the same on every machine but for what
 * log() and lgamma() round otherwise.
 */
#include "encode/mixture.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/random.h"
#include "encode/exponential.h"

/* ---- points ------------------------------------------------------------- */

#define CELLS 1024

static void add_point(sg_points *points, double sum, double squares,
                      double origin, double weight, double step) {
    double mean = sum / weight;
    double variance = squares / weight - mean * mean;
    int32_t i = points->count++;
    points->value[i] = origin + mean;
    points->weight[i] = weight;
    points->variance[i] = (variance > 0 ? variance : 0) + step * step / 12;
}

static int64_t count_distinct(const double *values, int64_t count) {
    int64_t distinct = 1;
    for (int64_t i = 1; i < count; i++)
        distinct += values[i] != values[i - 1];
    return distinct;
}

/* Which of CELLS equal parts of the range a value lies in. */
static double cell_of(double value, double low, double range) {
    return floor((value - low) / range * CELLS);
}

/* Runs of equal values, or of values that share a cell of both scales. */
static void collect(const double *values, int64_t count, double step,
                    bool by_cell, sg_points *out) {
    double low = values[0], range = values[count - 1] - low;
    for (int64_t first = 0; first < count;) {
        int64_t row_end = (first * CELLS / count + 1) * count / CELLS;
        double origin = values[first], sum = 0, squares = 0;
        double cell = by_cell ? cell_of(origin, low, range) : 0;
        int64_t last = first;
        while (last < count && (values[last] == origin ||
                                (by_cell && last < row_end &&
                                 cell_of(values[last], low, range) == cell))) {
            double d = values[last++] - origin;
            sum += d;
            squares += d * d;
        }
        add_point(out, sum, squares, origin, (double)(last - first), step);
        first = last;
    }
}

bool sg_points_make(syngan_context *context, const double *values,
                    int64_t count, double step, sg_points *out) {
    int64_t distinct = count_distinct(values, count);
    bool by_cell = distinct > SG_POINTS_MOST / 2;
    size_t room = by_cell ? SG_POINTS_MOST : (size_t)distinct;
    *out = (sg_points){.total = (double)count};
    out->value = sg_alloc(context, 3 * room * sizeof(double));
    if (out->value == NULL) return false;
    out->weight = out->value + room;
    out->variance = out->weight + room;
    collect(values, count, step, by_cell, out);
    return true;
}

void sg_points_end(syngan_context *context, sg_points *points) {
    sg_free(context, points->value);
    *points = (sg_points){0};
}

/* ---- the start: k-means ------------------------------------------------- */

#define STARTS 4
#define KMEANS_ROUNDS 100

/* Sums over the points before each one, for means of any run of points. */
typedef struct clustering {
    const sg_points *points;
    double *weight, *sum, *squares; /* count + 1 */
    double *distance;               /* to the nearest centre, weighted */
    int32_t count;                  /* of clusters */
    int32_t first[SG_MIXTURE_MOST + 1];
    double centre[SG_MIXTURE_MOST];
} clustering;

static void sum_up(clustering *c) {
    const sg_points *p = c->points;
    c->weight[0] = c->sum[0] = c->squares[0] = 0;
    for (int32_t i = 0; i < p->count; i++) {
        double w = p->weight[i], x = p->value[i];
        c->weight[i + 1] = c->weight[i] + w;
        c->sum[i + 1] = c->sum[i] + w * x;
        c->squares[i + 1] = c->squares[i] + w * x * x;
    }
}

/* A point, each with a chance in proportion to `share`. */
static int32_t draw_point(const double *share, int32_t count, double unit) {
    double total = 0, sum = 0;
    for (int32_t i = 0; i < count; i++)
        total += share[i];
    for (int32_t i = 0; i < count; i++) {
        sum += share[i];
        if (sum > unit * total) return i;
    }
    return count - 1;
}

static void insert_centre(clustering *c, double centre) {
    int32_t at = c->count++;
    for (; at > 0 && c->centre[at - 1] > centre; at--)
        c->centre[at] = c->centre[at - 1];
    c->centre[at] = centre;
}

/* k-means++: Arthur and Vassilvitskii, 2007. */
static void choose_centres(clustering *c, int32_t wanted,
                           const sg_random *random) {
    const sg_points *p = c->points;
    c->count = 0;
    for (int32_t k = 0; k < wanted; k++) {
        float unit;
        sg_random_uniform(random, (uint64_t)k, 1, &unit);
        const double *share = k == 0 ? p->weight : c->distance;
        double centre = p->value[draw_point(share, p->count, (double)unit)];
        insert_centre(c, centre);
        for (int32_t i = 0; i < p->count; i++) {
            double d = p->value[i] - centre;
            double weighted = p->weight[i] * d * d;
            if (k == 0 || weighted < c->distance[i]) c->distance[i] = weighted;
        }
    }
}

/* The first point above `limit`. */
static int32_t point_above(const sg_points *p, double limit) {
    int32_t low = 0, high = p->count;
    while (low < high) {
        int32_t middle = (low + high) / 2;
        if (p->value[middle] <= limit)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Lloyd's rounds. In one dimension clusters are runs of points. Returns the sum
 * of squared distances. */
static double refine_centres(clustering *c) {
    double error = 0;
    for (int32_t round = 0; round < KMEANS_ROUNDS; round++) {
        bool moved = false;
        error = 0;
        c->first[0] = 0;
        c->first[c->count] = c->points->count;
        for (int32_t k = 1; k < c->count; k++)
            c->first[k] =
                point_above(c->points, (c->centre[k - 1] + c->centre[k]) / 2);
        for (int32_t k = 0; k < c->count; k++) {
            int32_t a = c->first[k], b = c->first[k + 1];
            double weight = c->weight[b] - c->weight[a];
            if (a == b) continue;
            double sum = c->sum[b] - c->sum[a];
            moved |= c->centre[k] != sum / weight;
            c->centre[k] = sum / weight;
            error += c->squares[b] - c->squares[a] - sum * c->centre[k];
        }
        if (!moved) break;
    }
    return error;
}

/* The best of some starts. */
static void cluster(clustering *c, int32_t wanted, uint64_t seed) {
    clustering best = {0};
    double least = INFINITY;
    for (int32_t start = 0; start < STARTS; start++) {
        const sg_random random = {.seed = seed,
                                  .step = (uint64_t)start,
                                  .stream = sg_stream_id("mixture")};
        choose_centres(c, wanted, &random);
        double error = refine_centres(c);
        if (start == 0 || error < least) {
            best = *c;
            least = error;
        }
    }
    *c = best;
}

/* ---- variational inference ---------------------------------------------- */

#define CONCENTRATION 0.001 /* prior of the sticks */
#define REGULARISER 1e-6    /* added to variances; that of the data is 1 */
#define ROUNDS 100
#define CONVERGED 1e-8 /* change of the mean log density, in nats */
#define LANES 16       /* points at once */

/* The state, by component. Points are standardised: mean 0, variance 1. */
typedef struct inference {
    const sg_points *points; /* padded to whole lanes with weight 0 */
    int32_t count;
    double n[SG_MIXTURE_MOST], mean[SG_MIXTURE_MOST];
    double variance[SG_MIXTURE_MOST]; /* of the points, then of the posterior */
    double constant[SG_MIXTURE_MOST], precision[SG_MIXTURE_MOST];
} inference;

/* Psi, the derivative of log gamma, for x > 0: recurrence, then the asymptotic
 * series (Abramowitz and Stegun, 6.3.18), to 1e-12. */
static double digamma(double x) {
    double result = 0;
    for (; x < 10; x++)
        result -= 1 / x;
    double z = 1 / (x * x);
    return result + log(x) - 0.5 / x -
           z * (1.0 / 12 -
                z * (1.0 / 120 -
                     z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132)))));
}

/* The posterior from n, mean and variance of what each component took. */
static void update(inference *s) {
    double rest = 0, after[SG_MIXTURE_MOST];
    for (int32_t k = s->count - 1; k >= 0; k--) {
        after[k] = rest;
        rest += s->n[k];
    }
    double sticks = 0;
    for (int32_t k = 0; k < s->count; k++) {
        double n = s->n[k];
        double a = 1 + n, b = CONCENTRATION + after[k];
        double total = digamma(a + b);
        double log_weight = digamma(a) - total + sticks;
        sticks += digamma(b) - total;
        double freedom = 1 + n; /* and precision of the mean: both priors 1 */
        double mean = s->mean[k];
        s->mean[k] = n * mean / freedom;
        s->variance[k] = (1 + n * (s->variance[k] + REGULARISER) +
                          n / freedom * mean * mean) /
                         freedom;
        s->precision[k] = 1 / s->variance[k];
        double log_precision =
            digamma(freedom / 2) + log(2 / freedom) - log(s->variance[k]);
        s->constant[k] = log_weight + 0.5 * (log_precision - 1 / freedom -
                                             1.83787706640934548356);
    }
}

typedef struct moments {
    double n[SG_MIXTURE_MOST], sum[SG_MIXTURE_MOST], squares[SG_MIXTURE_MOST];
} moments;

/* Responsibilities of LANES points, added to the moments of the components they
 * belong to; the log densities to `density`. */
static void take(const inference *s, int32_t first, moments *m,
                 double density[LANES]) {
    const double *x = s->points->value + first;
    const double *w = s->points->weight + first;
    const double *v = s->points->variance + first;
    double share[SG_MIXTURE_MOST][LANES], most[LANES], sum[LANES] = {0};
    for (int32_t i = 0; i < LANES; i++)
        most[i] = -INFINITY;
    for (int32_t k = 0; k < s->count; k++) {
        double c = s->constant[k], half = -0.5 * s->precision[k];
        double mean = s->mean[k];
        for (int32_t i = 0; i < LANES; i++) {
            double d = x[i] - mean;
            share[k][i] = c + half * d * d;
            most[i] = share[k][i] > most[i] ? share[k][i] : most[i];
        }
    }
    for (int32_t k = 0; k < s->count; k++)
        for (int32_t i = 0; i < LANES; i++) {
            share[k][i] = sg_exp_negative(share[k][i] - most[i]);
            sum[i] += share[k][i];
        }
    for (int32_t i = 0; i < LANES; i++)
        density[i] = most[i] + log(sum[i]);
    for (int32_t i = 0; i < LANES; i++)
        sum[i] = w[i] / sum[i];
    for (int32_t k = 0; k < s->count; k++) {
        double n = 0, first_moment = 0, second = 0;
        for (int32_t i = 0; i < LANES; i++) {
            double r = share[k][i] * sum[i];
            n += r;
            first_moment += r * x[i];
            second += r * (x[i] * x[i] + v[i]);
        }
        m->n[k] += n;
        m->sum[k] += first_moment;
        m->squares[k] += second;
    }
}

/* One round: what each component takes. Returns the mean log density. */
static double expect(inference *s) {
    moments m = {0};
    double total = 0, density[LANES];
    for (int32_t first = 0; first < s->points->count; first += LANES) {
        take(s, first, &m, density);
        for (int32_t i = 0; i < LANES; i++)
            total += density[i] * s->points->weight[first + i];
    }
    for (int32_t k = 0; k < s->count; k++) {
        double n = m.n[k] + 10 * 2.220446049250313e-16;
        s->n[k] = n;
        s->mean[k] = m.sum[k] / n;
        double variance = m.squares[k] / n - s->mean[k] * s->mean[k];
        s->variance[k] = variance > 0 ? variance : 0;
    }
    return total / s->points->total;
}

static void iterate(inference *s) {
    double before = -INFINITY;
    for (int32_t round = 0; round < ROUNDS; round++) {
        double now = expect(s);
        update(s);
        if (fabs(now - before) < CONVERGED) return;
        before = now;
    }
}

/* The mean of the posterior over weights. */
static void stick_weights(const inference *s, double *weight) {
    double rest = 0, left = 1, total = 0;
    for (int32_t k = 0; k < s->count; k++)
        rest += s->n[k];
    for (int32_t k = 0; k < s->count; k++) {
        rest -= s->n[k];
        double a = 1 + s->n[k], b = CONCENTRATION + (rest > 0 ? rest : 0);
        weight[k] = left * a / (a + b);
        left *= b / (a + b);
        total += weight[k];
    }
    for (int32_t k = 0; k < s->count; k++)
        weight[k] /= total;
}

/* ---- putting it together ------------------------------------------------- */

/* Sticks are broken in the order of size, which the prior expects (Kurihara,
 * Welling and Teh, 2007). */
static void sort_by_size(inference *s) {
    for (int32_t i = 1; i < s->count; i++)
        for (int32_t k = i; k > 0 && s->n[k] > s->n[k - 1]; k--) {
            double n = s->n[k], mean = s->mean[k], variance = s->variance[k];
            s->n[k] = s->n[k - 1];
            s->mean[k] = s->mean[k - 1];
            s->variance[k] = s->variance[k - 1];
            s->n[k - 1] = n;
            s->mean[k - 1] = mean;
            s->variance[k - 1] = variance;
        }
}

/* Each cluster as what a component took. */
static void from_clusters(const clustering *c, inference *s) {
    s->count = 0;
    for (int32_t k = 0; k < c->count; k++) {
        int32_t a = c->first[k], b = c->first[k + 1];
        if (a == b) continue;
        double n = c->weight[b] - c->weight[a], mean = c->centre[k];
        double variance = (c->squares[b] - c->squares[a]) / n - mean * mean;
        for (int32_t i = a; i < b; i++)
            variance += c->points->weight[i] * c->points->variance[i] / n;
        s->n[s->count] = n;
        s->mean[s->count] = mean;
        s->variance[s->count++] = variance > 0 ? variance : 0;
    }
}

/* Leaves out components below `least`; true if there were any. */
static bool drop_small(inference *s, const double *weight, double least) {
    int32_t kept = 0, largest = 0;
    for (int32_t k = 1; k < s->count; k++)
        if (weight[k] > weight[largest]) largest = k;
    for (int32_t k = 0; k < s->count; k++) {
        if (weight[k] < least && k != largest) continue;
        s->n[kept] = s->n[k];
        s->mean[kept] = s->mean[k];
        s->variance[kept] = s->variance[k];
        s->precision[kept] = s->precision[k];
        s->constant[kept++] = s->constant[k];
    }
    bool dropped = kept < s->count;
    s->count = kept;
    return dropped;
}

/* Back from standardised values, in the order of the means. */
static void deliver(const inference *s, const double *weight, double mean,
                    double deviation, sg_mixture *out) {
    out->count = 0;
    for (int32_t k = 0; k < s->count; k++) {
        double at = mean + deviation * s->mean[k];
        int32_t i = out->count++;
        for (; i > 0 && out->mean[i - 1] > at; i--) {
            out->mean[i] = out->mean[i - 1];
            out->weight[i] = out->weight[i - 1];
            out->deviation[i] = out->deviation[i - 1];
        }
        out->mean[i] = at;
        out->weight[i] = weight[k];
        out->deviation[i] = deviation * sqrt(s->variance[k]);
    }
}

/* Mean and standard deviation of all that the points stand for. */
static void describe(const sg_points *p, double *mean, double *deviation) {
    double sum = 0, squares = 0;
    for (int32_t i = 0; i < p->count; i++)
        sum += p->weight[i] * (p->value[i] - p->value[0]);
    *mean = p->value[0] + sum / p->total;
    for (int32_t i = 0; i < p->count; i++) {
        double d = p->value[i] - *mean;
        squares += p->weight[i] * (d * d + p->variance[i]);
    }
    *deviation = sqrt(squares / p->total);
    /* One value: any scale will do, as long as it is one. */
    if (!(*deviation > 0)) *deviation = *mean == 0 ? 1 : fabs(*mean) * 1e-9;
}

bool sg_mixture_fit(syngan_context *context, const sg_points *points,
                    int32_t most, double least, uint64_t seed,
                    sg_mixture *out) {
    size_t padded = ((size_t)points->count + LANES) / LANES * LANES;
    double *room = sg_alloc_zero(context, 7 * padded, sizeof(double));
    if (room == NULL) return false;
    double mean, deviation, weight[SG_MIXTURE_MOST];
    describe(points, &mean, &deviation);
    sg_points standard = {.count = points->count,
                          .total = points->total,
                          .value = room,
                          .weight = room + padded,
                          .variance = room + 2 * padded};
    for (int32_t i = 0; i < points->count; i++) {
        standard.value[i] = (points->value[i] - mean) / deviation;
        standard.weight[i] = points->weight[i];
        standard.variance[i] = points->variance[i] / (deviation * deviation);
    }
    clustering c = {.points = &standard,
                    .weight = room + 3 * padded,
                    .sum = room + 4 * padded,
                    .squares = room + 5 * padded,
                    .distance = room + 6 * padded};
    sum_up(&c);
    cluster(&c, most < points->count ? most : points->count, seed);
    inference s = {.points = &standard};
    from_clusters(&c, &s);
    sort_by_size(&s);
    update(&s);
    do {
        iterate(&s);
        stick_weights(&s, weight);
    } while (drop_small(&s, weight, least));
    deliver(&s, weight, mean, deviation, out);
    sg_free(context, room);
    return true;
}

double sg_mixture_likelihood(const sg_mixture *mixture,
                             const sg_points *points) {
    double total = 0;
    for (int32_t i = 0; i < points->count; i++) {
        double log_term[SG_MIXTURE_MOST], most = -INFINITY, sum = 0;
        for (int32_t k = 0; k < mixture->count; k++) {
            double d =
                (points->value[i] - mixture->mean[k]) / mixture->deviation[k];
            log_term[k] = log(mixture->weight[k] / mixture->deviation[k]) -
                          0.91893853320467274178 - 0.5 * d * d;
            most = log_term[k] > most ? log_term[k] : most;
        }
        for (int32_t k = 0; k < mixture->count; k++)
            sum += exp(log_term[k] - most);
        total += points->weight[i] * (most + log(sum));
    }
    return total / points->total;
}
