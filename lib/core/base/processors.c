/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many processors there are for this process.
 */
#include "base/processors.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "base/thread.h"

enum { PATH_SIZE = 4096, LIST_SIZE = 16384 };

int32_t sg_processor_affinity(void) {
    /* 8192 processors, the most that Linux is built for. */
    cpu_set_t processors[8];
    if (sched_getaffinity(0, sizeof(processors), processors) != 0) return 1;
    int count = CPU_COUNT_S(sizeof(processors), processors);
    return count < 1 ? 1 : count;
}

/* ---- quotas ------------------------------------------------------------- */

/* The beginning of a file, "" if there is none. */
static void read_text(const char *path, char *text, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, text, size - 1);
    text[got < 0 ? 0 : got] = '\0';
    if (fd >= 0) close(fd);
}

/* "200000 100000" is 2 processors, "max 100000" or "-1 100000" no quota: 0. */
static double quota_of(const char *text) {
    char *end;
    const double quota = strtod(text, &end);
    const double period = end == text ? 0.0 : strtod(end, NULL);
    return quota > 0.0 && period > 0.0 ? quota / period : 0.0;
}

/* Of one group. Version 1 has quota and period in two files. */
static double group_quota(const char *folder) {
    char path[PATH_SIZE + 64], text[64] = "";
    sg_text(path, sizeof path, "%s/cpu.max", folder);
    read_text(path, text, sizeof text);
    if (text[0] != '\0') return quota_of(text);
    sg_text(path, sizeof path, "%s/cpu.cfs_quota_us", folder);
    read_text(path, text, 30);
    size_t length = strcspn(text, "\n");
    text[length++] = ' ';
    sg_text(path, sizeof path, "%s/cpu.cfs_period_us", folder);
    read_text(path, text + length, 30);
    return quota_of(text);
}

/* The least of a group and those above it, up to the folder `root`. */
static double least_quota(const char *root, const char *group) {
    char folder[PATH_SIZE];
    double least = 0.0;
    const int length = sg_text(folder, sizeof folder, "%s%s", root, group);
    if (length < 0 || length >= PATH_SIZE) return 0.0;
    for (char *end = folder + length; end != NULL;) {
        *end = '\0';
        const double quota = group_quota(folder);
        if (quota > 0.0 && (least == 0.0 || quota < least)) least = quota;
        end = strlen(folder) > strlen(root) ? strrchr(folder, '/') : NULL;
    }
    return least;
}

/* Whether a line "4:cpu,cpuacct:/group" is of processors; "0::/group" is of
 * version 2, which has all in one. *controllers: between the colons. */
static bool is_of_processors(char *line, char **controllers, char **group) {
    char *first = strchr(line, ':');
    char *second = first == NULL ? NULL : strchr(first + 1, ':');
    if (second == NULL) return false;
    *second = '\0';
    *controllers = first + 1;
    *group = second + 1;
    if (first[1] == '\0') return true;
    for (const char *name = first + 1; name != NULL;) {
        const size_t size = strcspn(name, ",");
        if (size == 3 && memcmp(name, "cpu", 3) == 0) return true;
        name = name[size] == ',' ? name + size + 1 : NULL;
    }
    return false;
}

int32_t sg_processor_quota(const char *list, const char *root) {
    char text[LIST_SIZE], mount[PATH_SIZE], *rest = NULL;
    double least = 0.0;
    read_text(list, text, sizeof text);
    for (char *line = strtok_r(text, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *controllers, *group;
        if (!is_of_processors(line, &controllers, &group)) continue;
        sg_text(mount, sizeof mount, controllers[0] == '\0' ? "%s%s" : "%s/%s",
                root, controllers);
        const double quota = least_quota(mount, group);
        if (quota > 0.0 && (least == 0.0 || quota < least)) least = quota;
    }
    if (least <= 0.0 || least > SG_MAX_THREADS) return 0;
    const int32_t whole = (int32_t)least;
    return whole + ((double)whole < least ? 1 : 0);
}

int32_t sg_processor_count(void) {
    const int32_t all = sg_processor_affinity();
    const int32_t quota =
        sg_processor_quota("/proc/self/cgroup", "/sys/fs/cgroup");
    return quota > 0 && quota < all ? quota : all;
}
