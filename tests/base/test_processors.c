/* SPDX-License-Identifier: Apache-2.0 */
/* The quota of processors that a control group has, of both versions. */
#include "base/processors.h"

#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>

#include "support/folder.h"
#include "support/test.h"

static folder root;
static char list[FOLDER_PATH_MAX];

static int make_root(void **state) {
    (void)state;
    folder_make(&root);
    folder_file(&root, "list", list);
    return 0;
}

static int remove_one(const char *name, const struct stat *status, int kind,
                      struct FTW *place) {
    (void)status;
    (void)kind;
    return place->level == 0 ? 0 : remove(name);
}

static int remove_root(void **state) {
    (void)state;
    (void)nftw(root.path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    folder_remove(&root);
    return 0;
}

static void put(const char *name, const char *text) {
    char path[FOLDER_PATH_MAX + 100];
    snprintf(path, sizeof path, "%s/%s", root.path, name);
    for (char *at = path + strlen(root.path) + 1;
         (at = strchr(at, '/')) != NULL; at++) {
        *at = '\0';
        (void)mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int32_t quota(const char *groups) {
    put("list", groups);
    return sg_processor_quota(list, root.path);
}

static void there_may_be_none(void **state) {
    (void)state;
    assert_int_equal(sg_processor_quota("/nonexistent", root.path), 0);
    assert_int_equal(quota(""), 0);
    assert_int_equal(quota("0::/\n"), 0);
    assert_int_equal(quota("0::/none/there\n"), 0);
    assert_int_equal(quota("nonsense\n::\n1:cpuset:/\n"), 0);
}

static void version_2_has_the_least_of_those_above(void **state) {
    (void)state;
    put("a/cpu.max", "400000 100000\n");
    put("a/b/cpu.max", "150000 100000\n");
    put("a/b/c/cpu.max", "max 100000\n");
    put("a/b/c/d/cpu.max", "300000 100000\n");
    put("wide/cpu.max", "100000000000 100000\n");
    put("bad/cpu.max", "some words\n");
    assert_int_equal(quota("0::/a\n"), 4);
    assert_int_equal(quota("0::/a/b\n"), 2);
    assert_int_equal(quota("0::/a/b/c\n"), 2);
    assert_int_equal(quota("0::/a/b/c/d"), 2);
    assert_int_equal(quota("0::/a/none\n"), 4);
    assert_int_equal(quota("0::/wide\n"), 0);
    assert_int_equal(quota("0::/bad\n"), 0);
    put("cpu.max", "50000 100000\n"); /* as seen from within a container */
    assert_int_equal(quota("0::/\n"), 1);
    assert_int_equal(quota("0::/../..\n"), 1);
    put("cpu.max", "max 100000\n");
}

static void version_1_has_two_files(void **state) {
    (void)state;
    put("cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    put("cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    put("cpu,cpuacct/docker/x/cpu.cfs_quota_us", "250000\n");
    put("cpu,cpuacct/docker/x/cpu.cfs_period_us", "100000\n");
    assert_int_equal(quota("5:cpuset:/\n4:cpu,cpuacct:/docker/x\n0::/\n"), 3);
    assert_int_equal(quota("4:cpu,cpuacct:/docker\n"), 0);
    /* Within a container the list has the host's paths. */
    put("cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
    assert_int_equal(quota("4:cpu,cpuacct:/not/here\n"), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(version_2_has_the_least_of_those_above),
        cmocka_unit_test(version_1_has_two_files),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
