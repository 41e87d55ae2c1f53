/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks in files. The JSON of a network:
 *
 *   {"name": "generator",
 *    "nodes": [
 *      {"op": "input", "version": 1, "name": "noise", "type": "f32",
 *       "dims": [-1, 100]},
 *      {"op": "parameter", "version": 1, "name": "dense.weight",
 *       "dims": [12544, 100], "trainable": true},
 *      {"op": "matmul", "version": 1, "name": "dense", "inputs": [0, 1],
 *       "fields": {...}}, ...],
 *    "output": 40}
 *
 * Inputs are indices of earlier nodes. Shapes are not stored but inferred
 * anew, so that a damaged file can't contradict itself.
 */
#include "model/network.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/fields.h"
#include "op/ops.h"
#include "op/source.h"

/* Greatest size of an operator's fields. */
#define FIELDS_MAX 1024
#define NAME_MAX_BYTES 1024

/* ---- writing ----------------------------------------------------------- */

static void write_dims(sg_json_writer *json, const sg_dims *dims) {
    sg_json_open_array(json, "dims");
    for (int32_t i = 0; i < dims->rank; i++)
        sg_json_put_i64(json, NULL, dims->size[i]);
    sg_json_close_array(json);
}

/* `index` maps ids of the template's graph to places in the list. */
static void write_node(sg_json_writer *json, const syngan_node *node,
                       const sg_variable *variable, const int64_t *index) {
    sg_json_open_object(json, NULL);
    sg_json_put_string(json, "op", node->op->name);
    sg_json_put_i64(json, "version", node->op->version);
    sg_json_put_string(json, "name", node->name);
    if (node->op == &sg_op_input) {
        sg_json_put_string(json, "type", syngan_type_name(node->type));
        write_dims(json, &node->dims);
    } else if (variable != NULL) {
        write_dims(json, &variable->dims);
        sg_json_put_bool(json, "trainable", variable->trainable);
    } else if (node->op != &sg_op_constant) {
        sg_json_open_array(json, "inputs");
        for (int32_t i = 0; i < node->n_inputs; i++)
            sg_json_put_i64(json, NULL, index[node->inputs[i]->id]);
        sg_json_close_array(json);
        if (node->op->fields != NULL)
            sg_fields_write(json, "fields", node->op->fields, node->fields);
    }
    sg_json_close_object(json);
}

static syngan_status write_network(const syngan_model *model, char **text) {
    syngan_context *context = model->context;
    size_t ids = (size_t)model->output->id + 1;
    int64_t *index = sg_alloc_zero(context, ids, sizeof *index);
    if (index == NULL)
        return sg_fail_memory(context, "a network", ids * sizeof *index);
    for (size_t i = 0; i < model->n_nodes; i++)
        index[model->nodes[i]->id] = (int64_t)i;
    sg_json_writer json;
    sg_json_start(&json, context);
    sg_json_open_object(&json, NULL);
    sg_json_put_string(&json, "name", model->name);
    sg_json_open_array(&json, "nodes");
    for (size_t i = 0; i < model->n_nodes; i++)
        write_node(&json, model->nodes[i], model->variable[i], index);
    sg_json_close_array(&json);
    sg_json_put_i64(&json, "output", index[model->output->id]);
    sg_json_close_object(&json);
    sg_free(context, index);
    return sg_json_finish(&json, text, NULL);
}

syngan_status sg_network_put(sg_safetensors_writer *file, const char *key,
                             const syngan_model *model) {
    char *text;
    SG_TRY(write_network(model, &text));
    syngan_status status = sg_safetensors_put_text(file, key, text);
    sg_free(model->context, text);
    return status;
}

/* ---- names of tensors -------------------------------------------------- */

/* "<prefix><name>", or of the constant at `index`: "<prefix>constant:7". */
static syngan_status tensor_name(syngan_context *context, const char *prefix,
                                 const char *name, size_t index, char **out) {
    *out = name != NULL ? sg_format(context, "%s%s", prefix, name)
                        : sg_format(context, "%sconstant:%zu", prefix, index);
    return *out != NULL ? SYNGAN_OK
                        : sg_fail_memory(context, "a tensor's name", 64);
}

static syngan_status put_tensor(sg_safetensors_writer *file, const char *prefix,
                                const char *name, size_t index,
                                const syngan_tensor *tensor) {
    syngan_context *context = sg_tensor_context(tensor);
    char *full;
    SG_TRY(tensor_name(context, prefix, name, index, &full));
    syngan_status status = sg_safetensors_put_tensor(
        file, full, tensor->type, &tensor->dims, tensor->data);
    sg_free(context, full);
    return status;
}

syngan_status sg_network_put_tensors(sg_safetensors_writer *file,
                                     const char *prefix,
                                     const syngan_model *model) {
    for (size_t i = 0; i < model->n_nodes; i++) {
        const sg_variable *variable = model->variable[i];
        if (variable != NULL)
            SG_TRY(
                put_tensor(file, prefix, variable->name, i, variable->tensor));
        else if (model->nodes[i]->op == &sg_op_constant)
            SG_TRY(put_tensor(file, prefix, NULL, i, model->nodes[i]->tensor));
    }
    return SYNGAN_OK;
}

/* ---- reading tensors --------------------------------------------------- */

/* The f32 tensor of this name in the file; `dims` NULL: of any shape. */
static syngan_status find_tensor(syngan_context *context,
                                 const sg_safetensors *file, const char *prefix,
                                 const char *name, size_t index,
                                 const sg_dims *dims,
                                 const sg_safetensors_entry **out) {
    char *full;
    SG_TRY(tensor_name(context, prefix, name, index, &full));
    const sg_safetensors_entry *entry = sg_safetensors_find(file, full);
    syngan_status status = SYNGAN_OK;
    char have[SG_DIMS_TEXT], want[SG_DIMS_TEXT];
    if (entry == NULL)
        status = sg_fail(context, SYNGAN_E_FORMAT, "%s: tensor '%s' is missing",
                         sg_safetensors_name(file), full);
    else if (entry->type != SYNGAN_TYPE_F32)
        status = sg_fail(
            context, SYNGAN_E_FORMAT, "%s: tensor '%s' is %s, not f32",
            sg_safetensors_name(file), full, syngan_type_name(entry->type));
    else if (dims != NULL && !sg_dims_equal(&entry->dims, dims))
        status =
            sg_fail(context, SYNGAN_E_FORMAT, "%s: tensor '%s' is %s, not %s",
                    sg_safetensors_name(file), full,
                    sg_dims_text(&entry->dims, have), sg_dims_text(dims, want));
    sg_free(context, full);
    *out = entry;
    return status;
}

syngan_status sg_network_get_tensors(const sg_safetensors *file,
                                     const char *prefix, syngan_model *model) {
    for (size_t i = 0; i < model->n_parameters; i++) {
        sg_variable *variable = model->parameters[i];
        const sg_safetensors_entry *entry;
        SG_TRY(find_tensor(model->context, file, prefix, variable->name, i,
                           &variable->dims, &entry));
        SG_TRY(sg_variable_allocate(variable));
        memcpy(variable->tensor->data, entry->data, entry->bytes);
    }
    return SYNGAN_OK;
}

/* ---- reading nodes ----------------------------------------------------- */

typedef struct network_reader {
    syngan_context *context;
    const sg_safetensors *file;
    const char *prefix;
    syngan_graph *graph;
    syngan_node **nodes; /* made so far */
    size_t count;
} network_reader;

static syngan_status read_dims(sg_json_value value, int64_t low, sg_dims *out) {
    size_t rank;
    SG_TRY(sg_json_read_array(value, &rank));
    if (rank > SYNGAN_MAX_RANK)
        return sg_json_fail(value, "has %zu sizes, more than %d", rank,
                            SYNGAN_MAX_RANK);
    *out = (sg_dims){.rank = (int32_t)rank};
    for (size_t i = 0; i < rank; i++)
        SG_TRY(sg_json_read_i64(sg_json_item(value, i), low, INT64_MAX,
                                &out->size[i]));
    return SYNGAN_OK;
}

/* What the graph refused, as a fault of the file. */
static syngan_status node_result(const network_reader *r, sg_json_value value,
                                 syngan_node *node, syngan_node **out) {
    *out = node;
    if (r->graph->status == SYNGAN_OK) return SYNGAN_OK;
    if (r->graph->status == SYNGAN_E_MEMORY)
        return sg_fail(r->context, SYNGAN_E_MEMORY, "%s", r->graph->error_text);
    return sg_json_fail(value, "%s", r->graph->error_text);
}

static syngan_status read_input(const network_reader *r, sg_json_value value,
                                const char *name, syngan_node **out) {
    sg_json_value type_value = sg_json_member(value, "type");
    const char *type_name;
    sg_dims dims;
    SG_TRY(sg_json_read_string(type_value, &type_name));
    SG_TRY(read_dims(sg_json_member(value, "dims"), SYNGAN_BATCH, &dims));
    for (int32_t type = SYNGAN_TYPE_F32; type <= SYNGAN_TYPE_U8; type++)
        if (strcmp(syngan_type_name(type), type_name) == 0)
            return node_result(r, value,
                               syngan_input(r->graph, name, type, dims.size,
                                            (size_t)dims.rank),
                               out);
    return sg_json_fail(type_value, "\"%s\" is not an element type", type_name);
}

static syngan_status read_parameter(const network_reader *r,
                                    sg_json_value value, const char *name,
                                    syngan_node **out) {
    sg_dims dims;
    bool trainable;
    const sg_safetensors_entry *entry;
    SG_TRY(read_dims(sg_json_member(value, "dims"), 0, &dims));
    SG_TRY(sg_json_read_bool(sg_json_member(value, "trainable"), &trainable));
    SG_TRY(find_tensor(r->context, r->file, r->prefix, name, 0, &dims, &entry));
    sg_variable *variable = sg_variable_make(r->context, name, &dims);
    if (variable == NULL)
        return sg_fail_memory(r->context, "a parameter", sizeof *variable);
    variable->trainable = trainable;
    syngan_node *node = sg_variable_node(r->graph, variable);
    sg_variable_release(variable); /* the node holds it */
    return node_result(r, value, node, out);
}

static syngan_status read_constant(const network_reader *r, sg_json_value value,
                                   const char *name, syngan_node **out) {
    const sg_safetensors_entry *entry;
    SG_TRY(find_tensor(r->context, r->file, r->prefix, NULL, r->count, NULL,
                       &entry));
    syngan_tensor *tensor;
    SG_TRY(syngan_tensor_create(r->context, SYNGAN_TYPE_F32, entry->dims.size,
                                (size_t)entry->dims.rank, &tensor));
    memcpy(tensor->data, entry->data, entry->bytes);
    syngan_node *node =
        syngan_node_set_name(syngan_constant(r->graph, tensor), name);
    syngan_tensor_free(tensor);
    return node_result(r, value, node, out);
}

/* Looks up the inputs, all of them earlier nodes, in a new array. */
static syngan_status read_inputs(const network_reader *r, sg_json_value value,
                                 syngan_node ***inputs, size_t *count) {
    SG_TRY(sg_json_read_array(value, count));
    *inputs = sg_alloc_zero(r->context, *count, sizeof **inputs);
    if (*inputs == NULL)
        return sg_fail_memory(r->context, "a network", *count * 8);
    for (size_t i = 0; i < *count; i++) {
        int64_t index;
        syngan_status status = sg_json_read_i64(sg_json_item(value, i), 0,
                                                (int64_t)r->count - 1, &index);
        if (status != SYNGAN_OK) {
            sg_free(r->context, *inputs);
            return status;
        }
        (*inputs)[i] = r->nodes[index];
    }
    return SYNGAN_OK;
}

static syngan_status read_operator(const network_reader *r, sg_json_value value,
                                   const sg_op *op, const char *name,
                                   syngan_node **out) {
    _Alignas(16) unsigned char fields[FIELDS_MAX];
    if (op->fields != NULL)
        SG_TRY(sg_fields_read(sg_json_member(value, "fields"), op->fields,
                              false, fields));
    syngan_node **inputs;
    size_t count;
    SG_TRY(read_inputs(r, sg_json_member(value, "inputs"), &inputs, &count));
    syngan_node *node = sg_node(r->graph, op, inputs, count,
                                op->fields == NULL ? NULL : fields, name);
    sg_free(r->context, inputs);
    return node_result(r, value, node, out);
}

static syngan_status read_op(const network_reader *r, sg_json_value value,
                             const sg_op **out) {
    sg_json_value op_value = sg_json_member(value, "op");
    const char *name;
    int64_t version;
    SG_TRY(sg_json_read_string(op_value, &name));
    SG_TRY(sg_json_read_i64(sg_json_member(value, "version"), 1, UINT32_MAX,
                            &version));
    const sg_op *op = sg_op_find(name);
    if (op == NULL)
        return sg_json_fail(op_value, "there is no operator \"%s\"", name);
    if ((op->flags & SG_OP_UPDATE) != 0)
        return sg_json_fail(op_value,
                            "\"%s\" changes parameters, which is "
                            "not for networks",
                            name);
    if (version > op->version)
        return sg_fail(r->context, SYNGAN_E_VERSION,
                       "%s: operator \"%s\" has version %lld; this library "
                       "knows up to %u",
                       sg_safetensors_name(r->file), name, (long long)version,
                       op->version);
    *out = op;
    return SYNGAN_OK;
}

static syngan_status read_node(const network_reader *r, sg_json_value value,
                               syngan_node **out) {
    const sg_op *op = NULL;
    const char *name;
    SG_TRY(read_op(r, value, &op));
    SG_TRY(sg_json_read_string(sg_json_member(value, "name"), &name));
    if (op == &sg_op_input) return read_input(r, value, name, out);
    if (op == &sg_op_parameter) return read_parameter(r, value, name, out);
    if (op == &sg_op_constant) return read_constant(r, value, name, out);
    return read_operator(r, value, op, name, out);
}

/* ---- reading a network ------------------------------------------------- */

/* Most nodes of a network in a file; BigGAN-deep has some thousands. */
#define NODES_MAX 32768

/* What a file may ask for: values of one example may take this many times the
 * file's bytes, and always this many bytes. A few bytes of a stranger's could
 * otherwise cost any time and memory, by nodes that double one another. */
#define VALUE_BYTES_PER_BYTE 1024
#define VALUE_BYTES_ALWAYS ((uint64_t)64 << 20)

/* All values of one example together. */
static uint64_t value_bytes(const syngan_model *model) {
    uint64_t bytes = 0;
    for (size_t i = 0; i < model->n_nodes; i++) {
        const syngan_node *node = model->nodes[i];
        sg_dims one = node->dims;
        if ((node->op->flags & (SG_OP_SOURCE | SG_OP_VIEW)) != 0) continue;
        if (sg_dims_open(&one)) one.size[0] = 1;
        uint64_t more = (uint64_t)sg_dims_count(&one) * sizeof(float);
        if (__builtin_add_overflow(bytes, more, &bytes)) return UINT64_MAX;
    }
    return bytes;
}

static syngan_status check_size(const network_reader *r, sg_json_value root,
                                const syngan_model *model) {
    uint64_t file = sg_safetensors_bytes(r->file);
    uint64_t most = file * VALUE_BYTES_PER_BYTE + VALUE_BYTES_ALWAYS;
    uint64_t bytes = value_bytes(model);
    if (bytes <= most) return SYNGAN_OK;
    return sg_json_fail(root,
                        "computes values of %llu bytes for each example, more "
                        "than the %llu that a file of %llu bytes may ask for",
                        (unsigned long long)bytes, (unsigned long long)most,
                        (unsigned long long)file);
}

static syngan_status read_nodes(network_reader *r, sg_json_value root,
                                syngan_model **out) {
    sg_json_value list = sg_json_member(root, "nodes");
    const char *name;
    size_t count;
    int64_t output;
    SG_TRY(sg_json_read_string(sg_json_member(root, "name"), &name));
    SG_TRY(sg_json_read_array(list, &count));
    SG_TRY(sg_json_read_i64(sg_json_member(root, "output"), 0,
                            (int64_t)count - 1, &output));
    if (count > NODES_MAX)
        return sg_json_fail(list, "has %zu nodes, more than %d", count,
                            NODES_MAX);
    r->nodes = sg_alloc_zero(r->context, count, sizeof *r->nodes);
    if (r->nodes == NULL)
        return sg_fail_memory(r->context, "a network",
                              count * sizeof *r->nodes);
    for (; r->count < count; r->count++)
        SG_TRY(read_node(r, sg_json_item(list, r->count), &r->nodes[r->count]));
    syngan_status status = sg_model_make(r->nodes[output], name, out);
    if (status == SYNGAN_E_ARGUMENT) {
        char reason[SG_ERROR_MAX];
        snprintf(reason, sizeof reason, "%s",
                 syngan_context_last_error(r->context));
        return sg_json_fail(root, "%s", reason);
    }
    SG_TRY(status);
    status = check_size(r, root, *out);
    if (status == SYNGAN_OK) return SYNGAN_OK;
    syngan_model_free(*out);
    *out = NULL;
    return status;
}

static syngan_status read_network(network_reader *r, sg_json_value root,
                                  syngan_model **out) {
    SG_TRY(syngan_graph_create(r->context, &r->graph));
    syngan_status status = read_nodes(r, root, out);
    sg_free(r->context, r->nodes);
    syngan_graph_free(r->graph);
    return status;
}

syngan_status sg_network_get(syngan_context *context,
                             const sg_safetensors *file, const char *key,
                             const char *prefix, syngan_model **out) {
    *out = NULL;
    const char *text = sg_safetensors_text(file, key);
    if (text == NULL)
        return sg_fail(context, SYNGAN_E_FORMAT, "%s: has no network '%s'",
                       sg_safetensors_name(file), key);
    char name[NAME_MAX_BYTES];
    snprintf(name, sizeof name, "%s: %s", sg_safetensors_name(file), key);
    sg_json *json;
    SG_TRY(sg_json_parse(context, name, text, strlen(text), &json));
    network_reader reader = {
        .context = context, .file = file, .prefix = prefix};
    syngan_model *model = NULL;
    syngan_status status = read_network(&reader, sg_json_root(json), &model);
    sg_json_free(json);
    if (status == SYNGAN_OK)
        status = sg_network_get_tensors(file, prefix, model);
    if (status == SYNGAN_OK)
        *out = model;
    else
        syngan_model_free(model);
    return status;
}
