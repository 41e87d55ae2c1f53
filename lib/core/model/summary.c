/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A model as a table for people: a line for each node that computes something,
 * with the shape of its value and the parameters that it uses first.
 */
#include <stdio.h>
#include <string.h>

#include "base/floats.h"
#include "model/model.h"
#include "op/ops.h"

/* Text into a buffer that may be too small; counts what it would need. */
typedef struct sink {
    char *text;
    size_t size;
    size_t used;
} sink;

static void put(sink *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void put(sink *s, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool room = s->text != NULL && s->used < s->size;
    int length = vsnprintf(room ? s->text + s->used : NULL,
                           room ? s->size - s->used : 0, format, arguments);
    va_end(arguments);
    if (length > 0) s->used += (size_t)length;
}

/* Whether a node of the template before `end` uses this parameter. */
static bool used_before(const syngan_model *model, size_t end,
                        const syngan_node *parameter) {
    for (size_t i = 0; i < end; i++)
        for (int32_t j = 0; j < model->nodes[i]->n_inputs; j++)
            if (model->nodes[i]->inputs[j] == parameter) return true;
    return false;
}

static int64_t own_parameters(const syngan_model *model, size_t index) {
    const syngan_node *node = model->nodes[index];
    int64_t elements = 0;
    for (int32_t i = 0; i < node->n_inputs; i++)
        if (node->inputs[i]->variable != NULL &&
            !used_before(model, index, node->inputs[i]))
            elements += sg_dims_count(&node->inputs[i]->dims);
    return elements;
}

static void put_node(sink *s, const syngan_model *model, size_t index) {
    const syngan_node *node = model->nodes[index];
    char dims[SG_DIMS_TEXT];
    if (node->variable != NULL || node->op == &sg_op_constant) return;
    put(s, "%-24s %-16s ", node->name, node->op->name);
    sg_dims_text(&node->dims, dims);
    int64_t elements = own_parameters(model, index);
    if (elements > 0)
        put(s, "%-24s %10lld\n", dims, (long long)elements);
    else
        put(s, "%s\n", dims);
}

size_t syngan_model_summary(const syngan_model *model, char *text,
                            size_t size) {
    SG_OWN_FLOATS;
    if (size > 0 && text != NULL) text[0] = '\0';
    if (model == NULL) return 0;
    sink s = {.text = text, .size = size};
    put(&s, "%s\n%-24s %-16s %-24s %10s\n", model->name, "node", "operator",
        "result", "parameters");
    for (size_t i = 0; i < model->n_nodes; i++)
        put_node(&s, model, i);
    int64_t all = 0, trainable = syngan_model_trainable_elements(model);
    for (size_t i = 0; i < model->n_parameters; i++)
        all += sg_dims_count(&model->parameters[i]->dims);
    put(&s, "%lld parameters, %lld of them trainable\n", (long long)all,
        (long long)trainable);
    return s.used;
}
