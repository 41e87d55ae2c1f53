/* SPDX-License-Identifier: Apache-2.0 */
/* Running programs; see program.h. */
#include "support/program.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/test.h"

static folder top; /* where commands run */

int program_start(void **state) {
    (void)state;
    folder_make(&top);
    return chdir(top.path);
}

int program_end(void **state) {
    (void)state;
    if (chdir("/") != 0) return -1;
    char command[PROGRAM_LINE_MAX];
    snprintf(command, sizeof(command), "rm -rf '%s'", top.path);
    return system(command);
}

char program_text[16384];

int program_code(int status) {
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

void program_keep_printed(void) {
    size_t size;
    char *text = file_read("printed", &size);
    assert_non_null(text);
    snprintf(program_text, sizeof(program_text), "%s", text);
    free(text);
    assert_int_equal(unlink("printed"), 0);
}

int program_run(const char *line) {
    char command[PROGRAM_LINE_MAX];
    const int n = snprintf(command, sizeof(command), "%s >printed 2>&1", line);
    assert_true(n > 0 && (size_t)n < sizeof(command));
    const int code = program_code(system(command));
    program_keep_printed();
    return code;
}

void program_must_run(const char *line) {
    const int code = program_run(line);
    if (code != 0) fail_msg("%s: exit code %d: %s", line, code, program_text);
}

void program_printed(const char *part) {
    if (strstr(program_text, part) == NULL)
        fail_msg("'%s' was not printed: %s", part, program_text);
}

bool program_wrote(const char *path) {
    return access(path, F_OK) == 0;
}

void program_equal_files(const char *a, const char *b) {
    size_t size_a, size_b;
    char *bytes_a = file_read(a, &size_a), *bytes_b = file_read(b, &size_b);
    assert_true(bytes_a != NULL && bytes_b != NULL);
    assert_int_equal(size_a, size_b);
    assert_memory_equal(bytes_a, bytes_b, size_a);
    free(bytes_a);
    free(bytes_b);
}

void program_refuses(const char *program, const program_wrong *cases,
                     size_t count) {
    const int before = folder_count(&top);
    for (size_t i = 0; i < count; i++) {
        char line[PROGRAM_LINE_MAX];
        snprintf(line, sizeof(line), "%s %s", program, cases[i].line);
        const int code = program_run(line);
        if (code != cases[i].code)
            fail_msg("%s: exit code %d: %s", line, code, program_text);
        program_printed(cases[i].part);
        if (folder_count(&top) != before) fail_msg("%s: left a file", line);
    }
}
