/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step of training: an update of the critic, or several, and one of the
 * generator, each one program. What they take is drawn here: conditions, rows
 * that satisfy them, and their order. All of it is a function of the seed and
 * the step's number.
 */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "synth/examples.h"
#include "synth/objective.h"
#include "synth/synth.h"
#include "train/average.h"

/* Random words for each row of a batch. */
enum { WORDS = 4 };

/* The inputs of phases. */
enum { REAL, CONDITION, TARGET, DECAY };
static const char *const input_names[SG_PHASE_INPUTS] = {
    [REAL] = SG_INPUT_REAL,
    [CONDITION] = SG_INPUT_CONDITION,
    [TARGET] = SG_INPUT_TARGET,
    [DECAY] = SG_AVERAGE_DECAY};

struct sg_training {
    sg_gan *gan;
    syngan_context *context;
    sg_scratch room; /* of the next two */
    sg_encoded encoded;
    sg_conditions conditions; /* with an index */
    sg_phase phases[SG_OBJECTIVES];
    /* For a batch. */
    uint32_t *words;
    int64_t *rows, *order;
    sg_condition *drawn;
    sg_loop loop;
    /* Of an estimate: nothing is made, bytes are counted. */
    bool estimating;
    uint64_t estimate;
};

/* ---- programs ----------------------------------------------------------- */

/* For the builders. */
typedef struct building {
    const sg_gan *gan;
    int32_t *parts;
} building;

static void build_critic(sg_phase_graph *out) {
    const building *b = out->owner;
    sg_objective_build(b->gan, SG_OBJECTIVE_CRITIC, b->parts, out);
}

static void build_generator(sg_phase_graph *out) {
    const building *b = out->owner;
    sg_objective_build(b->gan, SG_OBJECTIVE_GENERATOR, b->parts, out);
}

static const sg_phase_kind kinds[SG_OBJECTIVES] = {
    [SG_OBJECTIVE_CRITIC] = {"critic", build_critic},
    [SG_OBJECTIVE_GENERATOR] = {"generator", build_generator}};

static syngan_status make_phases(sg_training *t) {
    const syngan_synthesizer_options *o = &t->gan->settings.options;
    building b = {.gan = t->gan};
    const sg_phase_maker maker = {
        .context = t->context,
        .owner = &b,
        .inputs = input_names,
        .program = *SYNGAN_PROGRAM(.seed = o->seed, .profile = o->profile,
                                   .bf16 = o->bf16),
        .estimate = t->estimating ? &t->estimate : NULL};
    SG_TRY(sg_network_parts(t->gan->encoder, true, &b.parts));
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < SG_OBJECTIVES && status == SYNGAN_OK; i++)
        status = sg_phase_make(&maker, &kinds[i], NULL, &t->phases[i]);
    sg_free(t->context, b.parts);
    return status;
}

/* ---- making and freeing ------------------------------------------------- */

void sg_training_free(sg_training *t) {
    if (t == NULL) return;
    for (int i = 0; i < SG_OBJECTIVES; i++)
        sg_phase_free(&t->phases[i]);
    sg_scratch_end(&t->room);
    sg_conditions_end(&t->conditions);
    sg_free(t->context, t->words);
    sg_free(t->context, t->rows);
    sg_free(t->context, t->order);
    sg_free(t->context, t->drawn);
    sg_snapshot_end(&t->loop.kept);
    sg_free(t->context, t);
}

static syngan_status make_buffers(sg_training *t) {
    size_t batch = (size_t)t->gan->settings.options.batch;
    if (t->estimating) {
        t->estimate += sg_snapshot_bytes(t->gan, sg_gan_visit);
        return SYNGAN_OK;
    }
    t->words = sg_alloc(t->context, batch * WORDS * sizeof *t->words);
    t->rows = sg_alloc(t->context, batch * sizeof *t->rows);
    t->order = sg_alloc(t->context, batch * sizeof *t->order);
    t->drawn = sg_alloc(t->context, batch * sizeof *t->drawn);
    if (t->words == NULL || t->rows == NULL || t->order == NULL ||
        t->drawn == NULL)
        return sg_fail_memory(t->context, "training's batch",
                              batch * sizeof *t->drawn);
    return sg_snapshot_make(t->context, t->gan, sg_gan_visit,
                            "a synthesizer's snapshot", &t->loop.kept);
}

static syngan_status make_data(sg_training *t, const sg_examples *examples) {
    sg_gan *gan = t->gan;
    if (!sg_subject_expands(gan->subject))
        SG_TRY(sg_examples_encode(
            examples, gan, sg_phase_seed(gan->settings.options.seed, "encode"),
            &t->room, &t->encoded));
    if (gan->settings.given > 0) {
        sg_conditions_none(gan->context, gan->n_rows, &t->conditions);
        return SYNGAN_OK;
    }
    SG_TRY(sg_conditions_make(gan->encoder, gan->n_rows, &t->conditions));
    int64_t cells = t->encoded.rows * t->encoded.width;
    return sg_conditions_index(&t->conditions, &t->encoded,
                               (int32_t *)(t->encoded.cells + cells));
}

static syngan_status allocate(sg_gan *gan, sg_training **out) {
    sg_training *t = sg_alloc_zero(gan->context, 1, sizeof *t);
    if (t == NULL) return sg_fail_memory(gan->context, "training", sizeof *t);
    t->context = gan->context;
    t->gan = gan;
    t->loop = (sg_loop){.context = gan->context,
                        .done = &gan->steps,
                        .unit_steps = sg_gan_epoch_steps(gan)};
    *out = t;
    return SYNGAN_OK;
}

syngan_status sg_training_make(sg_gan *gan, sg_training **out) {
    sg_training *t = NULL;
    SG_TRY(allocate(gan, &t));
    syngan_status status = make_phases(t);
    if (status == SYNGAN_OK) status = make_buffers(t);
    if (status == SYNGAN_OK)
        *out = t;
    else
        sg_training_free(t);
    return status;
}

syngan_status sg_training_take(sg_training *t, const sg_examples *examples) {
    syngan_status status = make_data(t, examples);
    if (status == SYNGAN_OK) return status;
    sg_scratch_end(&t->room);
    sg_conditions_end(&t->conditions);
    return status;
}

syngan_status sg_training_estimate(sg_gan *gan, uint64_t *bytes) {
    sg_training *t = NULL;
    SG_TRY(allocate(gan, &t));
    t->estimating = true;
    syngan_status status = make_phases(t);
    if (status == SYNGAN_OK) status = make_buffers(t);
    *bytes = t->estimate + sg_examples_bytes(gan);
    sg_training_free(t);
    return status;
}

/* ---- a batch ------------------------------------------------------------ */

/* Draws a condition for each row of the batch, and words that are left. */
static void draw_conditions(sg_training *t, const char *stream,
                            uint64_t number) {
    const sg_gan *gan = t->gan;
    int64_t batch = gan->settings.options.batch;
    const sg_random random = {.isa = t->context->isa,
                              .seed = gan->settings.options.seed,
                              .step = number,
                              .stream = sg_stream_id(stream)};
    sg_random_bits(&random, 0, (size_t)batch * WORDS, t->words);
    for (int64_t i = 0; i < batch; i++)
        t->drawn[i] =
            sg_condition_draw(&t->conditions, true, t->words + i * WORDS);
}

static void set_one(float *vector, int64_t width, int32_t place) {
    memset(vector, 0, (size_t)width * sizeof *vector);
    vector[place] = 1.0f;
}

/* A row for each condition. */
static void choose_rows(sg_training *t, const int64_t *order) {
    int64_t batch = t->gan->settings.options.batch;
    for (int64_t i = 0; i < batch; i++) {
        int64_t from = order == NULL ? i : order[i];
        t->rows[i] = sg_condition_row(&t->conditions, &t->drawn[from],
                                      t->words[from * WORDS + 3]);
    }
}

static void give_given(const sg_training *t, float *out, int64_t stride) {
    const sg_gan *gan = t->gan;
    gan->subject->give(gan->subject, &t->encoded, t->rows,
                       gan->settings.options.batch, out, stride);
}

static void expand_rows(const sg_training *t, float *out, int64_t stride) {
    const sg_gan *gan = t->gan;
    int64_t batch = gan->settings.options.batch;
    if (sg_subject_expands(gan->subject))
        gan->subject->expand(gan->subject, &t->encoded, t->rows, batch, out,
                             stride);
    else
        sg_encoder_expand(gan->encoder, &t->encoded, t->rows, batch, out,
                          stride);
}

static void give_conditions(sg_training *t, sg_phase *to) {
    int64_t batch = t->gan->settings.options.batch;
    int64_t width = t->conditions.width;
    if (to->inputs[CONDITION] == NULL) return;
    float *condition = to->inputs[CONDITION]->data;
    if (width == 0) {
        choose_rows(t, NULL);
        give_given(t, condition, t->gan->settings.given);
        return;
    }
    int32_t *target =
        to->inputs[TARGET] == NULL ? NULL : to->inputs[TARGET]->data;
    for (int64_t i = 0; i < batch; i++) {
        set_one(condition + i * width, width, t->drawn[i].place);
        if (target != NULL) target[i] = t->drawn[i].dense;
    }
}

/* Fisher and Yates' shuffle. */
static void draw_order(sg_training *t, uint64_t number) {
    const sg_gan *gan = t->gan;
    int64_t batch = gan->settings.options.batch;
    const sg_random random = {.seed = gan->settings.options.seed,
                              .step = number,
                              .stream = sg_stream_id("order")};
    for (int64_t i = 0; i < batch; i++)
        t->order[i] = i;
    for (int64_t i = batch - 1; i > 0; i--) {
        int64_t j =
            (int64_t)sg_random_below(&random, (uint64_t)i, (uint64_t)i + 1);
        int64_t other = t->order[i];
        t->order[i] = t->order[j];
        t->order[j] = other;
    }
}

/* Real rows for the same conditions as the generated ones have, in another
 * order, so that the two don't go in pairs. */
static void give_rows(sg_training *t, sg_phase *to, uint64_t number) {
    const sg_gan *gan = t->gan;
    int64_t batch = gan->settings.options.batch, row = gan->encoder->width;
    int64_t width = t->conditions.width;
    int64_t stride = row + sg_gan_given(gan);
    float *real = to->inputs[REAL]->data;
    draw_order(t, number);
    choose_rows(t, t->order);
    for (int64_t i = 0; width > 0 && i < batch; i++)
        set_one(real + i * stride + row, width, t->drawn[t->order[i]].place);
    if (gan->subject != NULL) give_given(t, real + row, stride);
    expand_rows(t, real, stride);
}

/* ---- running ------------------------------------------------------------ */

static syngan_status run_critic(sg_training *t, uint64_t number,
                                sg_synth_losses *losses) {
    sg_phase *critic = &t->phases[SG_OBJECTIVE_CRITIC];
    draw_conditions(t, "critic conditions", number);
    give_conditions(t, critic);
    give_rows(t, critic, number);
    return sg_phase_run(critic, (int64_t)number, &losses->critic);
}

static syngan_status run_generator(sg_training *t, sg_synth_losses *losses) {
    sg_phase *generator = &t->phases[SG_OBJECTIVE_GENERATOR];
    uint64_t number = (uint64_t)t->gan->steps;
    draw_conditions(t, "generator conditions", number);
    give_conditions(t, generator);
    if (generator->inputs[REAL] != NULL)
        expand_rows(t, generator->inputs[REAL]->data, t->gan->encoder->width);
    if (generator->inputs[DECAY] != NULL)
        *(float *)generator->inputs[DECAY]->data = sg_average_decay(
            t->gan->settings.recipe.average_decay, t->gan->steps);
    return sg_phase_run(generator, (int64_t)number, &losses->generator);
}

syngan_status sg_training_step(sg_training *t, sg_synth_losses *losses) {
    sg_gan *gan = t->gan;
    uint64_t updates = (uint64_t)gan->settings.options.critic_steps;
    double start = sg_seconds();
    for (uint64_t i = 0; i < updates; i++)
        SG_TRY(run_critic(t, (uint64_t)gan->steps * updates + i, losses));
    SG_TRY(run_generator(t, losses));
    gan->seconds += sg_seconds() - start;
    return SYNGAN_OK;
}

syngan_model *sg_training_model(const sg_gan *gan) {
    return gan->average != NULL ? gan->average : gan->generator;
}

void sg_training_log(const sg_training *t) {
    enum { LINE = 512 };
    size_t size = sg_phases_report(t->phases, SG_OBJECTIVES, NULL, 0) + 1;
    char *text = sg_alloc(t->context, size);
    if (text == NULL) return;
    (void)sg_phases_report(t->phases, SG_OBJECTIVES, text, size);
    for (char *line = text; *line != '\0';) {
        char *end = strchr(line, '\n');
        if (end != NULL) *end = '\0';
        sg_log(t->context, SYNGAN_LOG_INFO, "%.*s", LINE, line);
        line = end == NULL ? line + strlen(line) : end + 1;
    }
    sg_free(t->context, text);
}

sg_loop *sg_training_loop(sg_training *t) {
    return &t->loop;
}
