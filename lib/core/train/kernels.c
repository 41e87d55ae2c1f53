/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernels that a tuned trainer's programs have, written into checkpoints
 * and read again.
 */
#include "train/kernels.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* ---- writing ----------------------------------------------------------- */

static void write_program(sg_json_writer *json, const char *name,
                          const syngan_program *program) {
    size_t at = 0;
    sg_choice choice;
    char node[16];
    sg_json_open_object(json, name);
    while (sg_program_choice(program, &at, &choice)) {
        sg_text(node, sizeof node, "%d", choice.node);
        sg_json_put_string(json, node, choice.kernel);
    }
    sg_json_close_object(json);
}

syngan_status sg_kernels_write(const syngan_trainer *trainer, char **text) {
    sg_json_writer json;
    sg_json_start(&json, trainer->context);
    sg_json_open_object(&json, NULL);
    for (int i = 0; i < SG_PHASES; i++)
        if (trainer->phases[i].program != NULL)
            write_program(&json, sg_iteration_phase_name(i),
                          trainer->phases[i].program);
    sg_json_close_object(&json);
    return sg_json_finish(&json, text, NULL);
}

/* ---- reading ----------------------------------------------------------- */

static syngan_status read_choice(sg_json_value member, sg_choice *out) {
    int64_t node;
    if (!sg_text_to_i64(member.key, &node) || node < 0 || node > INT32_MAX)
        return sg_json_fail(member, "is not named by a node's number");
    out->node = (int32_t)node;
    return sg_json_read_string(member, &out->kernel);
}

static syngan_status read_program(syngan_context *context, sg_json_value object,
                                  sg_choices *out) {
    size_t count;
    sg_json_value member = {0};
    SG_TRY(sg_json_read_object(object, &count));
    out->choice = sg_alloc_zero(context, count, sizeof *out->choice);
    if (out->choice == NULL)
        return sg_fail_memory(context, "the choices of kernels",
                              count * sizeof *out->choice);
    while (sg_json_next(object, &member))
        SG_TRY(read_choice(member, &out->choice[out->count++]));
    return SYNGAN_OK;
}

static int find_phase(const char *name) {
    int which = 0;
    while (which < SG_PHASES &&
           strcmp(sg_iteration_phase_name(which), name) != 0)
        which++;
    return which;
}

syngan_status sg_kernels_parse(syngan_context *context, const char *name,
                               const char *text, sg_kernels *out) {
    size_t count;
    sg_json_value program = {0};
    out->context = context;
    SG_TRY(sg_json_parse(context, name, text, strlen(text), &out->json));
    sg_json_value root = sg_json_root(out->json);
    SG_TRY(sg_json_read_object(root, &count));
    while (sg_json_next(root, &program)) {
        int which = find_phase(program.key);
        if (which == SG_PHASES)
            return sg_json_fail(program, "is no program of a trainer");
        SG_TRY(read_program(context, program, &out->phase[which]));
    }
    return SYNGAN_OK;
}

void sg_kernels_end(sg_kernels *kernels) {
    for (int i = 0; i < SG_PHASES; i++)
        sg_free(kernels->context, kernels->phase[i].choice);
    sg_json_free(kernels->json);
}
