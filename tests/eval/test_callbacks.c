/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of the host's are called in the thread that called the library:
 * run times of other languages know no other. */
#include <pthread.h>
#include <stdatomic.h>
#include <syngan/evaluate.h>
#include <syngan/synthesizer.h>
#include <syngan/train.h>

#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/tables.h"
#include "support/test.h"

static pthread_t caller;
static atomic_int calls, foreign; /* of which other threads made */

static void note(void) {
    atomic_fetch_add(&calls, 1);
    if (!pthread_equal(pthread_self(), caller)) atomic_fetch_add(&foreign, 1);
}

/* Since the last time the host was called, and by nobody else. */
static void assert_called(void) {
    assert_true(atomic_exchange(&calls, 0) > 0);
    assert_int_equal(atomic_load(&foreign), 0);
}

static void take_log(int32_t level, const char *text, void *user) {
    (void)level;
    (void)text;
    (void)user;
    note();
}

static void *allocate(size_t size, size_t alignment, void *user) {
    (void)user;
    note();
    return aligned_alloc(alignment, (size + alignment - 1) & ~(alignment - 1));
}

static void release(void *pointer, size_t size, void *user) {
    (void)size;
    (void)user;
    note();
    free(pointer);
}

static const syngan_allocator own_memory = {
    .struct_size = sizeof own_memory, .allocate = allocate, .release = release};

/* With one thread, memory functions are the caller's, too. */
static syngan_context *context_of(int32_t threads) {
    syngan_context *context = NULL;
    assert_int_equal(
        syngan_context_create(
            SYNGAN_CONTEXT(.threads = threads, .log = take_log,
                           .log_level = SYNGAN_LOG_DEBUG,
                           .allocator = threads == 1 ? &own_memory : NULL),
            &context),
        SYNGAN_OK);
    return context;
}

/* ---- images -------------------------------------------------------------- */

static syngan_status make(int64_t index, float *example, int32_t *label,
                          void *user) {
    (void)label;
    (void)user;
    note();
    for (int i = 0; i < 16; i++)
        example[i] = (float)(index % (i + 2)) * 0.1f;
    return SYNGAN_OK;
}

static syngan_status see_losses(syngan_trainer *trainer,
                                const syngan_losses *losses, void *user) {
    (void)trainer;
    (void)losses;
    (void)user;
    note();
    return SYNGAN_OK;
}

static void see_line(const char *line, void *user) {
    (void)line;
    (void)user;
    note();
}

static int64_t write_bytes(const void *data, size_t size, void *user) {
    memory_stream *stream = user;
    note();
    return stream->hooks.write(data, size, stream->hooks.user);
}

static int64_t read_bytes(void *data, size_t size, void *user) {
    memory_stream *stream = user;
    note();
    return stream->hooks.read(data, size, stream->hooks.user);
}

static void save_and_load(syngan_context *context, syngan_trainer *trainer,
                          syngan_dataset *dataset) {
    memory_stream memory;
    memory_stream_init(&memory, NULL, 0);
    const syngan_stream stream = {.struct_size = sizeof stream,
                                  .read = read_bytes,
                                  .write = write_bytes,
                                  .user = &memory};
    syngan_trainer *loaded = NULL;
    assert_ok(context, syngan_trainer_save_stream(trainer, &stream));
    assert_called();
    assert_ok(context, syngan_trainer_load_stream(context, &stream, dataset,
                                                  NULL, &loaded));
    assert_called();
    syngan_trainer_free(loaded);
    memory_stream_end(&memory);
}

static void training_stays_with_its_caller(void **state) {
    (void)state;
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = context_of(threads);
        syngan_model *g = NULL, *d = NULL;
        syngan_dataset *dataset = NULL;
        syngan_trainer *trainer = NULL;
        assert_ok(context, network_generator(context, NETWORK_DENSE, &g));
        assert_ok(context, network_discriminator(context, NETWORK_DENSE, &d));
        assert_ok(context, syngan_dataset_from_callback(
                               context, 100, SYNGAN_SHAPE(1, 4, 4), make, NULL,
                               NULL, &dataset));
        assert_ok(context,
                  syngan_trainer_create(
                      g, d, dataset,
                      SYNGAN_TRAINER(.batch = 8, .report_every = 2,
                                     .progress = see_losses, .line = see_line),
                      &trainer));
        assert_ok(context, syngan_trainer_run(trainer, 20));
        assert_called();
        save_and_load(context, trainer, dataset);
        syngan_trainer_free(trainer);
        syngan_dataset_free(dataset);
        syngan_model_free(g);
        syngan_model_free(d);
        syngan_context_free(context);
    }
}

/* ---- tables -------------------------------------------------------------- */

static syngan_status see_fit(const syngan_fit_progress *progress, void *user) {
    (void)progress;
    (void)user;
    note();
    return SYNGAN_OK;
}

static syngan_status see_stage(const char *stage, double done, void *user) {
    (void)stage;
    (void)done;
    (void)user;
    note();
    return SYNGAN_OK;
}

static syngan_status see_piece(const syngan_table *piece, void *user) {
    (void)piece;
    (void)user;
    note();
    return SYNGAN_OK;
}

static void tables_stay_with_their_caller(void **state) {
    (void)state;
    for (int32_t threads = 1; threads <= 2; threads++) {
        syngan_context *context = context_of(threads);
        syngan_table *real = NULL, *made = NULL;
        syngan_synthesizer *s = NULL;
        syngan_report *report = NULL;
        assert_ok(context, syngan_table_transactions(context, 300, 1, &real));
        assert_ok(context,
                  syngan_synthesizer_fit(
                      real,
                      SYNGAN_SYNTHESIZER(.batch = 20, .pac = 5, .width = 16,
                                         .epochs = 2, .profile = 1,
                                         .progress = see_fit),
                      &s));
        assert_called();
        assert_ok(context, syngan_synthesizer_stream(s, 200, 50, 1, NULL, NULL,
                                                     see_piece, NULL));
        assert_called();
        assert_ok(context,
                  syngan_synthesizer_sample(s, 200, 1, NULL, NULL, &made));
        assert_ok(context,
                  syngan_table_evaluate(real, made,
                                        SYNGAN_EVALUATE(.progress = see_stage),
                                        &report));
        assert_called();
        syngan_report_free(report);
        syngan_synthesizer_free(s);
        syngan_table_free(made);
        syngan_table_free(real);
        syngan_context_free(context);
    }
}

static int set_caller(void **state) {
    (void)state;
    caller = pthread_self();
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(training_stays_with_its_caller),
        cmocka_unit_test(tables_stay_with_their_caller),
    };
    return cmocka_run_group_tests(tests, set_caller, NULL);
}
