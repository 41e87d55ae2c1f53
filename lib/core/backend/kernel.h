/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernels: ways to compute an operator. The compiler goes through an
 * operator's kernels in order, takes the first that accepts the site, lets it
 * plan, and later runs it any number of times.
 *
 * A site is an anchor operator with the neighbours it absorbs: a bias along
 * dimension 1, then a chain of unary functions, somewhere in which a
 * normalisation of the channels by given numbers may stand, then a slope: a
 * factor f'(v) for each element, as the gradient of a unary function has it.
 */
#ifndef SG_BACKEND_KERNEL_H
#define SG_BACKEND_KERNEL_H

#include "backend/layout.h"
#include "backend/unary.h"
#include "base/random.h"

#define SG_MAX_UNARY 4

/* What a kernel can absorb. */
enum {
    SG_ABSORB_BIAS = 1,
    SG_ABSORB_UNARY = 2,
    SG_ABSORB_NORM = 4,
    SG_ABSORB_SLOPE = 8, /* f32 outputs, plain or blocked */
    SG_ABSORB_ALL = 15
};

/* What an absorbed normalisation takes, each f32, plain, of all channels. */
enum { SG_NORM_WEIGHT, SG_NORM_BIAS, SG_NORM_MEAN, SG_NORM_VARIANCE, SG_NORMS };

typedef struct sg_site {
    syngan_context *context;
    const char *label;  /* the node's name, for messages */
    const void *fields; /* the operator's */
    int32_t n_inputs;   /* without the bias */
    int32_t n_unary;
    /* Before planning the layouts are those in which the values come (output:
     * plain). Planning sets them to those wanted; the compiler reorders. A bf16
     * input may be asked for as f32, too. */
    sg_desc *input;
    sg_desc output;
    sg_unary unary[SG_MAX_UNARY];
    bool has_bias; /* f32, plain, dims [output.dims.size[1]] */
    bool has_norm;
    bool has_slope;
    sg_unary slope;  /* its f */
    int32_t norm_at; /* unary functions in front of the normalisation */
    double norm_epsilon;
    size_t norm_place; /* in the workspace, behind what the kernel asks for: 3
                          floats a channel */
    /* Results of planning. */
    const char *detail; /* names the implementation in reports, or NULL; lives
                           as long as the state */
    bool in_place;      /* output may lie on input 0 (same bytes), which the
                           slope may read, too */
    size_t workspace;   /* bytes, for the time of a run, aligned to 64 */
    void *state;        /* of the kernel, from sg_alloc; destroy() frees it */
} sg_site;

/* A run. Pointers follow the layouts of the site. */
typedef struct sg_call {
    void *const *input; /* written only by operators that change variables */
    void *output;
    const float *bias;
    const float *norm[SG_NORMS]; /* if the site has a normalisation */
    const float *slope; /* v, in the output's layout, if it has a slope */
    void *workspace;
    sg_random random; /* for this node in this run */
} sg_call;

typedef struct sg_kernel {
    const char *name;
    uint32_t absorbs;
    /* NULL: accepts every site. Looks, changes nothing. */
    bool (*accepts)(const sg_site *site);
    /* NULL: everything plain, nothing else to do. What a failed plan leaves in
     * `state` is ended like that of a good one. The site may move between
     * calls: the state does not point to it. */
    syngan_status (*plan)(sg_site *site);
    syngan_status (*run)(const sg_site *site, const sg_call *call);
    /* NULL: state (may be NULL) is freed by sg_free alone. */
    void (*destroy)(sg_site *site);
} sg_kernel;

/* Copies between any two layouts of one shape, and between f32 and bf16; other
 * types plain only. One input. The compiler sets both layouts beforehand, and
 * uses it where they differ. */
extern const sg_kernel sg_kernel_reorder;

/* ---- common parts ------------------------------------------------------- */

/* The products of a layer: its result from input and weight, and the gradients
 * of either from the result's. */
enum { SG_FORWARD, SG_BACKWARD_INPUT, SG_BACKWARD_WEIGHT };

/* Gives a site its state: `size` bytes, all zero. */
syngan_status sg_kernel_state(sg_site *site, size_t size);

/* For element-by-element kernels whose inputs all have the output's shape:
 * everything takes the first layout that is not plain, if any input has one;
 * output in place of input 0. */
syngan_status sg_plan_elementwise(sg_site *site);

/* The layout in which convolutions take an image: blocked, if its channels fill
 * whole blocks for the context's instruction set, else plain. */
sg_layout sg_image_layout(const sg_site *site, const sg_desc *desc);

/* Elements of an f32 value that are worth a thread of their own: a grain for
 * sg_parallel(). */
enum { SG_GRAIN = 16384 };

/*
 * Finishes a site's result in place, for kernels that don't do it on their
 * way: adds the bias (if `bias`) and applies the unary functions from number
 * `first` on, the normalisation among them, and the slope. The result's layout
 * is plain or blocked.
 */
void sg_finish(const sg_site *site, const sg_call *call, bool bias,
               int32_t first);

/* The unary functions and the slope, on elements [place, place + count) of the
 * result of a site without normalisation. */
void sg_finish_elements(const sg_site *site, const sg_call *call, size_t place,
                        size_t count);

/* Likewise all of it, for kernels that work on blocks of channels of a blocked
 * result of rank 4: one block, counted through the images, in the calling
 * thread. `numbers` are those of the normalisation, made once in a run; NULL if
 * there is none. */
const float *sg_finish_numbers(const sg_site *site, const sg_call *call);
void sg_finish_block(const sg_site *site, const sg_call *call,
                     const float *numbers, int64_t block);

/* Whether the first thing behind the bias is a unary function. */
static inline bool sg_unary_first(const sg_site *site) {
    return site->n_unary > 0 && !(site->has_norm && site->norm_at == 0);
}

#endif
