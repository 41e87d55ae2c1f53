/* SPDX-License-Identifier: Apache-2.0 */
/* Measures that SDMetrics has, too, have its values: see
 * tests/fixtures/make_evaluate.py. */
#include <syngan/evaluate.h>

#include <math.h>

#include "support/json_tables.h"
#include "support/test.h"

#define TOLERANCE 1e-6

static void compare(const char *which, const syngan_report *report,
                    sg_json_value values) {
    int faults = 0, compared = 0;
    for (sg_json_value each = {0}; sg_json_next(values, &each); compared++) {
        double wanted = 0, found = 0;
        assert_int_equal(sg_json_read_f64(each, &wanted), SYNGAN_OK);
        if (syngan_report_value(report, each.key, &found) != SYNGAN_OK) {
            print_error("%s: %s is missing\n", which, each.key);
            faults++;
            continue;
        }
        /* An association is looked at only where SDMetrics gives it. */
        bool equal =
            isnan(wanted) ? isnan(found) : fabs(wanted - found) <= TOLERANCE;
        if (equal) continue;
        print_error("%s: %s is %.9g, not %.9g\n", which, each.key, found,
                    wanted);
        faults++;
    }
    assert_true(compared > 50);
    assert_int_equal(faults, 0);
}

static void values_equal_those_of_sdmetrics(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    sg_json *json = tables_open(context, "evaluate.json");
    sg_json_value cases = sg_json_member(sg_json_root(json), "cases");
    size_t count = 0;
    assert_ok(context, sg_json_read_array(cases, &count));
    for (size_t i = 0; i < count; i++) {
        sg_json_value each = sg_json_item(cases, i);
        const char *name;
        assert_ok(context,
                  sg_json_read_string(sg_json_member(each, "name"), &name));
        syngan_table *real =
            tables_from_json(context, sg_json_member(each, "real"));
        syngan_table *synthetic =
            tables_from_json(context, sg_json_member(each, "synthetic"));
        syngan_report *report = NULL;
        assert_ok(context,
                  syngan_table_evaluate(
                      real, synthetic,
                      SYNGAN_EVALUATE(.privacy = 0, .detection = 0), &report));
        compare(name, report, sg_json_member(each, "values"));
        syngan_report_free(report);
        syngan_table_free(synthetic);
        syngan_table_free(real);
    }
    sg_json_free(json);
    syngan_context_free(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_equal_those_of_sdmetrics),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
