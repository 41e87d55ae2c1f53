/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator interface. An operator is one constant `sg_op`; everything that
 * the rest of the library knows about it is in there.
 */
#ifndef SG_GRAPH_OP_H
#define SG_GRAPH_OP_H

#include "backend/kernel.h"
#include "base/options.h"
#include "graph/graph.h"

/* What shape rules get and give. */
typedef struct sg_infer {
    syngan_context *context;
    const char *label; /* "conv2d 'c1'", for messages */
    syngan_node *const *inputs;
    int32_t n_inputs;
    int32_t type; /* out; preset to f32 */
    void *fields; /* may be completed (a computed size) */
    sg_dims dims; /* out */
} sg_infer;

enum {
    /* Changes the variables behind its first `n_changed` inputs. Its value is
     * the new value of input 0, in the same memory. */
    SG_OP_UPDATE = 1,
    /* Draws random numbers: never merged with an equal node. */
    SG_OP_RANDOM = 2,
    /* Adds input 1 (one number per channel) along dimension 1 to input 0: what
     * kernels absorb as a bias. */
    SG_OP_BIAS = 4,
    /* No kernel: the value comes from outside (input, parameter, constant) */
    SG_OP_SOURCE = 8,
    /* The value is input 0's, in the same memory, seen in another shape. */
    SG_OP_VIEW = 16,
    /* A sum of products: programs in bf16 give it bf16 inputs; its value stays
     * f32 */
    SG_OP_PRODUCT = 32,
    /* Normalises the channels of input 0 by inputs 1 to 4, in the order of
     * SG_NORM_...; the fields are sg_batch_norm_fields. */
    SG_OP_NORM = 64,
    /* Input 1 times the derivative of the function in the fields, an sg_unary,
     * whose input or output (see sg_unary_from_output()) is input 0. */
    SG_OP_SLOPE = 128,
    /* A source that is found by its name, which it keeps: inputs and parameters
     */
    SG_OP_NAMED = 256
};

struct sg_op {
    const char *name;
    uint32_t version;
    uint32_t flags;
    int32_t n_inputs; /* -1: any */
    int32_t n_changed;
    const sg_fields *fields; /* NULL: none */
    /* Unary operators: fields are a sg_unary; fusable into other sites. */
    bool is_unary;

    /* Checks the inputs and sets dims and type. */
    syngan_status (*infer)(sg_infer *infer);

    /*
     * Given dy, the gradient with respect to the node's value, sets dx[i] for
     * each input i to a node, or leaves NULL where nothing flows. Failures show
     * as the graph's error node.
     */
    void (*gradient)(syngan_node *node, syngan_node *dy, syngan_node **dx);

    /* The same value built from simple operators on `inputs`. Operators without
     * `gradient` are differentiated through it. */
    syngan_node *(*decompose)(syngan_node *node, syngan_node *const *inputs);

    /* Operators that depend on the mode (batch norm, dropout): builds what
     * they are in it, on `inputs`, in the graph of the inputs. */
    syngan_node *(*apply)(const syngan_node *node, syngan_node *const *inputs,
                          int32_t mode);

    /* Ways to compute it, best first, ended by NULL. NULL: not computable. */
    const sg_kernel *const *kernels;
};

/* Fields of the sources whose shape is given: input, parameter, constant, fill
 * and the random ones. */
typedef struct sg_source_fields {
    int32_t type;
    int32_t reserved;
    double value; /* of fill */
    sg_dims dims;
} sg_source_fields;

#endif
