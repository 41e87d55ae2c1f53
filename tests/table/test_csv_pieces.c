/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files in pieces: types and rows are those of the whole file; surveys of
 * such pieces, and encoders that are fitted to them.
 */
#include <errno.h>
#include <stdio.h>

#include "base/memory.h"
#include "encode/encoder_code.h"
#include "encode/survey.h"
#include "support/fault.h"
#include "support/folder.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/csv_pieces.h"
#include "table/distinct.h"

enum { ROWS = 300 };

static folder files;
static char path[FOLDER_PATH_MAX];

static int make_folder(void **state) {
    (void)state;
    folder_make(&files);
    folder_file(&files, "a.csv", path);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    folder_remove(&files);
    return 0;
}

static void write_text(const char *text) {
    file_write(path, text, strlen(text));
}

/* A column of each kind, such that no few rows show what it is. */
static void write_rows(void) {
    static char text[ROWS * 200];
    char *at = text;
    at += sprintf(at, "i,r,b,c,m,t,id,count,free,low,high,late,none\n");
    for (int i = 0; i < ROWS; i++)
        at += sprintf(
            at,
            "%d,%d.%0*d,%s,%s,%s%d,2024-%02d-%02d,K%05d,%d,\"%d is a comment, "
            "and a long one\",%d,%d,%s,NA\n",
            i == 290 ? -999 : i * 37 % 41, i % 7, i == 250 ? 3 : 1, i % 9,
            i % 5 == 0   ? ""
            : i % 3 == 0 ? "yes"
                         : "no",
            i % 11 == 0
                ? "?"
                : (const char *[]){"x", "y y", "\"q\"\"\"", "z"}[i * i % 4],
            i == 200 ? "A" : "", i % 13, i % 12 + 1, i == 260 ? 28 : i % 12 + 1,
            i * 7919 % 100000, i + 5, i, i % 17, i % 17 + i % 3,
            i > 270 ? "1.5" : "");
    write_text(text);
}

/* ---- pieces ------------------------------------------------------------- */

typedef struct comparing {
    const syngan_table *whole;
    int64_t done, pieces;
} comparing;

static syngan_status compare(const syngan_table *piece, void *user) {
    comparing *c = user;
    assert_int_equal(syngan_table_columns(piece),
                     syngan_table_columns(c->whole));
    for (size_t column = 0; column < syngan_table_columns(piece); column++) {
        assert_string_equal(syngan_table_name(piece, column),
                            syngan_table_name(c->whole, column));
        assert_int_equal(syngan_table_type(piece, column),
                         syngan_table_type(c->whole, column));
        for (int64_t row = 0; row < syngan_table_rows(piece); row++) {
            char cell[100];
            syngan_table_cell(c->whole, c->done + row, column, cell,
                              sizeof cell);
            tables_check_cell(piece, row, column, cell);
        }
    }
    c->done += syngan_table_rows(piece);
    c->pieces++;
    return SYNGAN_OK;
}

static void compare_file(const char *schema) {
    syngan_context *context = test_context(1);
    syngan_table *whole = NULL;
    const syngan_csv_options *options = SYNGAN_CSV(.schema = schema);
    assert_ok(context, syngan_table_read_csv(context, path, options, &whole));
    int64_t rows = syngan_table_rows(whole);
    static const int64_t sizes[] = {0, 1, 7, 100, ROWS, ROWS + 1};
    for (size_t i = 0; i < 6; i++) {
        comparing c = {.whole = whole};
        assert_ok(context, syngan_table_stream_csv(context, path, options,
                                                   sizes[i], compare, &c));
        assert_int_equal(c.done, rows);
        int64_t size = sizes[i] == 0 ? rows + 1 : sizes[i];
        assert_int_equal(c.pieces, rows == 0 ? 1 : (rows + size - 1) / size);
    }
    syngan_table_free(whole);
    syngan_context_free(context);
}

static void keep_log(int32_t level, const char *text, void *user) {
    char *kept = user;
    (void)level;
    snprintf(kept + strlen(kept), 1000 - strlen(kept), "%s\n", text);
}

static syngan_status count(const syngan_table *piece, void *user) {
    *(int64_t *)user += syngan_table_rows(piece);
    return SYNGAN_OK;
}

/* What is noticed of a whole file is noticed, and said, of pieces: units,
 * totals, headers that come again, few cells that are no numbers. */
static void rows_that_are_none_are_noticed(void **state) {
    (void)state;
    static const char *const texts[] = {
        "a,w,h\n,kg,m\nx,1,2\ny,3,4\nz,5,7\n",
        "a,w,h\ntext,[kg],(m)\nx,1,2\ny,3,4\nz,5,7\n",
        "a,w,h\n,kg,9\nx,1,2\ny,3,4\nz,5,7\n",
        "a,w\nx,1\ny,3\nz,5\nTotal,9\n",
        "a;w\nx;1,50\ny;3,25\nz;1.005,00\nSumme;1.009,75\n",
        "a,w\nx,1\ny,3\nz,5\nTotal,8\n",
        "a,w,h\n,kg,m\nx,1,2\n\ny,3,4\nz,5,7\n,,\nSum,9,13\n",
        "a,w,h\n,kg,m\nx,1,2\ny,3,4\na,w,h\nz,5,7\nSum,9,13\n",
        "a,t\n,h\nx,2024-01-01\ny,2024-01-02\nz,2024-01-03\nu,2024-01-04\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char whole[1000] = "", pieces[1000] = "";
        write_text(texts[i]);
        compare_file(NULL);
        for (int k = 0; k < 2; k++) {
            syngan_context *context;
            int64_t rows = 0;
            assert_int_equal(syngan_context_create(
                                 SYNGAN_CONTEXT(.log = keep_log,
                                                .log_user = k ? pieces : whole),
                                 &context),
                             SYNGAN_OK);
            syngan_table *table = NULL;
            if (k == 0)
                assert_ok(context,
                          syngan_table_read_csv(context, path, NULL, &table));
            else
                assert_ok(context, syngan_table_stream_csv(context, path, NULL,
                                                           2, count, &rows));
            syngan_table_free(table);
            syngan_context_free(context);
        }
        assert_string_equal(whole, pieces);
    }
    /* A limit counts the rows that are skipped. */
    for (int64_t most = 1; most < 8; most++) {
        syngan_context *context = test_context(1);
        syngan_table *table;
        int64_t rows = 0;
        const syngan_csv_options *options = SYNGAN_CSV(.max_rows = most);
        write_text(texts[6]);
        assert_ok(context,
                  syngan_table_read_csv(context, path, options, &table));
        assert_ok(context, syngan_table_stream_csv(context, path, options, 2,
                                                   count, &rows));
        assert_int_equal(rows, syngan_table_rows(table));
        syngan_table_free(table);
        syngan_context_free(context);
    }
}

static void pieces_are_the_whole(void **state) {
    (void)state;
    write_rows();
    compare_file(NULL);
    compare_file("{\"columns\":[{\"name\":\"i\",\"type\":\"real\"},"
                 "{\"name\":\"r\",\"type\":\"category\"},"
                 "{\"name\":\"t\",\"type\":\"time\",\"format\":\"%Y-%m-%d\"}],"
                 "\"missing\":[\"?\",\"x\"]}");
    write_text("a,b\n");
    compare_file(NULL);
    write_text("a,b\ninf,1\n-inf,2\n");
    compare_file(NULL);
    write_text("a,b\ntrue,t\nfalse,f\nTRUE,\nfalse,t\n");
    compare_file(NULL);
    write_text("a,b\n1e5,2024-01-01\n2024-01-01,1\n");
    compare_file(NULL);
    write_text("a,b\n1.0,01/02/2024\n,13/02/2024\n2.0,\n");
    compare_file(NULL);
}

static syngan_status refuse(const syngan_table *piece, void *user) {
    (void)user;
    return syngan_table_rows(piece) == 50 ? SYNGAN_OK : SYNGAN_E_USER + 3;
}

static syngan_status append(const syngan_table *piece, void *user) {
    (void)piece;
    if (*(int *)user == 0) write_text("a\n1\n2\n3\n4\n5\n6\n7\n8\n");
    (*(int *)user)++;
    return SYNGAN_OK;
}

static void failures_pass(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    write_rows();
    assert_int_equal(
        syngan_table_stream_csv(context, path, NULL, 70, refuse, NULL),
        SYNGAN_E_USER + 3);
    assert_fails(context,
                 syngan_table_stream_csv(context, path, NULL, -1, refuse, NULL),
                 SYNGAN_E_ARGUMENT, "below 0");
    assert_fails(context,
                 syngan_table_stream_csv(context, path, NULL, 1, NULL, NULL),
                 SYNGAN_E_ARGUMENT, "`take` is NULL");
    assert_fails(context,
                 syngan_table_stream_csv(
                     context, path,
                     SYNGAN_CSV(.schema = "{\"columns\":[{\"name\":\"m\","
                                          "\"type\":\"integer\"}]}"),
                     50, refuse, NULL),
                 SYNGAN_E_FORMAT, "line 202, column 'm'");
    enum { LINES = 200000 }; /* more than any buffer */
    char *many = malloc(2 * LINES + 1);
    assert_non_null(many);
    for (int i = 0; i < LINES; i++)
        memcpy(many + 2 * i, i == 0 ? "a\n" : "1\n", 3);
    write_text(many);
    free(many);
    int calls = 0;
    assert_fails(
        context,
        syngan_table_stream_csv(context, path, NULL, 1000, append, &calls),
        SYNGAN_E_MISMATCH, "has changed");
    syngan_context_cancel(context);
    assert_fails(
        context,
        syngan_table_stream_csv(context, path, NULL, 1, append, &calls),
        SYNGAN_E_CANCELLED, "cancelled");
    syngan_context_free(context);
}

/* ---- counting texts ----------------------------------------------------- */

static void texts_are_counted(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    static const int32_t counts[] = {0, 1, 100, 101, 50000};
    for (size_t i = 0; i < 5; i++) {
        sg_distinct distinct = {.context = context, .most = 100};
        sg_cells cells;
        for (int32_t j = 0; j < 3 * counts[i]; j++) {
            char text[32];
            int32_t value = j % counts[i];
            size_t size =
                (size_t)sprintf(text, value % 2 ? "%d" : "a %d", value);
            if (j % 1000 == 0) sg_cells_start(&cells, context);
            assert_ok(context, sg_cells_put(&cells, text, size));
            if (j % 1000 != 999 && j + 1 < 3 * counts[i]) continue;
            assert_ok(context, sg_distinct_take(&distinct, &cells));
            sg_cells_end(&cells);
        }
        const sg_texts texts = sg_distinct_texts(&distinct);
        double exact = counts[i] <= 100 ? 1e-9 : 0.4 * counts[i];
        assert_true(texts.count >= counts[i] - exact);
        assert_true(texts.count <= counts[i] + exact);
        assert_true(texts.spaced >= (counts[i] + 1) / 2 - exact);
        assert_true(texts.spaced <= (counts[i] + 1) / 2 + exact);
        sg_distinct_end(&distinct);
    }
    syngan_context_free(context);
}

/* ---- surveys ------------------------------------------------------------ */

typedef struct surveying {
    sg_csv_pieces pieces;
    sg_survey *survey;
    const syngan_table *table;
    sg_whole whole;
    sg_encoder *encoder;
    sg_encoded encoded;
    int64_t done;
} surveying;

static syngan_status survey_piece(const syngan_table *piece, void *user) {
    return sg_survey_take(((surveying *)user)->survey, piece);
}

static syngan_status encode_piece(const syngan_table *piece, void *user) {
    surveying *s = user;
    SG_TRY(sg_encoder_encode_rows(s->encoder, piece, 3, s->done, &s->encoded));
    s->done += piece->rows;
    return SYNGAN_OK;
}

static syngan_status each(void *source,
                          syngan_status (*take)(const syngan_table *, void *),
                          void *user) {
    return sg_csv_pieces_read(source, take, user);
}

static syngan_status fit(surveying *s) {
    const sg_encoder_options options = {.max_modes = 3, .whole = &s->whole};
    syngan_context *context = s->pieces.context;
    SG_TRY(sg_encoder_fit(s->table, &options, &s->encoder));
    s->encoded = (sg_encoded){.rows = s->pieces.rows,
                              .width = sg_encoder_row_cells(s->encoder)};
    size_t cells = (size_t)(s->encoded.rows * s->encoded.width);
    s->encoded.cells = sg_alloc_zero(context, cells, sizeof(sg_encoded_cell));
    if (s->encoded.cells == NULL) return SYNGAN_E_MEMORY;
    return sg_csv_pieces_read(&s->pieces, encode_piece, s);
}

static syngan_status survey(syngan_context *context, const char *schema,
                            int64_t piece, int64_t most, surveying *s) {
    *s = (surveying){.done = 0};
    static syngan_csv_options options; /* outlives the pieces */
    options = *SYNGAN_CSV(.schema = schema);
    SG_TRY(
        sg_csv_pieces_open(context, path, &options, piece, "test", &s->pieces));
    SG_TRY(sg_survey_start(context, s->pieces.rows, most, 1, &s->survey));
    SG_TRY(sg_csv_pieces_read(&s->pieces, survey_piece, s));
    SG_TRY(sg_survey_finish(s->survey, &s->table, &s->whole));
    s->whole.each = each;
    s->whole.source = &s->pieces;
    return fit(s);
}

static void end(surveying *s) {
    syngan_context *context = s->pieces.context;
    if (s->encoder != NULL) sg_encoded_end(context, &s->encoded);
    sg_encoder_release(s->encoder);
    sg_survey_free(s->survey);
    sg_csv_pieces_close(&s->pieces);
}

static char *text_of(const sg_encoder *encoder) {
    sg_json_writer writer;
    size_t size;
    char *text;
    sg_json_start(&writer, encoder->context);
    sg_encoder_write(encoder, &writer, NULL);
    assert_ok(encoder->context, sg_json_finish(&writer, &text, &size));
    return text;
}

#define CONSTRAINTS                                                            \
    "{\"constraints\":[{\"kind\":\"fixed\",\"columns\":[\"b\",\"c\"]},"        \
    "{\"kind\":\"greater\",\"high\":\"high\",\"low\":\"low\"}]}"

/* A sample that has all rows gives the encoder that the table gives. */
static void all_rows_give_the_same(void **state) {
    (void)state;
    syngan_context *context = test_context(2);
    syngan_table *table = NULL;
    sg_encoder *encoder = NULL;
    sg_encoded encoded;
    write_rows();
    assert_ok(context,
              syngan_table_read_csv(context, path,
                                    SYNGAN_CSV(.schema = CONSTRAINTS), &table));
    const sg_encoder_options options = {.max_modes = 3};
    assert_ok(context, sg_encoder_fit(table, &options, &encoder));
    assert_ok(context, sg_encoder_encode(encoder, table, 3, &encoded));
    char *expected = text_of(encoder);
    static const int64_t sizes[] = {1, 7, 64, ROWS};
    for (size_t i = 0; i < 4; i++) {
        surveying s;
        assert_ok(context, survey(context, CONSTRAINTS, sizes[i], ROWS, &s));
        char *text = text_of(s.encoder);
        assert_string_equal(text, expected);
        assert_memory_equal(s.encoded.cells, encoded.cells,
                            (size_t)(encoded.rows * encoded.width) * 4);
        sg_free(context, text);
        end(&s);
    }
    sg_free(context, expected);
    sg_encoded_end(context, &encoded);
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* Rows of the encoder that say something about all rows. */
static void check_whole(const sg_encoder *encoder, const sg_encoder *expected,
                        const syngan_table *all) {
    for (size_t c = 0; c < expected->n_codes; c++) {
        const sg_column_code *code = &encoder->codes[c];
        const sg_column_code *of_all = &expected->codes[c];
        bool is_difference = code->ordered >= 0;
        assert_ptr_equal(code->codec, of_all->codec);
        assert_int_equal(code->choice.n_values, of_all->choice.n_values);
        for (int32_t v = 0; v < code->choice.n_values; v++)
            assert_int_equal(code->choice.count[v], of_all->choice.count[v]);
        if (code->codec == &sg_codec_number && !is_difference)
            assert_memory_equal(&code->number.grid, &of_all->number.grid,
                                sizeof code->number.grid);
        assert_int_equal(code->number.has_missing, of_all->number.has_missing);
        for (uint64_t id = 0; code->codec == &sg_codec_name && id < 3000;
             id++) {
            char text[SG_NAME_ROOM];
            int32_t size = sg_name_write(&code->name, 5, id, text);
            assert_true(sg_dictionary_find(all->columns[c].words, text,
                                           (size_t)size) < 0);
        }
    }
}

/* One that has a few still knows bounds, texts and combinations of all. */
static void some_rows_know_of_all(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    syngan_table *table = NULL;
    sg_encoder *encoder = NULL;
    write_rows();
    assert_ok(context,
              syngan_table_read_csv(context, path,
                                    SYNGAN_CSV(.schema = CONSTRAINTS), &table));
    const sg_encoder_options options = {.max_modes = 3};
    assert_ok(context, sg_encoder_fit(table, &options, &encoder));
    for (int64_t most = 1; most < ROWS; most = most * 3 + 1) {
        surveying s;
        assert_ok(context, survey(context, CONSTRAINTS, 32, most, &s));
        assert_int_equal(s.table->rows, most);
        assert_int_equal(s.whole.rows, ROWS);
        check_whole(s.encoder, encoder, table);
        end(&s);
    }
    sg_encoder_release(encoder);
    syngan_table_free(table);
    syngan_context_free(context);
}

/* The sample is uniform: each row is in it as often as others. */
static void samples_are_uniform(void **state) {
    (void)state;
    enum { N = 40, MOST = 10, SEEDS = 400 };
    syngan_context *context = test_context(1);
    int64_t values[N];
    int32_t seen[N] = {0};
    for (int i = 0; i < N; i++)
        values[i] = i;
    syngan_table *table = NULL;
    assert_ok(context, syngan_table_create(context, N, &table));
    assert_ok(context, syngan_table_add_integers(table, "a", values));
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        sg_survey *survey = NULL;
        const syngan_table *sample;
        sg_whole whole = {0};
        assert_ok(context, sg_survey_start(context, N, MOST, seed, &survey));
        assert_ok(context, sg_survey_take(survey, table));
        assert_ok(context, sg_survey_finish(survey, &sample, &whole));
        for (int i = 0; i < MOST; i++)
            seen[syngan_table_integers(sample, 0)[i]]++;
        sg_survey_free(survey);
    }
    /* Binomial: 100 on average, with a deviation of 8.7. */
    for (int i = 0; i < N; i++) {
        assert_true(seen[i] > 60);
        assert_true(seen[i] < 140);
    }
    syngan_table_free(table);
    syngan_context_free(context);
}

static void what_cannot_be_learnt(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    surveying s;
    write_text("a,b\n1.5,x\n2,y\ninf,z\n3,y\n");
    assert_fails(context, survey(context, NULL, 1, 2, &s), SYNGAN_E_ARGUMENT,
                 "column 'a' has a value, before row 3");
    end(&s);
    assert_fails(context,
                 survey(context,
                        "{\"columns\":[{\"name\":\"b\",\"type\":\"boolean\"},"
                        "{\"name\":\"a\",\"type\":\"category\"}]}",
                        1, 2, &s),
                 SYNGAN_E_FORMAT, "column 'b': \"z\", before row 3");
    end(&s);
    syngan_context_free(context);
}

static syngan_status survey_it(syngan_context *context, void *user) {
    (void)user;
    surveying s;
    syngan_status status = survey(context, CONSTRAINTS, 30, 50, &s);
    end(&s);
    return status;
}

static void memory_and_files_fail(void **state) {
    (void)state;
    write_rows();
    const fault_sweep sweep = {.body = survey_it, .most = 60};
    fault_sweep_memory(&sweep);
    fault_sweep_io(&sweep, EIO);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_that_are_none_are_noticed),
        cmocka_unit_test(pieces_are_the_whole),
        cmocka_unit_test(failures_pass),
        cmocka_unit_test(texts_are_counted),
        cmocka_unit_test(all_rows_give_the_same),
        cmocka_unit_test(some_rows_know_of_all),
        cmocka_unit_test(samples_are_uniform),
        cmocka_unit_test(what_cannot_be_learnt),
        cmocka_unit_test(memory_and_files_fail),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
