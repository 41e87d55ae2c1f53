/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The handle: making, looking, freeing.
 */
#include "base/floats.h"
#include "base/memory.h"
#include "synth/synth.h"

void syngan_synthesizer_free(syngan_synthesizer *s) {
    if (s == NULL) return;
    syngan_context *context = s->context;
    sg_rows_free(s);
    for (int i = 0; i < 2; i++)
        sg_sampler_end(&s->samplers[i]);
    syngan_optimizer_free(s->generator_optimizer);
    syngan_optimizer_free(s->critic_optimizer);
    syngan_model_free(s->generator);
    syngan_model_free(s->critic);
    syngan_model_free(s->average);
    syngan_model_free(s->sampler);
    sg_conditions_end(&s->conditions);
    sg_encoder_release(s->encoder);
    sg_free(context, s->measures);
    sg_free(context, s);
    sg_context_release(context);
}

/* ---- making ------------------------------------------------------------- */

static syngan_status make_optimizer(syngan_model *model, float rate,
                                    float decay, syngan_optimizer **out) {
    /* PyTorch adds epsilon to the root of the corrected squares, this library
     * to that of the plain ones: a difference of 1e-8 in 20 updates. */
    const syngan_optimizer_options options = {
        .struct_size = SYNGAN_INITIALISED(options),
        .kind = SYNGAN_OPTIMIZER_ADAM,
        .learning_rate = rate,
        .beta1 = 0.5f,
        .beta2 = 0.9f,
        .epsilon = 1e-8f,
        .weight_decay = decay,
    };
    return sg_optimizer_make(model, &options, true, out);
}

static sg_network_sizes sizes_of(const sg_synth_settings *settings,
                                 const sg_encoder *encoder, int64_t given) {
    const syngan_synthesizer_options *o = &settings->options;
    return (sg_network_sizes){.noise = o->noise,
                              .condition = given,
                              .row = encoder->width,
                              .viewed = settings->viewed,
                              .pac = o->pac,
                              .width = o->width,
                              .depth = o->depth};
}

double sg_synthesizer_least_bytes(const sg_synth_settings *settings,
                                  const sg_encoder *encoder) {
    int64_t given =
        settings->given > 0 ? settings->given : sg_conditions_width(encoder);
    const sg_network_sizes sizes = sizes_of(settings, encoder, given);
    double average = settings->recipe.average_decay > 0.0 ? 1.0 : 0.0;
    /* Weights, their gradient and Adam's two moments; the one that samples. */
    return sizeof(float) *
           ((5.0 + average) * sg_network_weights(&sizes, false) +
            4.0 * sg_network_weights(&sizes, true));
}

static syngan_status make_networks(syngan_synthesizer *s, bool training) {
    const syngan_synthesizer_options *o = &s->settings.options;
    const sg_network_sizes sizes =
        sizes_of(&s->settings, s->encoder, sg_synthesizer_given(s));
    if (!training)
        return sg_generator_make(s->context, &sizes, o->seed, &s->sampler);
    SG_TRY(sg_generator_make(s->context, &sizes, o->seed, &s->generator));
    SG_TRY(sg_critic_make(s->context, &sizes, o->seed, &s->critic));
    SG_TRY(syngan_model_clone(s->generator, "sampler", &s->sampler));
    if (s->settings.recipe.average_decay > 0.0)
        SG_TRY(syngan_model_clone(s->generator, "average", &s->average));
    SG_TRY(make_optimizer(s->generator, o->generator_rate, o->weight_decay,
                          &s->generator_optimizer));
    return make_optimizer(s->critic, o->critic_rate, o->weight_decay,
                          &s->critic_optimizer);
}

syngan_status sg_synthesizer_make(const sg_synth_settings *settings,
                                  sg_encoder *encoder, int64_t n_rows,
                                  bool training, syngan_synthesizer **out) {
    syngan_context *context = encoder->context;
    syngan_synthesizer *s = sg_alloc_zero(context, 1, sizeof *s);
    if (s == NULL) {
        sg_encoder_release(encoder);
        return sg_fail_memory(context, "a synthesizer", sizeof *s);
    }
    sg_context_retain(context);
    s->context = context;
    s->encoder = encoder;
    s->settings = *settings;
    s->settings.options.scratch = NULL; /* borrowed, for fitting only */
    s->n_rows = n_rows;
    s->best = -1.0;
    syngan_status status = SYNGAN_OK;
    if (settings->given > 0)
        sg_conditions_none(context, n_rows, &s->conditions);
    else
        status = sg_conditions_make(encoder, n_rows, &s->conditions);
    if (status == SYNGAN_OK) status = make_networks(s, training);
    if (status == SYNGAN_OK)
        *out = s;
    else
        syngan_synthesizer_free(s);
    return status;
}

/* ---- looking ------------------------------------------------------------ */

int64_t sg_synthesizer_given(const syngan_synthesizer *s) {
    return s->settings.given > 0 ? s->settings.given : s->conditions.width;
}

int64_t sg_synthesizer_epoch_steps(const syngan_synthesizer *s) {
    int64_t steps = s->n_rows / s->settings.options.batch;
    return steps > 0 ? steps : 1;
}

int64_t syngan_synthesizer_epochs(const syngan_synthesizer *synthesizer) {
    if (synthesizer == NULL) return 0;
    const syngan_synthesizer *core = sg_synthesizer_core(synthesizer);
    return core == NULL ? 0 : core->steps / sg_synthesizer_epoch_steps(core);
}

size_t syngan_synthesizer_schema(const syngan_synthesizer *synthesizer,
                                 char *text, size_t size) {
    SG_OWN_FLOATS;
    return syngan_table_schema(
        synthesizer == NULL ? NULL : sg_synthesizer_form(synthesizer), text,
        size);
}

/* ---- what training changes ---------------------------------------------- */

syngan_status sg_synthesizer_visit(const void *owner, sg_state_fn visit,
                                   void *argument) {
    const syngan_synthesizer *s = owner;
    SG_TRY(sg_visit_model(s->generator, "generator.", visit, argument));
    SG_TRY(sg_visit_model(s->critic, "critic.", visit, argument));
    SG_TRY(sg_visit_model(s->average, "average.", visit, argument));
    SG_TRY(sg_visit_optimizer(s->generator_optimizer, "generator_optimizer.",
                              visit, argument));
    return sg_visit_optimizer(s->critic_optimizer, "critic_optimizer.", visit,
                              argument);
}
