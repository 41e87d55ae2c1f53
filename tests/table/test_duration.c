/* SPDX-License-Identifier: Apache-2.0 */
/* Durations: formats there and back, which columns are taken for some, and
 * what a schema can say. */
#include "table/duration.h"

#include <stdio.h>
#include <stdlib.h>

#include "support/fault.h"
#include "support/tables.h"
#include "support/test.h"
#include "table/table.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)

static const struct {
    const char *format, *text;
    int64_t value;
} texts[] = {
    {"%H:%M:%S", "00:00:00", 0},
    {"%H:%M:%S", "01:30:00", HOUR + HOUR / 2},
    {"%-H:%M:%S", "-1:30:00", -HOUR - HOUR / 2},
    {"%-H:%M:%S", "2500:00:09", 2500 * HOUR + 9 * SECOND},
    {"%H:%M:%S%.f", "00:00:01.5", 3 * SECOND / 2},
    {"%H:%M:%S%.f", "00:00:02", 2 * SECOND},
    {"%H:%M:%S.%f", "00:00:01.000001", SECOND + 1},
    {"%-M:%S.%1f", "90:05.0", 5405 * SECOND},
    {"%-H:%M", "36:15", 36 * HOUR + HOUR / 4},
    {"[%-d day(s), ]%-H:%M:%S", "1 day, 2:00:00", 26 * HOUR},
    {"[%-d day(s), ]%-H:%M:%S", "2 days, 0:00:00", 48 * HOUR},
    {"[%-d day(s), ]%-H:%M:%S", "0:00:01", SECOND},
    {"%-d days %H:%M:%S", "1 days 00:00:00", 24 * HOUR},
    {"[%-Hh][ %-Mm]", "1h 30m", HOUR + HOUR / 2},
    {"[%-Hh][ %-Mm]", "30m", HOUR / 2},
    {"[%-Hh][ %-Mm]", "2h", 2 * HOUR},
    {"[%-Hh][ %-Mm]", "0m", 0},
    {"%-M min", "90 min", HOUR + HOUR / 2},
    {"%-H%.f h", "1.5 h", HOUR + HOUR / 2},
    {"%-H%.f h", "0.333333333 h", HOUR / 3 - 1},
    {"%-L ms", "1250 ms", 5 * SECOND / 4},
    {"[%-w week(s)][ %-d day(s)]", "1 week 1 day", 8 * 24 * HOUR},
    {"P[%-wW][%-dD][T[%-HH][%-MM][%-S%.fS]]", "P1DT2H", 26 * HOUR},
    {"P[%-dD][T[%-HH][%-MM][%-S%.fS]]", "PT1H30M", HOUR + HOUR / 2},
    {"P[%-dD][T[%-HH][%-MM][%-S%.fS]]", "PT0S", 0},
    {"P[%-dD][T[%-HH][%-MM][%-S%.fS]]", "-PT0.25S", -SECOND / 4},
    {"PT%-MM", "PT90M", HOUR + HOUR / 2},
    {"%S 100%", NULL, 0},
};

static void formats_read_back(void **state) {
    (void)state;
    for (size_t i = 0; texts[i].text != NULL; i++) {
        const char *format = texts[i].format, *text = texts[i].text;
        int64_t value = -1;
        char back[64], part[4];
        assert_true(sg_duration_valid(format));
        if (!sg_duration_read(format, text, strlen(text), &value) ||
            value != texts[i].value)
            fail_msg("%s: %s is %lld", format, text, (long long)value);
        assert_int_equal(sg_duration_write(format, value, back, sizeof back),
                         strlen(text));
        assert_string_equal(back, text);
        assert_int_equal(sg_duration_write(format, value, part, sizeof part),
                         strlen(text));
        assert_memory_equal(part, text, strlen(text) < 3 ? strlen(text) : 3);
    }
}

static void other_values_read_back(void **state) {
    (void)state;
    for (size_t i = 0; texts[i].text != NULL; i++)
        for (int64_t k = -300; k < 300; k++) {
            char text[96], again[96];
            int64_t value = k * k * k * 7919 * SECOND + k * 100003, back;
            size_t size =
                sg_duration_write(texts[i].format, value, text, sizeof text);
            assert_true(size < sizeof text);
            assert_true(sg_duration_read(texts[i].format, text, size, &back));
            sg_duration_write(texts[i].format, back, again, sizeof again);
            assert_string_equal(text, again);
        }
    /* The largest there are. */
    char text[64];
    int64_t back;
    for (int i = 0; i < 2; i++) {
        int64_t most = i == 0 ? INT64_MAX : -INT64_MAX;
        size_t size = sg_duration_write("%H:%M:%S%.f", most, text, sizeof text);
        assert_true(sg_duration_read("%H:%M:%S%.f", text, size, &back));
        assert_true(back == most);
    }
    assert_false(sg_duration_read("%H", "2562047789", 10, &back));
    assert_false(sg_duration_read("%H", "9999999999999999", 16, &back));
}

static void what_is_no_duration(void **state) {
    (void)state;
    static const char *const formats[] = {
        "",    "min", "%",   "%-",   "%x",   "%M:%H",   "%H%H",
        "[%H", "%H]", "%.f", "%H 5", "%f%S", "%S.%3f%L"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (sg_duration_valid(formats[i])) fail_msg("\"%s\"", formats[i]);
    char all[SG_DURATION_FORMAT + 1];
    memset(all, 'x', sizeof all - 1);
    memcpy(all, "%H", 2);
    all[sizeof all - 1] = '\0';
    assert_false(sg_duration_valid(all));
    static const char *const bad[][2] = {
        {"%H:%M:%S", "1:60:00"},   {"%H:%M:%S", "1:5:00"},
        {"%H:%M:%S", "1:30"},      {"%H:%M:%S", "1:30:00 "},
        {"%H:%M:%S", "--1:30:00"}, {"%-M min", "min"},
        {"%-M min", "1.5 min"},    {"%-H%.f h", "1. h"},
        {"[%-Hh][ %-Mm]", ""},     {"[%-Hh][ %-Mm]", "2h 60m"},
        {"P[%-dD][T[%-HH]]", "P"}, {"P[%-dD][T[%-HH]]", "P1Y"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t value;
        if (sg_duration_read(bad[i][0], bad[i][1], strlen(bad[i][1]), &value))
            fail_msg("%s: \"%s\"", bad[i][0], bad[i][1]);
    }
}

/* ---- columns ------------------------------------------------------------ */

static syngan_table *read_column(syngan_context *context, const char *cells,
                                 const char *schema) {
    char text[2048];
    size_t used = (size_t)snprintf(text, sizeof text, "x,y\n");
    for (const char *at = cells; *at != '\0';) {
        size_t size = strcspn(at, ";");
        used += (size_t)snprintf(text + used, sizeof text - used,
                                 "\"%.*s\",1\n", (int)size, at);
        at += size + (at[size] == ';');
    }
    syngan_table *table;
    assert_ok(context,
              tables_read(context, text,
                          SYNGAN_CSV(.schema = schema, .separator = ","),
                          &table));
    return table;
}

#define DURATION SYNGAN_COLUMN_DURATION

/* Cells, their type and format; and whether they come back as they are. */
static const struct {
    const char *cells;
    int32_t type;
    const char *format;
} columns[] = {
    {"36:05:00;1:30:00", DURATION, "%-H:%M:%S"},
    {"36:05:00;01:30:00", DURATION, "%H:%M:%S"},
    {"-0:15;1:00", DURATION, "%-H:%M"},
    {"30:00:00.25;1:30:00", DURATION, "%-H:%M:%S%.f"},
    {"1 day, 2:03:04;2 days, 0:00:00;0:00:05", DURATION,
     "[%-d day(s), ]%-H:%M:%S"},
    {"0 days 00:01:30;1 days 10:00:00", DURATION, "%-d days %H:%M:%S"},
    {"1 day 10:00:00;2 days 10:00:00", DURATION, "%-d day(s) %-H:%M:%S"},
    {"4:05.3;12:00.0", DURATION, "%-M:%S.%1f"},
    {"1h 30m;45m;2h", DURATION, "[%-Hh][ %-Mm]"},
    {"1h30m;45m;2h", DURATION, "[%-Hh][%-Mm]"},
    {"1 hour, 5 minutes;2 hours", DURATION, "%-H hour(s)[, %-M minute(s)]"},
    {"2w 3d;5d;1w", DURATION, "[%-ww][ %-dd]"},
    {"90 min;15 min", DURATION, "%-M min"},
    {"1.5 h;2.25 h;10 h", DURATION, "%-H%.f h"},
    {"1.50 h;2.25 h", DURATION, "%-H.%2f h"},
    {"12 ms;7 ms", DURATION, "%-L ms"},
    {"PT1H30M;PT2H;P1DT5M", DURATION, "P[%-dD][T[%-HH][%-MM]]"},
    {"PT45M;PT90M", DURATION, "PT%-MM"},
    {"-PT1.5S;PT2S", DURATION, "PT%-S%.fS"},
    {"1 day;30 days;60 days", DURATION, "%-d day(s)"},
    {"90 min;n.a.;15 min;20 min", DURATION, "%-M min"},
    /* What may be something else. */
    {"1:30:00;2:30:00", SYNGAN_COLUMN_TIME, "%-H:%M:%S"},
    {"1:30;23:59", SYNGAN_COLUMN_TIME, "%-H:%M"},
    {"08:00;24:00", SYNGAN_COLUMN_TIME, "%*H:%M"},
    {"5m;7m", SYNGAN_COLUMN_INTEGER, "#m"},
    {"1990s;1980s", SYNGAN_COLUMN_INTEGER, "#s"},
    {"3d;4d", SYNGAN_COLUMN_CATEGORY, NULL},
    {"P1Y;P2M", SYNGAN_COLUMN_CATEGORY, NULL},
    {"10h30;11h15", SYNGAN_COLUMN_CATEGORY, NULL},
    {"1 month;2 months", SYNGAN_COLUMN_CATEGORY, NULL},
    {"90 min;5 kg", SYNGAN_COLUMN_CATEGORY, NULL},
    {"2024-01-31 10:00;2024-01-31 11:00", SYNGAN_COLUMN_TIME, "%Y-%m-%d %H:%M"},
};

static void columns_are_told_apart(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        syngan_table *table = read_column(context, columns[i].cells, NULL);
        const sg_column *column = &table->columns[0];
        if (column->type != columns[i].type)
            fail_msg("\"%s\" became %s", columns[i].cells,
                     sg_column_type_name(column->type));
        if (columns[i].format != NULL)
            assert_string_equal(column->format, columns[i].format);
        const char *at = columns[i].cells;
        for (int64_t row = 0; row < table->rows; row++) {
            char cell[64];
            size_t size = strcspn(at, ";");
            snprintf(cell, sizeof cell, "%.*s", (int)size, at);
            if (strcmp(cell, "n.a.") != 0)
                tables_check_cell(table, row, 0, cell);
            at += size + (at[size] == ';');
        }
        syngan_table_free(table);
    }
    syngan_context_free(context);
}

static void schemas_tell(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const char *plain =
        "{\"columns\": [{\"name\": \"x\", \"type\": \"duration\"}]}";
    syngan_table *table = read_column(context, "1:30:00;0:45:00", plain);
    assert_int_equal(syngan_table_type(table, 0), DURATION);
    assert_true(syngan_table_integers(table, 0)[0] == HOUR + HOUR / 2);
    /* Another format, a bound and a constraint of two columns. */
    syngan_table *other;
    assert_ok(context,
              syngan_table_with_schema(
                  table,
                  "{\"columns\": [{\"name\": \"x\", \"type\": \"duration\", "
                  "\"format\": \"%-M min\"}], \"constraints\": [{\"kind\": "
                  "\"range\", \"column\": \"x\", \"low\": \"45 min\", "
                  "\"high\": \"90 min\"}]}",
                  &other));
    tables_check_cell(other, 0, 0, "90 min");
    char *schema = tables_schema(other);
    assert_non_null(strstr(schema, "\"low\":\"45 min\",\"high\":\"90 min\""));
    free(schema);
    syngan_table_free(other);
    static const char *const wrong[][2] = {
        {"{\"columns\": [{\"name\": \"x\", \"type\": \"duration\", "
         "\"format\": \"min\"}]}",
         "no format of durations"},
        {"{\"columns\": [{\"name\": \"x\", \"type\": \"duration\", "
         "\"decimals\": 1}]}",
         "real columns only"},
        {"{\"constraints\": [{\"kind\": \"range\", \"column\": \"x\", "
         "\"low\": \"1 min\"}]}",
         "is no duration as \"%-H:%M:%S\" has it"},
        {"{\"constraints\": [{\"kind\": \"greater\", \"low\": \"x\", "
         "\"high\": \"y\"}]}",
         "can't be compared"},
        {"{\"columns\": [{\"name\": \"y\", \"type\": \"duration\"}]}",
         "is no duration of a known form"},
        {"{\"columns\": [{\"name\": \"x\", \"type\": \"duration\", "
         "\"arrow\": \"tss:\"}]}",
         "no Arrow type"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_fails(context,
                     syngan_table_with_schema(table, wrong[i][0], &other),
                     SYNGAN_E_FORMAT, wrong[i][1]);
    /* Texts as durations, and back. */
    assert_ok(context,
              syngan_table_with_schema(
                  table,
                  "{\"columns\": [{\"name\": \"x\", \"type\": \"category\"}]}",
                  &other));
    tables_check_cell(other, 1, 0, "0:45:00");
    syngan_table *again;
    assert_ok(context, syngan_table_with_schema(other, plain, &again));
    assert_true(syngan_table_integers(again, 0)[1] == 45 * 60 * SECOND);
    syngan_table_free(again);
    syngan_table_free(other);
    syngan_table_free(table);
    syngan_context_free(context);
}

static void hosts_add_some(void **state) {
    (void)state;
    syngan_context *context = test_context(1);
    const int64_t values[] = {HOUR, SYNGAN_MISSING, -SECOND / 2};
    syngan_table *table;
    assert_ok(context, syngan_table_create(context, 3, &table));
    assert_ok(context, syngan_table_add_durations(table, "a", values, NULL));
    assert_ok(context,
              syngan_table_add_durations(table, "b", values, "%-S%.f s"));
    assert_fails(context, syngan_table_add_durations(table, "c", values, "%Q"),
                 SYNGAN_E_ARGUMENT, "\"%Q\" is no format of durations");
    tables_check_cell(table, 0, 0, "01:00:00");
    tables_check_cell(table, 2, 0, "-00:00:00.5");
    tables_check_cell(table, 0, 1, "3600 s");
    tables_check_cell(table, 1, 1, "");
    assert_true(syngan_table_missing(table, 0) == 1);
    char *text = tables_text(context, table, NULL);
    char *schema = tables_schema(table);
    syngan_table *back;
    assert_ok(context,
              tables_read(context, text, SYNGAN_CSV(.schema = schema), &back));
    tables_check_equal(table, back);
    free(text);
    free(schema);
    syngan_table_free(back);
    syngan_table_free(table);
    syngan_context_free(context);
}

static syngan_status body(syngan_context *context, void *user) {
    (void)user;
    syngan_table *table = NULL, *other = NULL;
    syngan_status status =
        tables_read(context, "x,y\n1h 30m,1\n45m,2\n2h,3\n", NULL, &table);
    if (status == SYNGAN_OK)
        status = syngan_table_with_schema(
            table,
            "{\"columns\": [{\"name\": \"x\", \"type\": \"duration\", "
            "\"format\": \"[%-Hh][ %-Mm]\"}]}",
            &other);
    syngan_table_free(other);
    syngan_table_free(table);
    return status;
}

static void survives_lack_of_memory(void **state) {
    (void)state;
    assert_true(fault_sweep_memory(&(fault_sweep){.body = body}) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_read_back),
        cmocka_unit_test(other_values_read_back),
        cmocka_unit_test(what_is_no_duration),
        cmocka_unit_test(columns_are_told_apart),
        cmocka_unit_test(schemas_tell),
        cmocka_unit_test(hosts_add_some),
        cmocka_unit_test(survives_lack_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
