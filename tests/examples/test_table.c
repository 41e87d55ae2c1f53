/* SPDX-License-Identifier: Apache-2.0 */
/* The program synthetic_table, run as a person runs it, on tiny tables: each
 * command, conditions, going on, Ctrl-C, and wrong usage. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/folder.h"
#include "support/program.h"
#include "support/test.h"

#define TABLE EXAMPLES "/synthetic_table "
#define SMALL " --epochs 2 --threads 1 "
enum { ROWS = 90 };

/* Customers, some of whose ages are unknown. */
static void write_customers(const char *path) {
    static const char *const cities[] = {"Bern", "Oslo", "Porto"};
    char text[ROWS * 64];
    int size = snprintf(text, sizeof text, "age,city,member,spent\n");
    for (int i = 0; i < ROWS; i++) {
        char age[8] = "";
        if (i % 17 != 3) snprintf(age, sizeof age, "%d", 18 + i * 37 % 60);
        size += snprintf(text + size, sizeof text - (size_t)size,
                         "%s,%s,%s,%d.%02d\n", age, cities[i / 2 % 3],
                         i % 4 == 0 ? "yes" : "no", i * 13 % 200, i * 7 % 100);
    }
    file_write(path, text, (size_t)size);
}

/* Fits read CSV files. */
static void need_csv(void) {
#ifndef SYNGAN_HAVE_CSV
    print_message("skipped: built without libcsv\n");
    skip();
#endif
}

static int start(void **state) {
    if (program_start(state) != 0) return -1;
    write_customers("real.csv");
    return 0;
}

static int lines_of(const char *path) {
    size_t size;
    char *text = file_read(path, &size);
    assert_non_null(text);
    int lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static void assert_holds(const char *path, const char *part) {
    size_t size;
    char *text = file_read(path, &size);
    assert_non_null(text);
    if (strstr(text, part) == NULL) fail_msg("%s lacks '%s'", path, part);
    free(text);
}

/* ---- the commands -------------------------------------------------------- */

static void help_is_printed(void **state) {
    (void)state;
    program_must_run(TABLE "--help");
    program_printed("usage: synthetic_table fit");
    assert_int_equal(program_run(TABLE), 2);
    program_printed("usage: synthetic_table fit");
}

static void an_estimate_writes_nothing(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "fit real.csv --estimate" SMALL);
    program_printed("90 rows");
    program_printed("city                     category, 3 values");
    program_printed("age                      integer, 6 missing");
    program_printed("fitting would take ");
    program_must_run(TABLE "run real.csv --estimate -o never" SMALL);
    assert_false(program_wrote("never"));
}

static void a_table_is_learnt_and_sampled(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "fit real.csv -o model" SMALL);
    program_printed("wrote model, after 2 epochs");
    program_must_run(TABLE "sample model -n 41 -o a.csv --seed 7");
    program_printed("wrote a.csv: 41 made, ");
    program_must_run(TABLE "sample model -n 41 -o b.csv --seed 7");
    program_must_run(TABLE "sample model -n 41 -o c.csv --seed 8");
    program_equal_files("a.csv", "b.csv");
    assert_int_equal(lines_of("a.csv"), 42);
    assert_int_equal(program_run("cmp -s a.csv c.csv"), 1);
    assert_holds("a.csv", "age,city,member,spent\n");
}

static void conditions_hold_in_every_row(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "sample model -n 30 -o bern.csv "
                           "-w 'city = Bern and member = yes'");
    assert_int_equal(program_run("test $(grep -c ',Bern,yes,' bern.csv) = 30"),
                     0);
    const program_wrong cases[] = {
        {"sample model -n 3 -o no.csv -w 'city = Atlantis'", 1, "Atlantis"},
        {"sample model -n 3 -o no.csv -w 'height = 3'", 1, "height"},
        {"sample model -n 3 -o no.csv -w 'city ~ Bern'", 1, "city"},
        {"sample model -n 3 -o no.csv -w 'spent > 1e9'", 1, "lie between"},
    };
    program_refuses(TABLE, cases, sizeof(cases) / sizeof(cases[0]));
}

static void tables_are_compared(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "evaluate real.csv a.csv --target member");
    program_printed("wrote report.json and report.html");
    assert_holds("report.json", "\"quality.score\"");
    assert_holds("report.html", "</html>");
    program_must_run(TABLE "evaluate real.csv a.csv --holdout c.csv -o other");
    assert_holds("other.json", "\"privacy.copies.holdout\"");
    assert_int_equal(program_run("(cut -d, -f2- a.csv >fewer.csv)"), 0);
    program_must_run(TABLE "evaluate real.csv fewer.csv -o fewer");
    program_printed("columns not judged: ");
    program_must_run(TABLE "evaluate fewer.csv a.csv -o more");
    program_printed("columns not judged: ");
    assert_int_equal(program_run("(sed '5s/,[^,]*/,oops/' a.csv >bad.csv)"), 0);
    program_must_run(TABLE "evaluate real.csv bad.csv -o bad");
}

static void a_schema_is_kept(void **state) {
    (void)state;
    need_csv();
    const char schema[] =
        "{\"columns\": [{\"name\": \"member\", \"type\": \"category\"}],"
        " \"constraints\": [{\"kind\": \"range\", \"column\": \"age\","
        " \"low\": 18, \"high\": 77}]}";
    file_write("schema.json", schema, sizeof schema - 1);
    program_must_run(TABLE "fit real.csv -o typed --schema schema.json" SMALL);
    program_printed("member                   category, 2 values");
    file_write("strict.json", "{\"columns\": [{\"name\": \"city\", ", 29);
    const program_wrong cases[] = {
        {"fit real.csv -o no --schema strict.json", 1, "schema"},
        {"fit real.csv -o no --schema nowhere", 1, "nowhere: can't be read"},
    };
    program_refuses(TABLE, cases, sizeof(cases) / sizeof(cases[0]));
}

static void run_does_all(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "run real.csv -o all --target member -n 50" SMALL);
    assert_true(program_wrote("all/model.safetensors"));
    assert_int_equal(lines_of("all/synthetic.csv"), 51);
    assert_holds("all/report.json", "\"utility.trees.accuracy.real");
    assert_holds("all/report.html", "</html>");
    assert_int_equal(program_run("test $(ls all | wc -l) = 4"), 0);
}

static void run_needs_no_file(void **state) {
    (void)state;
    program_must_run(TABLE "run --epochs 1 -n 300 -o own");
    program_printed("20000 rows");
    assert_holds("own/synthetic.csv", "card,time,city,merchant,amount");
    assert_int_equal(lines_of("own/synthetic.csv"), 301);
    assert_true(program_wrote("own/report.html"));
}

/* ---- rows that belong together ------------------------------------------- */

static void baskets_and_sequences(void **state) {
    (void)state;
    need_csv();
    FILE *file = fopen("visits.csv", "w"), *ragged = fopen("ragged", "w");
    assert_non_null(file);
    assert_non_null(ragged);
    fprintf(file, "who,when,what,paid\n");
    for (int i = 0; i < 240; i++) {
        fprintf(file, "c%d,2024-01-%02d 1%d:00:00,%s,%d\n", i / 6,
                1 + i % 6 * 4, i % 7,
                i % 3 == 0 ? "tea"
                : i % 2    ? "cake"
                           : "pie",
                i % 50);
        fprintf(ragged, "%s%s",
                i % 3 == 0 ? "tea"
                : i % 2    ? "cake"
                           : "pie",
                i % 2 ? "\n" : ",");
    }
    fclose(file);
    fclose(ragged);
    program_must_run(TABLE "run visits.csv --rows sequences --key who "
                           "--order when -o seq" SMALL);
    program_printed("32 sequences");
    assert_holds("seq/report.json", "\"sequences.score\"");
    program_must_run(TABLE
                     "run visits.csv --rows baskets --key who --item what "
                     "-o bas" SMALL);
    assert_holds("bas/report.json", "\"baskets.score\"");
    program_must_run(TABLE "run ragged --ragged --rows baskets -o rag" SMALL);
    program_must_run(TABLE
                     "evaluate visits.csv seq/synthetic.csv --rows sequences "
                     "--key who --order when -o again");
    program_must_run(TABLE "fit visits.csv --rows sequences --key who --order "
                           "when --estimate");
    program_printed("fitting would take");
    const program_wrong cases[] = {
        {"fit visits.csv -o no --rows baskets", 2, "needs --key"},
        {"fit visits.csv -o no --ragged", 2, "needs --rows baskets"},
        {"run visits.csv --rows sequences --key none -o no", 1, "none"},
    };
    program_refuses(TABLE, cases, sizeof(cases) / sizeof(cases[0]));
}

/* ---- going on ------------------------------------------------------------ */

static void going_on_equals_not_having_stopped(void **state) {
    (void)state;
    need_csv();
    program_must_run(TABLE "fit real.csv -o whole --epochs 3");
    program_must_run(TABLE "fit real.csv -o part --epochs 1");
    program_must_run(
        TABLE "fit real.csv --resume part -o part --epochs 3 --sampling-only");
    program_must_run(TABLE "sample whole -n 20 -o whole.csv");
    program_must_run(TABLE "sample part -n 20 -o part.csv");
    program_equal_files("whole.csv", "part.csv");
    const program_wrong cases[] = {
        {"fit real.csv --resume part -o no --epochs 4", 1, "sampling"},
        {"fit a.csv --resume whole -o no --epochs 4", 1, "table"},
        {"fit real.csv --resume nowhere -o no --epochs 4", 1, "nowhere"},
        {"fit real.csv --resume whole -o no", 2, "--resume needs --epochs"},
        {"fit real.csv --resume whole -o no --epochs 9 --recipe ctgan", 2,
         "--recipe has no effect with --resume"},
        {"fit real.csv --resume whole -o no --epochs 9 --patience 3", 2,
         "--patience has no effect with --resume"},
        {"fit real.csv --resume whole -o no --epochs 9 --set width=9", 2,
         "--set has no effect with --resume"},
    };
    program_refuses(TABLE, cases, sizeof(cases) / sizeof(cases[0]));
}

static pid_t start_fit(void) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child != 0) return child;
    if (freopen("printed", "w", stdout) == NULL ||
        dup2(fileno(stdout), STDERR_FILENO) < 0)
        _exit(99);
    execl(EXAMPLES "/synthetic_table", "synthetic_table", "fit", "real.csv",
          "-o", "stopped", "--threads", "1", "--epochs", "1000000",
          (char *)NULL);
    _exit(98);
}

static void ctrl_c_saves(void **state) {
    (void)state;
    need_csv();
    const pid_t child = start_fit();
    for (int i = 0; i < 3000; i++) {
        size_t size;
        char *text = file_read("printed", &size);
        const bool begun = text != NULL && strstr(text, "spent") != NULL;
        free(text);
        if (begun) break;
        usleep(10000);
    }
    usleep(500000);
    assert_int_equal(kill(child, SIGINT), 0);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    program_keep_printed();
    assert_int_equal(program_code(status), 130);
    if (!program_wrote("stopped")) return; /* before the first step */
    program_printed("wrote stopped, after ");
    program_printed("to go on: synthetic_table fit real.csv --resume stopped "
                    "--out stopped --epochs 1000000 --threads 1");
    program_must_run(TABLE "fit real.csv --resume stopped --out stopped "
                           "--epochs 1 --threads 1");
    program_must_run(TABLE "sample stopped -n 3 -o stopped.csv");
}

/* ---- output ------------------------------------------------------------- */

static void output_that_fails_is_told(void **state) {
    (void)state;
    need_csv();
    assert_int_equal(program_run("(" TABLE "--help >/dev/full)"), 1);
    program_printed("standard output: can't be written");
    assert_int_equal(program_run(TABLE "--version"), 0);
    program_printed("synthetic_table 0.");
    program_must_run(TABLE "fit real.csv -o full --set depth=1" SMALL);
    assert_int_equal(
        program_run("(" TABLE "sample full -n 9 -o full.csv >/dev/full)"), 1);
    assert_int_equal(symlink("/dev/full", "device.csv"), 0);
    assert_int_equal(program_run(TABLE "sample full -n 9 -o device.csv"), 1);
    program_printed("device.csv");
    assert_int_equal(
        program_run("(ulimit -f 1; " TABLE "sample full -n 9999 -o big.csv)"),
        1);
    program_printed("big.csv");
    assert_false(program_wrote("big.csv"));
}

/* ---- wrong usage --------------------------------------------------------- */

static void wrong_usage_is_refused(void **state) {
    (void)state;
    need_csv();
    file_write("rubbish", "rubbish", 7);
    file_write("ragged.csv", "a,b\n1,2\n3\n", 10);
    const program_wrong cases[] = {
        {"learn real.csv", 2, "must be fit, sample, evaluate or run"},
        {"fit", 2, "fit takes 1 file, but got 0"},
        {"fit real.csv rubbish -o no", 2, "fit takes 1 file, but got 2"},
        {"fit real.csv", 2, "fit needs -o"},
        {"fit real.csv -o no -n 3", 2, "fit takes no --count"},
        {"fit real.csv -o no --epochs 0", 2, "--epochs is '0'"},
        {"fit real.csv -o no --epochs 1.5", 2, "--epochs is '1.5'"},
        {"fit real.csv -o no --recipe best", 2, "one of default, ctgan"},
        {"fit real.csv -o no --rows some", 2, "independent, baskets, seq"},
        {"fit real.csv -o no --threads 0", 2, "--threads is '0'"},
        {"fit real.csv -o no --nonsense", 2, "nonsense"},
        {"fit real.csv -o no --key a", 2, "--key needs --rows"},
        {"fit real.csv -o no --order a", 2, "--order needs --rows"},
        {"fit real.csv -o no --rows baskets --key a --order b", 2,
         "--order needs --rows sequences"},
        {"fit real.csv -o no --rows baskets --key a --patience 2", 2,
         "--patience needs independent rows"},
        {"fit a -o no --rows baskets --ragged --schema b", 2,
         "--schema has no effect with --ragged"},
        {"fit real.csv -o no --set width", 2, "NAME=VALUE"},
        {"fit real.csv -o no --set wodth=3", 1, "wodth"},
        {"fit real.csv -o no --set width=x", 1, "width"},
        {"run --missing NA", 2, "--missing is about a file's rows"},
        {"fit nowhere.csv -o no", 1, "nowhere.csv"},
        {"fit ragged.csv -o no", 1, "ragged.csv: line 3"},
        {"fit real.csv -o nowhere/model" SMALL, 1, "nowhere/model"},
        {"sample rubbish -o no.csv", 2, "sample needs -n"},
        {"sample rubbish -n 3", 2, "sample needs -o"},
        {"sample rubbish -n 0 -o no.csv", 2, "--count is '0'"},
        {"sample rubbish -n 3 -o no.csv --epochs 3", 2, "takes no --epochs"},
        {"sample rubbish -n 3 -o no.csv", 1, "rubbish"},
        {"sample nowhere -n 3 -o no.csv", 1, "nowhere"},
        {"evaluate real.csv", 2, "evaluate takes 2 files, but got 1"},
        {"evaluate real.csv real.csv real.csv", 2, "must be left out"},
        {"evaluate real.csv nowhere.csv", 1, "nowhere.csv"},
        {"evaluate real.csv real.csv --target x", 2, "--target is 'x'"},
        {"evaluate real.csv real.csv --holdout nowhere", 1, "nowhere"},
        {"run real.csv rubbish", 2, "run takes at most 1 file, but got 2"},
        {"run nowhere.csv", 1, "nowhere.csv"},
        {"run real.csv --target x", 2, "--target is 'x'"},
        {"run real.csv -o rubbish/below" SMALL, 1, "folder can't be made"},
    };
    program_refuses(TABLE, cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_is_printed),
        cmocka_unit_test(wrong_usage_is_refused),
        cmocka_unit_test(an_estimate_writes_nothing),
        cmocka_unit_test(a_table_is_learnt_and_sampled),
        cmocka_unit_test(conditions_hold_in_every_row),
        cmocka_unit_test(tables_are_compared),
        cmocka_unit_test(a_schema_is_kept),
        cmocka_unit_test(run_does_all),
        cmocka_unit_test(run_needs_no_file),
        cmocka_unit_test(baskets_and_sequences),
        cmocka_unit_test(going_on_equals_not_having_stopped),
        cmocka_unit_test(ctrl_c_saves),
        cmocka_unit_test(output_that_fails_is_told),
    };
    return cmocka_run_group_tests(tests, start, program_end);
}
