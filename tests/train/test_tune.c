/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuned trainers: their checkpoints hold the kernels that were chosen, so that
 * a run goes on bit for bit; and checkpoints in which these are others.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "file/json.h"
#include "support/fault.h"
#include "support/networks.h"
#include "support/rewrite.h"
#include "support/test.h"
#include "support/training.h"

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

static bytes save(syngan_context *context, const training *t) {
    bytes b;
    assert_ok(context, training_save(t, &b.data, &b.size));
    return b;
}

static void assert_same(bytes a, bytes b) {
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
}

static syngan_status load(syngan_context *context, bytes b, training *out) {
    return training_load(context, b.data, b.size, NULL, out);
}

static void make(syngan_context *context, int kind, int tune, training *out) {
    assert_ok(context,
              training_make(context, kind,
                            SYNGAN_TRAINER(.batch = 4, .tune = tune), out));
}

/* Whether the trainer's report has `text` in it. */
static bool is_reported(const training *t, const char *text) {
    size_t size = syngan_trainer_report(t->trainer, NULL, 0) + 1;
    char *report = malloc(size);
    assert_non_null(report);
    syngan_trainer_report(t->trainer, report, size);
    bool there = strstr(report, text) != NULL;
    free(report);
    return there;
}

/* The file with another text, or without one (NULL). */
static bytes changed(syngan_context *context, bytes b, const char *key,
                     const char *value) {
    bytes out;
    rewrite_file(context, b.data, b.size, key, value, NULL, &out.data,
                 &out.size);
    return out;
}

/* ---- continuing ------------------------------------------------------------
 */

/* Saved, loaded by another context and continued: as never stopped. */
static void test_continue(void **state) {
    (void)state;
    for (int kind = NETWORK_DENSE; kind <= NETWORK_CONVOLUTION; kind++) {
        syngan_context *context = test_context(1);
        training t;
        make(context, kind, 1, &t);
        assert_true(is_reported(&t, "+timed ("));
        assert_ok(context, syngan_trainer_run(t.trainer, 3));
        bytes middle = save(context, &t);
        assert_ok(context, syngan_trainer_run(t.trainer, 8));
        bytes want = save(context, &t);
        training_end(&t);
        syngan_context_free(context);

        context = test_context(1);
        assert_ok(context, load(context, middle, &t));
        assert_true(is_reported(&t, "+timed before"));
        assert_false(is_reported(&t, "+timed ("));
        bytes again = save(context, &t);
        assert_same(again, middle);
        assert_ok(context, syngan_trainer_run(t.trainer, 8));
        bytes have = save(context, &t);
        assert_same(have, want);
        training_end(&t);
        syngan_context_free(context);
        free(middle.data);
        free(want.data);
        free(again.data);
        free(have.data);
    }
}

/* Without tuning there is no such text, and one that is there says nothing. */
static void test_untuned(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t;
    make(context, NETWORK_DENSE, 0, &t);
    assert_false(is_reported(&t, "timed"));
    bytes b = save(context, &t);
    training_end(&t);
    assert_null(rewrite_text(context, b.data, b.size, "kernels"));
    bytes other = changed(context, b, "kernels", "[]");
    assert_ok(context, load(context, other, &t));
    assert_false(is_reported(&t, "timed"));
    training_end(&t);
    assert_fails(
        context,
        training_load(context, b.data, b.size, SYNGAN_TRAINER(.tune = 1), &t),
        SYNGAN_E_MISMATCH, "tune");
    free(other.data);
    free(b.data);
    syngan_context_free(context);
}

/* A file from before there was tuning. */
static void test_old(void **state) {
    (void)state;
    static const char tune[] = ",\"tune\":false";
    syngan_context *context = test_context(1);
    training t;
    make(context, NETWORK_DENSE, 0, &t);
    bytes b = save(context, &t);
    training_end(&t);
    char *settings = rewrite_text(context, b.data, b.size, "settings");
    char *at = strstr(settings, tune);
    assert_non_null(at);
    memmove(at, at + strlen(tune), strlen(at + strlen(tune)) + 1);
    bytes old = changed(context, b, "settings", settings);
    assert_ok(context, load(context, old, &t));
    bytes again = save(context, &t);
    assert_same(again, b);
    training_end(&t);
    free(settings);
    free(again.data);
    free(old.data);
    free(b.data);
    syngan_context_free(context);
}

/* ---- other choices ---------------------------------------------------------
 */

static void count_warnings(int32_t level, const char *text, void *user) {
    if (level == SYNGAN_LOG_WARNING && strstr(text, "choices of kernels"))
        ++*(int *)user;
}

static bytes tuned(syngan_context *context) {
    training t;
    make(context, NETWORK_DENSE, 1, &t);
    bytes b = save(context, &t);
    training_end(&t);
    return b;
}

/* `kernels` with one kernel everywhere; sg_free() releases it. */
static char *all_of(syngan_context *context, const char *kernels,
                    const char *kernel) {
    sg_json *json;
    sg_json_writer out;
    char *text;
    sg_json_value program = {0};
    assert_ok(context,
              sg_json_parse(context, "test", kernels, strlen(kernels), &json));
    sg_json_start(&out, context);
    sg_json_open_object(&out, NULL);
    while (sg_json_next(sg_json_root(json), &program)) {
        sg_json_value node = {0};
        sg_json_open_object(&out, program.key);
        while (sg_json_next(program, &node))
            sg_json_put_string(&out, node.key, kernel);
        sg_json_close_object(&out);
    }
    sg_json_close_object(&out);
    assert_ok(context, sg_json_finish(&out, &text, NULL));
    sg_json_free(json);
    return text;
}

/* Loads a file with these kernels; the warnings that come. What is saved again
 * goes to `again`. */
static int load_with(syngan_context *context, bytes b, const char *kernels,
                     training *t, bytes *again) {
    int warnings = 0;
    bytes other = changed(context, b, "kernels", kernels);
    context->log = count_warnings;
    context->log_user = &warnings;
    assert_ok(context, load(context, other, t));
    *again = save(context, t);
    free(other.data);
    return warnings;
}

/* What a file says is done, whatever is fastest here. */
static void test_forced(void **state) {
    (void)state;
    static const char *const names[] = {"matmul", "inner product"};
    syngan_context *context = test_context(1);
    bytes b = tuned(context);
    char *kernels = rewrite_text(context, b.data, b.size, "kernels");
    for (int i = 0; i < 2; i++) {
        training t;
        bytes again;
        char *forced = all_of(context, kernels, names[i]);
        assert_int_equal(load_with(context, b, forced, &t, &again), 0);
        char *now = rewrite_text(context, again.data, again.size, "kernels");
        assert_string_equal(now, forced);
        assert_ok(context, syngan_trainer_run(t.trainer, 2));
        sg_free(context, forced);
        free(now);
        free(again.data);
        training_end(&t);
    }
    free(kernels);
    free(b.data);
    syngan_context_free(context);
}

/* What can't be had here is chosen by rule, with a warning for each program;
 * from then on that is what files say. */
static void test_not_here(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    bytes b = tuned(context), again;
    training t;
    char *kernels = rewrite_text(context, b.data, b.size, "kernels");
    char *strange = all_of(context, kernels, "abacus");
    char *rule = all_of(context, kernels, "inner product");
    const char *const cases[] = {strange, "{}", "{\"generator\":{}}",
                                 "{\"generator\":{\"2147483647\":\"matmul\"}}"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(load_with(context, b, cases[i], &t, &again) >= 2);
        assert_true(is_reported(&t, "inner product"));
        char *now = rewrite_text(context, again.data, again.size, "kernels");
        assert_string_equal(now, rule);
        assert_ok(context, syngan_trainer_run(t.trainer, 2));
        free(now);
        free(again.data);
        training_end(&t);
    }
    sg_free(context, strange);
    sg_free(context, rule);
    free(kernels);
    free(b.data);
    syngan_context_free(context);
}

static void test_damaged(void **state) {
    (void)state;
    static const struct {
        const char *kernels, *sentence;
    } cases[] = {
        {NULL, "no text 'kernels'"},
        {"", "kernels"},
        {"{", "kernels"},
        {"[]", "object"},
        {"{\"painter\":{}}", "painter"},
        {"{\"generator\":[]}", "generator"},
        {"{\"generator\":{\"x\":\"matmul\"}}", "number"},
        {"{\"generator\":{\"-1\":\"matmul\"}}", "number"},
        {"{\"generator\":{\"2147483648\":\"matmul\"}}", "number"},
        {"{\"generator\":{\"1\":7}}", "generator"},
        {"{\"generator\":{\"1\":\"a\",\"1\":\"b\"}}", "kernels"},
    };
    syngan_context *context = test_context(1);
    bytes b = tuned(context);
    training t;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bytes other = changed(context, b, "kernels", cases[i].kernels);
        assert_fails(context, load(context, other, &t), SYNGAN_E_FORMAT,
                     cases[i].sentence);
        free(other.data);
    }
    free(b.data);
    syngan_context_free(context);
}

/* ---- memory ----------------------------------------------------------------
 */

static syngan_status load_tuned(syngan_context *context, void *user) {
    const bytes *b = user;
    training t;
    syngan_status status = load(context, *b, &t);
    if (status == SYNGAN_OK) {
        unsigned char *data;
        size_t size;
        status = training_save(&t, &data, &size);
        free(data);
    }
    training_end(&t);
    return status;
}

static syngan_status make_tuned(syngan_context *context, void *user) {
    (void)user;
    training t;
    syngan_status status = training_make(
        context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 2, .tune = 1), &t);
    training_end(&t);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    bytes b = tuned(context);
    syngan_context_free(context);
    fault_sweep_memory(
        &(fault_sweep){.body = load_tuned, .user = &b, .most = 150});
    fault_sweep_memory(&(fault_sweep){.body = make_tuned, .most = 150});
    free(b.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_continue), cmocka_unit_test(test_untuned),
        cmocka_unit_test(test_old),      cmocka_unit_test(test_forced),
        cmocka_unit_test(test_not_here), cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
