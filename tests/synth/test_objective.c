/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two programs of a table's step compute, against the same written
 * down from the papers (Xu and others 2019; Gulrajani and others 2017): losses,
 * and what a step changes. The optimizers' moments hold the gradients, so that
 * no term and no factor can be missing. Once more with a subject, as baskets
 * and sequences have one: what is given, what the critic sees besides, and a
 * loss.
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <syngan/synthesizer.h>

#include "base/memory.h"
#include "support/memory_stream.h"
#include "support/test.h"
#include "synth/objective.h"
#include "synth/row_kind.h"
#include "train/average.h"

enum { ROWS = 120, BATCH = 20, PAC = 5, NOISE = 6, MOST = 1 << 16 };

#define WEIGHT 3.0
#define TEMPERATURE 0.7
#define DECAY 0.8f

/* ---- the synthesizer ----------------------------------------------------- */

static syngan_table *make_table(syngan_context *context, bool words) {
    static const char *word[ROWS];
    static double real[ROWS];
    syngan_table *table = NULL;
    for (int i = 0; i < ROWS; i++) {
        real[i] = (double)(i * 37 % 101) / 8.0;
        word[i] = i * 7 % 11 < 5 ? "few" : i % 3 ? "more" : "most";
    }
    assert_ok(context, syngan_table_create(context, ROWS, &table));
    assert_ok(context, syngan_table_add_reals(table, "real", real));
    if (words)
        assert_ok(context, syngan_table_add_texts(
                               table, "word", SYNGAN_COLUMN_CATEGORY, word));
    return table;
}

/* The same twice, from a file. */
static void make_two(syngan_context *context, bool words,
                     syngan_synthesizer *out[2]) {
    syngan_table *table = make_table(context, words);
    syngan_synthesizer *s = NULL;
    memory_stream file;
    assert_ok(context,
              syngan_synthesizer_fit(
                  table,
                  SYNGAN_SYNTHESIZER(.batch = BATCH, .pac = PAC, .noise = NOISE,
                                     .width = 8, .depth = 2, .epochs = 1,
                                     .penalty_weight = (float)WEIGHT,
                                     .temperature = (float)TEMPERATURE),
                  &s));
    for (int i = 0; i < 2; i++) {
        memory_stream_init(&file, NULL, 0);
        assert_ok(context, syngan_synthesizer_save_stream(s, &file.hooks,
                                                          SYNGAN_SAVE_ALL));
        assert_ok(context, syngan_synthesizer_load_stream(context, &file.hooks,
                                                          &out[i]));
        memory_stream_end(&file);
    }
    syngan_synthesizer_free(s);
    syngan_table_free(table);
}

/* ---- a subject ----------------------------------------------------------- */

enum { GIVEN = 3, VIEWED = 4 };

/* What the critic sees besides: of both its arguments. */
static syngan_node *view(const sg_subject *subject, syngan_node *rows,
                         syngan_node *given) {
    (void)subject;
    syngan_node *both[] = {syngan_square(given),
                           syngan_sum(rows, (const int32_t[]){1}, 1, 1)};
    return syngan_concat(both, 2, 1);
}

static syngan_node *loss(const sg_subject *subject, syngan_node *logits,
                         syngan_node *given, syngan_node *real) {
    (void)subject;
    syngan_node *distance = syngan_square(syngan_subtract(logits, real));
    syngan_node *scale = syngan_sum(given, (const int32_t[]){1}, 1, 1);
    return syngan_mean(syngan_multiply(distance, scale), NULL, 0, 0);
}

static syngan_node *activate(const sg_subject *subject, syngan_node *logits,
                             syngan_node *given) {
    (void)subject;
    return syngan_multiply(syngan_sigmoid(logits),
                           syngan_mean(given, (const int32_t[]){1}, 1, 1));
}

static const sg_subject subjects[] = {
    {.view = view, .loss = loss},
    {.view = view, .loss = loss, .activate = activate},
};

/* The same with a subject, of the encoder of the first. */
static void give_subject(syngan_context *context, const sg_subject *subject,
                         syngan_synthesizer *s[2]) {
    const sg_gan *first = s[0]->learnt;
    sg_synth_settings settings = first->settings;
    sg_encoder *encoder = sg_encoder_retain(first->encoder);
    settings.given = GIVEN;
    settings.viewed = VIEWED;
    for (int i = 0; i < 2; i++) {
        sg_gan *gan = NULL;
        sg_gan_free(s[i]->learnt);
        assert_ok(context, sg_gan_make(&settings, sg_encoder_retain(encoder),
                                       ROWS, true, &gan));
        gan->subject = subject;
        s[i]->learnt = gan;
    }
    sg_encoder_release(encoder);
}

/* ---- written down -------------------------------------------------------- */

typedef struct written {
    syngan_graph *graph;
    const sg_gan *gan;
    const int32_t *parts;
    int64_t row, condition;
    syngan_node *given; /* NULL: no condition */
    syngan_node *logits, *rows;
} written;

static syngan_node *mean(syngan_node *x) {
    return syngan_mean(x, NULL, 0, 0);
}

static void make_rows(written *w) {
    syngan_node *inputs[2] = {
        syngan_random_normal(w->graph, SYNGAN_SHAPE(BATCH, NOISE)), w->given};
    w->logits =
        syngan_model_apply(w->graph, w->gan->generator, inputs,
                           w->given == NULL ? 1 : 2, SYNGAN_MODE_TRAINING);
    if (w->gan->subject != NULL && w->gan->subject->activate != NULL) {
        w->rows = activate(w->gan->subject, w->logits, w->given);
        return;
    }
    syngan_node *uniform =
        syngan_random_uniform(w->graph, SYNGAN_SHAPE(BATCH, w->row));
    w->rows =
        syngan_part_activation(w->logits, w->parts, w->gan->encoder->n_parts,
                               uniform, (double)(float)TEMPERATURE);
}

static syngan_node *packed(const written *w, syngan_node *rows) {
    syngan_node *both[] = {rows, w->given};
    return syngan_reshape(
        w->given == NULL ? rows : syngan_concat(both, 2, 1),
        SYNGAN_SHAPE(BATCH / PAC, PAC * (w->row + w->condition)));
}

/* Rows of a pack, each with what is given and what is seen besides. */
static syngan_node *with_view(const written *w, syngan_node *x) {
    int64_t width = w->row + w->condition;
    syngan_node *packs[PAC * 2];
    for (int64_t i = 0; i < PAC; i++) {
        syngan_node *one = syngan_slice(x, 1, i * width, width);
        packs[2 * i] = one;
        packs[2 * i + 1] =
            view(w->gan->subject, syngan_slice(one, 1, 0, w->row),
                 syngan_slice(one, 1, w->row, w->condition));
    }
    return syngan_concat(packs, 2 * PAC, 1);
}

static syngan_node *judge(const written *w, syngan_node *x) {
    if (w->gan->subject != NULL) x = with_view(w, x);
    return syngan_model_apply(w->graph, w->gan->critic, &x, 1,
                              SYNGAN_MODE_TRAINING);
}

/* weight E (|d critic(x) / dx| - 1)^2 at x = fake + u (real - fake) */
static syngan_node *penalty(const written *w, syngan_node *real,
                            syngan_node *fake) {
    syngan_node *u =
        syngan_random_uniform(w->graph, SYNGAN_SHAPE(BATCH / PAC, 1));
    syngan_node *rest = syngan_affine(u, -1.0, 1.0);
    syngan_node *x =
        syngan_add(syngan_multiply(u, real), syngan_multiply(rest, fake));
    syngan_node *score = judge(w, x), *slope;
    assert_int_equal(syngan_gradient(score, &x, 1, &slope), SYNGAN_OK);
    syngan_node *norm = syngan_sqrt(
        syngan_sum(syngan_square(slope), (const int32_t[]){1}, 1, 0));
    return syngan_affine(mean(syngan_square(syngan_affine(norm, 1.0, -1.0))),
                         WEIGHT, 0.0);
}

static void write_critic(written *w, sg_phase_graph *out) {
    make_rows(w);
    syngan_node *fake = packed(w, syngan_stop_gradient(w->rows));
    syngan_node *real = syngan_reshape(
        syngan_input(w->graph, SG_INPUT_REAL, SYNGAN_TYPE_F32,
                     SYNGAN_SHAPE(BATCH, w->row + w->condition)),
        SYNGAN_SHAPE(BATCH / PAC, PAC * (w->row + w->condition)));
    syngan_node *of_real = mean(judge(w, real));
    syngan_node *of_fake = mean(judge(w, fake));
    out->outputs[0] = syngan_subtract(of_fake, of_real);
    if (w->gan->settings.recipe.critic_statistics)
        out->updates[out->n_updates++] = sg_update_statistics(
            w->logits, w->gan->generator, w->gan->settings.recipe.momentum);
    out->updates[out->n_updates++] = syngan_optimizer_minimize(
        w->gan->critic_optimizer,
        syngan_add(penalty(w, real, fake), out->outputs[0]));
}

static void write_generator(written *w, sg_phase_graph *out) {
    make_rows(w);
    out->outputs[0] =
        syngan_affine(mean(judge(w, packed(w, w->rows))), -1.0, 0.0);
    if (w->gan->subject != NULL) {
        syngan_node *real =
            syngan_input(w->graph, SG_INPUT_REAL, SYNGAN_TYPE_F32,
                         SYNGAN_SHAPE(BATCH, w->row));
        out->outputs[0] = syngan_add(
            loss(w->gan->subject, w->logits, w->given, real), out->outputs[0]);
    } else if (w->given != NULL) {
        syngan_node *target = syngan_input(
            w->graph, SG_INPUT_TARGET, SYNGAN_TYPE_I32, SYNGAN_SHAPE(BATCH));
        out->outputs[0] = syngan_add(
            mean(syngan_part_cross_entropy(w->logits, w->parts,
                                           w->gan->encoder->n_parts, target)),
            out->outputs[0]);
    }
    out->updates[out->n_updates++] = sg_update_statistics(
        w->logits, w->gan->generator, w->gan->settings.recipe.momentum);
    out->updates[out->n_updates++] =
        syngan_optimizer_minimize(w->gan->generator_optimizer, out->outputs[0]);
    if (w->gan->average != NULL)
        out->updates[out->n_updates++] =
            sg_average_build(w->graph, w->gan->generator, w->gan->average);
}

static void write_down(syngan_graph *graph, const sg_gan *gan,
                       sg_objective_kind kind, const int32_t *parts,
                       sg_phase_graph *out) {
    written w = {.graph = graph,
                 .gan = gan,
                 .parts = parts,
                 .row = gan->encoder->width,
                 .condition = sg_gan_given(gan)};
    *out = (sg_phase_graph){.graph = graph};
    if (w.condition > 0)
        w.given = syngan_input(graph, SG_INPUT_CONDITION, SYNGAN_TYPE_F32,
                               SYNGAN_SHAPE(BATCH, w.condition));
    if (kind == SG_OBJECTIVE_CRITIC)
        write_critic(&w, out);
    else
        write_generator(&w, out);
}

/* ---- a step -------------------------------------------------------------- */

/* Gives an input, if there is one, pseudo-random numbers, or, with
 * `conditions`, a one among zeros. */
static void fill(syngan_program *program, const char *name,
                 const sg_conditions *conditions) {
    syngan_tensor *tensor;
    if (syngan_program_input(program, name, &tensor) != SYNGAN_OK) return;
    float *data = syngan_tensor_data(tensor);
    size_t count = syngan_tensor_count(tensor), width = count / BATCH;
    if (strcmp(name, SG_AVERAGE_DECAY) == 0) *data = DECAY;
    for (size_t i = 0; count > 1 && i < count; i++)
        data[i] = (float)(i * 7919 % 1009) / 1009.0f;
    for (uint32_t i = 0; i < BATCH && conditions != NULL; i++) {
        const uint32_t words[3] = {i * 715827883u, i * 2654435761u, i};
        sg_condition drawn = sg_condition_draw(conditions, true, words);
        if (strcmp(name, SG_INPUT_TARGET) == 0) {
            ((int32_t *)syngan_tensor_data(tensor))[i] = drawn.dense;
            continue;
        }
        memset(data + i * width, 0, width * sizeof *data);
        data[i * width + (size_t)drawn.place] = 1.0f;
    }
    syngan_tensor_free(tensor);
}

static float step(syngan_context *context, const sg_gan *gan,
                  sg_objective_kind kind, bool by_hand) {
    syngan_graph *graph;
    syngan_program *program = NULL;
    syngan_tensor *loss;
    sg_phase_graph objective = {0};
    int32_t *parts;
    assert_ok(context, sg_network_parts(gan->encoder, true, &parts));
    assert_ok(context, syngan_graph_create(context, &graph));
    objective.graph = graph;
    if (by_hand)
        write_down(graph, gan, kind, parts, &objective);
    else
        sg_objective_build(gan, kind, parts, &objective);
    assert_ok(context,
              syngan_program_create(objective.outputs, 1, objective.updates,
                                    objective.n_updates,
                                    SYNGAN_PROGRAM(.seed = 4), &program));
    fill(program, SG_INPUT_REAL, NULL);
    fill(program, SG_AVERAGE_DECAY, NULL);
    fill(program, SG_INPUT_CONDITION,
         gan->subject == NULL ? &gan->conditions : NULL);
    fill(program, SG_INPUT_TARGET, &gan->conditions);
    assert_ok(context, syngan_program_run(program, 9));
    assert_ok(context, syngan_program_output(program, 0, &loss));
    float value = *(float *)syngan_tensor_data(loss);
    syngan_tensor_free(loss);
    syngan_program_free(program);
    syngan_graph_free(graph);
    sg_free(context, parts);
    return value;
}

/* ---- comparing ----------------------------------------------------------- */

typedef struct values {
    float value[MOST];
    size_t count;
} values;

static syngan_status take(const char *prefix, sg_variable *variable,
                          void *argument) {
    values *v = argument;
    (void)prefix;
    size_t count = syngan_tensor_count(variable->tensor);
    if (variable->tensor->type != SYNGAN_TYPE_F32) return SYNGAN_OK;
    assert_true(v->count + count <= MOST);
    memcpy(v->value + v->count, variable->tensor->data,
           count * sizeof *v->value);
    v->count += count;
    return SYNGAN_OK;
}

static void check(bool words, const sg_subject *subject,
                  sg_objective_kind kind) {
    static values all[3]; /* before, by the library, by hand */
    syngan_context *context = test_context(1);
    syngan_synthesizer *s[2];
    make_two(context, words, s);
    assert_int_equal(((sg_gan *)s[0]->learnt)->conditions.width > 0, words);
    if (subject != NULL) give_subject(context, subject, s);
    const sg_gan *gan[] = {s[0]->learnt, s[1]->learnt};
    for (int i = 0; i < 3; i++)
        all[i].count = 0;
    assert_ok(context, sg_gan_visit(gan[0], take, &all[0]));
    float loss = step(context, gan[0], kind, false);
    float wanted = step(context, gan[1], kind, true);
    assert_float_equal(loss, wanted, 1e-5);
    assert_ok(context, sg_gan_visit(gan[0], take, &all[1]));
    assert_ok(context, sg_gan_visit(gan[1], take, &all[2]));
    size_t changed = 0;
    for (size_t i = 0; i < all[0].count; i++) {
        double want = (double)all[2].value[i];
        changed += all[1].value[i] != all[0].value[i];
        if (fabs((double)all[1].value[i] - want) > 2e-5 + 1e-3 * fabs(want))
            fail_msg("value %zu: %g, not %g", i, (double)all[1].value[i], want);
    }
    assert_true(changed > all[0].count / 10);
    syngan_synthesizer_free(s[0]);
    syngan_synthesizer_free(s[1]);
    syngan_context_free(context);
}

static void check_all(sg_objective_kind kind) {
    check(true, NULL, kind);
    check(false, NULL, kind);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++)
        check(true, &subjects[i], kind);
}

static void test_critic(void **state) {
    (void)state;
    check_all(SG_OBJECTIVE_CRITIC);
}

static void test_generator(void **state) {
    (void)state;
    check_all(SG_OBJECTIVE_GENERATOR);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_critic),
        cmocka_unit_test(test_generator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
