/* SPDX-License-Identifier: Apache-2.0 */
/* The first number that is not finite, at each place of arrays of each size. */
#include <math.h>

#include "support/test.h"
#include "tensor/tensor.h"

enum { MOST = 70 };

static void test_places(void **state) {
    (void)state;
    const float bad[] = {(float)NAN, INFINITY, -INFINITY};
    float data[MOST];
    for (size_t count = 0; count <= MOST; count++) {
        for (size_t i = 0; i < MOST; i++)
            data[i] = i % 2 ? 3e38f : -1e-40f;
        assert_int_equal(sg_find_not_finite(data, count), count);
        for (size_t at = count; at-- > 0;) {
            data[at] = bad[at % 3];
            assert_int_equal(sg_find_not_finite(data, count), at);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_places)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
