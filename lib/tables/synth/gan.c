/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making, looking, freeing.
 */
#include "base/memory.h"
#include "synth/synth.h"

void sg_gan_free(sg_gan *gan) {
    if (gan == NULL) return;
    syngan_context *context = gan->context;
    for (int i = 0; i < 2; i++)
        sg_sampler_end(&gan->samplers[i]);
    syngan_optimizer_free(gan->generator_optimizer);
    syngan_optimizer_free(gan->critic_optimizer);
    syngan_model_free(gan->generator);
    syngan_model_free(gan->critic);
    syngan_model_free(gan->average);
    syngan_model_free(gan->sampler);
    sg_conditions_end(&gan->conditions);
    sg_encoder_release(gan->encoder);
    sg_free(context, gan->measures);
    sg_free(context, gan);
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

double sg_gan_least_bytes(const sg_synth_settings *settings,
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

static syngan_status make_networks(sg_gan *gan, bool training) {
    const syngan_synthesizer_options *o = &gan->settings.options;
    const sg_network_sizes sizes =
        sizes_of(&gan->settings, gan->encoder, sg_gan_given(gan));
    if (!training)
        return sg_generator_make(gan->context, &sizes, o->seed, &gan->sampler);
    SG_TRY(sg_generator_make(gan->context, &sizes, o->seed, &gan->generator));
    SG_TRY(sg_critic_make(gan->context, &sizes, o->seed, &gan->critic));
    SG_TRY(syngan_model_clone(gan->generator, "sampler", &gan->sampler));
    if (gan->settings.recipe.average_decay > 0.0)
        SG_TRY(syngan_model_clone(gan->generator, "average", &gan->average));
    SG_TRY(make_optimizer(gan->generator, o->generator_rate, o->weight_decay,
                          &gan->generator_optimizer));
    return make_optimizer(gan->critic, o->critic_rate, o->weight_decay,
                          &gan->critic_optimizer);
}

syngan_status sg_gan_make(const sg_synth_settings *settings,
                          sg_encoder *encoder, int64_t n_rows, bool training,
                          sg_gan **out) {
    syngan_context *context = encoder->context;
    sg_gan *gan = sg_alloc_zero(context, 1, sizeof *gan);
    if (gan == NULL) {
        sg_encoder_release(encoder);
        return sg_fail_memory(context, "a synthesizer", sizeof *gan);
    }
    sg_context_retain(context);
    gan->context = context;
    gan->encoder = encoder;
    sg_synth_settings_keep(settings, &gan->settings);
    gan->n_rows = n_rows;
    gan->best = -1.0;
    syngan_status status = SYNGAN_OK;
    if (settings->given > 0)
        sg_conditions_none(context, n_rows, &gan->conditions);
    else
        status = sg_conditions_make(encoder, n_rows, &gan->conditions);
    if (status == SYNGAN_OK) status = make_networks(gan, training);
    if (status == SYNGAN_OK)
        *out = gan;
    else
        sg_gan_free(gan);
    return status;
}

/* ---- looking ------------------------------------------------------------ */

int64_t sg_gan_given(const sg_gan *gan) {
    return gan->settings.given > 0 ? gan->settings.given
                                   : gan->conditions.width;
}

int64_t sg_gan_epoch_steps(const sg_gan *gan) {
    int64_t steps = gan->n_rows / gan->settings.options.batch;
    return steps > 0 ? steps : 1;
}

int64_t sg_gan_epochs(const sg_gan *gan) {
    return gan->steps / sg_gan_epoch_steps(gan);
}

syngan_status sg_gan_sampler(sg_gan *gan, bool bf16, const sg_sampler **out) {
    sg_sampler *sampler = &gan->samplers[bf16];
    if (sampler->program == NULL)
        SG_TRY(sg_sampler_make(gan->encoder, gan->sampler, bf16, sampler));
    *out = sampler;
    return SYNGAN_OK;
}

/* ---- what training changes ---------------------------------------------- */

syngan_status sg_gan_visit(const void *owner, sg_state_fn visit,
                           void *argument) {
    const sg_gan *gan = owner;
    SG_TRY(sg_visit_model(gan->generator, "generator.", visit, argument));
    SG_TRY(sg_visit_model(gan->critic, "critic.", visit, argument));
    SG_TRY(sg_visit_model(gan->average, "average.", visit, argument));
    SG_TRY(sg_visit_optimizer(gan->generator_optimizer, "generator_optimizer.",
                              visit, argument));
    return sg_visit_optimizer(gan->critic_optimizer, "critic_optimizer.", visit,
                              argument);
}
