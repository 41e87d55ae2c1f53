/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads tests/fixtures/pair.json, values from TensorFlow, and compares tensors
 * with it. tests/fixtures/README.md describes the file. Everything here fails
 * the running test on the spot.
 */
#ifndef TESTS_SUPPORT_FIXTURE_H
#define TESTS_SUPPORT_FIXTURE_H

#include <syngan.h>

#include "file/json.h"
#include "graph/graph.h"
#include "support/folder.h"

/* Fails the test with the context's sentence unless `status` is SYNGAN_OK. */
void fixture_ok(syngan_context *context, syngan_status status);

/* The parsed file; sg_json_free() releases it. */
sg_json *fixture_open(syngan_context *context);
/* Where a file of that folder is; writes to `path` and returns it. */
char *fixture_path(const char *name, char path[FOLDER_PATH_MAX]);
/* Another JSON file of that folder. */
sg_json *fixture_open_file(syngan_context *context, const char *name);

/* Values that have to be there. */
double fixture_f64(sg_json_value object, const char *key);
int32_t fixture_i32(sg_json_value object, const char *key);
const char *fixture_string(sg_json_value object, const char *key);
/* Sizes in an array; returns the rank. */
size_t fixture_dims(sg_json_value array, int64_t *dims);

/* Element i becomes offset + scale u(k, i). */
void fixture_fill(syngan_tensor *tensor, uint64_t k, double scale,
                  double offset);
/* Sets the parameters of `model` as "parameters" in the file says for the
 * player "generator" or "discriminator". */
void fixture_set_parameters(sg_json_value root, const char *player,
                            syngan_model *model);

/* A summary's sum, squares and samples against a tensor. Each may differ by
 * `relative` times what it is, the root mean square of the elements added. */
void fixture_compare(sg_json_value summary, const syngan_tensor *tensor,
                     double relative);

/* The node in `graph` of a parameter of a model that is applied there. */
syngan_node *fixture_parameter_node(syngan_graph *graph, syngan_model *model,
                                    const char *name);

#endif
