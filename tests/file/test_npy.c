/* SPDX-License-Identifier: Apache-2.0 */
/* NPY files: what NumPy writes is read, and it reads what we write. */
#include "file/npy.h"

#include <errno.h>
#include <syngan/files.h>

#include "base/memory.h"
#include "support/damage.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/python.h"
#include "support/test.h"
#include "tensor/tensor.h"

static syngan_status read_tensor(syngan_context *context, sg_reader *reader,
                                 void *user) {
    (void)user;
    syngan_tensor *tensor;
    syngan_status status = sg_npy_read(context, reader, &tensor);
    if (status == SYNGAN_OK) {
        assert_non_null(tensor);
        /* All of it is there. */
        assert_int_equal(syngan_tensor_bytes(tensor),
                         syngan_tensor_count(tensor) *
                             syngan_type_size(syngan_tensor_type(tensor)));
        syngan_tensor_free(tensor);
    } else {
        assert_null(tensor);
    }
    return status;
}

static void write_tensor(syngan_context *context, const syngan_tensor *tensor,
                         memory_stream *stream) {
    memory_stream_init(stream, NULL, 0);
    sg_writer *writer = NULL;
    assert_ok(context, sg_writer_open_stream(context, &stream->hooks, &writer));
    assert_ok(context, sg_npy_write(writer, tensor));
    assert_ok(context, sg_writer_commit(writer));
}

static syngan_tensor *read_back(syngan_context *context,
                                memory_stream *stream) {
    sg_reader *reader = NULL;
    syngan_tensor *tensor = NULL;
    assert_ok(context, sg_reader_open_stream(context, &stream->hooks, &reader));
    assert_ok(context, sg_npy_read(context, reader, &tensor));
    sg_reader_close(reader);
    return tensor;
}

/* ---- round trips -------------------------------------------------------- */

static void all_types_and_ranks_come_back(void **state) {
    (void)state;
    static const int32_t types[] = {SYNGAN_TYPE_F32, SYNGAN_TYPE_F64,
                                    SYNGAN_TYPE_I32, SYNGAN_TYPE_I64,
                                    SYNGAN_TYPE_U8};
    static const int64_t sizes[SYNGAN_MAX_RANK] = {2, 3, 1, 1, 5, 1, 1, 2};
    syngan_context *context = test_context(1);
    for (size_t t = 0; t < 5; t++) {
        for (size_t rank = 0; rank <= SYNGAN_MAX_RANK; rank++) {
            syngan_tensor *tensor = NULL;
            assert_ok(context, syngan_tensor_create(context, types[t], sizes,
                                                    rank, &tensor));
            unsigned char *bytes = syngan_tensor_data(tensor);
            for (size_t i = 0; i < syngan_tensor_bytes(tensor); i++) {
                bytes[i] = (unsigned char)(i * 7 + t);
            }
            memory_stream file;
            write_tensor(context, tensor, &file);
            assert_int_equal((file.size - syngan_tensor_bytes(tensor)) % 64, 0);
            syngan_tensor *back = read_back(context, &file);
            assert_int_equal(syngan_tensor_type(back), types[t]);
            assert_true(sg_dims_equal(&back->dims, &tensor->dims));
            assert_memory_equal(syngan_tensor_data(back), bytes,
                                syngan_tensor_bytes(tensor));
            assert_int_equal((uintptr_t)syngan_tensor_data(back) % 64, 0);
            syngan_tensor_free(back);
            syngan_tensor_free(tensor);
            memory_stream_end(&file);
        }
    }
    syngan_context_free(context);
}

static void empty_tensors_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(0, 7), &tensor));
    memory_stream file;
    write_tensor(context, tensor, &file);
    syngan_tensor *back = read_back(context, &file);
    assert_true(sg_dims_equal(&back->dims, &tensor->dims));
    syngan_tensor_free(back);
    syngan_tensor_free(tensor);
    memory_stream_end(&file);
    syngan_context_free(context);
}

static void bf16_becomes_f32(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    enum { COUNT = 2500 }; /* more than is converted at a time */
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_BF16,
                                            SYNGAN_SHAPE(COUNT), &tensor));
    uint16_t *values = syngan_tensor_data(tensor);
    for (int i = 0; i < COUNT; i++)
        values[i] = sg_bf16_from_f32((float)i);
    memory_stream file;
    write_tensor(context, tensor, &file);
    syngan_tensor *back = read_back(context, &file);
    assert_int_equal(syngan_tensor_type(back), SYNGAN_TYPE_F32);
    const float *floats = syngan_tensor_data(back);
    for (int i = 0; i < COUNT; i++) {
        assert_true(floats[i] == sg_f32_from_bf16(values[i]));
    }
    syngan_tensor_free(back);
    syngan_tensor_free(tensor);
    memory_stream_end(&file);
    syngan_context_free(context);
}

/* More than a block's first bytes. */
static void large_tensors_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                            SYNGAN_SHAPE(401, 307), &tensor));
    assert_ok(context, syngan_tensor_fill_normal(tensor, 1, 2));
    memory_stream file;
    write_tensor(context, tensor, &file);
    syngan_tensor *back = read_back(context, &file);
    assert_memory_equal(syngan_tensor_data(back), syngan_tensor_data(tensor),
                        syngan_tensor_bytes(tensor));
    syngan_tensor_free(back);
    syngan_tensor_free(tensor);
    memory_stream_end(&file);
    syngan_context_free(context);
}

/* ---- headers ------------------------------------------------------------ */

/* A file of this major version with this dictionary and 4 bytes of elements:
 * 1.0f. Returns its size. */
static size_t make_file(int version, const char *dictionary,
                        unsigned char out[512]) {
    size_t used = damage_bytes("93 'NUMPY'", out, 512);
    size_t length = strlen(dictionary);
    assert_true(length + 16 <= 512);
    out[used++] = (unsigned char)version;
    out[used++] = 0;
    out[used++] = (unsigned char)length;
    out[used++] = (unsigned char)(length >> 8);
    if (version > 1) {
        out[used++] = 0;
        out[used++] = 0;
    }
    memcpy(out + used, dictionary, length);
    return used + length + damage_bytes("00 00 80 3F", out + used + length, 4);
}

static void headers_of_all_versions_are_read(void **state) {
    (void)state;
    static const struct {
        int version;
        const char *dictionary;
    } good[] = {
        {1, "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }   \n"},
        {1, "{'descr':'<f4','fortran_order':False,'shape':()}"},
        {2, " {'shape':( 1 , 1),'descr':'<f4', 'fortran_order' :False}\n"},
        {2, "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)}"},
        {3,
         "{\"shape\": (1L,), \"descr\": \"<i4\", \"fortran_order\":\tFalse,}"},
        {3, "{'descr': '<u1', 'fortran_order': False, 'shape': (2, 2, 1,)}"},
    };
    syngan_context *context = damage_context();
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        unsigned char bytes[512];
        size_t size = make_file(good[i].version, good[i].dictionary, bytes);
        memory_stream stream;
        memory_stream_init(&stream, bytes, size);
        syngan_tensor *tensor = read_back(context, &stream);
        assert_memory_equal(syngan_tensor_data(tensor), bytes + size - 4, 4);
        syngan_tensor_free(tensor);
        memory_stream_end(&stream);
    }
    syngan_context_free(context);
}

static syngan_status read_dictionary(syngan_context *context,
                                     const char *text) {
    unsigned char bytes[512];
    size_t size = make_file(1, text, bytes);
    return damage_read(context, bytes, size, read_tensor, NULL);
}

#define ORDER "'fortran_order': False, "

static const struct {
    const char *dictionary;
    syngan_status status;
    const char *sentence;
} wrong[] = {
    {"", SYNGAN_E_FORMAT, "it is no dictionary"},
    {"[]", SYNGAN_E_FORMAT, "it is no dictionary"},
    {"{}", SYNGAN_E_FORMAT, "shape is missing"},
    {"{'descr': '<f4', " ORDER "}", SYNGAN_E_FORMAT, "shape is missing"},
    {"{'descr': '<f4', " ORDER "'shape': (1,)", SYNGAN_E_FORMAT,
     "a comma is missing"},
    {"{'descr': '<f4', " ORDER "'shape': (1,)} x", SYNGAN_E_FORMAT,
     "something follows"},
    {"{'descr': '<f4', " ORDER "'shape': (1)}", SYNGAN_E_FORMAT,
     "a comma is missing in the shape"},
    {"{'descr': '<f4', " ORDER "'shape': (1 1)}", SYNGAN_E_FORMAT,
     "a comma is missing in the shape"},
    {"{'descr': '<f4', " ORDER "'shape': 1}", SYNGAN_E_FORMAT, "no tuple"},
    {"{'descr': '<f4', " ORDER "'shape': (-1,)}", SYNGAN_E_FORMAT,
     "a size of the shape is missing"},
    {"{'descr': '<f4', " ORDER "'shape': (,)}", SYNGAN_E_FORMAT,
     "a size of the shape is missing"},
    {"{'descr': '<f4', " ORDER "'shape': (1,1,1,1,1,1,1,1,1)}", SYNGAN_E_FORMAT,
     "more than 8 sizes"},
    {"{'descr': '<f4', " ORDER "'shape': (99999999999999999999,)}",
     SYNGAN_E_FORMAT, "too large"},
    {"{'descr': '<f4', " ORDER "'shape': (9223372036854775807, 4)}",
     SYNGAN_E_FORMAT, "too many elements"},
    {"{'descr': '<f4', " ORDER "'shape': (1000000000000,)}", SYNGAN_E_FORMAT,
     "inside its elements, [1000000000000] of f32"},
    {"{'descr': '<f4', " ORDER "'shape': (1,), 'shape': (1,)}", SYNGAN_E_FORMAT,
     "a key twice"},
    {"{'descr': '<f4', " ORDER "'shapes': (1,)}", SYNGAN_E_FORMAT,
     "a key that is not known"},
    {"{'a key that is long': 1}", SYNGAN_E_FORMAT, "a text is too long"},
    {"{'descr' '<f4'}", SYNGAN_E_FORMAT, "a colon is missing"},
    {"{'descr': '<f4", SYNGAN_E_FORMAT, "a text has no end"},
    {"{'descr': '\\x41'}", SYNGAN_E_FORMAT, "strange characters"},
    {"{descr: '<f4'}", SYNGAN_E_FORMAT, "a text in quotes is missing"},
    {"{'descr': [('a', '<f4')], " ORDER "'shape': (1,)}", SYNGAN_E_FORMAT,
     "a text in quotes is missing"},
    {"{'descr': '>f4', " ORDER "'shape': (1,)}", SYNGAN_E_TYPE, "type '>f4'"},
    {"{'descr': '|f4', " ORDER "'shape': (1,)}", SYNGAN_E_TYPE, "type '|f4'"},
    {"{'descr': '', " ORDER "'shape': (1,)}", SYNGAN_E_TYPE, "type ''"},
    {"{'descr': '<f2', " ORDER "'shape': (2,)}", SYNGAN_E_TYPE, "type '<f2'"},
    {"{'descr': '|O', " ORDER "'shape': (2,)}", SYNGAN_E_TYPE, "type '|O'"},
    {"{'descr': '<f4', 'fortran_order': True, 'shape': (1,1)}",
     SYNGAN_E_UNSUPPORTED, "Fortran's order"},
    {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1,1)}", SYNGAN_E_FORMAT,
     "neither True nor False"},
    {"{'descr': '|u1', " ORDER "'shape': (3,)}", SYNGAN_E_FORMAT,
     "goes on after byte"},
    {"{'descr': '<f8', " ORDER "'shape': ()}", SYNGAN_E_FORMAT,
     "inside its elements, [] of f64"},
};

static void wrong_headers_are_refused(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    assert_ok(context, read_dictionary(context, "{'descr': '<f4', " ORDER
                                                "'shape': (1,)}"));
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_fails(context, read_dictionary(context, wrong[i].dictionary),
                     wrong[i].status, wrong[i].sentence);
    }
    syngan_context_free(context);
}

static void other_versions_and_kinds_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        syngan_status status;
        const char *sentence;
    } files[] = {
        {"93 'NUMPY' 04 00 00 00 00 00", SYNGAN_E_VERSION, "version 4.0"},
        {"93 'NUMPY' 01 01 00 00 00 00", SYNGAN_E_VERSION, "version 1.1"},
        {"93 'NUMPY' 00 00 00 00 00 00", SYNGAN_E_VERSION, "version 0.0"},
        {"'PK' 03 04 00 00 00 00 00 00", SYNGAN_E_FORMAT, "is no NPY file"},
        {"93 'NUMPY' 02 00 FF FF FF FF", SYNGAN_E_FORMAT,
         "has 4294967295 bytes, but at most 65536"},
        {"93 'NUMPY' 02 00 00 00 01 00 '{}'", SYNGAN_E_FORMAT,
         "inside its header"},
    };
    syngan_context *context = damage_context();
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        unsigned char bytes[64];
        size_t size = damage_bytes(files[i].bytes, bytes, sizeof(bytes));
        assert_fails(context,
                     damage_read(context, bytes, size, read_tensor, NULL),
                     files[i].status, files[i].sentence);
    }
    syngan_context_free(context);
}

static void damaged_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_I32,
                                            SYNGAN_SHAPE(3, 5), &tensor));
    memory_stream file;
    write_tensor(context, tensor, &file);
    damage_cut(file.data, file.size, read_tensor, NULL);
    damage_change(file.data, file.size, file.size, false, read_tensor, NULL);
    memory_stream_end(&file);
    syngan_tensor_free(tensor);
    syngan_context_free(context);
}

/* ---- files -------------------------------------------------------------- */

typedef struct disk_test {
    folder at;
    char path[FOLDER_PATH_MAX];
} disk_test;

static void disk_test_start(disk_test *test) {
    folder_make(&test->at);
    folder_file(&test->at, "a.npy", test->path);
}

static syngan_status write_and_read(syngan_context *context, void *user) {
    disk_test *test = user;
    syngan_tensor *tensor = NULL;
    SG_TRY(syngan_tensor_create(context, SYNGAN_TYPE_F32,
                                SYNGAN_SHAPE(100, 200), &tensor));
    syngan_status status = syngan_tensor_write_npy(tensor, test->path);
    syngan_tensor_free(tensor);
    SG_TRY(status);
    SG_TRY(syngan_tensor_read_npy(context, test->path, &tensor));
    assert_int_equal(syngan_tensor_count(tensor), 20000);
    syngan_tensor_free(tensor);
    return SYNGAN_OK;
}

static void everything_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test);
    const fault_sweep sweep = {.body = write_and_read, .user = &test};
    assert_true(fault_sweep_memory(&sweep) > 4);
    assert_true(fault_sweep_io(&sweep, EIO) > 6);
    assert_int_equal(folder_count(&test.at), 1);
    folder_remove(&test.at);
}

static void arguments_are_checked(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL;
    assert_ok(context,
              syngan_tensor_create(context, SYNGAN_TYPE_F32, NULL, 0, &tensor));
    assert_int_equal(syngan_tensor_write_npy(NULL, "x"), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_write_npy(tensor, NULL), SYNGAN_E_ARGUMENT);
    assert_fails(context, syngan_tensor_write_npy(tensor, "/no/such/folder/x"),
                 SYNGAN_E_IO, "/no/such/folder/x");
    syngan_tensor_free(tensor);
    tensor = (syngan_tensor *)(void *)&tensor;
    assert_int_equal(syngan_tensor_read_npy(NULL, "x", &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_null(tensor);
    assert_int_equal(syngan_tensor_read_npy(context, "x", NULL),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_tensor_read_npy(context, NULL, &tensor),
                     SYNGAN_E_ARGUMENT);
    assert_fails(context,
                 syngan_tensor_read_npy(context, "/no/such.npy", &tensor),
                 SYNGAN_E_IO, "/no/such.npy");
    assert_null(tensor);
    syngan_context_free(context);
}

static void numpy_and_we_read_each_other(void **state) {
    (void)state;
    python_needs("numpy");
    disk_test test;
    disk_test_start(&test);
    char answer[FOLDER_PATH_MAX];
    folder_file(&test.at, "b.npy", answer);
    syngan_context *context = test_context(1);
    syngan_tensor *tensor = NULL, *back = NULL;
    assert_ok(context, syngan_tensor_create(context, SYNGAN_TYPE_F64,
                                            SYNGAN_SHAPE(2, 3), &tensor));
    for (int i = 0; i < 6; i++) {
        ((double *)syngan_tensor_data(tensor))[i] = i;
    }
    assert_ok(context, syngan_tensor_write_npy(tensor, test.path));
    python_run(
        "import sys, numpy as np\n"
        "a = np.load(sys.argv[1])\n"
        "assert a.dtype == 'f8' and a.tolist() == [[0, 1, 2], [3, 4, 5]]\n"
        "np.save(sys.argv[2], (2 * a.T).copy().astype('i4'))\n",
        test.path, answer, NULL);
    assert_ok(context, syngan_tensor_read_npy(context, answer, &back));
    const int32_t expected[] = {0, 6, 2, 8, 4, 10};
    assert_int_equal(syngan_tensor_type(back), SYNGAN_TYPE_I32);
    assert_int_equal(syngan_tensor_dims(back)[0], 3);
    assert_memory_equal(syngan_tensor_data(back), expected, sizeof(expected));
    syngan_tensor_free(back);
    syngan_tensor_free(tensor);
    syngan_context_free(context);
    folder_remove(&test.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_types_and_ranks_come_back),
        cmocka_unit_test(empty_tensors_come_back),
        cmocka_unit_test(bf16_becomes_f32),
        cmocka_unit_test(large_tensors_come_back),
        cmocka_unit_test(headers_of_all_versions_are_read),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(other_versions_and_kinds_are_refused),
        cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(everything_may_fail),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(numpy_and_we_read_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
