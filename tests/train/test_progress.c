/* SPDX-License-Identifier: Apache-2.0 */
/* The progress line: when it comes, and what it says. */
#include "support/test.h"

#include "train/progress.h"

static void test_due(void **state) {
    (void)state;
    sg_progress p = sg_progress_start(10, 20, 100.0);
    assert_true(sg_progress_due(&p, 11, 100.2));
    assert_false(sg_progress_due(&p, 12, 100.9));
    assert_true(sg_progress_due(&p, 13, 101.3));
    assert_false(sg_progress_due(&p, 14, 102.2));
    assert_true(sg_progress_due(&p, 20, 102.2)); /* the last */
}

static const char *line(int64_t first, int64_t done, int64_t last,
                        double elapsed, const syngan_losses *losses) {
    static char text[SG_LINE_MAX];
    sg_progress p = sg_progress_start(first, last, 50.0);
    syngan_losses l = *losses;
    l.iteration = done - 1;
    sg_progress_line(&p, &l, 50.0 + elapsed, text);
    return text;
}

static void test_text(void **state) {
    (void)state;
    syngan_losses losses = {.struct_size = sizeof losses,
                            .d_loss = 0.63151f,
                            .d_accuracy = 0.678f,
                            .g_loss = 0.9117f};
    assert_string_equal(line(0, 1200, 10000, 240.0, &losses),
                        "iteration 1200 of 10000, 5.00/s, 29 min left, "
                        "discriminator 0.632 (68 %), generator 0.912");
    /* Iterations from before this run don't count for the rate. */
    assert_string_equal(line(1000, 1200, 1300, 10.0, &losses),
                        "iteration 1200 of 1300, 20/s, 5 s left, "
                        "discriminator 0.632 (68 %), generator 0.912");
    losses.collapsed = 1;
    assert_string_equal(line(0, 1, 36001, 1.0, &losses),
                        "iteration 1 of 36001, 1.00/s, 10 h 00 min left, "
                        "discriminator 0.632 (68 %), generator 0.912, "
                        "collapse suspected");
}

/* The longest values still fit. */
static void test_extremes(void **state) {
    (void)state;
    syngan_losses losses = {.struct_size = sizeof losses,
                            .d_loss = 3e38f,
                            .d_accuracy = 1.0f,
                            .g_loss = -3e38f,
                            .collapsed = 1};
    const char *text = line(0, INT64_MAX - 1, INT64_MAX, 1e-9, &losses);
    assert_true(strlen(text) < SG_LINE_MAX);
    text = line(0, 1, INT64_MAX, 1e9, &losses);
    assert_non_null(strstr(text, "over 30 years left"));
    text = line(0, 1, 2, 0.0, &losses);
    assert_non_null(strstr(text, "iteration 1 of 2"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_due),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_extremes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
