/* SPDX-License-Identifier: Apache-2.0 */
/* Grids of images: each pixel at its place, and what is refused. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <syngan/image.h>

#ifdef SYNGAN_HAVE_PNG
#include <png.h>
#endif

#include "base/memory.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/test.h"
#include "tensor/tensor.h"

typedef struct disk_test {
    folder at;
    char path[FOLDER_PATH_MAX];
    syngan_context *context;
    syngan_tensor *images;
} disk_test;

/* A folder, a context and images of this type and shape, all zero. */
static void disk_test_start(disk_test *test, int32_t type, int64_t count,
                            int64_t channels, int64_t height, int64_t width) {
    folder_make(&test->at);
    folder_file(&test->at, "a.png", test->path);
    test->context = test_context(1);
    assert_ok(test->context,
              syngan_tensor_create(test->context, type,
                                   SYNGAN_SHAPE(count, channels, height, width),
                                   &test->images));
}

static void disk_test_end(disk_test *test) {
    syngan_tensor_free(test->images);
    syngan_context_free(test->context);
    folder_remove(&test->at);
}

#ifdef SYNGAN_HAVE_PNG

/* ---- pictures as libpng reads them -------------------------------------- */

typedef struct picture {
    png_image image;
    size_t channels;
    unsigned char *pixels;
} picture;

static void picture_read(const char *path, picture *p) {
    memset(p, 0, sizeof(*p));
    p->image.version = PNG_IMAGE_VERSION;
    assert_int_equal(png_image_begin_read_from_file(&p->image, path), 1);
    p->channels = PNG_IMAGE_SAMPLE_CHANNELS(p->image.format);
    p->pixels = malloc(PNG_IMAGE_SIZE(p->image));
    assert_non_null(p->pixels);
    assert_int_equal(png_image_finish_read(&p->image, NULL, p->pixels, 0, NULL),
                     1);
}

static void picture_end(picture *p) {
    free(p->pixels);
    png_image_free(&p->image);
}

static int pixel(const picture *p, size_t y, size_t x, size_t channel) {
    assert_true(x < p->image.width && y < p->image.height);
    return p->pixels[(y * p->image.width + x) * p->channels + channel];
}

/* Each pixel of the picture against the images, computed the other way round:
 * from the picture's pixel to the image's. */
static void check_grid(const picture *p, const syngan_tensor *images,
                       size_t columns, size_t spacing, size_t zoom) {
    const int64_t *dims = syngan_tensor_dims(images);
    size_t count = (size_t)dims[0], channels = (size_t)dims[1];
    size_t height = (size_t)dims[2], width = (size_t)dims[3];
    size_t rows = (count + columns - 1) / columns;
    size_t cell_h = height * zoom + spacing, cell_w = width * zoom + spacing;
    assert_int_equal(p->channels, channels);
    assert_int_equal(p->image.width, columns * cell_w - spacing);
    assert_int_equal(p->image.height, rows * cell_h - spacing);
    const unsigned char *data = syngan_tensor_data(images);
    for (size_t y = 0; y < p->image.height; y++) {
        for (size_t x = 0; x < p->image.width; x++) {
            size_t index = y / cell_h * columns + x / cell_w;
            size_t iy = y % cell_h / zoom, ix = x % cell_w / zoom;
            bool inside = index < count && iy < height && ix < width;
            for (size_t c = 0; c < channels; c++) {
                size_t at = ((index * channels + c) * height + iy) * width + ix;
                assert_int_equal(pixel(p, y, x, c), inside ? data[at] : 128);
            }
        }
    }
}

/* ---- grids -------------------------------------------------------------- */

static void check_bytes(int64_t count, int64_t channels, int64_t height,
                        int64_t width, const syngan_grid_options *options,
                        size_t columns, size_t spacing, size_t zoom) {
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_U8, count, channels, height, width);
    unsigned char *data = syngan_tensor_data(test.images);
    for (size_t i = 0; i < syngan_tensor_count(test.images); i++) {
        data[i] = (unsigned char)(i * 37 + i / 256);
    }
    assert_ok(test.context,
              syngan_tensor_write_png(test.images, test.path, options));
    picture p;
    picture_read(test.path, &p);
    check_grid(&p, test.images, columns, spacing, zoom);
    picture_end(&p);
    disk_test_end(&test);
}

static void grids_are_laid_out(void **state) {
    (void)state;
    check_bytes(1, 1, 1, 1, NULL, 1, 2, 1);
    check_bytes(10, 1, 5, 7, NULL, 4, 2, 1);
    check_bytes(9, 3, 4, 3, NULL, 3, 2, 1);
    check_bytes(10, 1, 28, 28, SYNGAN_GRID(.columns = 10), 10, 2, 1);
    check_bytes(5, 1, 3, 4, SYNGAN_GRID(.columns = 100), 5, 2, 1);
    check_bytes(5, 3, 3, 4, SYNGAN_GRID(.columns = 2, .zoom = 3), 2, 2, 3);
    check_bytes(7, 1, 2, 2, SYNGAN_GRID(.spacing = 0, .zoom = 2), 3, 0, 2);
    check_bytes(3, 1, 2, 5, SYNGAN_GRID(.spacing = 11, .columns = 1), 1, 11, 1);
}

/* Value `value` with these options as a pixel. */
static int level(float value, const syngan_grid_options *options) {
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_F32, 1, 1, 1, 1);
    *(float *)syngan_tensor_data(test.images) = value;
    assert_ok(test.context,
              syngan_tensor_write_png(test.images, test.path, options));
    picture p;
    picture_read(test.path, &p);
    int result = pixel(&p, 0, 0, 0);
    picture_end(&p);
    disk_test_end(&test);
    return result;
}

static void values_become_levels(void **state) {
    (void)state;
    assert_int_equal(level(-1, NULL), 0);
    assert_int_equal(level(1, NULL), 255);
    assert_int_equal(level(0, NULL), 128);
    assert_int_equal(level(-9, NULL), 0);
    assert_int_equal(level(9, NULL), 255);
    assert_int_equal(level(NAN, NULL), 0);
    assert_int_equal(level(INFINITY, NULL), 255);
    assert_int_equal(level(-INFINITY, NULL), 0);
    const syngan_grid_options unit = {SYNGAN_GRID_DEFAULTS, .low = 0};
    assert_int_equal(level(0, &unit), 0);
    assert_int_equal(level(0.2f, &unit), 51);
    const syngan_grid_options inverse = {SYNGAN_GRID_DEFAULTS, .low = 1,
                                         .high = -1};
    assert_int_equal(level(-1, &inverse), 255);
    assert_int_equal(level(NAN, &inverse), 0);
}

static syngan_status write_grid(syngan_context *context, void *user) {
    disk_test *test = user;
    syngan_tensor *images = NULL;
    SG_TRY(syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                SYNGAN_SHAPE(4, 3, 100, 90), &images));
    syngan_status status = syngan_tensor_fill_uniform(images, 1, 2, -1, 1);
    if (status == SYNGAN_OK) {
        status = syngan_tensor_write_png(images, test->path, NULL);
    }
    syngan_tensor_free(images);
    return status;
}

/* Whatever failed: a whole picture or none. */
static void after_writing(syngan_status status, bool faulted, void *user) {
    disk_test *test = user;
    (void)faulted;
    if (status == SYNGAN_OK) {
        picture p;
        picture_read(test->path, &p);
        assert_int_equal(p.image.width, 182);
        picture_end(&p);
    }
    assert_true(folder_count(&test->at) <= 1);
}

static void everything_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_U8, 1, 1, 1, 1);
    const fault_sweep sweep = {
        .body = write_grid, .user = &test, .after = after_writing};
    assert_true(fault_sweep_memory(&sweep) > 8);
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 4);
    disk_test_end(&test);
}

#else

static void pictures_need_libpng(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_U8, 1, 1, 1, 1);
    assert_fails(test.context,
                 syngan_tensor_write_png(test.images, test.path, NULL),
                 SYNGAN_E_UNSUPPORTED, "this build has no libpng");
    assert_int_equal(folder_count(&test.at), 0);
    disk_test_end(&test);
}

#endif

/* ---- what is refused ---------------------------------------------------- */

static void check_refused(int32_t type, const int64_t *dims, size_t rank,
                          const syngan_grid_options *options,
                          syngan_status status, const char *sentence) {
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_U8, 1, 1, 1, 1);
    syngan_tensor *images = NULL;
    assert_ok(test.context,
              syngan_tensor_create(test.context, type, dims, rank, &images));
    assert_fails(test.context,
                 syngan_tensor_write_png(images, test.path, options), status,
                 sentence);
    assert_int_equal(folder_count(&test.at), 0);
    syngan_tensor_free(images);
    disk_test_end(&test);
}

static void wrong_images_are_refused(void **state) {
    (void)state;
    check_refused(SYNGAN_TYPE_F64, SYNGAN_SHAPE(1, 1, 2, 2), NULL,
                  SYNGAN_E_TYPE, "write_png: the images are f64");
    check_refused(SYNGAN_TYPE_F32, SYNGAN_SHAPE(1, 2, 2, 2), NULL,
                  SYNGAN_E_SHAPE, "write_png: the images are [1, 2, 2, 2]");
    check_refused(SYNGAN_TYPE_F32, SYNGAN_SHAPE(2, 2), NULL, SYNGAN_E_SHAPE,
                  "the images are [2, 2]");
    check_refused(SYNGAN_TYPE_F32, SYNGAN_SHAPE(0, 1, 2, 2), NULL,
                  SYNGAN_E_SHAPE, "at least one pixel");
    check_refused(SYNGAN_TYPE_U8, SYNGAN_SHAPE(1, 1, 1, 1000001), NULL,
                  SYNGAN_E_SHAPE, "is larger than 1000000 pixels");
    check_refused(SYNGAN_TYPE_U8, SYNGAN_SHAPE(400, 1, 1, 1000),
                  SYNGAN_GRID(.columns = 400, .zoom = 4096), SYNGAN_E_SHAPE,
                  "zoom 4096, is larger");
    check_refused(SYNGAN_TYPE_U8, SYNGAN_SHAPE(300, 1, 1, 1),
                  SYNGAN_GRID(.columns = 1, .spacing = 4096), SYNGAN_E_SHAPE,
                  "is larger than");
}

static void wrong_options_are_refused(void **state) {
    (void)state;
    const struct {
        syngan_grid_options options;
        const char *sentence;
    } cases[] = {
        {{SYNGAN_GRID_DEFAULTS, .columns = -1}, "write_png: columns is -1"},
        {{SYNGAN_GRID_DEFAULTS, .spacing = 5000}, "write_png: spacing is 5000"},
        {{SYNGAN_GRID_DEFAULTS, .zoom = -3}, "write_png: zoom is -3"},
        {{SYNGAN_GRID_DEFAULTS, .low = 1, .high = 1},
         "low and high are both 1, but must differ"},
        {{SYNGAN_GRID_DEFAULTS, .reserved = 1}, "reserved"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        syngan_grid_options options = cases[i].options;
        check_refused(SYNGAN_TYPE_U8, SYNGAN_SHAPE(1, 1, 1, 1), &options,
                      SYNGAN_E_ARGUMENT, cases[i].sentence);
    }
}

static void arguments_are_checked(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test, SYNGAN_TYPE_U8, 1, 1, 1, 1);
    assert_int_equal(syngan_tensor_write_png(NULL, test.path, NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_write_png(test.images, NULL, NULL),
                     SYNGAN_E_ARGUMENT);
    disk_test_end(&test);
}

int main(void) {
    const struct CMUnitTest tests[] = {
#ifdef SYNGAN_HAVE_PNG
        cmocka_unit_test(grids_are_laid_out),
        cmocka_unit_test(values_become_levels),
        cmocka_unit_test(everything_may_fail),
#else
        cmocka_unit_test(pictures_need_libpng),
#endif
        cmocka_unit_test(wrong_images_are_refused),
        cmocka_unit_test(wrong_options_are_refused),
        cmocka_unit_test(arguments_are_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
