/* SPDX-License-Identifier: Apache-2.0 */
/* Safetensors files: equal bytes for equal contents, nothing wrong accepted. */
#include "file/safetensors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "file/safetensors_form.h"
#include "support/damage.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/memory_stream.h"
#include "support/python.h"
#include "support/test.h"
#include "tensor/tensor.h"

/* ---- an example --------------------------------------------------------- */

static const float f32s[6] = {1, -2, 3.5f, 0, 1e-30f, 6};
static const double f64s[2] = {0.1, -1e300};
static const int32_t i32s[1] = {-7};
static const int64_t i64s[1] = {1234567890123};
static const uint16_t bf16s[3] = {0x3f80, 0xbf80, 0x4049};
static const unsigned char u8s[3] = {0, 128, 255};

typedef struct example_tensor {
    const char *name;
    int32_t type;
    size_t rank;
    int64_t dims[3];
    const void *data;
} example_tensor;

/* Sorted by name; sizes that leave those after them unaligned. */
static const example_tensor tensors[] = {
    {"bytes", SYNGAN_TYPE_U8, 1, {3}, u8s},
    {"g/dense.weight", SYNGAN_TYPE_F32, 2, {2, 3}, f32s},
    {"nothing", SYNGAN_TYPE_F32, 2, {0, 5}, f32s},
    {"scalar", SYNGAN_TYPE_I64, 0, {0}, i64s},
    {"short", SYNGAN_TYPE_BF16, 3, {1, 3, 1}, bf16s},
    {"whole", SYNGAN_TYPE_I32, 1, {1}, i32s},
    {"wide \xC3\xBC", SYNGAN_TYPE_F64, 1, {2}, f64s},
};
#define TENSORS (sizeof(tensors) / sizeof(tensors[0]))

static const char *const texts[][2] = {{"a key", "{\"json\": [1, 2]}"},
                                       {"empty", ""},
                                       {"z", "line\nend \xC3\xA9"}};
#define TEXTS (sizeof(texts) / sizeof(texts[0]))

static syngan_status put_tensor(sg_safetensors_writer *writer,
                                const example_tensor *tensor) {
    sg_dims dims = sg_dims_make(tensor->dims, tensor->rank);
    return sg_safetensors_put_tensor(writer, tensor->name, tensor->type, &dims,
                                     tensor->data);
}

static syngan_status put_example(sg_safetensors_writer *writer,
                                 bool backwards) {
    for (size_t i = 0; i < TEXTS; i++) {
        const char *const *text = texts[backwards ? TEXTS - 1 - i : i];
        SG_TRY(sg_safetensors_put_text(writer, text[0], text[1]));
    }
    for (size_t i = 0; i < TENSORS; i++) {
        SG_TRY(put_tensor(writer, &tensors[backwards ? TENSORS - 1 - i : i]));
    }
    return SYNGAN_OK;
}

static syngan_status write_example(syngan_context *context, bool backwards,
                                   sg_writer *out) {
    sg_safetensors_writer *writer;
    SG_TRY(sg_safetensors_start(context, &writer));
    syngan_status status = put_example(writer, backwards);
    if (status == SYNGAN_OK) status = sg_safetensors_write(writer, out);
    sg_safetensors_discard(writer);
    return status;
}

static void example_bytes(syngan_context *context, bool backwards,
                          memory_stream *stream) {
    memory_stream_init(stream, NULL, 0);
    sg_writer *out = NULL;
    assert_ok(context, sg_writer_open_stream(context, &stream->hooks, &out));
    assert_ok(context, write_example(context, backwards, out));
    assert_ok(context, sg_writer_commit(out));
}

static void check_example(const sg_safetensors *file) {
    assert_int_equal(sg_safetensors_count(file), TENSORS);
    for (size_t i = 0; i < TENSORS; i++) {
        const sg_safetensors_entry *entry = sg_safetensors_at(file, i);
        sg_dims dims = sg_dims_make(tensors[i].dims, tensors[i].rank);
        size_t size = syngan_type_size(tensors[i].type);
        assert_string_equal(entry->name, tensors[i].name);
        assert_int_equal(entry->type, tensors[i].type);
        assert_true(sg_dims_equal(&entry->dims, &dims));
        assert_int_equal(entry->bytes, (size_t)sg_dims_count(&dims) * size);
        assert_int_equal((uintptr_t)entry->data % size, 0);
        assert_memory_equal(entry->data, tensors[i].data, entry->bytes);
        assert_ptr_equal(sg_safetensors_find(file, tensors[i].name), entry);
    }
    for (size_t i = 0; i < TEXTS; i++) {
        assert_string_equal(sg_safetensors_text(file, texts[i][0]),
                            texts[i][1]);
    }
    assert_null(sg_safetensors_find(file, "none"));
    assert_null(sg_safetensors_text(file, "none"));
}

static syngan_status read_example(syngan_context *context, sg_reader *reader,
                                  void *flags) {
    sg_safetensors *file;
    syngan_status status = sg_safetensors_read(
        context, reader, flags != NULL ? *(const int *)flags : 0, &file);
    if (status != SYNGAN_OK) {
        assert_null(file);
        return status;
    }
    assert_string_equal(sg_safetensors_name(file), sg_reader_name(reader));
    check_example(file);
    sg_safetensors_free(file);
    return SYNGAN_OK;
}

/* ---- what is written ---------------------------------------------------- */

static void what_is_written_is_read(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream file;
    example_bytes(context, false, &file);
    assert_ok(context,
              damage_read(context, file.data, file.size, read_example, NULL));
    assert_int_equal(sg_safetensors_get_length(file.data) % 8, 0);
    memory_stream_end(&file);
    syngan_context_free(context);
}

static void order_of_calls_does_not_show(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream one;
    example_bytes(context, false, &one);
    memory_stream two;
    example_bytes(context, true, &two);
    assert_int_equal(one.size, two.size);
    assert_memory_equal(one.data, two.data, one.size);
    memory_stream_end(&one);
    memory_stream_end(&two);
    syngan_context_free(context);
}

static void an_empty_file_is_a_file(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    sg_writer *out = NULL;
    sg_safetensors_writer *writer;
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &out));
    assert_ok(context, sg_safetensors_start(context, &writer));
    assert_ok(context, sg_safetensors_write(writer, out));
    sg_safetensors_discard(writer);
    assert_ok(context, sg_writer_commit(out));
    /* The checksum as another implementation of XXH3 gives it. */
    static const char header[] = "{\"__metadata__\":{\"checksum\":"
                                 "\"5b99744c3e13ff0c96cb4d5c8c6ce6ec\"}}";
    assert_int_equal(stream.size, 8 + sizeof(header) - 1);
    assert_memory_equal(stream.data + 8, header, sizeof(header) - 1);
    sg_reader *reader = NULL;
    sg_safetensors *file;
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    assert_ok(context, sg_safetensors_read(context, reader, 0, &file));
    assert_int_equal(sg_safetensors_count(file), 0);
    assert_null(sg_safetensors_find(file, ""));
    sg_safetensors_free(file);
    sg_reader_close(reader);
    memory_stream_end(&stream);
    syngan_context_free(context);
}

/* The sentence that writing two things of these names gives. */
static void check_refused(const char *key_a, const char *key_b,
                          const char *name_a, const char *name_b,
                          const char *sentence) {
    syngan_context *context = test_context(1);
    sg_safetensors_writer *writer;
    assert_ok(context, sg_safetensors_start(context, &writer));
    assert_ok(context, sg_safetensors_put_text(writer, key_a, "1"));
    assert_ok(context, sg_safetensors_put_text(writer, key_b, "2"));
    sg_dims dims = sg_dims_make(NULL, 0);
    assert_ok(context, sg_safetensors_put_tensor(writer, name_a,
                                                 SYNGAN_TYPE_F32, &dims, f32s));
    assert_ok(context, sg_safetensors_put_tensor(writer, name_b,
                                                 SYNGAN_TYPE_F32, &dims, f32s));
    memory_stream stream;
    memory_stream_init(&stream, NULL, 0);
    sg_writer *out = NULL;
    assert_ok(context, sg_writer_open_stream(context, &stream.hooks, &out));
    assert_fails(context, sg_safetensors_write(writer, out), SYNGAN_E_ARGUMENT,
                 sentence);
    sg_writer_abandon(out);
    sg_safetensors_discard(writer);
    memory_stream_end(&stream);
    syngan_context_free(context);
}

static void names_that_clash_are_refused(void **state) {
    (void)state;
    check_refused("k", "k", "a", "b", "'k' is twice in the metadata");
    check_refused("checksum", "k", "a", "b", "'checksum' can't be a key");
    check_refused("j", "k", "a", "a", "'a' names two tensors");
    check_refused("j", "k", "a", "__metadata__", "can't be a tensor's name");
    check_refused("j", "k\xff", "a", "b", "is not UTF-8");
}

/* ---- what is refused ---------------------------------------------------- */

static void cut_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream file;
    example_bytes(context, false, &file);
    damage_cut(file.data, file.size, read_example, NULL);
    memory_stream_end(&file);
    syngan_context_free(context);
}

static void changed_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream file;
    example_bytes(context, false, &file);
    damage_change(file.data, file.size, file.size, true, read_example, NULL);
    memory_stream_end(&file);
    syngan_context_free(context);
}

static void longer_files_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    memory_stream file;
    example_bytes(context, false, &file);
    unsigned char *longer = malloc(file.size + 1);
    assert_non_null(longer);
    memcpy(longer, file.data, file.size);
    longer[file.size] = 0;
    assert_fails(
        context,
        damage_read(context, longer, file.size + 1, read_example, NULL),
        SYNGAN_E_FORMAT, "stream: goes on after byte");
    free(longer);
    memory_stream_end(&file);
    syngan_context_free(context);
}

/* A file of others: the JSON's length, the JSON, `size` bytes of data. */
static syngan_status read_foreign(syngan_context *context, const char *json,
                                  size_t size, int flags,
                                  sg_safetensors **file) {
    unsigned char bytes[1024] = {0};
    size_t length = strlen(json);
    assert_true(8 + length + size <= sizeof(bytes));
    sg_safetensors_put_length(length, bytes);
    memcpy(bytes + 8, json, length);
    for (size_t i = 0; i < size; i++)
        bytes[8 + length + i] = (unsigned char)i;
    memory_stream stream;
    memory_stream_init(&stream, bytes, 8 + length + size);
    sg_reader *reader = NULL;
    assert_ok(context, sg_reader_open_stream(context, &stream.hooks, &reader));
    syngan_status status = sg_safetensors_read(context, reader, flags, file);
    sg_reader_close(reader);
    memory_stream_end(&stream);
    return status;
}

static void files_of_others_need_the_flag(void **state) {
    (void)state;
    static const char json[] =
        "{\"b\":{\"data_offsets\":[0,4],\"dtype\":\"F32\",\"shape\":[1]},"
        "\"a\":{\"dtype\":\"U8\",\"shape\":[2,1],\"data_offsets\":[4,6]},"
        "\"__metadata__\":{\"format\":\"pt\"}}";
    syngan_context *context = damage_context();
    sg_safetensors *file;
    assert_ok(context,
              read_foreign(context, json, 6, SG_SAFETENSORS_FOREIGN, &file));
    assert_string_equal(sg_safetensors_at(file, 0)->name, "a");
    assert_string_equal(sg_safetensors_text(file, "format"), "pt");
    assert_int_equal(*(const unsigned char *)sg_safetensors_at(file, 0)->data,
                     4);
    sg_safetensors_free(file);
    assert_fails(context, read_foreign(context, json, 6, 0, &file),
                 SYNGAN_E_FORMAT, "stream: has no checksum");
    assert_null(file);
    assert_ok(context,
              read_foreign(context, "{}", 0, SG_SAFETENSORS_FOREIGN, &file));
    assert_null(sg_safetensors_text(file, "format"));
    sg_safetensors_free(file);
    assert_fails(context,
                 read_foreign(context,
                              "{\"__metadata__\":{\"checksum\":\"1\"}}", 0,
                              SG_SAFETENSORS_FOREIGN, &file),
                 SYNGAN_E_FORMAT, "stream: has no checksum at its start");
    syngan_context_free(context);
}

#define ENTRY(name, dtype, shape, offsets)                                     \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape                   \
    ",\"data_offsets\":" offsets "}"

static const struct {
    const char *json;
    size_t size;
    const char *sentence;
} wrong_headers[] = {
    {"[]", 0, "is an array, but must be an object"},
    {"7", 0, "its header would have 1 bytes"},
    {"{\"a\":1}", 0, "a: is an integer, but must be an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, "__metadata__.a: is an integer"},
    {"{\"__metadata__\":[]}", 0, "__metadata__: is an array"},
    {"{" ENTRY("a", "F16", "[1]", "[0,2]") "}", 2, "a.dtype: is 'F16'"},
    {"{" ENTRY("a", "F32", "[1]", "[0,8]") "}", 8,
     "a: has 8 bytes, but [1] of f32 takes 4 bytes"},
    {"{" ENTRY("a", "F32", "[2]", "[0,4]") "}", 4, "takes 8 bytes"},
    {"{" ENTRY("a", "F32", "[-1]", "[0,4]") "}", 4,
     "a.shape[0]: is -1, but must be from 0"},
    {"{" ENTRY("a", "F32", "[1.0]", "[0,4]") "}", 4, "a.shape[0]: is a number"},
    {"{" ENTRY("a", "F32", "1", "[0,4]") "}", 4, "a.shape: is an integer"},
    {"{" ENTRY("a", "F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]") "}", 4,
     "a.shape: has 9 sizes"},
    {"{" ENTRY("a", "F32", "[4611686018427387904,4]", "[0,0]") "}", 0,
     "a.shape: has too many elements"},
    {"{" ENTRY("a", "U8", "[0,9223372036854775807,2]", "[0,0]") "}", 0,
     "a.shape: has too many elements"},
    {"{" ENTRY("a", "F32", "[1]", "[4,0]") "}", 4,
     "a.data_offsets[1]: is 0, but must be from 4"},
    {"{" ENTRY("a", "F32", "[1]", "[-4,0]") "}", 4, "a.data_offsets[0]: is -4"},
    {"{" ENTRY("a", "F32", "[1]", "[0]") "}", 4, "has 1 numbers, but must"},
    {"{" ENTRY("a", "F32", "[1]", "[4,8]") "}", 8,
     "tensor 'a' begins at byte 4 of the data, but the tensors before it end "
     "at byte 0"},
    {"{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]",
                                                     "[2,6]") "}",
     8, "tensor 'b' begins at byte 2"},
    {"{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]",
                                                     "[8,12]") "}",
     12, "tensor 'b' begins at byte 8"},
    {"{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("b", "F32", "[1]",
                                                     "[0,4]") "}",
     4, "begins at byte 0"},
    {"{" ENTRY("a", "F32", "[1]", "[0,4]") "," ENTRY("a", "F32", "[1]",
                                                     "[4,8]") "}",
     8, "duplicate object key"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],"
     "\"more\":1}}",
     4, "a: has 4 members, but must have 3"},
    {"{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", 4,
     "a.dtype: is missing"},
    {"{" ENTRY("a", "F32", "[250000000000]", "[0,1000000000000]") "}", 100,
     "inside its tensors"},
    {"{" ENTRY("a", "U8", "[576460752303423487]", "[0,576460752303423487]") "}",
     5, "inside its tensors"},
    {"{} x", 0, "line 1, column 4"},
};

static void wrong_headers_are_refused(void **state) {
    (void)state;
    syngan_context *context = damage_context();
    uint64_t before = atomic_load(&context->bytes);
    for (size_t i = 0; i < sizeof(wrong_headers) / sizeof(wrong_headers[0]);
         i++) {
        sg_safetensors *file;
        assert_fails(context,
                     read_foreign(context, wrong_headers[i].json,
                                  wrong_headers[i].size, SG_SAFETENSORS_FOREIGN,
                                  &file),
                     SYNGAN_E_FORMAT, wrong_headers[i].sentence);
        assert_null(file);
        assert_int_equal(atomic_load(&context->bytes), before);
    }
    syngan_context_free(context);
}

static void absurd_lengths_are_refused(void **state) {
    (void)state;
    static const uint64_t lengths[] = {
        0,          1,         100000001,          UINT32_MAX,
        UINT64_MAX, INT64_MAX, UINT64_MAX - 8 + 1, 99999999};
    syngan_context *context = damage_context();
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        unsigned char bytes[64] = {0};
        sg_safetensors_put_length(lengths[i], bytes);
        assert_int_equal(
            damage_read(context, bytes, sizeof(bytes), read_example, NULL),
            SYNGAN_E_FORMAT);
    }
    assert_non_null(
        strstr(syngan_context_last_error(context), "inside its header"));
    syngan_context_free(context);
}

/* ---- failures ----------------------------------------------------------- */

typedef struct disk_test {
    folder at;
    char path[FOLDER_PATH_MAX];
} disk_test;

static syngan_status write_to_disk(syngan_context *context, void *user) {
    disk_test *test = user;
    sg_writer *out = NULL;
    SG_TRY(sg_writer_open(context, test->path, &out));
    syngan_status status = write_example(context, false, out);
    if (status == SYNGAN_OK) return sg_writer_commit(out);
    sg_writer_abandon(out);
    return status;
}

static syngan_status read_from_disk(syngan_context *context, void *user) {
    disk_test *test = user;
    sg_reader *reader = NULL;
    SG_TRY(sg_reader_open(context, test->path, &reader));
    syngan_status status = read_example(context, reader, NULL);
    sg_reader_close(reader);
    return status;
}

static syngan_status write_and_read(syngan_context *context, void *user) {
    SG_TRY(write_to_disk(context, user));
    return read_from_disk(context, user);
}

static void disk_test_start(disk_test *test) {
    folder_make(&test->at);
    folder_file(&test->at, "a.safetensors", test->path);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test);
    long long count = fault_sweep_memory(
        &(fault_sweep){.body = write_and_read, .user = &test});
    assert_true(count > 20);
    folder_remove(&test.at);
}

/* Whatever failed: the whole file or none. */
static void after_writing(syngan_status status, bool faulted, void *user) {
    disk_test *test = user;
    (void)faulted;
    syngan_context *context = test_context(1);
    if (status == SYNGAN_OK) assert_ok(context, read_from_disk(context, test));
    assert_true(folder_count(&test->at) <= 1);
    remove(test->path);
    syngan_context_free(context);
}

static void every_write_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test);
    const fault_sweep sweep = {
        .body = write_to_disk, .user = &test, .after = after_writing};
    assert_true(fault_sweep_io(&sweep, ENOSPC) > 4);
    folder_remove(&test.at);
}

static void every_read_may_fail(void **state) {
    (void)state;
    disk_test test;
    disk_test_start(&test);
    syngan_context *context = test_context(1);
    assert_ok(context, write_to_disk(context, &test));
    syngan_context_free(context);
    const fault_sweep sweep = {.body = read_from_disk, .user = &test};
    assert_true(fault_sweep_io(&sweep, EIO) > 2);
    folder_remove(&test.at);
}

/* ---- Python ------------------------------------------------------------- */

static void python_reads_what_we_write(void **state) {
    (void)state;
    python_needs("safetensors");
    python_needs("numpy");
    disk_test test;
    disk_test_start(&test);
    syngan_context *context = test_context(1);
    sg_safetensors_writer *writer;
    assert_ok(context, sg_safetensors_start(context, &writer));
    assert_ok(context, sg_safetensors_put_text(writer, "k", "v \xC3\xBC"));
    for (size_t i = 0; i < TENSORS; i++) { /* NumPy has no bf16 */
        if (tensors[i].type == SYNGAN_TYPE_BF16) continue;
        assert_ok(context, put_tensor(writer, &tensors[i]));
    }
    sg_writer *out = NULL;
    assert_ok(context, sg_writer_open(context, test.path, &out));
    assert_ok(context, sg_safetensors_write(writer, out));
    assert_ok(context, sg_writer_commit(out));
    sg_safetensors_discard(writer);
    python_run(
        "import sys, numpy as np\n"
        "from safetensors import safe_open\n"
        "from safetensors.numpy import load_file\n"
        "t = load_file(sys.argv[1])\n"
        "assert sorted(t) == ['bytes', 'g/dense.weight', 'nothing', 'scalar',"
        " 'whole', 'wide \\u00fc'], sorted(t)\n"
        "assert t['bytes'].tolist() == [0, 128, 255]\n"
        "assert t['g/dense.weight'].tolist() == np.array([[1, -2, 3.5],"
        " [0, 1e-30, 6]], 'f4').tolist()\n"
        "assert t['nothing'].shape == (0, 5)\n"
        "assert t['scalar'].shape == () and t['scalar'] == 1234567890123\n"
        "assert t['whole'].tolist() == [-7] and t['whole'].dtype == 'i4'\n"
        "assert t['wide \\u00fc'].tolist() == [0.1, -1e300]\n"
        "with safe_open(sys.argv[1], 'np') as f:\n"
        "    m = f.metadata()\n"
        "    assert m['k'] == 'v \\u00fc' and len(m['checksum']) == 32, m\n",
        test.path, NULL, NULL);
    syngan_context_free(context);
    folder_remove(&test.at);
}

static void we_read_what_python_writes(void **state) {
    (void)state;
    python_needs("safetensors");
    python_needs("numpy");
    disk_test test;
    disk_test_start(&test);
    python_run("import sys, numpy as np\n"
               "from safetensors.numpy import save_file\n"
               "save_file({'a': np.arange(6, dtype='f4').reshape(2, 3),"
               " 'b': np.array([1, 2, 3], 'u1'), 'c': np.array(5, 'i8')},"
               " sys.argv[1], {'format': 'np'})\n",
               test.path, NULL, NULL);
    syngan_context *context = test_context(1);
    sg_reader *reader = NULL;
    sg_safetensors *file;
    assert_ok(context, sg_reader_open(context, test.path, &reader));
    assert_ok(context, sg_safetensors_read(context, reader,
                                           SG_SAFETENSORS_FOREIGN, &file));
    sg_reader_close(reader);
    assert_int_equal(sg_safetensors_count(file), 3);
    const sg_safetensors_entry *a = sg_safetensors_find(file, "a");
    for (int i = 0; i < 6; i++) {
        assert_true(((const float *)a->data)[i] == (float)i);
    }
    const sg_safetensors_entry *c = sg_safetensors_find(file, "c");
    assert_int_equal(*(const int64_t *)c->data, 5);
    assert_string_equal(sg_safetensors_text(file, "format"), "np");
    sg_safetensors_free(file);
    syngan_context_free(context);
    folder_remove(&test.at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(order_of_calls_does_not_show),
        cmocka_unit_test(an_empty_file_is_a_file),
        cmocka_unit_test(names_that_clash_are_refused),
        cmocka_unit_test(cut_files_are_refused),
        cmocka_unit_test(changed_files_are_refused),
        cmocka_unit_test(longer_files_are_refused),
        cmocka_unit_test(files_of_others_need_the_flag),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(absurd_lengths_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_write_may_fail),
        cmocka_unit_test(every_read_may_fail),
        cmocka_unit_test(python_reads_what_we_write),
        cmocka_unit_test(we_read_what_python_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
