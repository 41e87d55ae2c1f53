/* SPDX-License-Identifier: Apache-2.0 */
/* LABEL: slow */
/* Training and checkpoints when memory or the system fails at any point, and
 * checkpoints that are damaged anywhere. */
#include "support/test.h"

#include <stdlib.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/networks.h"
#include "support/training.h"

/* ---- memory ------------------------------------------------------------ */

static const syngan_trainer_options dense = {SYNGAN_TRAINER_DEFAULTS,
                                             .batch = 6};
static const syngan_trainer_options joint = {
    SYNGAN_TRAINER_DEFAULTS, .batch = 4,
    .discriminator_update = SYNGAN_UPDATE_JOINT, .average_decay = 0.9f,
    .generator_optimizer = SYNGAN_OPTIMIZER(.kind = SYNGAN_OPTIMIZER_RMSPROP)};

static syngan_status train_dense(syngan_context *context, void *user) {
    (void)user;
    training t;
    syngan_status status = training_make(context, NETWORK_DENSE, &dense, &t);
    if (status == SYNGAN_OK) status = syngan_trainer_run(t.trainer, 2);
    training_end(&t);
    return status;
}

static syngan_status train_joint(syngan_context *context, void *user) {
    (void)user;
    training t;
    syngan_status status =
        training_make(context, NETWORK_CONVOLUTION, &joint, &t);
    if (status == SYNGAN_OK) status = syngan_trainer_run(t.trainer, 2);
    training_end(&t);
    return status;
}

static syngan_status estimate(syngan_context *context, void *user) {
    (void)user;
    training t;
    uint64_t bytes;
    syngan_status status = training_make(context, NETWORK_DENSE, &dense, &t);
    if (status == SYNGAN_OK)
        status = syngan_trainer_estimate(t.generator, t.discriminator,
                                         t.dataset, &dense, &bytes);
    training_end(&t);
    return status;
}

static void test_memory(void **state) {
    (void)state;
    fault_sweep_memory(&(fault_sweep){.body = train_dense});
    fault_sweep_memory(&(fault_sweep){.body = train_joint});
    fault_sweep_memory(&(fault_sweep){.body = estimate});
}

/* ---- checkpoints ------------------------------------------------------- */

typedef struct bytes {
    unsigned char *data;
    size_t size;
} bytes;

/* The checkpoint of a small trainer after `iterations`. */
static bytes trained(int64_t iterations) {
    syngan_context *context = test_context(1);
    bytes b;
    training t;
    assert_ok(context, training_make(context, NETWORK_DENSE,
                                     SYNGAN_TRAINER(.batch = 3), &t));
    assert_ok(context, syngan_trainer_run(t.trainer, iterations));
    assert_ok(context, training_save(&t, &b.data, &b.size));
    training_end(&t);
    syngan_context_free(context);
    return b;
}

static syngan_status load_on(syngan_context *context, bytes b,
                             syngan_dataset *dataset) {
    memory_stream stream;
    syngan_trainer *trainer;
    memory_stream_init(&stream, b.data, b.size);
    syngan_status status = syngan_trainer_load_stream(context, &stream.hooks,
                                                      dataset, NULL, &trainer);
    memory_stream_end(&stream);
    syngan_trainer_free(trainer);
    return status;
}

/* Cut at every byte, and a bit changed in every byte. */
static void test_damage(void **state) {
    (void)state;
    bytes b = trained(2);
    syngan_context *context = test_context(1);
    syngan_dataset *dataset;
    assert_ok(context,
              network_examples(context,
                               SYNGAN_DATASET(.prefetch = SYNGAN_PREFETCH_OFF),
                               &dataset));
    for (size_t size = 0; size < b.size; size++) {
        bytes cut = {b.data, size};
        assert_int_equal(load_on(context, cut, dataset), SYNGAN_E_FORMAT);
    }
    for (size_t i = 0; i < b.size; i++) {
        b.data[i] ^= (unsigned char)(1u << i % 8);
        assert_int_equal(load_on(context, b, dataset), SYNGAN_E_FORMAT);
        b.data[i] ^= (unsigned char)(1u << i % 8);
    }
    assert_ok(context, load_on(context, b, dataset));
    syngan_dataset_free(dataset);
    syngan_context_free(context);
    free(b.data);
}

typedef struct place {
    folder folder;
    char path[FOLDER_PATH_MAX];
    bytes old; /* the file that was there before */
} place;

static syngan_status make_and_save(syngan_context *context, void *user) {
    const place *p = user;
    training t;
    syngan_status status =
        training_make(context, NETWORK_DENSE, SYNGAN_TRAINER(.batch = 3), &t);
    if (status == SYNGAN_OK) status = syngan_trainer_save(t.trainer, p->path);
    training_end(&t);
    return status;
}

static syngan_status load_and_train(syngan_context *context, void *user) {
    const place *p = user;
    training t;
    syngan_status status =
        training_load(context, p->old.data, p->old.size, NULL, &t);
    if (status == SYNGAN_OK) status = syngan_trainer_run(t.trainer, 4);
    training_end(&t);
    return status;
}

static void put_old_file(void *user) {
    const place *p = user;
    file_write(p->path, p->old.data, p->old.size);
}

/* The old file or the whole new one; nothing beside it unless killed. */
static void check_file(syngan_status status, bool faulted, void *user) {
    const place *p = user;
    bytes now;
    now.data = (unsigned char *)file_read(p->path, &now.size);
    bool old =
        now.size == p->old.size && memcmp(now.data, p->old.data, now.size) == 0;
    if (status == SYNGAN_OK) assert_false(old);
    if (status != SYNGAN_OK) assert_true(faulted);
    if (status != -1) assert_int_equal(folder_count(&p->folder), 1);
    if (!old) {
        syngan_context *context = test_context(1);
        training t;
        assert_ok(context,
                  training_load(context, now.data, now.size, NULL, &t));
        training_end(&t);
        syngan_context_free(context);
    }
    free(now.data);
}

static void test_faults(void **state) {
    (void)state;
    place p;
    folder_make(&p.folder);
    folder_file(&p.folder, "gan.safetensors", p.path);
    p.old = trained(3);
    fault_sweep_memory(&(fault_sweep){.body = load_and_train, .user = &p});
    fault_sweep sweep = {.body = make_and_save,
                         .user = &p,
                         .before = put_old_file,
                         .after = check_file};
    fault_sweep_memory(&sweep);
    fault_sweep_io(&sweep, 28);
    fault_sweep_kill(&sweep);
    folder_remove(&p.folder);
    free(p.old.data);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
