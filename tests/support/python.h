/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks by Python: python3, or what SYNGAN_TEST_PYTHON names.
 */
#ifndef TESTS_SUPPORT_PYTHON_H
#define TESTS_SUPPORT_PYTHON_H

/* Skips the test (cmocka), saying so, unless the module can be imported. */
void python_needs(const char *module);

/* Runs a script with up to three arguments in sys.argv[1] ... (the rest NULL);
 * the test fails unless it ends well. */
void python_run(const char *script, const char *a, const char *b,
                const char *c);

#endif
