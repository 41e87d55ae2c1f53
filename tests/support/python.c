/* SPDX-License-Identifier: Apache-2.0 */
/* Running Python; see python.h. */
#include "support/python.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test.h"

/* The exit status of `python -c script a b c`. */
static int run(const char *script, const char *a, const char *b,
               const char *c) {
    const char *python = getenv("SYNGAN_TEST_PYTHON");
    if (python == NULL) python = "python3";
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        execlp(python, python, "-c", script, a, b, c, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void python_needs(const char *module) {
    const char *script = "import importlib.util, sys\n"
                         "found = importlib.util.find_spec(sys.argv[1])\n"
                         "sys.exit(0 if found else 1)";
    if (run(script, module, NULL, NULL) == 0) return;
    print_message("skipped: there is no Python with %s\n", module);
    skip();
}

void python_run(const char *script, const char *a, const char *b,
                const char *c) {
    int status = run(script, a, b, c);
    if (status != 0) fail_msg("Python ended with %d", status);
}
