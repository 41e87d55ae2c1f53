/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An interpreter of graphs in double precision: one small, plain function for
 * each operator. What compiled programs compute is compared with it, and
 * gradients with its finite differences.
 *
 * All functions fail the test (cmocka) when something can't be.
 */
#ifndef TESTS_SUPPORT_REFERENCE_H
#define TESTS_SUPPORT_REFERENCE_H

#include "graph/op.h"

typedef struct reference reference;

/* An interpreter of a graph, which may grow after; random nodes draw with the
 * context's seed and step 0. */
reference *reference_make(syngan_graph *graph);
void reference_free(reference *r);
/* From now on random nodes draw with these. */
void reference_set_run(reference *r, uint64_t seed, uint64_t step);

/* Gives an input or a parameter its elements. Parameters that have none given
 * have their variable's. */
void reference_set(reference *r, const syngan_node *source,
                   const float *elements);
/* Elements of pseudo-random numbers in [low, high); a parameter's variable gets
 * the same, and a tensor if it has none. */
void reference_fill(reference *r, const syngan_node *source, uint32_t stream,
                    double low, double high);
bool reference_has(const reference *r, const syngan_node *source);
/* Forgets all values but those of sources; of parameters' only if `parameters`
 * is set, so that they are read from their variables again. */
void reference_forget(reference *r, bool parameters);

/* A node's elements, row-major. Of an update node: the new value of its first
 * input. They stay until the next change of a source. */
const double *reference_value(reference *r, const syngan_node *node);
/* What the variable behind input `index` of an update node changes to. */
const double *reference_changed(reference *r, const syngan_node *update,
                                int32_t index);

/* The derivative of y (rank 0) by element `index` of a source, by a central
 * difference. */
double reference_slope(reference *r, const syngan_node *y,
                       const syngan_node *source, int64_t index);

/* ---- for the operators' functions ---------------------------------------- */

/* One node to be computed. */
typedef struct reference_frame {
    const syngan_node *node;
    const double *const *in;
    double *out;
    double *const *changed; /* of updates: new values of inputs 1, 2 */
    sg_random random;
} reference_frame;

typedef void (*reference_rule)(const reference_frame *f);

/* A field of the operator, by its name in the field table. */
double reference_field(const reference_frame *f, const char *name);
/* Element `index` of a field that is an array. */
double reference_field_at(const reference_frame *f, const char *name,
                          int32_t index);
int64_t reference_count(const reference_frame *f);
const sg_dims *reference_dims(const reference_frame *f, int32_t input);

/* The function of an operator, NULL if there is none; in all, of operators on
 * images, on rows of parts, and of updates. */
reference_rule reference_find(const sg_op *op);
reference_rule reference_find_image(const sg_op *op);
reference_rule reference_find_part(const sg_op *op);
reference_rule reference_find_update(const sg_op *op);

/* ---- by itself ----------------------------------------------------------- */

/* A function of one element: an sg_unary_kind. */
double reference_unary(int32_t kind, double alpha, double beta, double x);

#endif
