/* SPDX-License-Identifier: Apache-2.0 */
/* Datasets from IDX files: made ones, damaged ones, and MNIST if it is here. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <syngan/data.h>
#include <syngan/files.h>

#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"

enum { IMAGES = 3, HEIGHT = 2, WIDTH = 5, PIXELS = HEIGHT * WIDTH };

static folder files;
static char images_path[FOLDER_PATH_MAX], labels_path[FOLDER_PATH_MAX];

static int make_files(void **state) {
    (void)state;
    unsigned char images[16 + IMAGES * PIXELS] = {
        0, 0, 8, 3, 0, 0, 0, IMAGES, 0, 0, 0, HEIGHT, 0, 0, 0, WIDTH};
    unsigned char labels[8 + IMAGES] = {0, 0, 8, 1, 0, 0, 0, IMAGES, 7, 8, 9};
    for (int i = 0; i < IMAGES * PIXELS; i++)
        images[16 + i] = (unsigned char)(i * 8);
    folder_make(&files);
    file_write(folder_file(&files, "images", images_path), images,
               sizeof(images));
    file_write(folder_file(&files, "labels", labels_path), labels,
               sizeof(labels));
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

static syngan_status use_files(syngan_context *context, void *user) {
    const char *labels = user;
    syngan_dataset *dataset = NULL;
    syngan_status status =
        syngan_dataset_from_idx(context, images_path, labels, NULL, &dataset);
    if (status != SYNGAN_OK) assert_null(dataset);
    if (status == SYNGAN_OK) {
        assert_int_equal(syngan_dataset_count(dataset), IMAGES);
        assert_int_equal(syngan_dataset_has_labels(dataset), labels != NULL);
    }
    syngan_dataset_free(dataset);
    return status;
}

static void images_get_one_channel(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *dataset = NULL;
    assert_ok(context, syngan_dataset_from_idx(context, images_path,
                                               labels_path, NULL, &dataset));
    int64_t dims[SYNGAN_MAX_RANK];
    assert_int_equal(syngan_dataset_dims(dataset, dims), 3);
    assert_true(dims[0] == 1 && dims[1] == HEIGHT && dims[2] == WIDTH);
    syngan_tensor *x = NULL, *y = NULL;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                   SYNGAN_SHAPE(IMAGES, 1, HEIGHT, WIDTH), &x));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(IMAGES), &y));
    assert_ok(context, syngan_dataset_read(dataset, 0, x, y));
    const float *values = syngan_tensor_data(x);
    for (int i = 0; i < IMAGES * PIXELS; i++) {
        const float error = values[i] - (-1 + 2 * (float)(i * 8) / 255);
        assert_true(error < 1e-6f && error > -1e-6f);
    }
    for (int i = 0; i < IMAGES; i++)
        assert_int_equal(((int32_t *)syngan_tensor_data(y))[i], 7 + i);
    syngan_tensor_free(x);
    syngan_tensor_free(y);
    syngan_dataset_free(dataset);

    assert_ok(context, use_files(context, NULL));
    syngan_context_free(context);
}

/* What is written is read, of grey and of colour, from f32 and from bytes. */
static void written_images_are_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char path[FOLDER_PATH_MAX];
    folder_file(&files, "written", path);
    for (int64_t channels = 1; channels <= 4; channels++)
        for (int k = 0; k < 2; k++) {
            const int64_t sizes[] = {IMAGES, channels, HEIGHT, WIDTH};
            syngan_tensor *bytes, *images, *read;
            assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_U8,
                                                    sizes, 4, &bytes));
            assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                                    sizes, 4, &images));
            assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                                    sizes, 4, &read));
            uint8_t *byte = syngan_tensor_data(bytes);
            float *value = syngan_tensor_data(images);
            size_t count = syngan_tensor_count(bytes);
            for (size_t i = 0; i < count; i++) {
                byte[i] = (uint8_t)(i * 37 % 256);
                value[i] = (float)byte[i] / 127.5f - 1;
            }
            assert_ok(context,
                      syngan_tensor_write_idx(k == 0 ? bytes : images, path));
            syngan_dataset *dataset = NULL;
            assert_ok(context, syngan_dataset_from_idx(
                                   context, path, labels_path, NULL, &dataset));
            int64_t dims[SYNGAN_MAX_RANK];
            assert_int_equal(syngan_dataset_dims(dataset, dims), 3);
            assert_int_equal(dims[0], channels);
            assert_ok(context, syngan_dataset_read(dataset, 0, read, NULL));
            const float *got = syngan_tensor_data(read);
            for (size_t i = 0; i < count; i++)
                assert_true(got[i] - value[i] < 1e-6f &&
                            value[i] - got[i] < 1e-6f);
            syngan_dataset_free(dataset);
            syngan_tensor_free(bytes);
            syngan_tensor_free(images);
            syngan_tensor_free(read);
        }
    syngan_context_free(context);
}

static void wrong_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_dataset *out = NULL;
    static const unsigned char two_labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 1, 2};
    static const unsigned char no_images[16] = {0, 0, 8, 3, 0, 0, 0, 0,
                                                0, 0, 0, 2, 0, 0, 0, 2};
    char other[FOLDER_PATH_MAX];

#define FROM(images, labels, options)                                          \
    syngan_dataset_from_idx(context, images, labels, options, &out)
    folder_file(&files, "nothing", other);
    assert_fails(context, FROM(other, NULL, NULL), SYNGAN_E_IO, other);
    assert_fails(context, FROM(images_path, other, NULL), SYNGAN_E_IO, other);
    assert_fails(context, FROM(labels_path, NULL, NULL), SYNGAN_E_FORMAT,
                 "N x height x width");
    assert_fails(context, FROM(images_path, images_path, NULL), SYNGAN_E_FORMAT,
                 "a label for each image");
    folder_file(&files, "two", other);
    file_write(other, two_labels, sizeof(two_labels));
    assert_fails(context, FROM(images_path, other, NULL), SYNGAN_E_FORMAT,
                 "[3] is expected");
    file_write(other, no_images, sizeof(no_images));
    assert_fails(context, FROM(other, NULL, NULL), SYNGAN_E_FORMAT,
                 "[0, 2, 2]");
    assert_fails(context, FROM(images_path, NULL, SYNGAN_DATASET(.order = 9)),
                 SYNGAN_E_ARGUMENT, "dataset_from_idx: order");
    assert_fails(context, FROM(NULL, NULL, NULL), SYNGAN_E_ARGUMENT, "images");
#undef FROM
    assert_fails(
        context,
        syngan_dataset_from_idx(context, images_path, NULL, NULL, NULL),
        SYNGAN_E_ARGUMENT, "out");
    assert_int_equal(
        syngan_dataset_from_idx(NULL, images_path, NULL, NULL, &out),
        SYNGAN_E_ARGUMENT);
    assert_null(out);
    syngan_context_free(context);
}

/* Cut at any byte, either file is refused with a sentence that names it. */
static void cut_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    char cut[FOLDER_PATH_MAX];
    folder_file(&files, "cut", cut);
    const char *const whole[] = {images_path, labels_path};
    for (int k = 0; k < 2; k++) {
        size_t size;
        char *bytes = file_read(whole[k], &size);
        for (size_t n = 0; n < size; n++) {
            syngan_dataset *out = NULL;
            file_write(cut, bytes, n);
            assert_fails(
                context,
                syngan_dataset_from_idx(context, k == 0 ? cut : images_path,
                                        k == 0 ? labels_path : cut, NULL, &out),
                SYNGAN_E_FORMAT, cut);
            assert_null(out);
        }
        free(bytes);
    }
    syngan_context_free(context);
}

static void memory_and_the_system_may_fail(void **state) {
    (void)state;
    const fault_sweep sweep = {.body = use_files, .user = labels_path};
    assert_true(fault_sweep_memory(&sweep) > 5);
    assert_true(fault_sweep_io(&sweep, EIO) > 5);
}

static void mnist_is_read(void **state) {
    (void)state;
    const char *data = getenv("SYNGAN_TEST_DATA");
    if (data == NULL) {
        print_message("MNIST is not read: SYNGAN_TEST_DATA is not set\n");
        skip();
    }
    syngan_context *context = test_context(1);
    char images[FOLDER_PATH_MAX], labels[FOLDER_PATH_MAX];
    snprintf(images, sizeof(images), "%s/mnist/t10k-images-idx3-ubyte.gz",
             data);
    snprintf(labels, sizeof(labels), "%s/mnist/t10k-labels-idx1-ubyte.gz",
             data);
    syngan_dataset *dataset = NULL;
    assert_ok(context,
              syngan_dataset_from_idx(context, images, labels, NULL, &dataset));
    assert_int_equal(syngan_dataset_count(dataset), 10000);
    syngan_tensor *x = NULL, *y = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(8, 1, 28, 28), &x));
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(8), &y));
    assert_ok(context, syngan_dataset_read(dataset, 0, x, y));
    static const int32_t first[] = {7, 2, 1, 0, 4, 1, 4, 9};
    assert_memory_equal(syngan_tensor_data(y), first, sizeof(first));
    syngan_tensor_free(x);
    syngan_tensor_free(y);
    syngan_dataset_free(dataset);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_get_one_channel),
        cmocka_unit_test(written_images_are_read),
        cmocka_unit_test(wrong_files_are_refused),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(memory_and_the_system_may_fail),
        cmocka_unit_test(mnist_is_read),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
