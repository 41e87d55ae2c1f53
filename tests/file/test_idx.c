/* SPDX-License-Identifier: Apache-2.0 */
/* IDX files, plain and gzip: what comes back, and what is refused. */
#include "file/idx.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <syngan/files.h>

#ifdef SYNGAN_HAVE_ZLIB
#include <zlib.h>
#endif

#include "base/memory.h"
#include "support/damage.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/test.h"
#include "tensor/tensor.h"

/* Two images of 3 x 4. */
static const char images[] =
    "00 00 08 03 00 00 00 02 00 00 00 03 00 00 00 04 "
    "00 01 02 03 04 05 06 07 08 09 0A 0B F0 F1 F2 F3 F4 F5 F6 F7 F8 F9 FA FF";
enum { IMAGES_SIZE = 16 + 24, IMAGES_ROOM = 64 };

static void make_images(unsigned char bytes[IMAGES_ROOM]) {
    assert_int_equal(damage_bytes(images, bytes, IMAGES_ROOM), IMAGES_SIZE);
}

/* Reads, and looks at the example's elements if the shape is the example's. */
static syngan_status read_images(syngan_context *context, sg_reader *reader,
                                 void *user) {
    (void)user;
    syngan_tensor *tensor;
    syngan_status status = sg_idx_read(context, reader, &tensor);
    if (status != SYNGAN_OK) {
        assert_null(tensor);
        return status;
    }
    assert_int_equal(syngan_tensor_type(tensor), SYNGAN_TYPE_U8);
    const unsigned char *data = syngan_tensor_data(tensor);
    size_t count = syngan_tensor_count(tensor);
    if (count == IMAGES_SIZE - 16) assert_int_equal(data[3], 3);
    syngan_tensor_free(tensor);
    return SYNGAN_OK;
}

static void plain_files_are_read(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    unsigned char bytes[IMAGES_ROOM];
    make_images(bytes);
    memory_stream stream;
    memory_stream_init(&stream, bytes, IMAGES_SIZE);
    sg_reader *reader = NULL;
    syngan_tensor *tensor;
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    assert_ok(context, sg_idx_read(context, reader, &tensor));
    sg_reader_close(reader);
    const int64_t dims[] = {2, 3, 4};
    assert_int_equal(syngan_tensor_rank(tensor), 3);
    assert_memory_equal(syngan_tensor_dims(tensor), dims, sizeof(dims));
    assert_memory_equal(syngan_tensor_data(tensor), bytes + 16, 24);
    syngan_tensor_free(tensor);
    memory_stream_end(&stream);
    syngan_context_free(context);
}

static void damaged_plain_files_are_refused(void **state) {
    (void)state;
    unsigned char bytes[IMAGES_ROOM];
    make_images(bytes);
    damage_cut(bytes, IMAGES_SIZE, read_images, NULL);
    damage_change(bytes, IMAGES_SIZE, 16, true, read_images, NULL);
}

static const struct {
    const char *bytes;
    syngan_status status;
    const char *sentence;
} wrong[] = {
    {"'PK' 03 04", SYNGAN_E_FORMAT,
     "stream: is no IDX file: it begins with 50"},
    {"00 00 08 00", SYNGAN_E_FORMAT, "is no IDX file"},
    {"00 00 08 09", SYNGAN_E_FORMAT, "is no IDX file"},
    {"00 00 0D 01 00 00 00 01 00 00 00 00", SYNGAN_E_TYPE, "of type 0x0d"},
    /* 10^12 images of 28 x 28, as 10^6 x 10^6 x 28 x 28 */
    {"00 00 08 04 00 0F 42 40 00 0F 42 40 00 00 00 1C 00 00 00 1C 01 02 03",
     SYNGAN_E_FORMAT,
     "ends at byte 23, inside its elements, [1000000, 1000000, 28, 28] of u8"},
    {"00 00 08 03 FF FF FF FF FF FF FF FF FF FF FF FF 01", SYNGAN_E_FORMAT,
     "has too many elements"},
    {"00 00 08 03 00 00 00 00 FF FF FF FF FF FF FF FF", SYNGAN_E_FORMAT,
     "has too many elements"},
    {"00 00 08 01 00 00 00 01 05 06", SYNGAN_E_FORMAT, "goes on after byte 9"},
    {"00", SYNGAN_E_FORMAT, "ends at byte 1, inside its header"},
};

static void wrong_headers_are_refused(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        unsigned char bytes[64];
        size_t size = damage_bytes(wrong[i].bytes, bytes, sizeof(bytes));
        assert_fails(context,
                     damage_read(context, bytes, size, read_images, NULL),
                     wrong[i].status, wrong[i].sentence);
    }
    /* No elements at all are few, but right. */
    unsigned char empty[8] = {0, 0, 8, 1};
    assert_ok(context, damage_read(context, empty, 8, read_images, NULL));
    syngan_context_free(context);
}

/* ---- gzip --------------------------------------------------------------- */

#ifdef SYNGAN_HAVE_ZLIB
/* Packs `size` bytes as one member; returns its size. */
static size_t pack(const unsigned char *data, size_t size, unsigned char *out,
                   size_t room) {
    z_stream stream = {0};
    assert_int_equal(
        deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = out;
    stream.avail_out = (uInt)room;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    deflateEnd(&stream);
    return room - stream.avail_out;
}

static void packed_files_are_read(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    unsigned char bytes[IMAGES_ROOM], packed[512];
    make_images(bytes);
    size_t size = pack(bytes, IMAGES_SIZE, packed, sizeof(packed));
    assert_ok(context, damage_read(context, packed, size, read_images, NULL));
    damage_cut(packed, size, read_images, NULL);
    /* Bytes 4 to 9 tell the time and the system, which nothing checks. */
    damage_change(packed, size, size, false, read_images, NULL);
    unsigned char *checksum = packed + size - 8;
    checksum[0] ^= 1;
    assert_fails(context, damage_read(context, packed, size, read_images, NULL),
                 SYNGAN_E_FORMAT, "stream: is damaged: its gzip data");
    syngan_context_free(context);
}

/* Members split anywhere, and an empty one, make one file; so do zeros after
 * them, but nothing else. */
static void members_follow_each_other(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    unsigned char bytes[IMAGES_ROOM], packed[1024] = {0};
    make_images(bytes);
    for (size_t split = 0; split <= IMAGES_SIZE; split++) {
        size_t size = pack(bytes, split, packed, 300);
        size += pack(bytes, 0, packed + size, 300);
        size += pack(bytes + split, IMAGES_SIZE - split, packed + size, 300);
        assert_ok(context,
                  damage_read(context, packed, size, read_images, NULL));
        memset(packed + size, 0, sizeof(packed) - size);
        assert_ok(context,
                  damage_read(context, packed, size + 100, read_images, NULL));
        packed[size] = 'x';
        assert_fails(context,
                     damage_read(context, packed, size + 1, read_images, NULL),
                     SYNGAN_E_FORMAT, "stream: ");
    }
    syngan_context_free(context);
}

/* A small file that unpacks to a large one is read no further than its header
 * and its bytes agree. */
static void bombs_are_refused(void **state) {
    (void)state;
    enum { SIZE = 8 << 20, ROOM = 64 << 10 };
    syngan_context *context = damage_context();
    unsigned char *zeros = calloc(1, SIZE), *packed = malloc(ROOM);
    assert_true(zeros != NULL && packed != NULL);
    zeros[2] = 8;
    zeros[3] = 1;
    zeros[7] = 100;
    size_t size = pack(zeros, SIZE, packed, ROOM);
    assert_fails(context, damage_read(context, packed, size, read_images, NULL),
                 SYNGAN_E_FORMAT, "goes on after byte 108");
    free(zeros);
    free(packed);
    syngan_context_free(context);
}

static syngan_status read_packed(syngan_context *context, void *user) {
    syngan_tensor *tensor;
    SG_TRY(syngan_tensor_read_idx(context, user, &tensor));
    syngan_tensor_free(tensor);
    return SYNGAN_OK;
}

static void packed_reading_may_fail(void **state) {
    (void)state;
    enum { SIZE = 300000 };
    folder at;
    char path[FOLDER_PATH_MAX];
    folder_make(&at);
    folder_file(&at, "a.idx.gz", path);
    unsigned char *bytes = malloc(SIZE), *packed = malloc(2 * SIZE);
    assert_true(bytes != NULL && packed != NULL);
    const unsigned char header[8] = {0, 0, 8, 1, 0, 4, 0x93, 0xd8};
    memcpy(bytes, header, 8); /* 299,992 elements */
    uint32_t x = 1;
    for (size_t i = 8; i < SIZE; i++) {
        x = x * 1664525u + 1013904223u;
        bytes[i] = (unsigned char)(x >> 24);
    }
    file_write(path, packed, pack(bytes, SIZE, packed, 2 * SIZE));
    const fault_sweep sweep = {.body = read_packed, .user = path};
    assert_true(fault_sweep_memory(&sweep) > 6);
    assert_true(fault_sweep_io(&sweep, EIO) > 4);
    free(bytes);
    free(packed);
    folder_remove(&at);
}
#else
static void packed_files_need_zlib(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    const unsigned char start[] = {0x1f, 0x8b, 8, 0};
    assert_fails(context, damage_read(context, start, 4, read_images, NULL),
                 SYNGAN_E_UNSUPPORTED, "this build has no zlib");
    syngan_context_free(context);
}
#endif

/* ---- writing ------------------------------------------------------------ */

typedef struct disk_test {
    folder at;
    char path[FOLDER_PATH_MAX];
} disk_test;

static void disk_test_start(disk_test *test) {
    folder_make(&test->at);
    folder_file(&test->at, "a.idx", test->path);
}

static void bytes_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    disk_test test;
    disk_test_start(&test);
    static const int64_t sizes[] = {5, 1, 3, 2, 1, 2, 1, 3};
    for (size_t rank = 1; rank <= SYNGAN_MAX_RANK; rank++) {
        syngan_tensor *tensor = NULL, *back = NULL;
        assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_U8, sizes,
                                                rank, &tensor));
        unsigned char *data = syngan_tensor_data(tensor);
        size_t count = syngan_tensor_count(tensor);
        for (size_t i = 0; i < count; i++)
            data[i] = (unsigned char)(i * 11);
        assert_ok(context, syngan_tensor_write_idx(tensor, test.path));
        assert_ok(context, syngan_tensor_read_idx(context, test.path, &back));
        /* N x 1 x H x W is written as N x H x W. */
        assert_int_equal(syngan_tensor_rank(back), rank == 4 ? 3 : rank);
        assert_int_equal(syngan_tensor_count(back), count);
        assert_memory_equal(syngan_tensor_data(back), data, count);
        syngan_tensor_free(tensor);
        syngan_tensor_free(back);
    }
    folder_remove(&test.at);
    syngan_context_free(context);
}

static void floats_become_bytes(void **state) {
    (void)state;
    static const float values[] = {-1,     -0.9961f, 0,         1,
                                   0.999f, -1.5f,    7,         NAN,
                                   -0.0f,  INFINITY, -INFINITY, 0.5f};
    static const unsigned char bytes[] = {0,   0, 128, 255, 255, 0,
                                          255, 0, 128, 255, 0,   191};
    enum { COUNT = 12 };
    syngan_context *context = test_context(1);
    disk_test test;
    disk_test_start(&test);
    syngan_tensor *tensor = NULL, *back = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(2, 1, 2, 3), &tensor));
    memcpy(syngan_tensor_data(tensor), values, sizeof(values));
    assert_ok(context, syngan_tensor_write_idx(tensor, test.path));
    assert_ok(context, syngan_tensor_read_idx(context, test.path, &back));
    const int64_t dims[] = {2, 2, 3};
    assert_int_equal(syngan_tensor_rank(back), 3);
    assert_memory_equal(syngan_tensor_dims(back), dims, sizeof(dims));
    const unsigned char *data = syngan_tensor_data(back);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(data[i], bytes[i]);
    syngan_tensor_free(tensor);
    syngan_tensor_free(back);
    folder_remove(&test.at);
    syngan_context_free(context);
}

/* Bytes, scaled to [-1, 1] as datasets scale them, come back exactly. */
static void all_bytes_survive_scaling(void **state) {
    (void)state;
    enum { COUNT = 256 * 40 }; /* more than is converted at a time */
    syngan_context *context = test_context(1);
    disk_test test;
    disk_test_start(&test);
    syngan_tensor *tensor = NULL, *back = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(COUNT), &tensor));
    float *floats = syngan_tensor_data(tensor);
    for (int i = 0; i < COUNT; i++) {
        floats[i] = (float)(i % 256) * (2.0f / 255.0f) - 1.0f;
    }
    assert_ok(context, syngan_tensor_write_idx(tensor, test.path));
    assert_ok(context, syngan_tensor_read_idx(context, test.path, &back));
    const unsigned char *data = syngan_tensor_data(back);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(data[i], i % 256);
    syngan_tensor_free(tensor);
    syngan_tensor_free(back);
    folder_remove(&test.at);
    syngan_context_free(context);
}

static syngan_status write_floats(syngan_context *context, void *user) {
    disk_test *test = user;
    syngan_tensor *tensor = NULL;
    SG_TRY(syngan_tensor_create(context, SYNGAN_TYPE_F32, SYNGAN_SHAPE(70000),
                                &tensor));
    syngan_status status = syngan_tensor_write_idx(tensor, test->path);
    syngan_tensor_free(tensor);
    return status;
}

static void writing_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test);
    const fault_sweep sweep = {.body = write_floats, .user = &test};
    assert_true(fault_sweep_memory(&sweep) > 2);
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 4);
    assert_int_equal(folder_count(&test.at), 1);
    folder_remove(&test.at);
}

static void arguments_are_checked(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    disk_test test;
    disk_test_start(&test);
    syngan_tensor *tensor = NULL;
    assert_int_equal(syngan_tensor_write_idx(NULL, test.path),
                     SYNGAN_E_ARGUMENT);
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32, NULL, 0, &tensor));
    assert_fails(context, syngan_tensor_write_idx(tensor, test.path),
                 SYNGAN_E_SHAPE, "write_idx: the tensor is []");
    syngan_tensor_free(tensor);
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(2), &tensor));
    assert_fails(context, syngan_tensor_write_idx(tensor, test.path),
                 SYNGAN_E_TYPE, "write_idx: the tensor is i32");
    assert_int_equal(syngan_tensor_write_idx(tensor, NULL), SYNGAN_E_ARGUMENT);
    syngan_tensor_free(tensor);
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_U8,
                                   SYNGAN_SHAPE(0, 4294967296), &tensor));
    assert_fails(context, syngan_tensor_write_idx(tensor, test.path),
                 SYNGAN_E_SHAPE, "sizes below 2^32");
    syngan_tensor_free(tensor);
    assert_int_equal(folder_count(&test.at), 0);

    tensor = (syngan_tensor *)(void *)&tensor;
    assert_int_equal(syngan_tensor_read_idx(NULL, "x", &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_null(tensor);
    assert_int_equal(syngan_tensor_read_idx(context, "x", NULL),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context,
                 syngan_tensor_read_idx(context, "/no/such.idx", &tensor),
                 SYNGAN_E_IO, "/no/such.idx");
    folder_remove(&test.at);
    syngan_context_free(context);
}

/* ---- real files --------------------------------------------------------- */

#ifdef SYNGAN_HAVE_ZLIB
static void mnist_is_read(void **state) {
    (void)state;
    const char *data = getenv("SYNGAN_TEST_DATA");
    if (data == NULL) {
        print_message("skipped: SYNGAN_TEST_DATA is not set\n");
        skip();
    }
    char path[1024];
    assert_true(strlen(data) < 900);
    strcpy(path, data);
    strcat(path, "/mnist/t10k-images-idx3-ubyte.gz");
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_read_idx(context, path, &tensor));
    const int64_t dims[] = {10000, 28, 28};
    assert_int_equal(syngan_tensor_rank(tensor), 3);
    assert_memory_equal(syngan_tensor_dims(tensor), dims, sizeof(dims));
    syngan_tensor_free(tensor);
    syngan_context_free(context);
}
#endif

/* More numbers than are converted at a time keep their order; they repeat after
 * 251, which no size of a chunk is a multiple of. */
static void long_floats_are_written(void **state) {
    (void)state;
    enum { COUNT = 9001 };
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL, *again = NULL;
    char path[FOLDER_PATH_MAX];
    folder files;
    folder_make(&files);
    folder_file(&files, "long", path);
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(COUNT), &tensor));
    float *data = syngan_tensor_data(tensor);
    for (int i = 0; i < COUNT; i++)
        data[i] = (float)(i * 7 % 251) / 127.5f - 1.0f;
    assert_ok(context, syngan_tensor_write_idx(tensor, path));
    assert_ok(context, syngan_tensor_read_idx(context, path, &again));
    const unsigned char *bytes = syngan_tensor_data(again);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(bytes[i], i * 7 % 251);
    syngan_tensor_free(tensor);
    syngan_tensor_free(again);
    folder_remove(&files);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_files_are_read),
        cmocka_unit_test(damaged_plain_files_are_refused),
        cmocka_unit_test(wrong_headers_are_refused),
#ifdef SYNGAN_HAVE_ZLIB
        cmocka_unit_test(packed_files_are_read),
        cmocka_unit_test(members_follow_each_other),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(packed_reading_may_fail),
        cmocka_unit_test(mnist_is_read),
#else
        cmocka_unit_test(packed_files_need_zlib),
#endif
        cmocka_unit_test(bytes_come_back),
        cmocka_unit_test(floats_become_bytes),
        cmocka_unit_test(all_bytes_survive_scaling),
        cmocka_unit_test(writing_may_fail),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(long_floats_are_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
