/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Processors that this process may use: by its affinity, and by the quota of
 * its control group, which containers have.
 */
#ifndef SG_BASE_PROCESSORS_H
#define SG_BASE_PROCESSORS_H

#include <stdint.h>

/* By affinity, at least 1. */
int32_t sg_processor_affinity(void);

/* By the least quota of the process's control group and those above it,
 * rounded upwards; 0: there is none. `list`: "/proc/self/cgroup"; `root`:
 * "/sys/fs/cgroup", where both versions of control groups are looked for. */
int32_t sg_processor_quota(const char *list, const char *root);

#endif
