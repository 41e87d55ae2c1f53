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
#include "compile/program.h"
#include "graph/op.h"
#include "synth/examples.h"
#include "synth/synth.h"

#define REAL "real"
#define CONDITION "condition"
#define TARGET "target"
#define DECAY "decay"

/* Random words for each row of a batch. */
enum { WORDS = 4 };

enum { CRITIC, GENERATOR, TURNS };

static const char *const turn_names[TURNS] = {"critic", "generator"};

typedef struct turn {
    syngan_program *program;
    syngan_tensor *real;      /* critic: rows with their conditions;
                                 generator: rows, for a subject's loss */
    syngan_tensor *condition; /* NULL: there is none */
    syngan_tensor *target;    /* generator: columns of the conditions */
    syngan_tensor *decay;     /* generator: of the average */
    syngan_tensor *loss;
} turn;

struct sg_training {
    syngan_synthesizer *synthesizer;
    syngan_context *context;
    sg_scratch room; /* of the next two */
    sg_encoded encoded;
    sg_conditions conditions; /* with an index */
    turn turns[TURNS];
    /* For a batch. */
    uint32_t *words;
    int64_t *rows, *order;
    sg_condition *drawn;
    /* The state to go back to. */
    char *kept;
    int64_t kept_steps;
    /* Of an estimate: nothing is made, bytes are counted. */
    bool estimating;
    uint64_t estimate;
};

/* ---- graphs ------------------------------------------------------------- */

typedef struct plan {
    const sg_training *training;
    const syngan_synthesizer *synthesizer;
    syngan_graph *graph;
    const int32_t *parts;
    int64_t batch, row, condition, viewed, pac;
    syngan_node *updates[3];
    size_t n_updates;
    syngan_node *loss;
} plan;

static syngan_node *mean_of(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

/* The generator's rows for new noise, before and behind their activation. */
static void build_fakes(const plan *p, syngan_node *condition,
                        syngan_node **logits, syngan_node **rows) {
    const syngan_synthesizer *s = p->synthesizer;
    syngan_node *inputs[2] = {
        syngan_random_normal(p->graph,
                             SYNGAN_SHAPE(p->batch, s->settings.options.noise)),
        condition};
    *logits = syngan_model_apply(p->graph, s->generator, inputs,
                                 condition == NULL ? 1 : 2, SYNGAN_TRAINING);
    if (s->subject != NULL && s->subject->activate != NULL) {
        *rows = s->subject->activate(s->subject, *logits, condition);
        return;
    }
    syngan_node *uniform =
        syngan_random_uniform(p->graph, SYNGAN_SHAPE(p->batch, p->row));
    *rows =
        syngan_part_activation(*logits, p->parts, s->encoder->n_parts, uniform,
                               (double)s->settings.options.temperature);
}

static syngan_node *condition_input(const plan *p) {
    return p->condition == 0
               ? NULL
               : syngan_input(p->graph, CONDITION, SYNGAN_F32,
                              SYNGAN_SHAPE(p->batch, p->condition));
}

/* Rows with their conditions, `pac` to one. */
static syngan_node *pack(const plan *p, syngan_node *rows,
                         syngan_node *condition) {
    syngan_node *both[] = {rows, condition};
    syngan_node *joined = condition == NULL ? rows : syngan_concat(both, 2, 1);
    return syngan_reshape(
        joined,
        SYNGAN_SHAPE(p->batch / p->pac, p->pac * (p->row + p->condition)));
}

/* Packed rows, with what the critic sees of each besides. */
static syngan_node *add_view(const plan *p, syngan_node *packed) {
    const sg_subject *subject = p->synthesizer->subject;
    if (p->viewed == 0) return packed;
    syngan_node *rows =
        syngan_reshape(packed, SYNGAN_SHAPE(p->batch, p->row + p->condition));
    syngan_node *view =
        subject->view(subject, syngan_slice(rows, 1, 0, p->row),
                      syngan_slice(rows, 1, p->row, p->condition));
    syngan_node *both[] = {rows, view};
    return syngan_reshape(
        syngan_concat(both, 2, 1),
        SYNGAN_SHAPE(p->batch / p->pac,
                     p->pac * (p->row + p->condition + p->viewed)));
}

static syngan_node *score(const plan *p, syngan_node *packed) {
    packed = add_view(p, packed);
    return syngan_model_apply(p->graph, p->synthesizer->critic, &packed, 1,
                              SYNGAN_TRAINING);
}

/* WGAN-GP (Gulrajani and others 2017), the norm over a packed row. */
static syngan_node *penalty(const plan *p, syngan_node *real,
                            syngan_node *fake) {
    syngan_node *place =
        syngan_random_uniform(p->graph, SYNGAN_SHAPE(p->batch / p->pac, 1));
    syngan_node *between =
        syngan_add(fake, syngan_multiply(place, syngan_subtract(real, fake)));
    return syngan_affine(
        syngan_gradient_penalty(score(p, between), between, 1.0),
        (double)p->synthesizer->settings.options.penalty_weight, 0.0);
}

static void move_statistics(plan *p, syngan_node *source) {
    const syngan_synthesizer *s = p->synthesizer;
    p->updates[p->n_updates++] =
        sg_update_statistics(source, s->generator, s->settings.recipe.momentum);
}

static void build_critic(plan *p) {
    const syngan_synthesizer *s = p->synthesizer;
    syngan_node *condition = condition_input(p), *logits, *rows;
    build_fakes(p, condition, &logits, &rows);
    syngan_node *fake = pack(p, syngan_stop_gradient(rows), condition);
    syngan_node *real = syngan_reshape(
        syngan_input(p->graph, REAL, SYNGAN_F32,
                     SYNGAN_SHAPE(p->batch, p->row + p->condition)),
        SYNGAN_SHAPE(p->batch / p->pac, p->pac * (p->row + p->condition)));
    syngan_node *wasserstein =
        syngan_subtract(mean_of(score(p, fake)), mean_of(score(p, real)));
    p->loss = wasserstein;
    if (s->settings.recipe.critic_statistics) move_statistics(p, logits);
    p->updates[p->n_updates++] = syngan_minimize(
        s->critic_optimizer, syngan_add(wasserstein, penalty(p, real, fake)));
}

/* average = decay average + (1 - decay) parameter */
static syngan_node *build_average(const plan *p) {
    const syngan_model *from = p->synthesizer->generator;
    const syngan_model *to = p->synthesizer->average;
    syngan_context *context = p->graph->context;
    syngan_node *decay = syngan_input(p->graph, DECAY, SYNGAN_F32, NULL, 0);
    syngan_node **updates =
        sg_alloc_zero(context, to->n_parameters, sizeof *updates);
    if (updates == NULL)
        return sg_graph_fail_last(
            p->graph, sg_fail_memory(context, "the averaged generator",
                                     to->n_parameters * sizeof *updates));
    for (size_t i = 0; i < to->n_parameters; i++) {
        syngan_node *inputs[] = {
            sg_variable_node(p->graph, to->parameters[i]),
            sg_variable_node(p->graph, from->parameters[i]), decay};
        updates[i] =
            sg_node(p->graph, &sg_op_moving_average, inputs, 3, NULL, NULL);
    }
    syngan_node *group = syngan_group(updates, to->n_parameters);
    sg_free(context, updates);
    return group;
}

static void build_generator(plan *p) {
    const syngan_synthesizer *s = p->synthesizer;
    syngan_node *condition = condition_input(p), *logits, *rows;
    build_fakes(p, condition, &logits, &rows);
    p->loss = syngan_negate(mean_of(score(p, pack(p, rows, condition))));
    if (s->conditions.width > 0) {
        syngan_node *target =
            syngan_input(p->graph, TARGET, SYNGAN_I32, SYNGAN_SHAPE(p->batch));
        p->loss = syngan_add(
            p->loss, mean_of(syngan_part_cross_entropy(
                         logits, p->parts, s->encoder->n_parts, target)));
    }
    if (s->subject != NULL && s->subject->loss != NULL) {
        syngan_node *real = syngan_input(p->graph, REAL, SYNGAN_F32,
                                         SYNGAN_SHAPE(p->batch, p->row));
        p->loss = syngan_add(
            p->loss, s->subject->loss(s->subject, logits, condition, real));
    }
    move_statistics(p, logits);
    p->updates[p->n_updates++] =
        syngan_minimize(s->generator_optimizer, p->loss);
    if (s->average != NULL) p->updates[p->n_updates++] = build_average(p);
}

/* ---- programs ----------------------------------------------------------- */

/* A seed of its own for each purpose. */
static uint64_t seed_of(const syngan_synthesizer *s, const char *name) {
    const sg_random random = {.seed = s->settings.options.seed,
                              .stream = sg_stream_id(name)};
    uint32_t bits[2];
    sg_random_bits(&random, 0, 2, bits);
    return (uint64_t)bits[1] << 32 | bits[0];
}

/* An input's buffer; NULL if the program has none of this name. */
static syngan_status find_input(syngan_program *program, const char *name,
                                syngan_tensor **out) {
    syngan_status status = syngan_program_input(program, name, out);
    return status == SYNGAN_E_NOT_FOUND ? SYNGAN_OK : status;
}

static syngan_status find_buffers(turn *t) {
    SG_TRY(find_input(t->program, REAL, &t->real));
    SG_TRY(find_input(t->program, CONDITION, &t->condition));
    SG_TRY(find_input(t->program, TARGET, &t->target));
    SG_TRY(find_input(t->program, DECAY, &t->decay));
    return syngan_program_output(t->program, 0, &t->loss);
}

static syngan_status compile(sg_training *t, const plan *p, int which) {
    const syngan_synthesizer_options *o = &t->synthesizer->settings.options;
    const syngan_program_options *options =
        SYNGAN_PROGRAM(.seed = seed_of(t->synthesizer, turn_names[which]),
                       .profile = o->profile, .bf16 = o->bf16);
    if (p->graph->status != SYNGAN_OK)
        return sg_fail(t->context, p->graph->status, "%s",
                       p->graph->error_text);
    syngan_node *loss = p->loss;
    if (t->estimating) {
        uint64_t bytes;
        SG_TRY(sg_program_estimate(&loss, 1, p->updates, p->n_updates, options,
                                   &bytes));
        t->estimate += bytes;
        return SYNGAN_OK;
    }
    SG_TRY(syngan_program_create(&loss, 1, p->updates, p->n_updates, options,
                                 &t->turns[which].program));
    return find_buffers(&t->turns[which]);
}

static syngan_status make_turn(sg_training *t, int which,
                               const int32_t *parts) {
    const syngan_synthesizer *s = t->synthesizer;
    plan p = {.training = t,
              .synthesizer = s,
              .parts = parts,
              .batch = s->settings.options.batch,
              .row = s->encoder->width,
              .condition = sg_synthesizer_given(s),
              .viewed = s->settings.viewed,
              .pac = s->settings.options.pac};
    SG_TRY(syngan_graph_create(t->context, &p.graph));
    if (which == CRITIC)
        build_critic(&p);
    else
        build_generator(&p);
    syngan_status status = compile(t, &p, which);
    syngan_graph_free(p.graph);
    return status;
}

static syngan_status make_turns(sg_training *t) {
    int32_t *parts;
    SG_TRY(sg_network_parts(t->synthesizer->encoder, true, &parts));
    syngan_status status = SYNGAN_OK;
    for (int i = 0; i < TURNS && status == SYNGAN_OK; i++)
        status = make_turn(t, i, parts);
    sg_free(t->context, parts);
    return status;
}

/* ---- making and freeing ------------------------------------------------- */

static void free_turn(turn *t) {
    syngan_tensor_free(t->real);
    syngan_tensor_free(t->condition);
    syngan_tensor_free(t->target);
    syngan_tensor_free(t->decay);
    syngan_tensor_free(t->loss);
    syngan_program_free(t->program);
}

void sg_training_free(sg_training *t) {
    if (t == NULL) return;
    for (int i = 0; i < TURNS; i++)
        free_turn(&t->turns[i]);
    sg_scratch_end(&t->room);
    sg_conditions_end(&t->conditions);
    sg_free(t->context, t->words);
    sg_free(t->context, t->rows);
    sg_free(t->context, t->order);
    sg_free(t->context, t->drawn);
    sg_free(t->context, t->kept);
    sg_free(t->context, t);
}

static size_t variable_bytes(const sg_variable *variable) {
    return (size_t)sg_dims_count(&variable->dims) *
           syngan_type_size(variable->tensor->type);
}

static syngan_status add_bytes(const char *prefix, sg_variable *variable,
                               void *argument) {
    (void)prefix;
    *(size_t *)argument += variable_bytes(variable);
    return SYNGAN_OK;
}

static syngan_status make_buffers(sg_training *t) {
    size_t batch = (size_t)t->synthesizer->settings.options.batch, bytes = 0;
    SG_TRY(sg_synthesizer_visit(t->synthesizer, add_bytes, &bytes));
    if (t->estimating) {
        t->estimate += bytes;
        return SYNGAN_OK;
    }
    t->words = sg_alloc(t->context, batch * WORDS * sizeof *t->words);
    t->rows = sg_alloc(t->context, batch * sizeof *t->rows);
    t->order = sg_alloc(t->context, batch * sizeof *t->order);
    t->drawn = sg_alloc(t->context, batch * sizeof *t->drawn);
    t->kept = sg_alloc(t->context, bytes);
    if (t->words == NULL || t->rows == NULL || t->order == NULL ||
        t->drawn == NULL || t->kept == NULL)
        return sg_fail_memory(t->context, "training", bytes);
    return SYNGAN_OK;
}

static syngan_status make_data(sg_training *t, const sg_examples *examples) {
    syngan_synthesizer *s = t->synthesizer;
    if (!sg_subject_expands(s->subject))
        SG_TRY(sg_examples_encode(examples, s, seed_of(s, "encode"), &t->room,
                                  &t->encoded));
    if (s->settings.given > 0) {
        sg_conditions_none(s->context, s->n_rows, &t->conditions);
        return SYNGAN_OK;
    }
    SG_TRY(sg_conditions_make(s->encoder, s->n_rows, &t->conditions));
    int64_t cells = t->encoded.rows * t->encoded.width;
    return sg_conditions_index(&t->conditions, &t->encoded,
                               (int32_t *)(t->encoded.cells + cells));
}

static syngan_status allocate(syngan_synthesizer *s, sg_training **out) {
    sg_training *t = sg_alloc_zero(s->context, 1, sizeof *t);
    if (t == NULL) return sg_fail_memory(s->context, "training", sizeof *t);
    t->context = s->context;
    t->synthesizer = s;
    *out = t;
    return SYNGAN_OK;
}

syngan_status sg_training_make(syngan_synthesizer *s,
                               const sg_examples *examples, sg_training **out) {
    sg_training *t = NULL;
    SG_TRY(allocate(s, &t));
    syngan_status status = make_data(t, examples);
    if (status == SYNGAN_OK) status = make_turns(t);
    if (status == SYNGAN_OK) status = make_buffers(t);
    if (status == SYNGAN_OK)
        *out = t;
    else
        sg_training_free(t);
    return status;
}

syngan_status sg_training_estimate(syngan_synthesizer *s, uint64_t *bytes) {
    sg_training *t = NULL;
    SG_TRY(allocate(s, &t));
    t->estimating = true;
    syngan_status status = make_turns(t);
    if (status == SYNGAN_OK) status = make_buffers(t);
    *bytes = t->estimate + sg_examples_bytes(s);
    sg_training_free(t);
    return status;
}

/* ---- a batch ------------------------------------------------------------ */

/* Draws a condition for each row of the batch, and words that are left. */
static void draw_conditions(sg_training *t, const char *stream,
                            uint64_t number) {
    const syngan_synthesizer *s = t->synthesizer;
    int64_t batch = s->settings.options.batch;
    const sg_random random = {.isa = t->context->isa,
                              .seed = s->settings.options.seed,
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
    int64_t batch = t->synthesizer->settings.options.batch;
    for (int64_t i = 0; i < batch; i++) {
        int64_t from = order == NULL ? i : order[i];
        t->rows[i] = sg_condition_row(&t->conditions, &t->drawn[from],
                                      t->words[from * WORDS + 3]);
    }
}

static void give_given(const sg_training *t, float *out, int64_t stride) {
    const syngan_synthesizer *s = t->synthesizer;
    s->subject->give(s->subject, &t->encoded, t->rows,
                     s->settings.options.batch, out, stride);
}

static void expand_rows(const sg_training *t, float *out, int64_t stride) {
    const syngan_synthesizer *s = t->synthesizer;
    int64_t batch = s->settings.options.batch;
    if (sg_subject_expands(s->subject))
        s->subject->expand(s->subject, &t->encoded, t->rows, batch, out,
                           stride);
    else
        sg_encoder_expand(s->encoder, &t->encoded, t->rows, batch, out, stride);
}

static void give_conditions(sg_training *t, turn *to) {
    int64_t batch = t->synthesizer->settings.options.batch;
    int64_t width = t->conditions.width;
    if (to->condition == NULL) return;
    float *condition = to->condition->data;
    if (width == 0) {
        choose_rows(t, NULL);
        give_given(t, condition, t->synthesizer->settings.given);
        return;
    }
    int32_t *target = to->target == NULL ? NULL : to->target->data;
    for (int64_t i = 0; i < batch; i++) {
        set_one(condition + i * width, width, t->drawn[i].place);
        if (target != NULL) target[i] = t->drawn[i].dense;
    }
}

/* Fisher and Yates' shuffle. */
static void draw_order(sg_training *t, uint64_t number) {
    const syngan_synthesizer *s = t->synthesizer;
    int64_t batch = s->settings.options.batch;
    const sg_random random = {.seed = s->settings.options.seed,
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
static void give_rows(sg_training *t, turn *to, uint64_t number) {
    const syngan_synthesizer *s = t->synthesizer;
    int64_t batch = s->settings.options.batch, row = s->encoder->width;
    int64_t width = t->conditions.width;
    int64_t stride = row + sg_synthesizer_given(s);
    float *real = to->real->data;
    draw_order(t, number);
    choose_rows(t, t->order);
    for (int64_t i = 0; width > 0 && i < batch; i++)
        set_one(real + i * stride + row, width, t->drawn[t->order[i]].place);
    if (s->subject != NULL) give_given(t, real + row, stride);
    expand_rows(t, real, stride);
}

/* ---- running ------------------------------------------------------------ */

/* The average's decay: grows to the recipe's, so that the first values are
 * soon forgotten. */
static float decay_at(const syngan_synthesizer *s) {
    double t = (double)s->steps;
    return (float)fmin(s->settings.recipe.average_decay,
                       (1.0 + t) / (10.0 + t));
}

static syngan_status run_critic(sg_training *t, uint64_t number,
                                sg_synth_losses *losses) {
    turn *critic = &t->turns[CRITIC];
    draw_conditions(t, "critic conditions", number);
    give_conditions(t, critic);
    give_rows(t, critic, number);
    SG_TRY(syngan_program_run(critic->program, number));
    losses->critic = *(const float *)critic->loss->data;
    return SYNGAN_OK;
}

static syngan_status run_generator(sg_training *t, sg_synth_losses *losses) {
    turn *generator = &t->turns[GENERATOR];
    uint64_t number = (uint64_t)t->synthesizer->steps;
    draw_conditions(t, "generator conditions", number);
    give_conditions(t, generator);
    if (generator->real != NULL)
        expand_rows(t, generator->real->data, t->synthesizer->encoder->width);
    if (generator->decay != NULL)
        *(float *)generator->decay->data = decay_at(t->synthesizer);
    SG_TRY(syngan_program_run(generator->program, number));
    losses->generator = *(const float *)generator->loss->data;
    return SYNGAN_OK;
}

syngan_status sg_training_step(sg_training *t, sg_synth_losses *losses) {
    syngan_synthesizer *s = t->synthesizer;
    uint64_t updates = (uint64_t)s->settings.options.critic_steps;
    double start = sg_seconds();
    for (uint64_t i = 0; i < updates; i++)
        SG_TRY(run_critic(t, (uint64_t)s->steps * updates + i, losses));
    SG_TRY(run_generator(t, losses));
    s->steps++;
    s->seconds += sg_seconds() - start;
    return SYNGAN_OK;
}

syngan_model *sg_training_model(const syngan_synthesizer *s) {
    return s->average != NULL ? s->average : s->generator;
}

void sg_training_log(const sg_training *t) {
    enum { LINE = 512 };
    for (int i = 0; i < TURNS; i++) {
        size_t size = syngan_program_report(t->turns[i].program, NULL, 0) + 1;
        char *text = sg_alloc(t->context, size);
        if (text == NULL) return;
        (void)syngan_program_report(t->turns[i].program, text, size);
        sg_log(t->context, SYNGAN_LOG_INFO, "synthesizer: %s", turn_names[i]);
        for (char *line = text; *line != '\0';) {
            char *end = strchr(line, '\n');
            if (end != NULL) *end = '\0';
            sg_log(t->context, SYNGAN_LOG_INFO, "%.*s", LINE, line);
            line = end == NULL ? line + strlen(line) : end + 1;
        }
        sg_free(t->context, text);
    }
}

/* ---- the state to go back to -------------------------------------------- */

/* NaN and infinity times 0 are NaN; a sum of zeros stays 0. */
static syngan_status check_finite(const char *prefix, sg_variable *variable,
                                  void *argument) {
    (void)prefix, (void)argument;
    if (variable->tensor->type != SYNGAN_F32) return SYNGAN_OK;
    const float *data = variable->tensor->data;
    int64_t count = sg_dims_count(&variable->dims);
    float lane[16] = {0};
    for (int64_t i = 0; i < count; i++)
        lane[i % 16] += data[i] * 0.0f;
    for (int i = 0; i < 16; i++)
        if (isnan(lane[i])) return SYNGAN_E_DIVERGED;
    return SYNGAN_OK;
}

static syngan_status keep(const char *prefix, sg_variable *variable,
                          void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(*at, variable->tensor->data, variable_bytes(variable));
    *at += variable_bytes(variable);
    return SYNGAN_OK;
}

static syngan_status put_back(const char *prefix, sg_variable *variable,
                              void *argument) {
    (void)prefix;
    char **at = argument;
    memcpy(variable->tensor->data, *at, variable_bytes(variable));
    *at += variable_bytes(variable);
    return SYNGAN_OK;
}

bool sg_training_keep(sg_training *t) {
    char *at = t->kept;
    if (sg_synthesizer_visit(t->synthesizer, check_finite, NULL) != SYNGAN_OK)
        return false;
    (void)sg_synthesizer_visit(t->synthesizer, keep, &at);
    t->kept_steps = t->synthesizer->steps;
    return true;
}

void sg_training_go_back(sg_training *t) {
    char *at = t->kept;
    (void)sg_synthesizer_visit(t->synthesizer, put_back, &at);
    t->synthesizer->steps = t->kept_steps;
}
