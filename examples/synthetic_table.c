/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Synthetic tables: learns a CSV file, makes rows like its rows, and tells how
 * far they can be trusted. See `synthetic_table --help`.
 */
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "program.h"

#define BUILT_IN_ROWS 20000
#define DEFAULT_EPOCHS 300
#define PATH_SIZE 4096

/* clang-format off */
static const char usage[] =
    "usage: synthetic_table fit FILE.csv -o MODEL [OPTION]...\n"
    "       synthetic_table sample MODEL -n N -o FILE.csv [OPTION]...\n"
    "       synthetic_table evaluate REAL.csv SYNTHETIC.csv [OPTION]...\n"
    "       synthetic_table run [FILE.csv] [OPTION]...\n"
    "\n"
    "fit learns a table; sample makes rows like its rows; evaluate compares them\n"
    "with the real ones. run does all of it, with a fifth of the rows held out;\n"
    "without a file it takes card transactions that the library makes up.\n"
    "\n"
    "Of fit and run:\n"
    "  --epochs N        passes over the table (300; of baskets 100)\n"
    "  --recipe NAME     default, or ctgan: the settings of that program\n"
    "  --patience N      stop after N measures without a better quality\n"
    "  --set NAME=VALUE  another setting of fitting, by its name in the library\n"
    "                    (synthesizer.h): --set max_choices=100\n"
    "  --estimate        only print the memory and time that it would take\n"
    "Of fit:\n"
    "  --sampling-only   save no more than sampling needs\n"
    "  --pieces          read the file in pieces: it may be larger than memory\n"
    "  --resume MODEL    go on with a model that was saved, until --epochs\n"
    "Of sample and run:\n"
    "  -n, --count N     rows (baskets, sequences) to make\n"
    "  -w, --where TEXT  what holds in every row: \"country = France\",\n"
    "                    \"age >= 18 and fraud = true\", \"city in (Ulm, Bonn)\n"
    "                    or email is not missing\", \"since != 2024-02-29\"\n"
    "Of evaluate and run:\n"
    "  --holdout FILE    real rows that were not learnt from\n"
    "  --target COLUMN   what a learner is to predict\n"
    "Of fit, evaluate and run:\n"
    "  --rows KIND       independent, baskets or sequences\n"
    "  --key COLUMN      of baskets and sequences: what groups the rows\n"
    "  --order COLUMN    of sequences: what orders those of a group\n"
    "  --item COLUMN     of baskets: what is in them\n"
    "  --ragged          of baskets: real files have a basket in each line\n"
    "  --schema FILE     JSON: types of columns, constraints\n"
    "  --missing MARKS   of missing values in CSV files, separated by spaces\n"
    "  --no-header       real CSV files begin with a row: columns are column_1, ...\n"
    "  --encoding NAME   of real CSV files: utf8, latin1, windows1252, utf16 or\n"
    "                    replace\n"
    "  --separator C     between their cells (found); tab is one\n"
    "  --decimal C       their decimal mark, . or , (found)\n"
    "Of all:\n"
    "  -o, --out PATH    what is written; run: a folder (out); evaluate: name of\n"
    "                    the report without .json and .html (report)\n"
    "  --seed N          of everything random (0)\n"
    "  --threads N       for computing (all processors)\n"
    "  --bf16            faster products, on processors with AVX512_BF16\n"
    "  --version         prints versions\n"
    "  --help            prints this\n";
/* clang-format on */

typedef struct settings {
    const char *program, *command;
    const char *operand[2];
    int n_operands;
    int32_t estimate, sampling_only, pieces, ragged, no_header, encoding;
    const char *out, *resume, *schema, *where, *holdout, *target, *missing;
    const char *separator, *decimal;
    const char *set[16]; /* NAME=VALUE */
    int n_set;
    char given[64]; /* letters of the options that were */
    char *schema_text;
    int64_t count, seed, threads;
    syngan_synthesizer_options fit;
} settings;

/* ---- the command line --------------------------------------------------- */

static void refuse(const char *option, const char *came, const char *right) {
    fprintf(stderr, "synthetic_table: %s is '%s', but must be %s\n", option,
            came, right);
    exit(2);
}

static int64_t whole_number(const char *option, const char *text, int64_t least,
                            int64_t most) {
    char *end, right[100];
    errno = 0;
    const long long value = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < least ||
        value > most) {
        snprintf(right, sizeof right,
                 "a whole number from %" PRId64 " to %" PRId64, least, most);
        refuse(option, text, right);
    }
    return value;
}

/* The place of `text` among names with ", " between. */
static int32_t choice(const char *option, const char *text, const char *names) {
    int32_t index = 0;
    size_t size = strlen(text);
    for (const char *name = names; *name != '\0'; index++) {
        size_t length = strcspn(name, ",");
        if (length == size && memcmp(name, text, size) == 0) return index;
        name += length + strspn(name + length, ", ");
    }
    char right[100];
    snprintf(right, sizeof right, "one of %s", names);
    refuse(option, text, right);
    return 0;
}

static const struct option options[] = {
    {"schema", required_argument, NULL, 'S'},
    {"epochs", required_argument, NULL, 'e'},
    {"recipe", required_argument, NULL, 'r'},
    {"rows", required_argument, NULL, 'R'},
    {"key", required_argument, NULL, 'k'},
    {"order", required_argument, NULL, 'O'},
    {"item", required_argument, NULL, 'i'},
    {"ragged", no_argument, NULL, 'G'},
    {"patience", required_argument, NULL, 'p'},
    {"sampling-only", no_argument, NULL, 'L'},
    {"resume", required_argument, NULL, 'U'},
    {"pieces", no_argument, NULL, 'P'},
    {"estimate", no_argument, NULL, 'E'},
    {"count", required_argument, NULL, 'n'},
    {"where", required_argument, NULL, 'w'},
    {"holdout", required_argument, NULL, 'H'},
    {"target", required_argument, NULL, 'T'},
    {"out", required_argument, NULL, 'o'},
    {"missing", required_argument, NULL, 'm'},
    {"no-header", no_argument, NULL, 'N'},
    {"encoding", required_argument, NULL, 'c'},
    {"separator", required_argument, NULL, 'x'},
    {"decimal", required_argument, NULL, 'd'},
    {"seed", required_argument, NULL, 's'},
    {"threads", required_argument, NULL, 't'},
    {"bf16", no_argument, NULL, 'f'},
    {"set", required_argument, NULL, 'V'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0}};

static void set_option(settings *s, int which, const char *text) {
    switch (which) {
    case 'S':
        s->schema = text;
        break;
    case 'e':
        s->fit.epochs = whole_number("--epochs", text, 1, 1000000);
        break;
    case 'r':
        s->fit.recipe = choice("--recipe", text, "default, ctgan");
        break;
    case 'R':
        s->fit.rows = choice("--rows", text, "independent, baskets, sequences");
        break;
    case 'k':
        s->fit.key = text;
        break;
    case 'O':
        s->fit.order = text;
        break;
    case 'i':
        s->fit.item = text;
        break;
    case 'G':
        s->ragged = 1;
        break;
    case 'p':
        s->fit.patience = (int32_t)whole_number("--patience", text, 1, 1000000);
        break;
    case 'L':
        s->sampling_only = 1;
        break;
    case 'P':
        s->pieces = 1;
        break;
    case 'N':
        s->no_header = 1;
        break;
    case 'c':
        s->encoding = choice("--encoding", text,
                             "utf8, latin1, replace, windows1252, utf16");
        break;
    case 'x':
        s->separator = strcmp(text, "tab") == 0 ? "\t" : text;
        if (strlen(s->separator) != 1)
            refuse("--separator", text, "one character, or tab");
        break;
    case 'd':
        s->decimal = text;
        if (strcmp(text, ".") != 0 && strcmp(text, ",") != 0)
            refuse("--decimal", text, ". or ,");
        break;
    case 'U':
        s->resume = text;
        break;
    case 'V':
        if (s->n_set == (int)(sizeof s->set / sizeof *s->set) ||
            strchr(text, '=') == NULL)
            refuse("--set", text, "NAME=VALUE, at most 16 times");
        s->set[s->n_set++] = text;
        break;
    case 'E':
        s->estimate = 1;
        break;
    case 'n':
        s->count = whole_number("--count", text, 1, INT64_MAX);
        break;
    case 'w':
        s->where = text;
        break;
    case 'H':
        s->holdout = text;
        break;
    case 'T':
        s->target = text;
        break;
    case 'o':
        s->out = text;
        break;
    case 'm':
        s->missing = text;
        break;
    case 's':
        s->seed = whole_number("--seed", text, 0, INT64_MAX);
        break;
    case 't':
        s->threads = whole_number("--threads", text, 1, 256);
        break;
    case 'f':
        s->fit.bf16 = 1;
        break;
    case 'v':
        say_version("synthetic_table");
        exit(program_end("synthetic_table", 0));
    case 'h':
        say("%s", usage);
        exit(program_end("synthetic_table", 0));
    default:
        fputs("Try 'synthetic_table --help'.\n", stderr);
        exit(2);
    }
}

static settings read_command_line(int argc, char **argv) {
    settings s = {.program = argv[0], .fit = SYNGAN_SYNTHESIZER_INIT};
    int which;
    while ((which = getopt_long(argc, argv, "n:w:o:", options, NULL)) != -1) {
        set_option(&s, which, optarg);
        if (strchr(s.given, which) == NULL)
            s.given[strlen(s.given)] = (char)which;
    }
    if (optind < argc) s.command = argv[optind++];
    while (optind < argc && s.n_operands < 2)
        s.operand[s.n_operands++] = argv[optind++];
    if (optind < argc) refuse("an argument", argv[optind], "left out");
    return s;
}

/* ---- parts -------------------------------------------------------------- */

static syngan_status show_fit(const syngan_fit_progress *p, void *user) {
    (void)user;
    char line[160], quality[32] = "";
    if (p->quality >= 0)
        snprintf(quality, sizeof quality, ", quality %.3f", p->quality);
    if (p->phase == 0)
        snprintf(line, sizeof line,
                 "preparing columns: %" PRId64 " of %" PRId64, p->done,
                 p->total);
    else
        snprintf(line, sizeof line,
                 "epoch %" PRId64 " of %" PRId64
                 ", %.0f s left, critic %.3f, generator %.3f%s",
                 p->done, p->total, p->left, (double)p->d_loss,
                 (double)p->g_loss, quality);
    program_line(line);
    return SYNGAN_OK;
}

static syngan_status show_evaluation(const char *stage, double done,
                                     void *user) {
    (void)user;
    char line[128];
    snprintf(line, sizeof line, "evaluating: %.0f %% (%s)", 100 * done, stage);
    program_line(line);
    return SYNGAN_OK;
}

/* A whole small file as text; exits if it can't be read. */
static char *read_text(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0, capacity = 0;
    while (file != NULL && !feof(file) && !ferror(file)) {
        if (size + 1 >= capacity) {
            capacity = 2 * capacity + 4096;
            char *larger = realloc(text, capacity);
            if (larger == NULL) break;
            text = larger;
        }
        size += fread(text + size, 1, capacity - size - 1, file);
    }
    if (file == NULL || ferror(file) || text == NULL) {
        fprintf(stderr, "synthetic_table: %s: can't be read: %s\n", path,
                strerror(errno));
        exit(1);
    }
    fclose(file);
    text[size] = '\0';
    return text;
}

/* How CSV files are read. Real ones are what the command line says; ours are
 * UTF-8 with a header. */
static syngan_csv_options csv_options(const settings *s, const char *schema,
                                      bool real) {
    syngan_csv_options csv = {SYNGAN_CSV_DEFAULTS, .missing = s->missing,
                              .schema = schema};
    if (real) {
        csv.header = !s->no_header;
        csv.encoding = s->encoding;
        csv.separator = s->separator;
        csv.decimal = s->decimal;
    }
    return csv;
}

/* A real table is read by the schema that was given. */
static syngan_status read_table(syngan_context *context, const settings *s,
                                const char *path, syngan_table **out) {
    const syngan_csv_options csv = csv_options(s, s->schema_text, true);
    return s->ragged ? syngan_table_read_baskets(context, path, &csv, out)
                     : syngan_table_read_csv(context, path, &csv, out);
}

static syngan_status read_by_schema(syngan_context *context, const settings *s,
                                    const char *path, bool is_real,
                                    const char *schema, syngan_table **out) {
    const syngan_csv_options csv = csv_options(s, schema, is_real);
    return syngan_table_read_csv(context, path, &csv, out);
}

/* Reads another table with the types of the real one. One that has other
 * columns, or a cell that is none of its type, is read as it comes: what can be
 * compared then is, and the report names the rest. */
static syngan_status read_like(syngan_context *context, const settings *s,
                               const syngan_table *real, const char *path,
                               bool is_real, syngan_table **out) {
    size_t size = syngan_table_schema(real, NULL, 0) + 1;
    char *schema = malloc(size);
    if (schema == NULL) return SYNGAN_E_MEMORY;
    syngan_table_schema(real, schema, size);
    syngan_status status =
        read_by_schema(context, s, path, is_real, schema, out);
    free(schema);
    if (status != SYNGAN_E_FORMAT && status != SYNGAN_E_NOT_FOUND &&
        status != SYNGAN_E_MISMATCH)
        return status;
    fprintf(stderr, "synthetic_table: not as the real table: %s\n",
            syngan_context_last_error(context));
    return read_by_schema(context, s, path, is_real, NULL, out);
}

/* Real rows like others, as the command line says that these are. */
static syngan_status read_holdout(syngan_context *context, const settings *s,
                                  const syngan_table *real,
                                  syngan_table **out) {
    return s->ragged ? read_table(context, s, s->holdout, out)
                     : read_like(context, s, real, s->holdout, true, out);
}

static void print_columns(const syngan_table *table) {
    static const char *const types[] = {"",           "integer",  "real",
                                        "boolean",    "category", "time",
                                        "identifier", "text",     "duration"};
    say("%" PRId64 " rows\n", syngan_table_rows(table));
    for (size_t i = 0; i < syngan_table_columns(table); i++) {
        say("  %-24s %s", syngan_table_name(table, i),
            types[syngan_table_type(table, i)]);
        if (syngan_table_text_count(table, i) > 0)
            say(", %zu values", syngan_table_text_count(table, i));
        if (syngan_table_missing(table, i) > 0)
            say(", %" PRId64 " missing", syngan_table_missing(table, i));
        if (syngan_table_type(table, i) == SYNGAN_COLUMN_IDENTIFIER)
            say(": not learnt, made up");
        if (syngan_table_type(table, i) == SYNGAN_COLUMN_TEXT)
            say(": not learnt, replaced");
        say("\n");
    }
}

static syngan_status print_estimate(const syngan_table *table,
                                    const settings *s) {
    uint64_t bytes;
    double seconds;
    syngan_status status =
        syngan_synthesizer_estimate(table, &s->fit, &bytes, &seconds);
    if (status == SYNGAN_OK)
        say("fitting would take %.0f MiB and about %.0f s\n",
            (double)bytes / (1 << 20), seconds);
    return status;
}

static syngan_status learn(syngan_context *context, const syngan_table *table,
                           settings *s, syngan_synthesizer **out) {
    const syngan_csv_options csv = csv_options(s, s->schema_text, true);
    s->fit.progress = show_fit;
    if (s->pieces)
        return syngan_synthesizer_fit_csv(context, s->operand[0], &csv, &s->fit,
                                          out);
    if (s->resume == NULL) return syngan_synthesizer_fit(table, &s->fit, out);
    syngan_status status = syngan_synthesizer_load(context, s->resume, out);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_continue(*out, table, s->fit.epochs);
    return status;
}

static const char *const encodings[] = {"utf8", "latin1", "replace",
                                        "windows1252", "utf16"};

/* How a fit that was stopped goes on; of baskets and sequences it can't. */
static void print_how_to_resume(const settings *s, const char *path) {
    if (s->fit.rows != SYNGAN_ROWS_INDEPENDENT) return;
    say("to go on: ");
    say_word(s->program);
    say(" fit");
    say_file(s->operand[0]);
    say_option("--resume", path);
    say_option("--out", path);
    say_number("--epochs", s->fit.epochs > 0 ? s->fit.epochs : DEFAULT_EPOCHS);
    say_option("--schema", s->schema);
    say_option("--missing", s->missing);
    if (s->no_header) say(" --no-header");
    if (s->encoding != 0) say_option("--encoding", encodings[s->encoding]);
    say_option("--separator", s->separator);
    say_option("--decimal", s->decimal);
    if (s->threads != 0) say_number("--threads", s->threads);
    say("\n");
}

/* Learns the table, or the file that the command line names if it is read in
 * pieces, and saves what was learnt, also after Ctrl-C. */
static syngan_status fit(syngan_context *context, const syngan_table *table,
                         settings *s, int32_t what, const char *path,
                         syngan_synthesizer **out) {
    syngan_status status = learn(context, table, s, out);
    program_clear_line();
    bool stopped = status == SYNGAN_E_CANCELLED && *out != NULL;
    if (status != SYNGAN_OK && !stopped) return status;
    syngan_context_cancel_reset(context);
    syngan_status saved = syngan_synthesizer_save(*out, path, what);
    if (saved != SYNGAN_OK) return saved;
    say("wrote %s, after %" PRId64 " epochs\n", path,
        syngan_synthesizer_epochs(*out));
    if (stopped && what == SYNGAN_SAVE_ALL) print_how_to_resume(s, path);
    return status;
}

/* `rows`: what they are, MADE where a model says it. */
enum { MADE = SYNGAN_ROWS_SEQUENCES + 1 };
static void print_sample(const char *path, int64_t count, int32_t rows,
                         int64_t rejected) {
    static const char *const names[] = {"rows", "baskets", "sequences", "made"};
    say("wrote %s: %" PRId64 " %s, %" PRId64 " rejected\n", path, count,
        names[rows], rejected);
}

/* Writes PREFIX.json and PREFIX.html and prints the verdict. */
static syngan_status write_report(const syngan_report *report,
                                  const char *prefix) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s.json", prefix);
    syngan_status status = syngan_report_write_json(report, path);
    if (status != SYNGAN_OK) return status;
    snprintf(path, sizeof path, "%s.html", prefix);
    status = syngan_report_write_html(report, path);
    if (status == SYNGAN_OK)
        say("%s\nwrote %s.json and %s.html\n", syngan_report_verdict(report),
            prefix, prefix);
    return status;
}

/* Better before hours of work than after them. */
static void check_target(const syngan_table *table, const settings *s) {
    if (s->target == NULL || syngan_table_find(table, s->target) >= 0) return;
    refuse("--target", s->target, "the name of a column");
}

/* What the page says about itself. */
typedef struct origin {
    const char *real, *synthetic;
    int64_t epochs; /* 0: not known */
} origin;

static syngan_status evaluate(const syngan_table *real,
                              const syngan_table *synthetic,
                              const syngan_table *holdout, const settings *s,
                              const origin *from, const char *prefix) {
    syngan_report *report = NULL;
    char date[32] = "";
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%d %H:%M UTC", gmtime(&now));
    syngan_status status = syngan_table_evaluate(
        real, synthetic,
        SYNGAN_EVALUATE(.holdout = holdout, .target = s->target,
                        .rows = s->fit.rows, .key = s->fit.key,
                        .order = s->fit.order, .item = s->fit.item,
                        .seed = (uint64_t)s->seed, .progress = show_evaluation,
                        .real_name = from->real,
                        .synthetic_name = from->synthetic, .date = date,
                        .epochs = from->epochs),
        &report);
    program_clear_line();
    if (status == SYNGAN_OK) status = write_report(report, prefix);
    syngan_report_free(report);
    return status;
}

/* ---- the commands ------------------------------------------------------- */

static syngan_status command_fit(syngan_context *context, settings *s) {
    syngan_table *table = NULL;
    syngan_synthesizer *synthesizer = NULL;
    syngan_status status =
        s->pieces ? SYNGAN_OK : read_table(context, s, s->operand[0], &table);
    if (table != NULL) print_columns(table);
    if (status == SYNGAN_OK && s->estimate)
        status = print_estimate(table, s);
    else if (status == SYNGAN_OK)
        status = fit(context, table, s,
                     s->sampling_only ? SYNGAN_SAVE_SAMPLING : SYNGAN_SAVE_ALL,
                     s->out, &synthesizer);
    syngan_synthesizer_free(synthesizer);
    syngan_table_free(table);
    return status;
}

/* Streams the rows, however many, into the file. */
static syngan_status command_sample(syngan_context *context, settings *s) {
    syngan_synthesizer *synthesizer = NULL;
    int64_t rejected = 0;
    syngan_status status =
        syngan_synthesizer_load(context, s->operand[0], &synthesizer);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_write_csv(
            synthesizer, s->count, (uint64_t)s->seed,
            SYNGAN_SAMPLE(.where = s->where, .bf16 = s->fit.bf16), &rejected,
            s->out);
    if (status == SYNGAN_OK) print_sample(s->out, s->count, MADE, rejected);
    syngan_synthesizer_free(synthesizer);
    return status;
}

static syngan_status command_evaluate(syngan_context *context, settings *s) {
    syngan_table *real = NULL, *synthetic = NULL, *holdout = NULL;
    syngan_status status = read_table(context, s, s->operand[0], &real);
    if (status == SYNGAN_OK)
        status = read_like(context, s, real, s->operand[1], false, &synthetic);
    if (status == SYNGAN_OK && s->holdout != NULL)
        status = read_holdout(context, s, real, &holdout);
    if (status == SYNGAN_OK) {
        check_target(real, s);
        const origin from = {.real = s->operand[0], .synthetic = s->operand[1]};
        status = evaluate(real, synthetic, holdout, s, &from,
                          s->out == NULL ? "report" : s->out);
    }
    syngan_table_free(real);
    syngan_table_free(synthetic);
    syngan_table_free(holdout);
    return status;
}

static const char *result_path(const settings *s, const char *name) {
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", s->out, name);
    return path;
}

/* Real rows to learn from and rows held out. */
static syngan_status get_data(syngan_context *context, const settings *s,
                              syngan_table **real, syngan_table **holdout) {
    syngan_table *table = NULL;
    syngan_status status =
        s->n_operands > 0
            ? read_table(context, s, s->operand[0], &table)
            : syngan_table_transactions(context, BUILT_IN_ROWS,
                                        (uint64_t)s->seed, &table);
    if (status == SYNGAN_OK) print_columns(table);
    if (status == SYNGAN_OK && s->holdout != NULL) {
        status = read_holdout(context, s, table, holdout);
        *real = table;
        return status;
    }
    if (status == SYNGAN_OK)
        status =
            s->fit.rows == SYNGAN_ROWS_INDEPENDENT
                ? syngan_table_split(table, 0.8, (uint64_t)s->seed, real,
                                     holdout)
                : syngan_table_split_groups(table, s->fit.key, 0.8,
                                            (uint64_t)s->seed, real, holdout);
    syngan_table_free(table);
    if (status != SYNGAN_OK || syngan_table_rows(*holdout) > 0) return status;
    syngan_table_free(*holdout); /* of a few rows nothing is left */
    *holdout = NULL;
    return SYNGAN_OK;
}

static int compare_keys(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Rows, or, of baskets and sequences, different keys. */
static int64_t count_examples(const syngan_table *table, const settings *s) {
    int64_t rows = syngan_table_rows(table), count = 0;
    const char *name = s->ragged ? "basket" : s->fit.key;
    int64_t found = name == NULL ? -1 : syngan_table_find(table, name);
    if (s->fit.rows == SYNGAN_ROWS_INDEPENDENT || found < 0) return rows;
    size_t column = (size_t)found;
    const int64_t *integers = syngan_table_integers(table, column);
    const int32_t *codes = syngan_table_codes(table, column);
    int64_t *keys = malloc((size_t)rows * sizeof *keys);
    if (keys == NULL || (integers == NULL && codes == NULL)) {
        free(keys);
        return rows;
    }
    for (int64_t i = 0; i < rows; i++)
        keys[i] = integers != NULL ? integers[i] : codes[i];
    qsort(keys, (size_t)rows, sizeof *keys, compare_keys);
    for (int64_t i = 0; i < rows; i++)
        count += i == 0 || keys[i] != keys[i - 1];
    free(keys);
    return count;
}

static syngan_status make_and_judge(syngan_context *context, settings *s,
                                    const syngan_table *real,
                                    const syngan_table *holdout) {
    syngan_synthesizer *synthesizer = NULL;
    syngan_table *synthetic = NULL;
    int64_t count = s->count > 0 ? s->count : count_examples(real, s);
    int64_t rejected = 0;
    syngan_status status =
        fit(context, real, s, SYNGAN_SAVE_SAMPLING,
            result_path(s, "model.safetensors"), &synthesizer);
    if (status == SYNGAN_OK)
        status = syngan_synthesizer_sample(
            synthesizer, count, (uint64_t)s->seed,
            SYNGAN_SAMPLE(.where = s->where, .bf16 = s->fit.bf16), &rejected,
            &synthetic);
    const char *path = result_path(s, "synthetic.csv");
    if (status == SYNGAN_OK)
        status = syngan_table_write_csv(synthetic, path, NULL);
    if (status == SYNGAN_OK) {
        print_sample(path, count, s->fit.rows, rejected);
        char made[PATH_SIZE];
        snprintf(made, sizeof made, "%s", path);
        const origin from = {.real = s->n_operands > 0
                                         ? s->operand[0]
                                         : "card transactions made up",
                             .synthetic = made,
                             .epochs = syngan_synthesizer_epochs(synthesizer)};
        status = evaluate(real, synthetic, holdout, s, &from,
                          result_path(s, "report"));
    }
    syngan_table_free(synthetic);
    syngan_synthesizer_free(synthesizer);
    return status;
}

static void make_folder(const char *path) {
    if (mkdir(path, 0777) == 0 || errno == EEXIST) return;
    fprintf(stderr, "synthetic_table: %s: the folder can't be made: %s\n", path,
            strerror(errno));
    exit(1);
}

static syngan_status command_run(syngan_context *context, settings *s) {
    syngan_table *real = NULL, *holdout = NULL;
    if (s->out == NULL) s->out = "out";
    if (s->n_operands == 0 && s->target == NULL) s->target = "fraud";
    syngan_status status = get_data(context, s, &real, &holdout);
    if (status == SYNGAN_OK) check_target(real, s);
    if (status == SYNGAN_OK && s->estimate) {
        status = print_estimate(real, s);
    } else if (status == SYNGAN_OK) {
        make_folder(s->out);
        status = make_and_judge(context, s, real, holdout);
    }
    syngan_table_free(real);
    syngan_table_free(holdout);
    return status;
}

/* ---- the program -------------------------------------------------------- */

typedef struct command {
    const char *name;
    syngan_status (*run)(syngan_context *, settings *);
    int least, most;     /* files */
    const char *options; /* letters of those that it takes */
} command;

static const command commands[] = {
    {"fit", command_fit, 1, 1, "erRkOiGpELPUSmNcxdostfV"},
    {"sample", command_sample, 1, 1, "nwostf"},
    {"evaluate", command_evaluate, 2, 2, "RkOiGHTSmNcxdost"},
    {"run", command_run, 0, 1, "erRkOiGpEnwHTSmNcxdostfV"},
};

static const char *name_of(int letter) {
    const struct option *option = options;
    while (option->val != letter)
        option++;
    return option->name;
}

/* Ends the program unless `holds`: "fit needs -o". */
static void must(bool holds, const char *who, const char *what) {
    if (holds) return;
    fprintf(stderr, "synthetic_table: %s %s; try --help\n", who, what);
    exit(2);
}

static bool is_given(const settings *s, int letter) {
    return strchr(s->given, letter) != NULL;
}

/* Ends the program if one of the options `letters` was given, which would have
 * no effect. */
static void must_not(const settings *s, const char *letters, const char *why) {
    char option[32];
    for (; *letters != '\0'; letters++) {
        snprintf(option, sizeof option, "--%s", name_of(*letters));
        must(!is_given(s, *letters), option, why);
    }
}

/* Options without effect are mistakes, and better told before the work. */
static void check_pairs(const command *c, const settings *s) {
    const int32_t rows = s->fit.rows;
    if (s->resume != NULL)
        must_not(s, "rpRkOiGfsV",
                 "has no effect with --resume, which goes on as the model was "
                 "fitted; leave it out");
    if (s->ragged)
        must_not(s, "SmNkP", "has no effect with --ragged; leave it out");
    if (c->run == command_run && s->n_operands == 0)
        must_not(s, "SmNG",
                 "is about a file's rows, but none is named; leave it out");
    if (rows == SYNGAN_ROWS_INDEPENDENT)
        must_not(s, "kOi", "needs --rows baskets or sequences");
    if (rows == SYNGAN_ROWS_BASKETS) must_not(s, "O", "needs --rows sequences");
    if (rows == SYNGAN_ROWS_SEQUENCES) must_not(s, "i", "needs --rows baskets");
    if (rows != SYNGAN_ROWS_INDEPENDENT)
        must_not(s, "p", "needs independent rows: others aren't measured");
}

static void check_options(const command *c, const settings *s) {
    char what[64];
    for (const char *letter = s->given; *letter != '\0'; letter++) {
        snprintf(what, sizeof what, "takes no --%s", name_of(*letter));
        must(strchr(c->options, *letter) != NULL, c->name, what);
    }
    bool writes = c->run == command_fit || c->run == command_sample;
    must(s->out != NULL || s->estimate || !writes, c->name,
         "needs -o, the file to write");
    must(s->count > 0 || c->run != command_sample, c->name,
         "needs -n, the number of rows");
    must(s->resume == NULL || s->fit.epochs > 0, "--resume",
         "needs --epochs, the number in all");
    must(!s->ragged || s->fit.rows == SYNGAN_ROWS_BASKETS, "--ragged",
         "needs --rows baskets");
    must(s->ragged || s->fit.rows == SYNGAN_ROWS_INDEPENDENT ||
             s->fit.key != NULL || s->schema != NULL,
         "--rows", "needs --key, the column that groups the rows");
    must(!s->pieces || (s->resume == NULL && !s->estimate), "--pieces",
         "goes with neither --resume nor --estimate");
    check_pairs(c, s);
}

/* The command, found sound before any work is done. */
static const command *check(const settings *s) {
    const command *c = NULL;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (s->command != NULL && strcmp(commands[i].name, s->command) == 0)
            c = &commands[i];
    if (s->command == NULL) {
        fputs(usage, stderr);
        exit(2);
    }
    if (c == NULL)
        refuse("the command", s->command, "fit, sample, evaluate or run");
    char files[64];
    snprintf(files, sizeof files, "takes %s%d file%s, but got %d",
             c->least < c->most ? "at most " : "", c->most,
             c->most == 1 ? "" : "s", s->n_operands);
    must(s->n_operands >= c->least && s->n_operands <= c->most, c->name, files);
    check_options(c, s);
    return c;
}

static void print_log(int32_t level, const char *text, void *user) {
    (void)level;
    (void)user;
    program_clear_line();
    fprintf(stderr, "synthetic_table: %s\n", text);
}

/* Fields that are called otherwise here. */
static const program_name names[] = {
    {"max_choices", "--set max_choices=N"},
    {"header", "--no-header"},
    {"time_limit", "--set time_limit=SECONDS"},
    {"memory_limit", "--set memory_limit=BYTES"},
    {NULL, NULL}};

/* What --set says. */
static syngan_status apply_set(syngan_context *context, settings *s) {
    for (int i = 0; i < s->n_set; i++) {
        char name[64];
        const char *value = strchr(s->set[i], '=') + 1;
        snprintf(name, sizeof name, "%.*s", (int)(value - 1 - s->set[i]),
                 s->set[i]);
        syngan_status status =
            syngan_option_set(context, "synthesizer", &s->fit, name, value);
        if (status != SYNGAN_OK) return status;
    }
    return SYNGAN_OK;
}

int main(int argc, char **argv) {
    program_begin();
    settings s = read_command_line(argc, argv);
    const command *chosen = check(&s);
    if (s.schema != NULL) s.schema_text = read_text(s.schema);
    syngan_context *context = NULL;
    syngan_status status = syngan_context_create(
        SYNGAN_CONTEXT(.seed = (uint64_t)s.seed, .threads = (int32_t)s.threads,
                       .log = print_log),
        &context);
    if (status == SYNGAN_OK) program_watch(context);
    if (status == SYNGAN_OK) status = apply_set(context, &s);
    if (status == SYNGAN_OK) status = chosen->run(context, &s);
    if (status != SYNGAN_OK && status != SYNGAN_E_CANCELLED)
        program_tell("synthetic_table", context, status, names);
    syngan_context_free(context);
    free(s.schema_text);
    return program_end("synthetic_table", status != SYNGAN_OK);
}
