/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the programs here have in common: signals that end them with their work
 * saved, output that may fail, progress, and commands to be typed again.
 */
#ifndef EXAMPLES_PROGRAM_H
#define EXAMPLES_PROGRAM_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syngan.h>
#include <time.h>
#include <unistd.h>

/* The one program's state, of which the handler uses the first two. */
typedef struct program_state {
    syngan_context *context;
    volatile sig_atomic_t ended_by; /* a signal; 0: none */
    int output_error;               /* errno of a failed standard output */
    time_t line_due;                /* when the next line of progress is */
} program_state;

static inline program_state *program(void) {
    static program_state state;
    return &state;
}

/* ---- signals --------------------------------------------------------------
 */

static inline void program_stop(int number) {
    signal(number, SIG_DFL); /* the second one ends the program at once */
    program()->ended_by = number;
    syngan_context_cancel(program()->context);
}

/* From here on Ctrl-C, a request to end, and the terminal's closing (unless
 * nohup has it ignored) cancel what runs on the context. */
static inline void program_watch(syngan_context *context) {
    program()->context = context;
    signal(SIGINT, program_stop);
    signal(SIGTERM, program_stop);
    if (signal(SIGHUP, program_stop) == SIG_IGN) signal(SIGHUP, SIG_IGN);
}

/* While files are written. */
static inline void program_shield(void) {
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
}

/* Before anything else. Writing into a pipe that nobody reads, or beyond the
 * size that files may have, is an error that is handled where it comes; files
 * of ours never get the number of a standard stream that is closed. */
static inline void program_begin(void) {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    for (int file = 0; file < 3; file++)
        if (fcntl(file, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) return;
    setvbuf(stdout, NULL, _IOLBF, 0); /* lines come as they are made */
}

/* ---- output ---------------------------------------------------------------
 */

/* As printf(), but a failure is remembered; where nobody reads any more, the
 * program ends as after Ctrl-C. */
static inline void say(const char *format, ...)
    __attribute__((format(printf, 1, 2)));
static inline void say(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    errno = 0;
    int written = vprintf(format, arguments);
    va_end(arguments);
    if ((written >= 0 && !ferror(stdout)) || program()->output_error != 0)
        return;
    program()->output_error = errno != 0 ? errno : EIO;
    if (program()->output_error != EPIPE) return;
    program()->ended_by = SIGPIPE;
    syngan_context_cancel(program()->context);
}

/* What a shell is told: 0, 1 for a failure that has been told, or what shells
 * say of a program that a signal ended. */
static inline int program_end(const char *name, int failed) {
    errno = 0;
    if (fflush(stdout) != 0 && program()->output_error == 0)
        program()->output_error = errno;
    if (program()->ended_by != 0) return 128 + program()->ended_by;
    if (program()->output_error == 0) return failed;
    fprintf(stderr, "%s: standard output: can't be written: %s\n", name,
            strerror(program()->output_error));
    return 1;
}

/* Shows one line that changes; where it can't, a line each minute. */
static inline void program_line(const char *line) {
    time_t now = time(NULL);
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r%-78.78s", line);
        return;
    }
    if (program()->line_due == 0) program()->line_due = now + 60;
    if (now < program()->line_due) return;
    program()->line_due = now + 60;
    fprintf(stderr, "%s\n", line);
}

static inline void program_clear_line(void) {
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%-78s\r", "");
}

/* ---- commands to be typed again -------------------------------------------
 */

/* A word of a command, in quotes if a shell needs them. */
static inline void say_word(const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ_./:=@%+,-";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        say("%s", word);
        return;
    }
    say("'");
    for (; *word != '\0'; word++)
        if (*word == '\'')
            say("'\\''");
        else
            say("%c", *word);
    say("'");
}

/* A file of the command: one that begins with a dash is no option. */
static inline void say_file(const char *path) {
    say(" %s", path[0] == '-' ? "./" : "");
    say_word(path);
}

/* An option with its value; NULL: left out. */
static inline void say_option(const char *option, const char *value) {
    if (value == NULL) return;
    say(" %s ", option);
    say_word(value);
}

static inline void say_number(const char *option, int64_t value) {
    say(" %s %lld", option, (long long)value);
}

/* ---- errors ---------------------------------------------------------------
 */

/* A field of the library's options, and what the program calls it. */
typedef struct program_name {
    const char *field, *option;
} program_name;

static inline int program_is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* Prints the library's sentence on a failure with the program's names for
 * fields; `names` end with NULL. */
static inline void program_tell(const char *name, const syngan_context *context,
                                syngan_status status,
                                const program_name *names) {
    const char *text =
        context == NULL ? "" : syngan_context_last_error(context);
    if (text[0] == '\0') text = syngan_status_text(status);
    fprintf(stderr, "%s: ", name);
    for (const char *at = text; *at != '\0';) {
        const program_name *n = names;
        size_t size = 0;
        while (program_is_letter(at[size]))
            size++;
        while (n->field != NULL &&
               (strlen(n->field) != size || memcmp(n->field, at, size) != 0))
            n++;
        if (size == 0) size = 1;
        if (n->field != NULL)
            fputs(n->option, stderr);
        else
            fwrite(at, 1, size, stderr);
        at += size;
    }
    fputc('\n', stderr);
}

/* ---- about the library ----------------------------------------------------
 */

static inline void say_version(const char *name) {
    syngan_build_info info = {.struct_size = sizeof info};
    if (syngan_build_info_get(&info) == SYNGAN_OK)
        say("%s %s, oneDNN %s, %s\n", name, info.version_text, info.onednn_text,
            info.isa);
}

/* Whether the library was built with "png" or another of its features. */
static inline int program_has(const char *feature) {
    syngan_build_info info = {.struct_size = sizeof info};
    if (syngan_build_info_get(&info) != SYNGAN_OK) return 0;
    size_t size = strlen(feature);
    for (const char *at = info.features; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == size && memcmp(at, feature, size) == 0) return 1;
        at += length;
    }
    return 0;
}

#endif
