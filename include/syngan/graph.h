/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file graph.h
 * Graphs: descriptions of a computation, made of nodes.
 *
 * A builder takes nodes and returns the node of their result. Nodes belong to
 * their graph and live as long as it; they are not freed. Nothing is computed
 * while building: a model (model.h) or a program (program.h) does that.
 *
 * Errors. After a builder fails it returns its graph's error node, and
 * builders that are given the error node return it, so building code reads as
 * straight lines. Whoever takes the final node, syngan_model_create() or
 * syngan_program_create(), returns the first error, which names the node, what
 * came and what was expected; syngan_graph_status() tells it earlier. Builders
 * return NULL only when given NULL.
 *
 * Shapes. All builders take and give f32 elements unless they say otherwise.
 * The first dimension of a model's inputs may be SYNGAN_BATCH; shapes of the
 * nodes behind then carry it along; it stays the first dimension, and what
 * counts along it (a mean over it, a slice, softmax) is refused.
 *
 * Statuses that builders leave in the graph: SYNGAN_E_SHAPE, SYNGAN_E_TYPE,
 * SYNGAN_E_ARGUMENT and SYNGAN_E_MEMORY; others are said with the builder.
 */
#ifndef SYNGAN_GRAPH_H
#define SYNGAN_GRAPH_H

#include <syngan/base.h>
#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_graph syngan_graph;
typedef struct syngan_node syngan_node;

/** An empty graph. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_graph_create(syngan_context *context, syngan_graph **out);
/** Releases the caller's hold; models and programs made from it keep it. */
SYNGAN_API void syngan_graph_free(syngan_graph *graph);
/** SYNGAN_OK, or the status of the first builder that failed. */
SYNGAN_API syngan_status syngan_graph_status(const syngan_graph *graph);

/* ---- sources ------------------------------------------------------------ */

/** A value given from outside. Names are unique in a graph.
 *  @param type SYNGAN_TYPE_F32, or SYNGAN_TYPE_I32 for indices */
SYNGAN_API syngan_node *syngan_input(syngan_graph *graph, const char *name,
                                     syngan_type type, const int64_t *dims,
                                     size_t rank);
/** A number, of rank 0; broadcasts with everything. */
SYNGAN_API syngan_node *syngan_scalar(syngan_graph *graph, double value);
/** A fixed f32 tensor, copied; it is saved with a model. */
SYNGAN_API syngan_node *syngan_constant(syngan_graph *graph,
                                        const syngan_tensor *tensor);
/** A shape filled with one number. */
SYNGAN_API syngan_node *syngan_fill(syngan_graph *graph, double value,
                                    const int64_t *dims, size_t rank);
/** Independent normal (0, 1) numbers, new in each run of a program: a function
 *  of (seed, step, this node, index), by Philox 4x32-10 (Salmon and others
 *  2011). `this node` is its number among the graph's random nodes. */
SYNGAN_API syngan_node *syngan_random_normal(syngan_graph *graph,
                                             const int64_t *dims, size_t rank);
/** Likewise, uniform in [0, 1). */
SYNGAN_API syngan_node *syngan_random_uniform(syngan_graph *graph,
                                              const int64_t *dims, size_t rank);

/* ---- about a node ------------------------------------------------------- */

/** Sizes; writes at most SYNGAN_MAX_RANK of them to `dims` and returns the
 *  rank. 0 for the error node. */
SYNGAN_API size_t syngan_node_dims(const syngan_node *node, int64_t *dims);
/** Its name: given, or made from the operator ("conv2d_2"). Lives until the
 *  node is renamed. */
SYNGAN_API const char *syngan_node_name(const syngan_node *node);
/** Names a node, for messages, summaries and files. Inputs and parameters keep
 *  theirs. @return the node. */
SYNGAN_API syngan_node *syngan_node_set_name(syngan_node *node,
                                             const char *name);
/** 1 for the error node and NULL, else 0. */
SYNGAN_API int32_t syngan_node_failed(const syngan_node *node);

/* ---- arithmetic, element by element ------------------------------------- */
/* The two operands broadcast as in NumPy: aligned at the last dimension,
 * sizes equal or 1. */

/** a + b, a - b, a b and a / b. */
SYNGAN_API syngan_node *syngan_add(syngan_node *a, syngan_node *b);
SYNGAN_API syngan_node *syngan_subtract(syngan_node *a, syngan_node *b);
SYNGAN_API syngan_node *syngan_multiply(syngan_node *a, syngan_node *b);
SYNGAN_API syngan_node *syngan_divide(syngan_node *a, syngan_node *b);
/** The greater and the smaller of two; NaN where either is NaN. The gradient
 *  goes to `a` on ties and where either is NaN. */
SYNGAN_API syngan_node *syngan_maximum(syngan_node *a, syngan_node *b);
SYNGAN_API syngan_node *syngan_minimum(syngan_node *a, syngan_node *b);
/** 1 where a > b, else 0. No gradient flows. */
SYNGAN_API syngan_node *syngan_greater(syngan_node *a, syngan_node *b);

/** -x, e^x, the natural logarithm, the square root, x x. */
SYNGAN_API syngan_node *syngan_negate(syngan_node *x);
SYNGAN_API syngan_node *syngan_exp(syngan_node *x);
SYNGAN_API syngan_node *syngan_log(syngan_node *x);
SYNGAN_API syngan_node *syngan_sqrt(syngan_node *x);
SYNGAN_API syngan_node *syngan_square(syngan_node *x);
/** x scaled and shifted: `scale` x + `offset`. */
SYNGAN_API syngan_node *syngan_affine(syngan_node *x, double scale,
                                      double offset);
/** x limited to [low, high]; the gradient is 0 outside. */
SYNGAN_API syngan_node *syngan_clip(syngan_node *x, double low, double high);

/** x where positive, 0 elsewhere; the slope at 0 is 0. */
SYNGAN_API syngan_node *syngan_relu(syngan_node *x);
/** x where positive, `slope` (at least 0) times x elsewhere. */
SYNGAN_API syngan_node *syngan_leaky_relu(syngan_node *x, double slope);
SYNGAN_API syngan_node *syngan_tanh(syngan_node *x);
SYNGAN_API syngan_node *syngan_sigmoid(syngan_node *x);
/** log(1 + exp(x)), computed without overflow. */
SYNGAN_API syngan_node *syngan_softplus(syngan_node *x);
/** |x|; the slope at 0 is 0. */
SYNGAN_API syngan_node *syngan_abs(syngan_node *x);
/** x to a constant power. As C's pow(): NaN where x is negative, unless the
 *  exponent is an integer; 1 where the exponent is 0. The slope at 0 is
 * infinite for exponents below 1 other than 0. */
SYNGAN_API syngan_node *syngan_pow(syngan_node *x, double exponent);
/** x Phi(x), Phi being the distribution function of the normal distribution
 *  (Hendrycks and Gimpel 2016); and their approximation
 *  0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))). */
SYNGAN_API syngan_node *syngan_gelu(syngan_node *x);
SYNGAN_API syngan_node *syngan_gelu_tanh(syngan_node *x);
/** x sigmoid(x), also called swish (Ramachandran and others 2017). */
SYNGAN_API syngan_node *syngan_silu(syngan_node *x);
/** x where positive, `alpha` (at least 0) times (exp(x) - 1) elsewhere (Clevert
 *  and others 2015). */
SYNGAN_API syngan_node *syngan_elu(syngan_node *x, double alpha);
/** exp(x) normalised to sum 1 over `axis` (negative: counted from the last). */
SYNGAN_API syngan_node *syngan_softmax(syngan_node *x, int32_t axis);
/** The logarithm of syngan_softmax(), without its loss of precision. */
SYNGAN_API syngan_node *syngan_log_softmax(syngan_node *x, int32_t axis);

/**
 * Rows made of parts, each with an activation of its own, as one node however
 * many they are: what a generator of tables ends with.
 * @param x       N x columns
 * @param parts   `count` numbers, for the parts in their order: 0 is one
 *                column, a number: tanh; n > 0 are n columns, a choice:
 *                softmax((x + noise) / temperature) over them; -n are n columns
 *                that stay as they are. All parts together have the columns of
 *                x. They are copied, and saved with a model.
 * @param uniform N x columns, in [0, 1), such as syngan_random_uniform()
 *                makes: the noise is -log(-log(uniform)), so that choices are
 *                samples of the Gumbel softmax (Jang and others 2017); NULL:
 *                no noise
 * It can be differentiated once.
 */
SYNGAN_API syngan_node *
syngan_part_activation(syngan_node *x, const int32_t *parts, size_t count,
                       syngan_node *uniform, double temperature);
/** For each row the cross-entropy of one of its choices:
 *  -log softmax(logits of the choice) at the target.
 *  @param logits N x columns, of parts as above
 *  @param target N, i32: the column of the alternative; 0 is the result where
 *                it is no column of a choice, as -1
 *  @return N. It can be differentiated once. */
SYNGAN_API syngan_node *syngan_part_cross_entropy(syngan_node *logits,
                                                  const int32_t *parts,
                                                  size_t count,
                                                  syngan_node *target);

/* ---- products and reductions -------------------------------------------- */

/** Matrix product over the last two dimensions: ... x m x k by ... x k x n
 *  gives ... x m x n. Leading dimensions, if any, are equal (a batch of
 *  products).
 *  @param transpose_a,transpose_b 1 to exchange the last two dimensions first
 */
SYNGAN_API syngan_node *syngan_matmul(syngan_node *a, syngan_node *b,
                                      int32_t transpose_a, int32_t transpose_b);

/** Sum and mean over `count` axes (negative: from the last); count 0: all.
 *  @param keep 1 keeps the axes with size 1, 0 removes them */
SYNGAN_API syngan_node *syngan_sum(syngan_node *x, const int32_t *axes,
                                   size_t count, int32_t keep);
SYNGAN_API syngan_node *syngan_mean(syngan_node *x, const int32_t *axes,
                                    size_t count, int32_t keep);

/** The greatest element along `axis` (negative: from the last), NaN where there
 *  is one. The gradient goes to the first of equal ones.
 *  @param keep 1 keeps the axis with size 1, 0 removes it */
SYNGAN_API syngan_node *syngan_max(syngan_node *x, int32_t axis, int32_t keep);
/** Where that element is, counted from 0: i32. No gradient flows. */
SYNGAN_API syngan_node *syngan_argmax(syngan_node *x, int32_t axis,
                                      int32_t keep);

/* ---- by i32 indices ----------------------------------------------------- */

/** The same numbers as another type. @param type SYNGAN_TYPE_F32, of i32; f32
 *  stays as it is. Numbers beyond 2^24 are rounded. No gradient flows. */
SYNGAN_API syngan_node *syngan_cast(syngan_node *x, syngan_type type);
/** For each label a row of zeros with 1 at the label; all zeros where it is
 *  none of 0 ... classes - 1.
 *  @param labels i32, of any shape, to which a dimension `classes` is added */
SYNGAN_API syngan_node *syngan_one_hot(syngan_node *labels, int64_t classes);
/** Rows of a table by their numbers; zeros where there is no such row, as at
 *  -1. The gradient adds up rows in the order of the indices.
 *  @param table   n x ...: rows of any shape
 *  @param indices i32, of any shape, which takes the place of n in the result
 */
SYNGAN_API syngan_node *syngan_gather(syngan_node *table, syngan_node *indices);

/* ---- shape -------------------------------------------------------------- */

/** The same elements in another shape. One size may be -1, to be computed; if
 *  x has a batch dimension, the first size is SYNGAN_BATCH. */
SYNGAN_API syngan_node *syngan_reshape(syngan_node *x, const int64_t *dims,
                                       size_t rank);
/** All dimensions behind the first become one. */
SYNGAN_API syngan_node *syngan_flatten(syngan_node *x);
/** Dimension i of the result is dimension `order[i]` of x.
 *  @param order `count` different numbers, as many as x has dimensions */
SYNGAN_API syngan_node *syngan_transpose(syngan_node *x, const int32_t *order,
                                         size_t count);
/** x repeated along dimensions of size 1, and along new leading ones. */
SYNGAN_API syngan_node *syngan_broadcast(syngan_node *x, const int64_t *dims,
                                         size_t rank);
/** Nodes joined along `axis` (negative: from the last); the other sizes are
 *  equal. */
SYNGAN_API syngan_node *syngan_concat(syngan_node *const *nodes, size_t count,
                                      int32_t axis);
/** `size` elements of `axis` (negative: from the last) from `start` on; size
 *  -1: to the end. */
SYNGAN_API syngan_node *syngan_slice(syngan_node *x, int32_t axis,
                                     int64_t start, int64_t size);

/* ---- differentiation ---------------------------------------------------- */

/**
 * Gradients of the sum of y's elements, by reverse-mode differentiation
 * (Griewank and Walther 2008, chapter 3). The results are nodes of the graph
 * and can be differentiated again.
 * @param wrt   `count` nodes that y depends on; where it does not, the
 *              gradient is a node of zeros
 * @param out   receives `count` nodes, each of the shape of its `wrt`
 * @return SYNGAN_OK, or the status that the graph then has: SYNGAN_E_SHAPE for
 *         a batch of SYNGAN_BATCH (apply a model to inputs of a fixed batch),
 *         SYNGAN_E_UNSUPPORTED where y depends on a layer whose mode is not
 *         chosen, or what failed before. `out` then has the error node.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_gradient(syngan_node *y,
                                                        syngan_node *const *wrt,
                                                        size_t count,
                                                        syngan_node **out);

/** x itself, through which no gradient flows. */
SYNGAN_API syngan_node *syngan_stop_gradient(syngan_node *x);

#ifdef __cplusplus
}
#endif
#endif
