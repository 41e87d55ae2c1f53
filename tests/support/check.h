/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of what compiled programs compute with the interpreter of
 * reference.h, with and without fusion; they fail the test where the two
 * differ.
 */
#ifndef TESTS_SUPPORT_CHECK_H
#define TESTS_SUPPORT_CHECK_H

#include "support/reference.h"

/* Of the greatest element of a value: what an element may be off. */
#define CHECK_FORWARD 1e-5
#define CHECK_GRADIENT 1e-4

#define CHECK_SLOPES 16
#define CHECK_SOURCES_MAX 32

/* A graph of its own, its context, and its interpreter. */
typedef struct check {
    syngan_context *context;
    syngan_graph *graph;
    reference *reference;
    uint32_t sources; /* made so far */
    int32_t slopes;   /* elements of each source by which differences are taken;
                         set to CHECK_SLOPES */
    int32_t tune;     /* 1: values are computed by tuned programs */
} check;

void check_begin(check *c);
void check_end(check *c);

/* An input of elements in [low, high). */
syngan_node *check_input(check *c, double low, double high, const int64_t *dims,
                         size_t rank);
/* A parameter likewise. */
syngan_node *check_parameter(check *c, double low, double high,
                             const int64_t *dims, size_t rank);

/* Gives elements in [low, high) to the parameters that have none, such as those
 * that layers have made. Writes all inputs and parameters of the graph to
 * `sources` (CHECK_SOURCES_MAX of them at most) and returns their number. */
size_t check_sources(check *c, double low, double high, syngan_node **sources);

/* The values of nodes. */
void check_values(check *c, syngan_node *const *nodes, size_t count,
                  double tolerance);
void check_value(check *c, syngan_node *node);

/*
 * The value of y, and by `count` sources: the gradients of a weighted sum of
 * y's elements, and the gradients of a weighted sum of those gradients. Each is
 * compared with finite differences in double precision, and the program with
 * the interpreter.
 */
void check_gradients(check *c, syngan_node *y, syngan_node *const *sources,
                     size_t count);

/* What update nodes make of their variables, in a run of a program. */
void check_updates(check *c, syngan_node *const *updates, size_t count,
                   double tolerance);

/* `node` is the error node of its graph, with this status and a sentence that
 * has `part` in it. The graph is replaced by a new one. */
#define check_refused(c, node, status, part)                                   \
    check_refused_at(c, node, status, part, __FILE__, __LINE__)
void check_refused_at(check *c, const syngan_node *node, syngan_status status,
                      const char *part, const char *file, int line);

#endif
