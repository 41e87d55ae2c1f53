/* SPDX-License-Identifier: Apache-2.0 */
/* A trainer's programs as text. */
#include <stdlib.h>

#include "support/networks.h"
#include "support/test.h"
#include "support/training.h"

static void programs_are_listed(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    training t;
    assert_ok(context,
              training_make(context, NETWORK_DENSE,
                            SYNGAN_TRAINER(.batch = 4, .profile = 1), &t));
    assert_ok(context, syngan_trainer_run(t.trainer, 2));
    size_t size = syngan_trainer_report(t.trainer, NULL, 0);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(syngan_trainer_report(t.trainer, text, size + 1), size);
    assert_int_equal(strlen(text), size);
    assert_non_null(strstr(text, "discriminator"));
    assert_non_null(strstr(text, "generator"));
    assert_non_null(strstr(text, "adam"));
    assert_non_null(strstr(text, "ms a run"));
    char small[8];
    assert_int_equal(syngan_trainer_report(t.trainer, small, sizeof small),
                     size);
    assert_int_equal(strlen(small), sizeof small - 1);
    assert_int_equal(syngan_trainer_report(NULL, small, sizeof small), 0);
    assert_string_equal(small, "");
    free(text);
    training_end(&t);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(programs_are_listed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
