/* SPDX-License-Identifier: Apache-2.0 */
/* Tables to Arrow's structs and back: what is shared, who releases what, and
 * arrays that can't be right. tests/table/arrow.py compares with pyarrow. */
#include <math.h>
#include <stdio.h>

#include "exchange/arrow.h"
#include "support/fault.h"
#include "support/test.h"
#include "table/time.h"

enum { ROWS = 11 };

static const int64_t whole[ROWS] = {1, -2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
static const double reals[ROWS] = {0.25, 1.5, 2, 3, 4, 5, 6, 7, 8, 9, 10};

/* A column of each kind; `holes`: with missing values. */
static syngan_status make_table(syngan_context *context, bool holes,
                                syngan_table **out) {
    static const char *const pair[] = {"No", "yes"};
    static const char *const sex[] = {"female", "male"};
    static const char *const town[] = {"Bern", "K\xc3\xb6ln", "Oslo"};
    int64_t times[ROWS];
    const char *flags[ROWS], *sexes[ROWS], *towns[ROWS], *names[ROWS];
    static char name[ROWS][8];
    for (int i = 0; i < ROWS; i++) {
        bool hole = holes && i % 4 == 2;
        times[i] = hole ? SYNGAN_MISSING
                        : (i - 5) * SG_MICROSECONDS_A_DAY + 3600000000;
        flags[i] = hole ? NULL : pair[i % 2];
        sexes[i] = hole ? NULL : sex[i % 3 == 0];
        towns[i] = hole ? NULL : town[i % 3];
        snprintf(name[i], sizeof name[i], "id%d", i * i);
        names[i] = hole ? NULL : name[i];
    }
    int64_t integers[ROWS];
    double doubles[ROWS];
    memcpy(integers, whole, sizeof whole);
    memcpy(doubles, reals, sizeof reals);
    if (holes) integers[3] = SYNGAN_MISSING;
    if (holes) doubles[4] = (double)NAN;
    syngan_table *table = NULL;
    syngan_status status = syngan_table_create(context, ROWS, &table);
    if (status == SYNGAN_OK)
        status = syngan_table_add_integers(table, "integer", integers);
    if (status == SYNGAN_OK)
        status = syngan_table_add_reals(table, "real", doubles);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(table, "time", times, NULL);
    if (status == SYNGAN_OK)
        status = syngan_table_add_times(table, "day", times, "%d.%m.%Y");
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(table, "flag", SYNGAN_COLUMN_BOOLEAN, flags);
    if (status == SYNGAN_OK)
        status =
            syngan_table_add_texts(table, "sex", SYNGAN_COLUMN_BOOLEAN, sexes);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(table, "town", SYNGAN_COLUMN_CATEGORY,
                                        towns);
    if (status == SYNGAN_OK)
        status = syngan_table_add_texts(table, "id", SYNGAN_COLUMN_IDENTIFIER,
                                        names);
    if (status == SYNGAN_OK) *out = table;
    if (status != SYNGAN_OK) syngan_table_free(table);
    return status;
}

static syngan_table *table_of(syngan_context *context, bool holes) {
    syngan_table *table = NULL;
    assert_ok(context, make_table(context, holes, &table));
    return table;
}

/* ---- writing ------------------------------------------------------------ */

static void columns_have_the_promised_types(void **state) {
    (void)state;
    static const char *const formats[] = {"l", "g", "tsu:", "tdD",
                                          "b", "i", "i",    "u"};
    syngan_context *context = test_context(1);
    syngan_table *table = table_of(context, true);
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_ok(context, syngan_table_to_arrow(table, &schema, &array));
    assert_string_equal(schema.format, "+s");
    assert_int_equal(array.length, ROWS);
    assert_int_equal(schema.n_children, 8);
    for (int i = 0; i < 8; i++) {
        const struct ArrowSchema *child = schema.children[i];
        assert_string_equal(child->format, formats[i]);
        assert_string_equal(child->name, syngan_table_name(table, (size_t)i));
        assert_int_equal(child->flags, ARROW_FLAG_NULLABLE);
        assert_int_equal(array.children[i]->null_count,
                         syngan_table_missing(table, (size_t)i));
    }
    assert_string_equal(schema.children[5]->dictionary->format, "u");
    assert_int_equal(array.children[6]->dictionary->length, 3);
    const int32_t *days = array.children[3]->buffers[1];
    assert_true(days[0] == -5 && days[5] == 0 && days[9] == 4);
    schema.release(&schema);
    array.release(&array);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void values_are_shared_and_live_on(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = table_of(context, false);
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_ok(context, syngan_table_to_arrow(table, &schema, &array));
    const int64_t *shared = syngan_table_integers(table, 0);
    assert_ptr_equal(array.children[0]->buffers[1], shared);
    assert_ptr_equal(array.children[1]->buffers[1],
                     syngan_table_reals(table, 1));
    assert_ptr_equal(array.children[2]->buffers[1],
                     syngan_table_integers(table, 2));
    assert_ptr_equal(array.children[6]->buffers[1],
                     syngan_table_codes(table, 6));
    assert_null(array.children[0]->buffers[0]);
    syngan_table_free(table);
    syngan_context_free(context);
    assert_int_equal(shared[ROWS - 1], whole[ROWS - 1]);
    array.release(&array);
    assert_null(array.release);
    schema.release(&schema);
    assert_null(schema.release);
}

static void children_may_be_moved_away(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = table_of(context, true);
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_ok(context, syngan_table_to_arrow(table, &schema, &array));
    struct ArrowSchema town = *schema.children[6];
    struct ArrowArray codes = *array.children[6];
    struct ArrowArray words = *codes.dictionary;
    schema.children[6]->release = NULL;
    array.children[6]->release = NULL;
    codes.dictionary->release = NULL;
    schema.release(&schema);
    array.release(&array);
    syngan_table_free(table);
    assert_string_equal(town.name, "town");
    assert_int_equal(((const int32_t *)codes.buffers[1])[0], 0);
    codes.release(&codes);
    assert_memory_equal(words.buffers[2], "BernK\xc3\xb6lnOslo", 13);
    town.release(&town);
    words.release(&words);
    syngan_context_free(context);
}

static void many_bytes_of_text_have_wide_offsets(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = table_of(context, true), *back = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_ok(context, sg_table_to_arrow(table, 12, &schema, &array));
    assert_string_equal(schema.children[5]->dictionary->format, "u");
    assert_string_equal(schema.children[6]->dictionary->format, "U");
    assert_string_equal(schema.children[7]->format, "U");
    assert_ok(context,
              syngan_table_from_arrow(context, &schema, &array, NULL, &back));
    char text[16];
    assert_int_equal(syngan_table_cell(back, 1, 6, text, sizeof text), 5);
    assert_string_equal(text, "K\xc3\xb6ln");
    syngan_table_cell(back, 9, 7, text, sizeof text);
    assert_string_equal(text, "id81");
    syngan_table_free(back);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Durations go out in the unit that the schema names, and come back. */
static void durations_have_units(void **state) {
    (void)state;
    static const struct {
        const char *arrow;
        int64_t most; /* of the hours that are written */
        const char *format;
    } units[] = {{"", 1000, "tDu"},  {"tDs", 1000, "tDs"}, {"tDm", 9, "tDm"},
                 {"tDn", 9, "tDn"},  {"ttu", 23, "ttu"},   {"tts", 23, "tts"},
                 {"ttu", 24, "tDu"}, {"u", 30, "u"}};
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const int64_t hour = (int64_t)3600 * 1000000;
        const int64_t values[] = {0, SYNGAN_MISSING, units[i].most * hour};
        char types[128];
        syngan_table *table, *as, *back;
        struct ArrowSchema schema;
        struct ArrowArray array;
        snprintf(types, sizeof types,
                 "{\"columns\": [{\"name\": \"d\", \"type\": \"duration\""
                 "%s%s%s}]}",
                 i == 0 ? "" : ", \"arrow\": \"", units[i].arrow,
                 i == 0 ? "" : "\"");
        assert_ok(context, syngan_table_create(context, 3, &table));
        assert_ok(context,
                  syngan_table_add_durations(table, "d", values, NULL));
        assert_ok(context, syngan_table_with_schema(table, types, &as));
        assert_ok(context, syngan_table_to_arrow(as, &schema, &array));
        assert_string_equal(schema.children[0]->format, units[i].format);
        assert_ok(context, syngan_table_from_arrow(context, &schema, &array,
                                                   NULL, &back));
        bool clock = units[i].format[1] == 't';
        assert_int_equal(syngan_table_type(back, 0),
                         clock ? SYNGAN_COLUMN_TIME : SYNGAN_COLUMN_DURATION);
        assert_true(syngan_table_integers(back, 0)[2] == values[2]);
        assert_true(syngan_table_missing(back, 0) == 1);
        syngan_table_free(back);
        syngan_table_free(as);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* ---- and reading what was written --------------------------------------- */

static void assert_same_numbers(const syngan_table *a, const syngan_table *b) {
    for (size_t c = 0; c < 4; c++)
        for (int64_t row = 0; row < ROWS; row++) {
            bool missing = sg_column_is_missing(&a->columns[c], row);
            assert_int_equal(sg_column_is_missing(&b->columns[c], row),
                             missing);
            int64_t x = a->columns[c].integers[row];
            int64_t y = b->columns[c].integers[row];
            if (c == 3) /* days */
                assert_true(missing || (x != y && x - 3600000000 == y));
            else
                assert_true(missing || x == y);
        }
}

static void tables_come_back(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int holes = 0; holes < 2; holes++) {
        syngan_table *table = table_of(context, holes), *back = NULL;
        struct ArrowSchema schema;
        struct ArrowArray array;
        assert_ok(context, syngan_table_to_arrow(table, &schema, &array));
        assert_ok(context, syngan_table_from_arrow(context, &schema, &array,
                                                   NULL, &back));
        assert_null(schema.release);
        assert_null(array.release);
        /* One table's memory is the other's. */
        assert_int_equal(syngan_table_integers(back, 0) ==
                             syngan_table_integers(table, 0),
                         !holes);
        syngan_table_free(table);
        table = table_of(context, holes);
        assert_same_numbers(table, back);
        assert_string_equal(back->columns[3].format, "%Y-%m-%d");
        assert_int_equal(back->columns[1].decimals, 2);
        assert_int_equal(syngan_table_type(back, 4), SYNGAN_COLUMN_BOOLEAN);
        char x[16], y[16];
        for (int64_t row = 0; row < ROWS; row++)
            for (size_t c = 4; c < 8; c++) {
                syngan_table_cell(table, row, c, x, sizeof x);
                syngan_table_cell(back, row, c, y, sizeof y);
                if (c == 4 && x[0] == 'N') strcpy(x, "false");
                if (c == 4 && x[0] == 'y') strcpy(x, "true");
                assert_string_equal(x, y);
            }
        syngan_table_free(back);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static syngan_status round_trip(syngan_context *context, void *user) {
    syngan_table *table = NULL, *back = NULL;
    struct ArrowSchema schema;
    struct ArrowArray array;
    syngan_status status = make_table(context, *(bool *)user, &table);
    if (status != SYNGAN_OK) return status;
    status = syngan_table_to_arrow(table, &schema, &array);
    syngan_table_free(table);
    if (status != SYNGAN_OK) {
        assert_true(schema.release == NULL && array.release == NULL);
        return status;
    }
    status = syngan_table_from_arrow(context, &schema, &array, NULL, &back);
    if (status != SYNGAN_OK) { /* the caller has them still */
        assert_null(back);
        schema.release(&schema);
        array.release(&array);
    }
    syngan_table_free(back);
    return status;
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    bool holes = false;
    fault_sweep_memory(&(fault_sweep){.body = round_trip, .user = &holes});
    holes = true;
    fault_sweep_memory(&(fault_sweep){.body = round_trip, .user = &holes});
}

static void tables_without_rows_or_columns(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (int columns = 0; columns < 2; columns++) {
        syngan_table *table = NULL, *back = NULL;
        assert_ok(context, syngan_table_create(context, 0, &table));
        if (columns == 1) {
            assert_ok(context, syngan_table_add_integers(table, "a", NULL));
            assert_ok(context, syngan_table_add_texts(
                                   table, "b", SYNGAN_COLUMN_CATEGORY, NULL));
        }
        struct ArrowSchema schema;
        struct ArrowArray array;
        assert_ok(context, syngan_table_to_arrow(table, &schema, &array));
        assert_ok(context, syngan_table_from_arrow(context, &schema, &array,
                                                   NULL, &back));
        assert_int_equal(syngan_table_columns(back), 2 * columns);
        assert_int_equal(syngan_table_rows(back), 0);
        syngan_table_free(back);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

/* ---- arrays made by hand ------------------------------------------------ */

/* A batch of one column, which a test spoils. */
typedef struct batch {
    struct ArrowSchema schema, child_schema, *schema_pointer, words_schema;
    struct ArrowArray array, child, *pointer, words;
    const void *none[1], *buffers[3], *words_buffers[3];
    int released;
} batch;

static void note_schema(struct ArrowSchema *schema) {
    ((batch *)schema->private_data)->released += 1;
    schema->release = NULL;
}

static void note_array(struct ArrowArray *array) {
    ((batch *)array->private_data)->released += 100;
    array->release = NULL;
}

static batch *make_batch(batch *b, const char *format, int64_t rows,
                         const void *values, const void *data) {
    *b = (batch){.schema_pointer = &b->child_schema, .pointer = &b->child};
    b->schema = (struct ArrowSchema){.format = "+s",
                                     .n_children = 1,
                                     .children = &b->schema_pointer,
                                     .release = note_schema,
                                     .private_data = b};
    b->child_schema = b->words_schema = b->schema;
    b->child_schema.format = format;
    b->child_schema.name = "x";
    b->child_schema.n_children = b->words_schema.n_children = 0;
    b->array = (struct ArrowArray){.length = rows,
                                   .n_buffers = 1,
                                   .n_children = 1,
                                   .buffers = b->none,
                                   .children = &b->pointer,
                                   .release = note_array,
                                   .private_data = b};
    b->child = b->array;
    b->child.n_children = 0;
    b->child.n_buffers = data != NULL ? 3 : 2;
    b->child.buffers = b->buffers;
    b->words = b->child;
    b->words.buffers = b->words_buffers;
    b->buffers[1] = values;
    b->buffers[2] = data;
    return b;
}

static void refused(syngan_context *context, batch *b, syngan_status status,
                    const char *part) {
    syngan_table *table = NULL;
    assert_fails(
        context,
        syngan_table_from_arrow(context, &b->schema, &b->array, NULL, &table),
        status, part);
    assert_null(table);
    assert_int_equal(b->released, 0);
    assert_non_null(b->schema.release);
    assert_non_null(b->array.release);
}

static syngan_table *taken(syngan_context *context, batch *b) {
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_from_arrow(context, &b->schema, &b->array,
                                               NULL, &table));
    assert_null(b->schema.release);
    assert_null(b->array.release);
    return table;
}

static void arrays_are_released_with_their_last_column(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    batch b;
    int64_t values[] = {1, 2, 3};
    syngan_table *table = taken(context, make_batch(&b, "l", 3, values, NULL));
    assert_ptr_equal(syngan_table_integers(table, 0), values);
    assert_int_equal(b.released, 1);
    syngan_table_free(table);
    assert_int_equal(b.released, 101);
    /* What is copied is released at once. */
    int32_t small[] = {1, 2, 3};
    table = taken(context, make_batch(&b, "i", 3, small, NULL));
    assert_int_equal(b.released, 101);
    assert_int_equal(syngan_table_integers(table, 0)[2], 3);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void slices_of_all_integers(void **state) {
    (void)state;
    static const struct {
        const char *format;
        int size;
    } types[] = {{"c", 1}, {"C", 1}, {"s", 2}, {"S", 2},
                 {"i", 4}, {"I", 4}, {"l", 8}, {"L", 8}};
    syngan_context *context = test_context(1);
    for (int t = 0; t < 8; t++) {
        unsigned char values[8 * 8] = {0}; /* 0, 100, 200, 44, ... */
        for (int i = 0; i < 8; i++)
            values[i * types[t].size] = (unsigned char)(i * 100);
        unsigned char bits = 0xdf; /* value 5 is missing */
        batch b;
        make_batch(&b, types[t].format, 4, values, NULL);
        b.child.length = 6;
        b.child.offset = 2;
        b.array.offset = 1;
        b.child.null_count = -1;
        b.buffers[0] = &bits;
        syngan_table *table = taken(context, &b);
        const int64_t *x = syngan_table_integers(table, 0);
        assert_int_equal(x[0], 300 & 255);
        assert_int_equal(x[1], t == 0 ? -112 : 400 & 255);
        assert_true(x[2] == SYNGAN_MISSING);
        assert_int_equal(syngan_table_missing(table, 0), 1);
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void values_that_do_not_fit_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    batch b;
    int64_t values[] = {0, INT64_MIN};
    refused(context, make_batch(&b, "L", 2, values, NULL), SYNGAN_E_FORMAT,
            "column 'x', row 1: an unsigned integer above");
    refused(context, make_batch(&b, "l", 2, values, NULL), SYNGAN_E_FORMAT,
            "stands for a missing value");
    values[1] = INT64_MAX / 1000;
    refused(context, make_batch(&b, "tss:UTC", 2, values, NULL),
            SYNGAN_E_FORMAT, "row 1: a time beyond");
    int32_t offsets[] = {0, 2, 5};
    refused(context, make_batch(&b, "u", 2, offsets, "abc\0d"), SYNGAN_E_FORMAT,
            "row 1: a text with a zero byte");
    refused(context,
            make_batch(&b, "u", 2, offsets,
                       "abc\xff"
                       "d"),
            SYNGAN_E_FORMAT, "row 1: a text that is not UTF-8");
    syngan_context_free(context);
}

static void types_that_no_table_has_are_refused(void **state) {
    (void)state;
    static const char *const types[][2] = {
        {"+l", "lists"}, {"+s", "structs"},    {"z", "bytes"},
        {"vz", "bytes"}, {"tiM", "intervals"}, {"?", "values"}};
    syngan_context *context = test_context(1);
    int64_t values[] = {0, 0};
    batch b;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        make_batch(&b, types[i][0], 2, values, NULL);
        refused(context, &b, SYNGAN_E_TYPE, types[i][1]);
        refused(context, &b, SYNGAN_E_TYPE, "column 'x'");
    }
    syngan_context_free(context);
}

/* Types whose names or views say what can't be. */
static void values_beyond_their_types_are_refused(void **state) {
    (void)state;
    static const char *const decimals[] = {
        "d:",     "d:10",     "d:0,2",       "d:10,2,12", "d:10,2,128,1",
        "d:99,2", "d:10,900", "d:10,2,1e99", "d:,2",      "d:10;2"};
    syngan_context *context = test_context(1);
    int64_t values[8] = {0, INT64_C(86400000000)};
    batch b;
    for (size_t i = 0; i < sizeof decimals / sizeof *decimals; i++)
        refused(context, make_batch(&b, decimals[i], 2, values, NULL),
                SYNGAN_E_ARGUMENT, "decimals");
    refused(context, make_batch(&b, "ttu", 2, values, NULL), SYNGAN_E_FORMAT,
            "row 1: a time of day");
    char zone[80] = "tsu:";
    memset(zone + 4, 'x', 70);
    refused(context, make_batch(&b, zone, 2, values, NULL), SYNGAN_E_ARGUMENT,
            "too long");
    int64_t sizes[] = {20};
    const char text[] = "twenty bytes of text";
    int32_t views[][4] = {{20, 0, 0, 1},  {20, 0, 1, 0}, {20, 0, -1, 0},
                          {20, 0, 0, -1}, {-1, 0, 0, 0}, {INT32_MAX, 0, 0, 9}};
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        const void *buffers[] = {NULL, views[i], text, sizes};
        make_batch(&b, "vu", 1, values, NULL);
        b.child.n_buffers = 4;
        b.child.buffers = buffers;
        refused(context, &b, SYNGAN_E_ARGUMENT, "view");
        b.child.n_buffers = 2;
        refused(context, &b, SYNGAN_E_ARGUMENT, "buffers");
    }
    syngan_context_free(context);
}

static void structs_that_can_not_be_right_are_refused(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    int64_t values[] = {0, 0};
    batch b;
#define SPOIL(member, value, part)                                             \
    do {                                                                       \
        make_batch(&b, "l", 2, values, NULL);                                  \
        b.member = value;                                                      \
        refused(context, &b, SYNGAN_E_ARGUMENT, part);                         \
    } while (0)
    SPOIL(array.length, -1, "negative length");
    SPOIL(array.length, 3, "shorter than the batch");
    SPOIL(array.offset, 1, "shorter than the batch");
    SPOIL(array.offset, INT64_MAX, "shorter than the batch");
    SPOIL(array.n_children, 2, "another number of children");
    SPOIL(array.children, NULL, "no children");
    SPOIL(schema.format, "l", "no struct array");
    SPOIL(pointer, NULL, "child 0 is NULL");
    SPOIL(child.release, NULL, "child 0 is NULL or released");
    SPOIL(child.length, -1, "shorter than the batch");
    SPOIL(child.offset, -1, "negative");
    SPOIL(child.n_buffers, 3, "3 buffers, but 2 belong");
    SPOIL(child.buffers, NULL, "no buffers");
    SPOIL(child.null_count, -2, "negative null count");
    SPOIL(child.null_count, 1, "no bitmap");
    SPOIL(buffers[1], NULL, "no buffer of values");
    SPOIL(child_schema.format, NULL, "without a format");
    SPOIL(child_schema.dictionary, &b.words_schema, "no dictionary");
#undef SPOIL
    make_batch(&b, "l", 2, values, NULL);
    b.schema.release = NULL;
    syngan_table *table;
    assert_fails(
        context,
        syngan_table_from_arrow(context, &b.schema, &b.array, NULL, &table),
        SYNGAN_E_ARGUMENT, "released");
    assert_int_equal(syngan_table_from_arrow(context, NULL, NULL, NULL, &table),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(
        syngan_table_from_arrow(NULL, &b.schema, &b.array, NULL, &table),
        SYNGAN_E_ARGUMENT);
    syngan_context_free(context);
}

/* ---- dictionaries ------------------------------------------------------- */

static void only_texts_that_occur_are_kept(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    signed char codes[] = {2, 0, 2, 2};
    int32_t offsets[] = {0, 1, 7, 9};
    batch b;
    make_batch(&b, "c", 4, codes, NULL);
    b.child_schema.dictionary = &b.words_schema;
    b.words_schema.format = "u";
    b.child.dictionary = &b.words;
    b.words.n_buffers = 3;
    b.words.length = 3;
    b.words_buffers[1] = offsets;
    b.words_buffers[2] = "asecretbc";
    syngan_table *table = taken(context, &b);
    assert_int_equal(syngan_table_type(table, 0), SYNGAN_COLUMN_CATEGORY);
    assert_int_equal(syngan_table_text_count(table, 0), 2);
    assert_string_equal(syngan_table_text(table, 0, 0), "bc");
    assert_string_equal(syngan_table_text(table, 0, 1), "a");
    assert_int_equal(syngan_table_codes(table, 0)[3], 0);
    syngan_table_free(table);
    b.schema.release = b.child_schema.release = note_schema;
    b.array.release = b.child.release = note_array;
    b.released = 0;
    codes[3] = 3;
    refused(context, &b, SYNGAN_E_FORMAT, "row 3: an index beyond");
    syngan_context_free(context);
}

static void dictionaries_of_numbers_are_numbers(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    uint16_t indices[] = {1, 0, 1};
    double values[] = {2.5, 7};
    batch b;
    make_batch(&b, "S", 3, indices, NULL);
    b.child_schema.dictionary = &b.words_schema;
    b.words_schema.format = "g";
    b.child.dictionary = &b.words;
    b.words.length = 2;
    b.words_buffers[1] = values;
    syngan_table *table = taken(context, &b);
    const double *x = syngan_table_reals(table, 0);
    assert_true(x[0] == 7 && x[1] == 2.5 && x[2] == 7);
    syngan_table_free(table);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_have_the_promised_types),
        cmocka_unit_test(values_are_shared_and_live_on),
        cmocka_unit_test(children_may_be_moved_away),
        cmocka_unit_test(many_bytes_of_text_have_wide_offsets),
        cmocka_unit_test(durations_have_units),
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(tables_without_rows_or_columns),
        cmocka_unit_test(arrays_are_released_with_their_last_column),
        cmocka_unit_test(slices_of_all_integers),
        cmocka_unit_test(values_that_do_not_fit_are_refused),
        cmocka_unit_test(types_that_no_table_has_are_refused),
        cmocka_unit_test(values_beyond_their_types_are_refused),
        cmocka_unit_test(structs_that_can_not_be_right_are_refused),
        cmocka_unit_test(only_texts_that_occur_are_kept),
        cmocka_unit_test(dictionaries_of_numbers_are_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
