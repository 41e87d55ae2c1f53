/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests in processes of their own: for settings that OpenMP, oneDNN and the
 * system read once, and for what would end or hang a process.
 */
#ifndef TESTS_SUPPORT_PROCESS_H
#define TESTS_SUPPORT_PROCESS_H

/* Seconds after which a process is taken for hanging. */
#define PROCESS_SECONDS 60

/* Starts this test program again with `argument`, and with the setting
 * "NAME=value" unless it is NULL. Returns its exit code, 128 and a signal's
 * number if one ended it. */
int process_again(const char *setting, const char *argument);

/* Runs `body` in a child of fork(); returns likewise. */
int process_forked(int (*body)(void *argument), void *argument);

#endif
