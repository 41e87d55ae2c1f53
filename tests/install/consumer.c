/* SPDX-License-Identifier: Apache-2.0 */
/* A program of somebody else: a small model, one sample from it, and tables by
 * the libraries that can be left out. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <syngan.h>

/* A stream of the host's: the text that `user` points to. */
static int64_t read_text(void *buffer, size_t size, void *user) {
    const char **text = user;
    size_t count = strlen(*text) < size ? strlen(*text) : size;
    memcpy(buffer, *text, count);
    *text += count;
    return (int64_t)count;
}

/* Read, or not known to this build. */
static int is_fine(syngan_status status, const syngan_table *table) {
    if (status == SYNGAN_E_UNSUPPORTED) return 1;
    return status == SYNGAN_OK && syngan_table_rows(table) == 2;
}

static int read_tables(syngan_context *context) {
    const char *text = "a,b\n1,x\n2,y\n";
    const syngan_stream stream = {
        .struct_size = sizeof stream, .read = read_text, .user = &text};
    syngan_table *table = NULL;
    syngan_status status =
        syngan_table_read_csv_stream(context, &stream, NULL, &table);
    int fine = is_fine(status, table);
    syngan_table_free(table);
    status = syngan_table_read_sqlite(
        context, ":memory:", "SELECT 1 AS a UNION SELECT 2", NULL, &table);
    fine = fine && is_fine(status, table);
    syngan_table_free(table);
    return fine;
}

static syngan_model *make_model(syngan_context *context) {
    syngan_graph *graph = NULL;
    syngan_model *model = NULL;
    if (syngan_graph_create(context, &graph) != SYNGAN_OK) return NULL;
    syngan_node *x = syngan_input(graph, "noise", SYNGAN_TYPE_F32,
                                  SYNGAN_SHAPE(SYNGAN_BATCH, 5));
    x = syngan_dense(x, SYNGAN_DENSE(.units = 16));
    x = syngan_reshape(x, SYNGAN_SHAPE(SYNGAN_BATCH, 1, 4, 4));
    x = syngan_conv2d(x, SYNGAN_CONV2D(.filters = 3, .kernel = 3,
                                       .activation = SYNGAN_ACTIVATION_TANH));
    if (syngan_model_create(x, "small", &model) != SYNGAN_OK) model = NULL;
    syngan_graph_free(graph);
    return model;
}

int main(void) {
    syngan_context *context = NULL;
    syngan_tensor *sample = NULL;
    int fine = 0;
    if (syngan_context_create(SYNGAN_CONTEXT(.seed = 1), &context) ==
        SYNGAN_OK) {
        syngan_model *model = make_model(context);
        if (model && syngan_model_sample(model, 2, 7, &sample) == SYNGAN_OK) {
            const float *value = syngan_tensor_data(sample);
            fine = syngan_tensor_count(sample) == 2 * 3 * 4 * 4 &&
                   isfinite(value[0]);
        }
        fine = fine && read_tables(context);
        if (!fine) printf("failed: %s\n", syngan_context_last_error(context));
        syngan_tensor_free(sample);
        syngan_model_free(model);
    }
    syngan_context_free(context);
    return fine ? 0 : 1;
}
