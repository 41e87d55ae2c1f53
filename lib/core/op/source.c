/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sources: inputs, parameters and constants, whose values come from outside a
 * program, and fills and random numbers, which it makes itself.
 */
#include "op/source.h"

#include <math.h>
#include <string.h>

#include <syngan/layers.h>

#include "base/floats.h"
#include "base/thread.h"
#include "graph/rule.h"
#include "op/ops.h"

/* Elements worth a thread; whole groups of random numbers. */
enum { FILL_GRAIN = 65536, RANDOM_GRAIN = 4096 };

static const sg_field source_field[] = {
    SG_I32(sg_source_fields, type, 1, 6, SYNGAN_TYPE_F32, ""),
    SG_F64(sg_source_fields, value),
    SG_DIMS(sg_source_fields, dims),
};
static SG_FIELDS(source_fields, "source", sg_source_fields, source_field);

/* Only the first size may be open. */
static syngan_status source_infer(sg_infer *infer) {
    const sg_source_fields *fields = infer->fields;
    sg_dims sizes = fields->dims;
    if (sizes.rank > 0 && sizes.size[0] == SYNGAN_BATCH) sizes.size[0] = 1;
    SG_TRY(sg_dims_check(infer->context, infer->label, sizes.size,
                         (size_t)sizes.rank, 0));
    infer->dims = fields->dims;
    infer->type = fields->type;
    return SYNGAN_OK;
}

/* ---- what comes from outside --------------------------------------------- */

static syngan_status input_infer(sg_infer *infer) {
    const sg_source_fields *fields = infer->fields;
    if (fields->type != SYNGAN_TYPE_F32 && fields->type != SYNGAN_TYPE_I32)
        return sg_fail(infer->context, SYNGAN_E_TYPE,
                       "%s: the element type is %s, but must be f32 or i32",
                       infer->label, syngan_type_name(fields->type));
    return source_infer(infer);
}

/* A program's or a model's, so the batch is known or there is none. */
static syngan_status closed_infer(sg_infer *infer) {
    const sg_source_fields *fields = infer->fields;
    if (sg_dims_open(&fields->dims))
        return sg_fail(infer->context, SYNGAN_E_SHAPE,
                       "%s: its shape must not depend on the batch",
                       infer->label);
    return source_infer(infer);
}

const sg_op sg_op_input = {.name = "input",
                           .version = 1,
                           .flags = SG_OP_SOURCE | SG_OP_NAMED,
                           .fields = &source_fields,
                           .infer = input_infer};

const sg_op sg_op_parameter = {.name = "parameter",
                               .version = 1,
                               .flags = SG_OP_SOURCE | SG_OP_NAMED,
                               .fields = &source_fields,
                               .infer = closed_infer};

const sg_op sg_op_constant = {.name = "constant",
                              .version = 1,
                              .flags = SG_OP_SOURCE,
                              .fields = &source_fields,
                              .infer = closed_infer};

/* The fields of a source of this shape; false after recording a failure. */
static bool make_fields(syngan_graph *graph, const char *what, int32_t type,
                        const int64_t *dims, size_t rank,
                        sg_source_fields *fields) {
    if (graph->status != SYNGAN_OK) return false;
    syngan_status status = sg_dims_check(graph->context, what, dims, rank, -1);
    if (status != SYNGAN_OK) {
        sg_graph_fail_last(graph, status);
        return false;
    }
    *fields =
        (sg_source_fields){.type = type, .dims = sg_dims_make(dims, rank)};
    return true;
}

/* Whether `name` can be given to a source of this kind. */
static bool check_name(syngan_graph *graph, const sg_op *op, const char *name) {
    if (graph->status != SYNGAN_OK) return false;
    if (name == NULL || name[0] == '\0') {
        sg_graph_fail(graph, SYNGAN_E_ARGUMENT, "%s: needs a name", op->name);
        return false;
    }
    syngan_status status = sg_source_name_check(graph, op, name);
    if (status != SYNGAN_OK) sg_graph_fail_last(graph, status);
    return status == SYNGAN_OK;
}

syngan_node *syngan_input(syngan_graph *graph, const char *name, int32_t type,
                          const int64_t *dims, size_t rank) {
    SG_OWN_FLOATS;
    sg_source_fields fields;
    if (graph == NULL) return NULL;
    if (!check_name(graph, &sg_op_input, name) ||
        !make_fields(graph, "syngan_input", type, dims, rank, &fields))
        return &graph->error;
    return sg_node(graph, &sg_op_input, NULL, 0, &fields, name);
}

syngan_node *syngan_constant(syngan_graph *graph, const syngan_tensor *tensor) {
    SG_OWN_FLOATS;
    if (graph == NULL || tensor == NULL) return NULL;
    if (graph->status != SYNGAN_OK) return &graph->error;
    if (sg_tensor_context(tensor) != graph->context)
        return sg_graph_fail(graph, SYNGAN_E_ARGUMENT,
                             "constant: the tensor belongs to another context");
    if (tensor->type != SYNGAN_TYPE_F32)
        return sg_graph_fail(graph, SYNGAN_E_TYPE,
                             "constant: the tensor is %s, but must be f32",
                             syngan_type_name(tensor->type));
    syngan_tensor *copy = NULL;
    syngan_status status = syngan_tensor_clone(tensor, 0, &copy);
    if (status != SYNGAN_OK) return sg_graph_fail_last(graph, status);
    const sg_source_fields fields = {.type = SYNGAN_TYPE_F32,
                                     .dims = tensor->dims};
    syngan_node *node = sg_node(graph, &sg_op_constant, NULL, 0, &fields, NULL);
    if (node->op == NULL)
        syngan_tensor_free(copy);
    else
        node->tensor = copy;
    return node;
}

/* ---- parameters ---------------------------------------------------------- */

#define TYPE syngan_parameter_options
static const sg_field parameter_field[] = {
    SG_ENUM(TYPE, initializer,
            "glorot_uniform|glorot_normal|he_uniform|he_normal|uniform|normal|"
            "constant|zeros",
            SYNGAN_INITIALIZER_GLOROT_UNIFORM, SYNGAN_INITIALIZER_ZEROS,
            SYNGAN_INITIALIZER_GLOROT_UNIFORM, "First values."),
    SG_F32(TYPE, scale, -1e30, 1e30, 0.05,
           "Limit of uniform, deviation of normal, or the constant."),
    SG_I64(TYPE, fan_in, 1, 1e18, SG_AUTO,
           "Inputs of a unit, for Glorot and He; auto: by the shape."),
    SG_I64(TYPE, fan_out, 1, 1e18, SG_AUTO,
           "Units that an input reaches; auto: by the shape."),
    SG_BOOL(TYPE, frozen, "1: no optimizer changes it."),
    SG_SEED(TYPE, seed, "Seed of first values; auto: the context's."),
};
SG_FIELDS(sg_options_parameter, "parameter", TYPE, parameter_field);
#undef TYPE

/* A shape is read as out x in x kernel; a vector's fans are its length. */
static void set_fans(sg_variable *variable,
                     const syngan_parameter_options *options) {
    const sg_dims *dims = &variable->dims;
    int64_t kernel = sg_dims_product(dims, 2, dims->rank);
    int64_t in = 1, out = 1;
    if (dims->rank == 1) in = out = dims->size[0];
    if (dims->rank >= 2) {
        in = dims->size[1] * kernel;
        out = dims->size[0] * kernel;
    }
    variable->fan_in = options->fan_in != SYNGAN_AUTO ? options->fan_in : in;
    variable->fan_out =
        options->fan_out != SYNGAN_AUTO ? options->fan_out : out;
}

static sg_variable *make_variable(syngan_graph *graph, const char *name,
                                  const sg_dims *dims,
                                  const syngan_parameter_options *options) {
    sg_variable *variable = sg_variable_make(graph->context, name, dims);
    if (variable == NULL) {
        sg_graph_fail_last(graph, sg_fail_memory(graph->context, "a parameter",
                                                 sizeof *variable));
        return NULL;
    }
    variable->trainable = options->frozen == 0;
    variable->initializer = options->initializer;
    variable->scale = options->scale;
    if (options->seed != SYNGAN_AUTO_SEED) variable->seed = options->seed;
    set_fans(variable, options);
    return variable;
}

syngan_node *syngan_parameter(syngan_graph *graph, const char *name,
                              const int64_t *dims, size_t rank,
                              const syngan_parameter_options *options) {
    SG_OWN_FLOATS;
    sg_source_fields fields;
    if (graph == NULL) return NULL;
    if (!check_name(graph, &sg_op_parameter, name) ||
        !make_fields(graph, name, SYNGAN_TYPE_F32, dims, rank, &fields))
        return &graph->error;
    syngan_parameter_options known;
    syngan_status status = sg_options_read(
        graph->context, &sg_options_parameter, options, name, &known);
    if (status != SYNGAN_OK) return sg_graph_fail_last(graph, status);
    syngan_node *node =
        sg_node(graph, &sg_op_parameter, NULL, 0, &fields, name);
    if (node->op == NULL) return node;
    sg_variable *variable = make_variable(graph, name, &fields.dims, &known);
    if (variable == NULL) return &graph->error;
    bool attached = sg_variable_attach(node, variable);
    sg_variable_release(variable); /* the node holds it */
    return attached ? node : &graph->error;
}

syngan_node *sg_variable_node(syngan_graph *graph, sg_variable *variable) {
    syngan_node *known = sg_variable_find(graph, variable);
    if (known != NULL) return known;
    const sg_source_fields fields = {.type = SYNGAN_TYPE_F32,
                                     .dims = variable->dims};
    syngan_node *node =
        sg_node(graph, &sg_op_parameter, NULL, 0, &fields, variable->name);
    if (node->op == NULL) return node;
    if (!sg_variable_attach(node, variable)) return &graph->error;
    if (variable->tensor != NULL) node->type = variable->tensor->type;
    return node;
}

/* ---- fills --------------------------------------------------------------- */

typedef struct filling {
    float *out;
    float value;
} filling;

static void fill_range(void *argument, int64_t first, int64_t last) {
    const filling *f = argument;
    for (int64_t i = first; i < last; i++)
        f->out[i] = f->value;
}

static syngan_status fill_run(const sg_site *site, const sg_call *call) {
    const sg_source_fields *fields = site->fields;
    filling f = {.out = call->output, .value = (float)fields->value};
    sg_parallel(site->context, sg_dims_count(&site->output.dims), FILL_GRAIN,
                fill_range, &f);
    return SYNGAN_OK;
}

static const sg_kernel fill_kernel = {.name = "fill", .run = fill_run};

static syngan_status fill_infer(sg_infer *infer) {
    const sg_source_fields *fields = infer->fields;
    if (fields->type != SYNGAN_TYPE_F32)
        return sg_fail(infer->context, SYNGAN_E_TYPE, "%s: is always f32",
                       infer->label);
    return source_infer(infer);
}

const sg_op sg_op_fill = {.name = "fill",
                          .version = 1,
                          .fields = &source_fields,
                          .infer = fill_infer,
                          .kernels =
                              (const sg_kernel *const[]){&fill_kernel, NULL}};

syngan_node *syngan_fill(syngan_graph *graph, double value, const int64_t *dims,
                         size_t rank) {
    SG_OWN_FLOATS;
    sg_source_fields fields;
    if (graph == NULL) return NULL;
    if (!make_fields(graph, "syngan_fill", SYNGAN_TYPE_F32, dims, rank,
                     &fields))
        return &graph->error;
    fields.value = value;
    return sg_node(graph, &sg_op_fill, NULL, 0, &fields, NULL);
}

syngan_node *syngan_scalar(syngan_graph *graph, double value) {
    SG_OWN_FLOATS;
    return syngan_fill(graph, value, NULL, 0);
}

/* ---- random numbers ------------------------------------------------------ */

typedef struct drawing {
    void (*draw)(const sg_random *random, uint64_t first, size_t count,
                 float *out);
    const sg_random *random;
    float *out;
} drawing;

static void draw_range(void *argument, int64_t first, int64_t last) {
    const drawing *d = argument;
    d->draw(d->random, (uint64_t)first, (size_t)(last - first), d->out + first);
}

static syngan_status draw_run(const sg_site *site, const sg_call *call,
                              drawing *d) {
    d->random = &call->random;
    d->out = call->output;
    sg_parallel(site->context, sg_dims_count(&site->output.dims), RANDOM_GRAIN,
                draw_range, d);
    return SYNGAN_OK;
}

static syngan_status normal_run(const sg_site *site, const sg_call *call) {
    return draw_run(site, call, &(drawing){.draw = sg_random_normal});
}

static syngan_status uniform_run(const sg_site *site, const sg_call *call) {
    return draw_run(site, call, &(drawing){.draw = sg_random_uniform});
}

static const sg_kernel normal_kernel = {.name = "philox normal",
                                        .run = normal_run};
static const sg_kernel uniform_kernel = {.name = "philox uniform",
                                         .run = uniform_run};

const sg_op sg_op_random_normal = {
    .name = "random_normal",
    .version = 1,
    .flags = SG_OP_RANDOM,
    .fields = &source_fields,
    .infer = fill_infer,
    .kernels = (const sg_kernel *const[]){&normal_kernel, NULL}};

const sg_op sg_op_random_uniform = {
    .name = "random_uniform",
    .version = 1,
    .flags = SG_OP_RANDOM,
    .fields = &source_fields,
    .infer = fill_infer,
    .kernels = (const sg_kernel *const[]){&uniform_kernel, NULL}};

static syngan_node *random_node(syngan_graph *graph, const sg_op *op,
                                const int64_t *dims, size_t rank) {
    sg_source_fields fields;
    if (graph == NULL) return NULL;
    if (!make_fields(graph, op->name, SYNGAN_TYPE_F32, dims, rank, &fields))
        return &graph->error;
    return sg_node(graph, op, NULL, 0, &fields, NULL);
}

syngan_node *syngan_random_normal(syngan_graph *graph, const int64_t *dims,
                                  size_t rank) {
    SG_OWN_FLOATS;
    return random_node(graph, &sg_op_random_normal, dims, rank);
}

syngan_node *syngan_random_uniform(syngan_graph *graph, const int64_t *dims,
                                   size_t rank) {
    SG_OWN_FLOATS;
    return random_node(graph, &sg_op_random_uniform, dims, rank);
}
