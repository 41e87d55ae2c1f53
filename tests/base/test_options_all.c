/* SPDX-License-Identifier: Apache-2.0 */
/* The promise of all options structs: what is written arrives, and nothing
 * else is than the default. Walks every field of every struct. */
#include <syngan.h>

#include "base/options_internal.h"
#include "support/test.h"

enum { SIZE_MOST = 512 };

static syngan_context *context;

static int make_context(void **state) {
    (void)state;
    context = test_context(1);
    return 0;
}

static int free_context(void **state) {
    (void)state;
    syngan_context_free(context);
    return 0;
}

static bool is_number(const sg_field *field) {
    return field->type != SYNGAN_OPTION_STRING &&
           field->type != SYNGAN_OPTION_OTHER;
}

/* ---- initialisers ------------------------------------------------------- */

/* Headers and tables can't diverge. */
static void initialisers_have_the_tables_defaults(void **state) {
    (void)state;
#define BOTH(name, upper)                                                      \
    {                                                                          \
        const syngan_##name##_options init = SYNGAN_##upper##_INIT;            \
        syngan_##name##_options filled;                                        \
        memset(&filled, 0xff, sizeof filled);                                  \
        assert_int_equal(syngan_options_init(#name, &filled, sizeof filled),   \
                         SYNGAN_OK);                                           \
        assert_memory_equal(&init, &filled, sizeof init);                      \
        assert_memory_equal(SYNGAN_##upper(), &filled, sizeof init);           \
        seen++;                                                                \
    }
    size_t seen = 0, all = 0;
    BOTH(batch_norm, BATCH_NORM)
    BOTH(context, CONTEXT)
    BOTH(conv1d, CONV1D)
    BOTH(conv2d, CONV2D)
    BOTH(conv2d_transpose, CONV2D_TRANSPOSE)
    BOTH(dataset, DATASET)
    BOTH(dense, DENSE)
    BOTH(embedding, EMBEDDING)
    BOTH(grid, GRID)
    BOTH(group_norm, GROUP_NORM)
    BOTH(optimizer, OPTIMIZER)
    BOTH(parameter, PARAMETER)
    BOTH(pool2d, POOL2D)
    BOTH(program, PROGRAM)
    BOTH(trainer, TRAINER)
#ifdef SYNGAN_HAVE_TABLES
    BOTH(column, COLUMN)
    BOTH(csv, CSV)
    BOTH(evaluate, EVALUATE)
    BOTH(sample, SAMPLE)
    BOTH(synthesizer, SYNTHESIZER)
#endif
#undef BOTH
    while (sg_options_all[all] != NULL)
        all++;
    assert_int_equal(seen, all);
}

static void structs_of_other_versions_are_filled(void **state) {
    (void)state;
    union {
        syngan_grid_options grid;
        unsigned char bytes[SIZE_MOST];
    } u;
    syngan_grid_options out;
    for (size_t size = 8; size <= SIZE_MOST; size += 8) {
        memset(&u, 0xff, sizeof u);
        assert_int_equal(syngan_options_init("grid", &u, size), SYNGAN_OK);
        for (size_t i = size; i < sizeof u; i++)
            assert_int_equal(u.bytes[i], 0xff);
        assert_ok(context,
                  sg_options_read(context, &sg_options_grid, &u, "g", &out));
        assert_memory_equal(&out, SYNGAN_GRID(), sizeof out);
    }
    assert_int_equal(syngan_options_init("grid", &u, 0), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_options_init("grid", &u, 12), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_options_init("grid", &u, 1 << 20),
                     SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_options_init("grid", NULL, 40), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_options_init(NULL, &u, 40), SYNGAN_E_ARGUMENT);
    assert_int_equal(syngan_options_init("grit", &u, 40), SYNGAN_E_NOT_FOUND);
}

/* ---- every field -------------------------------------------------------- */

/* Writes `value` into one field, reads the options, and compares all bytes. */
static void check_arrives(const sg_fields *fields, const sg_field *field,
                          double value) {
    _Alignas(8) unsigned char given[SIZE_MOST], out[SIZE_MOST];
    sg_options_fill(fields, given, fields->size);
    sg_field_store(field, value, given + field->offset);
    double stored = sg_field_number(field, given + field->offset);
    bool fits = (stored >= field->minimum && stored <= field->maximum) ||
                stored == field->standard;
    syngan_status status =
        sg_options_read(context, fields, given, fields->name, out);
    assert_int_equal(status, fits ? SYNGAN_OK : SYNGAN_E_ARGUMENT);
    if (fits)
        assert_memory_equal(given, out, fields->size);
    else
        assert_non_null(
            strstr(syngan_context_last_error(context), field->name));
}

static void what_is_written_arrives(void **state) {
    (void)state;
    size_t walked = 0;
    for (size_t t = 0; sg_options_all[t] != NULL; t++) {
        const sg_fields *fields = sg_options_all[t];
        assert_true(fields->size <= SIZE_MOST);
        for (size_t i = 0; i < fields->count; i++) {
            const sg_field *field = &fields->field[i];
            if (!is_number(field)) continue;
            const double middle = field->minimum / 2 + field->maximum / 2;
            const double values[] = {0,      1,  2,   field->minimum,
                                     middle, -1, 0.5, field->standard};
            for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
                if (field->type == SYNGAN_OPTION_U64 && values[v] < 0) continue;
                check_arrives(fields, field, values[v]);
            }
            if (field->type != SYNGAN_OPTION_U64)
                check_arrives(fields, field, field->maximum);
            walked++;
        }
    }
    assert_true(walked > 60);
}

static void seeds_arrive(void **state) {
    (void)state;
    static const uint64_t seeds[] = {0, 1, UINT64_MAX, SYNGAN_AUTO_SEED - 1,
                                     SYNGAN_AUTO_SEED + 1};
    syngan_dataset_options out;
    for (size_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        assert_ok(context,
                  sg_options_read(context, &sg_options_dataset,
                                  SYNGAN_DATASET(.seed = seeds[i]), "d", &out));
        assert_true(out.seed == seeds[i]);
    }
}

/* Zeroed structs of layers are accepted since zero is never a value there, but
 * for seeds, as their comments say. */
static void layers_refuse_zero(void **state) {
    (void)state;
    size_t layers = 0;
    for (size_t t = 0; sg_options_all[t] != NULL; t++) {
        const sg_fields *fields = sg_options_all[t];
        if (!fields->zero_is_left_out) continue;
        layers++;
        for (size_t i = 0; i < fields->count; i++) {
            const sg_field *field = &fields->field[i];
            if (is_number(field) && field->standard != 0 &&
                field->type != SYNGAN_OPTION_U64)
                assert_true(field->minimum > 0 || field->maximum < 0);
        }
    }
    assert_int_equal(layers, 7);
}

static void zeroed_structs_are_refused(void **state) {
    (void)state;
    for (size_t t = 0; sg_options_all[t] != NULL; t++) {
        const sg_fields *fields = sg_options_all[t];
        _Alignas(8) unsigned char given[SIZE_MOST] = {0}, out[SIZE_MOST];
        unsigned char filled[SIZE_MOST];
        memcpy(given, &fields->size, sizeof fields->size);
        sg_options_fill(fields, filled, fields->size);
        syngan_status status =
            sg_options_read(context, fields, given, fields->name, out);
        if (fields->zero_is_left_out) {
            assert_ok(context, status);
            assert_memory_equal(out, filled, fields->size);
            continue;
        }
        assert_int_equal(status, SYNGAN_E_ARGUMENT);
        assert_non_null(
            strstr(syngan_context_last_error(context), fields->name));
        assert_non_null(
            strstr(syngan_context_last_error(context), "not initialised"));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(initialisers_have_the_tables_defaults),
        cmocka_unit_test(structs_of_other_versions_are_filled),
        cmocka_unit_test(what_is_written_arrives),
        cmocka_unit_test(seeds_arrive),
        cmocka_unit_test(layers_refuse_zero),
        cmocka_unit_test(zeroed_structs_are_refused),
    };
    return cmocka_run_group_tests(tests, make_context, free_context);
}
