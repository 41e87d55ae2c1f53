/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: products, text, checks, broadcasting. */
#include "tensor/shape.h"

#include "support/test.h"

#define DIMS(...)                                                              \
    sg_dims_make((const int64_t[]){__VA_ARGS__},                               \
                 sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static void shapes_compare(void **state) {
    (void)state;
    sg_dims a = DIMS(2, 3), b = DIMS(2, 3), c = DIMS(2, 3, 1), d = DIMS(3, 2);
    sg_dims scalar = sg_dims_make(NULL, 0);
    assert_true(sg_dims_equal(&a, &b));
    assert_false(sg_dims_equal(&a, &c));
    assert_false(sg_dims_equal(&a, &d));
    assert_false(sg_dims_equal(&a, &scalar));
    assert_true(sg_dims_equal(&scalar, &scalar));
}

static void products_are_right(void **state) {
    (void)state;
    sg_dims scalar = sg_dims_make(NULL, 0), dims = DIMS(2, 3, 5, 7);
    sg_dims empty = DIMS(4, 0, 3);
    assert_int_equal(sg_dims_count(&scalar), 1);
    assert_int_equal(sg_dims_count(&dims), 210);
    assert_int_equal(sg_dims_count(&empty), 0);
    assert_int_equal(sg_dims_product(&dims, 1, 3), 15);
    assert_int_equal(sg_dims_product(&dims, 2, 2), 1);
}

static void text_is_readable(void **state) {
    (void)state;
    char text[SG_DIMS_TEXT];
    sg_dims scalar = sg_dims_make(NULL, 0), image = DIMS(-1, 256, 7, 7);
    assert_string_equal(sg_dims_text(&scalar, text), "[]");
    assert_string_equal(sg_dims_text(&image, text), "[batch, 256, 7, 7]");
    assert_true(sg_dims_open(&image));
    assert_false(sg_dims_open(&scalar));
    sg_dims longest = {.rank = SYNGAN_MAX_RANK};
    for (int i = 0; i < SYNGAN_MAX_RANK; i++)
        longest.size[i] = INT64_MIN;
    assert_true(strlen(sg_dims_text(&longest, text)) < SG_DIMS_TEXT);
    assert_int_equal(text[strlen(text) - 1], ']');
}

static void wrong_shapes_give_a_sentence(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const int64_t good[] = {3, 0, 1}, negative[] = {3, -2};
    const int64_t open[] = {-1, 5};
    const int64_t large[] = {1ll << 30, 1ll << 30, 2};
    const int64_t hidden[] = {0, INT64_MAX, INT64_MAX};
    const int64_t nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    assert_ok(context, sg_dims_check(context, "t", good, 3, 0));
    assert_ok(context, sg_dims_check(context, "t", NULL, 0, 0));
    assert_ok(context, sg_dims_check(context, "t", nine, 8, 0));
    assert_ok(context, sg_dims_check(context, "t", open, 2, -1));
    assert_fails(context, sg_dims_check(context, "t", good, 3, 1),
                 SYNGAN_E_SHAPE, "t: size 0 of dimension 1 must be at least 1");
    assert_fails(context, sg_dims_check(context, "t", negative, 2, -1),
                 SYNGAN_E_SHAPE, "size -2 of dimension 1");
    assert_fails(context, sg_dims_check(context, "t", nine, 9, 0),
                 SYNGAN_E_SHAPE, "9 dimensions");
    assert_fails(context, sg_dims_check(context, "t", NULL, SIZE_MAX, 0),
                 SYNGAN_E_SHAPE, "dimensions");
    assert_fails(context, sg_dims_check(context, "t", NULL, 2, 0),
                 SYNGAN_E_ARGUMENT, "NULL");
    assert_fails(context, sg_dims_check(context, "t", large, 3, 0),
                 SYNGAN_E_SHAPE, "too many elements");
    assert_fails(context, sg_dims_check(context, "t", hidden, 3, 0),
                 SYNGAN_E_SHAPE, "too many elements");
    /* The largest that is taken: 8 bytes each of them fit 2^62. */
    const int64_t most[] = {1ll << 30, 1ll << 29};
    assert_ok(context, sg_dims_check(context, "t", most, 2, 0));
    syngan_context_free(context);
}

static void broadcasting_is_numpys(void **state) {
    (void)state;
    const sg_dims scalar = sg_dims_make(NULL, 0);
    const struct {
        sg_dims a, b;
        bool fits;
        sg_dims out;
    } cases[] = {
        {DIMS(2, 3), DIMS(2, 3), true, DIMS(2, 3)},
        {DIMS(2, 3), DIMS(3), true, DIMS(2, 3)},
        {DIMS(2, 3), DIMS(1, 3), true, DIMS(2, 3)},
        {DIMS(2, 1), DIMS(1, 3), true, DIMS(2, 3)},
        {DIMS(2, 3), scalar, true, DIMS(2, 3)},
        {scalar, scalar, true, scalar},
        {DIMS(5, 1, 7), DIMS(4, 1), true, DIMS(5, 4, 7)},
        {DIMS(0), DIMS(1), true, DIMS(0)},
        {DIMS(-1, 3), DIMS(3), true, DIMS(-1, 3)},
        {DIMS(-1, 3), DIMS(1, 3), true, DIMS(-1, 3)},
        {DIMS(-1, 3), DIMS(-1, 1), true, DIMS(-1, 3)},
        {DIMS(2, 3), DIMS(2), false, scalar},
        {DIMS(0), DIMS(2), false, scalar},
        {DIMS(-1, 3), DIMS(4, 3), false, scalar},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        sg_dims out = scalar;
        assert_int_equal(sg_dims_broadcast(&cases[i].a, &cases[i].b, &out),
                         cases[i].fits);
        assert_true(sg_dims_equal(&out, &cases[i].out));
        out = scalar;
        assert_int_equal(sg_dims_broadcast(&cases[i].b, &cases[i].a, &out),
                         cases[i].fits);
        assert_true(sg_dims_equal(&out, &cases[i].out));
    }
}

/* Data that other programs lay out in another way are named. */
static void other_layouts_are_named(void **state) {
    (void)state;
    static const struct {
        int64_t got[4], want[4];
        size_t got_rank, want_rank;
        const char *part; /* NULL: nothing to say */
    } cases[] = {
        {{64, 28, 28, 1}, {64, 1, 28, 28}, 4, 4, "it looks like N x H x W x C"},
        {{28, 28, 1}, {SYNGAN_BATCH, 1, 28, 28}, 3, 4, "it looks like"},
        {{9, 64, 48, 3}, {SYNGAN_BATCH, 3, 64, 48}, 4, 4, "it looks like"},
        {{9, 64, 64, 4}, {SYNGAN_BATCH, 3, 64, 64}, 4, 4, "it looks like"},
        {{9, 32, 32, 3}, {SYNGAN_BATCH, 3, 64, 64}, 4, 4, "it looks like"},
        {{1, 28, 28}, {SYNGAN_BATCH, 28, 28, 1}, 3, 4, "is expected looks"},
        {{28, 28}, {SYNGAN_BATCH, 1, 28, 28}, 2, 4, "channels, here of size 1"},
        {{50, 28, 28}, {1, 28, 28}, 3, 3, "channels, here of size 1"},
        {{9, 3, 32, 32}, {SYNGAN_BATCH, 3, 64, 64}, 4, 4, NULL},
        {{784}, {SYNGAN_BATCH, 1, 28, 28}, 1, 4, NULL},
        {{28, 28, 1}, {SYNGAN_BATCH, 784}, 3, 2, NULL},
        {{0}, {0}, 0, 0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const sg_dims got = sg_dims_make(cases[i].got, cases[i].got_rank);
        const sg_dims want = sg_dims_make(cases[i].want, cases[i].want_rank);
        const char *hint = sg_dims_hint(&got, &want);
        if (cases[i].part == NULL)
            assert_string_equal(hint, "");
        else
            assert_non_null(strstr(hint, cases[i].part));
    }
    const sg_dims picture = sg_dims_make((const int64_t[]){2, 8, 8, 3}, 4);
    assert_non_null(strstr(sg_dims_hint(&picture, NULL), "N x H x W x C"));
    const sg_dims image = sg_dims_make((const int64_t[]){2, 3, 8, 8}, 4);
    assert_string_equal(sg_dims_hint(&image, NULL), "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_compare),
        cmocka_unit_test(products_are_right),
        cmocka_unit_test(text_is_readable),
        cmocka_unit_test(wrong_shapes_give_a_sentence),
        cmocka_unit_test(broadcasting_is_numpys),
        cmocka_unit_test(other_layouts_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
