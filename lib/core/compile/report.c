/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program as text: a line for each kernel, for people who want to know what
 * runs and what takes the time.
 */
#include <stdarg.h>
#include <stdio.h>

#include "base/floats.h"
#include "compile/program.h"

/* Text into a buffer that may be too small; counts what it would need. */
typedef struct text {
    char *data;
    size_t size;
    size_t used;
} text;

__attribute__((format(printf, 2, 3))) static void put(text *out,
                                                      const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    bool room = out->used < out->size;
    int length = vsnprintf(room ? out->data + out->used : NULL,
                           room ? out->size - out->used : 0, format, arguments);
    va_end(arguments);
    if (length > 0) out->used += (size_t)length;
}

/* None where it is an input, too. */
static size_t slope_bytes(const sg_step *step) {
    for (int32_t i = 0; i < step->site.n_inputs; i++)
        if (step->inputs[i] == step->slope) return 0;
    return step->slope < 0 ? 0 : sg_desc_bytes(&step->site.output);
}

static size_t step_bytes(const sg_step *step) {
    size_t bytes = sg_desc_bytes(&step->site.output);
    for (int32_t i = 0; i < step->site.n_inputs; i++)
        bytes += sg_desc_bytes(&step->site.input[i]);
    return bytes + slope_bytes(step);
}

/* How the kernel was chosen, where that was not by rule: with the microseconds
 * of all that were timed. */
static void put_choice(text *out, const sg_group *group) {
    if (group->choice == SG_CHOICE_STORED) put(out, " +timed before");
    if (group->choice != SG_CHOICE_TIMED) return;
    for (int32_t i = 0; i < group->n_timings; i++)
        put(out, "%s%s %.1f", i == 0 ? " +timed (" : "; ",
            group->timing[i].kernel->name, group->timing[i].seconds * 1e6);
    put(out, ")");
}

static void put_step(text *out, const syngan_program *program,
                     const sg_step *step) {
    char dims[SG_DIMS_TEXT];
    const sg_site *site = &step->site;
    put(out, "%-22.22s %-22.22s %-24s %-9s", site->label, step->kernel->name,
        sg_dims_text(&site->output.dims, dims),
        sg_layout_name(&site->output.layout));
    put(out, " %9.1f", (double)step_bytes(step) / 1024);
    if (program->options.profile && program->runs > 0)
        put(out, " %10.1f", step->seconds / (double)program->runs * 1e6);
    if (site->has_bias) put(out, " +bias");
    if (site->has_norm) put(out, " +norm");
    if (site->n_unary > 0) put(out, " +%d unary", site->n_unary);
    if (site->has_slope) put(out, " +slope");
    if (step->group != NULL) put_choice(out, step->group);
    put(out, "\n");
}

size_t syngan_program_report(const syngan_program *program, char *data,
                             size_t size) {
    SG_OWN_FLOATS;
    if (data != NULL && size > 0) data[0] = '\0';
    if (program == NULL) return 0;
    text out = {.data = data, .size = data == NULL ? 0 : size};
    put(&out, "%-22s %-22s %-24s %-9s %9s%s\n", "node", "kernel", "result",
        "layout", "KiB moved", program->options.profile ? "  microsec." : "");
    double seconds = 0;
    for (size_t i = 0; i < program->n_steps; i++) {
        put_step(&out, program, &program->steps[i]);
        seconds += program->steps[i].seconds;
    }
    put(&out, "%zu kernels, %.1f MiB", program->n_steps,
        (double)syngan_program_bytes(program) / 1048576);
    if (program->options.profile && program->runs > 0)
        put(&out, ", %.3f ms a run", seconds / (double)program->runs * 1e3);
    put(&out, "\n");
    return out.used;
}
