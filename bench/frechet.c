/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Fréchet distance. The root of the product of two covariances is found
 * from symmetric matrices alone: trace((C1 C2)^(1/2)) is the sum of the roots
 * of the eigenvalues of R C2 R, where R is the root of C1.
 */
#include "frechet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SWEEPS 60

/* Mean and covariance (n x n) of rows. */
static void moments(const float *rows, size_t count, size_t n, size_t stride,
                    double *mean, double *covariance) {
    memset(mean, 0, n * sizeof *mean);
    memset(covariance, 0, n * n * sizeof *covariance);
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < n; i++)
            mean[i] += (double)rows[r * stride + i];
    for (size_t i = 0; i < n; i++)
        mean[i] /= (double)count;
    for (size_t r = 0; r < count; r++)
        for (size_t i = 0; i < n; i++) {
            double d = (double)rows[r * stride + i] - mean[i];
            for (size_t j = 0; j < n; j++)
                covariance[i * n + j] +=
                    d * ((double)rows[r * stride + j] - mean[j]);
        }
    for (size_t i = 0; i < n * n; i++)
        covariance[i] /= (double)(count > 1 ? count - 1 : 1);
}

/* One rotation of Jacobi's method in the plane (p, q). */
static void rotate(double *a, double *v, size_t n, size_t p, size_t q) {
    if (fabs(a[p * n + q]) < 1e-300) return;
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];
        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (size_t k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];
        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
        x = v[k * n + p], y = v[k * n + q];
        v[k * n + p] = c * x - s * y;
        v[k * n + q] = s * x + c * y;
    }
}

/* Eigenvalues on the diagonal of `a`, vectors in the columns of `v`. */
static void eigen(double *a, double *v, size_t n) {
    memset(v, 0, n * n * sizeof *v);
    for (size_t i = 0; i < n; i++)
        v[i * n + i] = 1;
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0, on = 0;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                *(i == j ? &on : &off) += a[i * n + j] * a[i * n + j];
        if (off <= 1e-26 * on) return;
        for (size_t p = 0; p + 1 < n; p++)
            for (size_t q = p + 1; q < n; q++)
                rotate(a, v, n, p, q);
    }
}

static void multiply(const double *a, const double *b, double *out, size_t n) {
    memset(out, 0, n * n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            for (size_t j = 0; j < n; j++)
                out[i * n + j] += a[i * n + k] * b[k * n + j];
}

/* root = a^(1/2); `a` and `v` are used up. */
static void square_root(double *a, double *v, double *root, size_t n) {
    eigen(a, v, n);
    memset(root, 0, n * n * sizeof *root);
    for (size_t k = 0; k < n; k++) {
        double r = sqrt(fmax(a[k * n + k], 0));
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                root[i * n + j] += v[i * n + k] * r * v[j * n + k];
    }
}

double frechet_distance(const float *a, size_t rows_a, const float *b,
                        size_t rows_b, size_t width, size_t stride) {
    size_t n = width, matrix = n * n;
    double *memory = calloc(2 * n + 5 * matrix, sizeof *memory);
    if (memory == NULL) return (double)NAN;
    double *mean_a = memory, *mean_b = mean_a + n;
    double *cov_a = mean_b + n, *cov_b = cov_a + matrix;
    double *v = cov_b + matrix, *root = v + matrix, *product = root + matrix;
    moments(a, rows_a, n, stride, mean_a, cov_a);
    moments(b, rows_b, n, stride, mean_b, cov_b);
    double distance = 0;
    for (size_t i = 0; i < n; i++) {
        double d = mean_a[i] - mean_b[i];
        distance += d * d + cov_a[i * n + i] + cov_b[i * n + i];
    }
    square_root(cov_a, v, root, n);
    multiply(root, cov_b, product, n);
    multiply(product, root, cov_a, n);
    eigen(cov_a, v, n);
    for (size_t i = 0; i < n; i++)
        distance -= 2 * sqrt(fmax(cov_a[i * n + i], 0));
    free(memory);
    return distance;
}
