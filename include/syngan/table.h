/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file table.h
 * Tables: typed columns with missing values, from and to CSV, arrays, Arrow
 * and SQLite.
 *
 * A table is finished when it is made and does not change afterwards, but for
 * columns that the host adds. Rows and columns count from 0. Text is UTF-8.
 *
 * A missing value is NaN among reals, ::SYNGAN_MISSING among integers, times
 * and durations, and the code -1 in all other columns.
 */
#ifndef SYNGAN_TABLE_H
#define SYNGAN_TABLE_H

#include <syngan/base.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct syngan_table syngan_table;

/** What a column holds. */
typedef int32_t syngan_column_type;
enum {
    SYNGAN_COLUMN_INTEGER = 1,    /**< int64_t */
    SYNGAN_COLUMN_REAL = 2,       /**< double */
    SYNGAN_COLUMN_BOOLEAN = 3,    /**< a code, of one of two texts */
    SYNGAN_COLUMN_CATEGORY = 4,   /**< a code, of one of some texts */
    SYNGAN_COLUMN_TIME = 5,       /**< date and time: int64_t, microseconds
                                       since 1970, as written in the data
                                       (no time zone is applied) */
    SYNGAN_COLUMN_IDENTIFIER = 6, /**< a code; names a row or a person: never
                                       learnt, made anew */
    SYNGAN_COLUMN_TEXT = 7,       /**< a code; free text: not learnt */
    SYNGAN_COLUMN_DURATION = 8    /**< how long: int64_t, microseconds */
};

/** A missing integer, time or duration. */
#define SYNGAN_MISSING INT64_MIN

/* ---- making ------------------------------------------------------------- */

/** A table of `rows` rows without columns, to which the next functions add
 *  some. @return SYNGAN_OK or SYNGAN_E_ARGUMENT (rows below 0). */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_create(syngan_context *context, int64_t rows, syngan_table **out);
/** Releases the caller's hold. */
SYNGAN_API void syngan_table_free(syngan_table *table);

/** Adds a column; the values, as many as the table has rows, are copied. Names
 *  are unique. @return SYNGAN_OK or SYNGAN_E_ARGUMENT. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_add_integers(
    syngan_table *table, const char *name, const int64_t *values);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_add_reals(
    syngan_table *table, const char *name, const double *values);
/** @param format how the times are written: see "format" of the schema; NULL:
 *                "%Y-%m-%d %H:%M:%S" */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_add_times(syngan_table *table, const char *name,
                       const int64_t *values, const char *format);
/** @param values microseconds
 *  @param format how the durations are written: see "format" of the schema;
 *                NULL: "%H:%M:%S%.f" */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_add_durations(syngan_table *table, const char *name,
                           const int64_t *values, const char *format);
/** @param type   SYNGAN_COLUMN_BOOLEAN (at most two different texts),
 *                _CATEGORY, _IDENTIFIER or _TEXT
 *  @param values UTF-8; NULL: missing */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_add_texts(syngan_table *table, const char *name,
                       syngan_column_type type, const char *const *values);

/** Some rows of a table, in the order given, as a new table.
 *  @param rows `count` numbers of rows; one may come more than once */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_select(const syngan_table *table, const int64_t *rows,
                    int64_t count, syngan_table **out);
/** What the rows of a table are. */
typedef int32_t syngan_row_kind;
enum {
    SYNGAN_ROWS_INDEPENDENT = 0, /**< one example each */
    SYNGAN_ROWS_BASKETS = 1,  /**< items of baskets: rows with equal `key` are
                                   one basket, a set of values of `item` */
    SYNGAN_ROWS_SEQUENCES = 2 /**< rows with equal `key` are one sequence,
                                   ordered by `order` */
};

/** Divides the rows by chance: `share` of them (0 < share < 1) into `first`,
 *  the others into `second`, each in the order of the table. A function of
 *  `seed` and the number of rows. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_split(const syngan_table *table, double share, uint64_t seed,
                   syngan_table **first, syngan_table **second);
/** The same of baskets, sequences and what else belongs together: rows with
 *  equal values in the column `key` stay together, in the order of the table;
 *  `share` is that of the values. Rows without a key are left out.
 *  @param key NULL: the schema's key
 *  @return as syngan_table_split(); SYNGAN_E_NOT_FOUND (no such column) */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_split_groups(
    const syngan_table *table, const char *key, double share, uint64_t seed,
    syngan_table **first, syngan_table **second);

/* ---- looking ------------------------------------------------------------ */

/** Size of the table. */
SYNGAN_API int64_t syngan_table_rows(const syngan_table *table);
SYNGAN_API size_t syngan_table_columns(const syngan_table *table);
/** Number of the column of this name, or -1. */
SYNGAN_API int64_t syngan_table_find(const syngan_table *table,
                                     const char *name);
/** NULL beyond the last column. */
SYNGAN_API const char *syngan_table_name(const syngan_table *table,
                                         size_t column);
/** SYNGAN_COLUMN_..., 0 beyond the last column. */
SYNGAN_API syngan_column_type syngan_table_type(const syngan_table *table,
                                                size_t column);
/** What reading has to say of a column, as a sentence: cells that are no number
 *  or time and were read as missing, or because of which all are texts. NULL:
 *  nothing. */
SYNGAN_API const char *syngan_table_note(const syngan_table *table,
                                         size_t column);
/** Number of missing values in a column. */
SYNGAN_API int64_t syngan_table_missing(const syngan_table *table,
                                        size_t column);
/** The values, one a row, which live as long as the table: of integers and
 *  times, of reals, of all other types; NULL for a column of another type. */
SYNGAN_API const int64_t *syngan_table_integers(const syngan_table *table,
                                                size_t column);
SYNGAN_API const double *syngan_table_reals(const syngan_table *table,
                                            size_t column);
SYNGAN_API const int32_t *syngan_table_codes(const syngan_table *table,
                                             size_t column);
/** Number of different texts of a column with codes, and the text of a code
 *  (NULL if there is none). */
SYNGAN_API size_t syngan_table_text_count(const syngan_table *table,
                                          size_t column);
SYNGAN_API const char *syngan_table_text(const syngan_table *table,
                                         size_t column, int32_t code);
/** A cell as a CSV file would have it, unquoted; "" if missing. Into `text`
 *  (always ended). @return the bytes that the whole needs, without its end. */
SYNGAN_API size_t syngan_table_cell(const syngan_table *table, int64_t row,
                                    size_t column, char *text, size_t size);

/* ---- schema ------------------------------------------------------------- */

/**
 * The table's schema as JSON, into `text` (always ended):
 *
 *     {"columns": [
 *        {"name": "age", "type": "integer"},
 *        {"name": "fare", "type": "real", "decimals": 2, "format": "#,#"},
 *        {"name": "paid", "type": "boolean"},
 *        {"name": "when", "type": "time", "format": "%d/%m/%Y %H:%M"},
 *        {"name": "took", "type": "duration", "format": "%-M min"},
 *        {"name": "country", "type": "category"},
 *        {"name": "card", "type": "identifier"},
 *        {"name": "comment", "type": "text"}],
 *      "missing": ["?"],
 *      "constraints": [
 *        {"kind": "greater", "high": "end", "low": "start", "strict": true},
 *        {"kind": "range", "column": "age", "low": 0, "high": 120},
 *        {"kind": "fixed", "columns": ["city", "country"]},
 *        {"kind": "unique", "columns": ["card", "when"]}],
 *      "key": "card", "order": "when"}
 *
 * Constraints hold in every row of the table and in every synthetic one:
 * `high` is at least `low` (above it if "strict"); a value lies in a range (one
 * of the bounds may be left out); only combinations of values that occur in
 * the data occur ("fixed"); no two rows have equal values ("unique"). Missing
 * values satisfy all but "fixed", of whose combinations they are part. "key"
 * names the column that groups rows, "order" the one that orders those of a
 * group.
 *
 * Columns are integers, reals, times or durations where values are compared;
 * bounds of times and durations are texts in the column's format.
 *
 * "arrow" is the Arrow type, as the format of its C data interface names it,
 * that values came in as and go out as, where it is not that of the column's
 * type: "l" for identifiers that are integers, "u" for numbers, times, booleans
 * and categories that are declared as texts, "tsn:Europe/Berlin" or "d:10,2";
 * see syngan_table_to_arrow().
 *
 * "decimals" tells with how many digits behind the point reals are written: 0
 * to 15; -1 for the fewest that read back to the same number, with an exponent
 * where that is shorter; -2 for the fewest without one (481, 122.5, 145.09), -3
 * for the fewest but at least one (481.0), -4 at least two, and so on to -17;
 * without it, as most cells of the data have it. Marks of missing values have
 * no spaces in them; without "missing", those of ::syngan_csv_options count.
 *
 * Formats of times have %Y (4 digits), %m, %d, %H, %M, %S (1 or 2, written as
 * 2; %-m, %-d, %-H, %-I: without a zero before), %e (a day with a space before
 * it), %f (1 to 9 digits behind a second's point, of which 6 count and are
 * written; %3f: 3 digits; %.f: point and digits, or neither), %y (2 digits: 69
 * to 99 are 1969 to 1999), %b and %B (Jan, January, in any case; %^b: JAN), %a
 * and %A (Mon, Monday), %j (day of the year, 3 digits), %I (1 to 12) with %p
 * (AM or PM) or %P (am or pm), %*H (hours beyond 24 of a duration), %z and %:z
 * (an offset such as +0100, +01:00 or Z, which is taken off: times are UTC, and
 * are written +0000 and +00:00), %% and other characters as they are. Hour 24
 * with a date is hour 0 of the next day. An offset that all values share, and
 * the name of a zone, are other characters: times are as written.
 *
 * Formats of durations have the units %w, %d, %H, %M, %S and %L (weeks to
 * milliseconds; of one digit with a zero before, unless it is %-H), the largest
 * of which takes what is more; a fraction of the last unit, %.f (point and as
 * many digits as are needed, or neither) or .%3f; "(s)", an s unless the number
 * before it is 1; and parts in brackets, which are left out where they are 0:
 * "%-H:%M:%S" is 36:05:00, "[%-H h][ %-M min]" 36 h 5 min, "%-d day(s), %H:%M"
 * 1 day, 12:05, and "PT[%-HH][%-MM][%-S%.fS]" PT36H5M. A minus stands before
 * all. They have no digits but those of %3f.
 *
 * Formats of numbers show where things stand around digits, #: a decimal comma
 * "#,#"; marks of thousands "#,###.#", "#.###,#", "# ###,#", "#'###.#", from
 * five digits on "##,###.#", Indian "#,##,###.#"; a currency before, or a unit
 * behind: "$#", "# EUR", "#%"; negative numbers as "(#)" or "#-", or with the
 * sign behind the currency, "$-#"; a plus before positive ones, "+#". Digits
 * behind the mark are as "decimals" says. Without a format, numbers are plain.
 *
 * @return the bytes that the whole needs, without its end; 0 if memory fails.
 */
SYNGAN_API size_t syngan_table_schema(const syngan_table *table, char *text,
                                      size_t size);
/** The same data under another schema: columns that it names get its types
 *  (a text must be one of the new type, or missing), and others stay; the
 *  constraints, the key and the order are its own. An integer may be written
 *  "007" or "5.0" here, and a boolean is any column of at most two texts.
 *  @return SYNGAN_OK, SYNGAN_E_FORMAT (the JSON, or a cell that is none of the
 *  type, by row and column), SYNGAN_E_NOT_FOUND (no such column) or
 *  SYNGAN_E_MISMATCH (a row that breaks a constraint). */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_with_schema(
    const syngan_table *table, const char *schema, syngan_table **out);

/* ---- CSV ---------------------------------------------------------------- */

/** What the bytes of a text file are. */
typedef int32_t syngan_encoding;
enum {
    SYNGAN_ENCODING_UTF8 = 0,    /**< anything else is refused, with its line */
    SYNGAN_ENCODING_LATIN1 = 1,  /**< ISO 8859-1 */
    SYNGAN_ENCODING_REPLACE = 2, /**< UTF-8; U+FFFD for what is none */
    SYNGAN_ENCODING_WINDOWS1252 =
        3,                    /**< ISO 8859-1 with Windows' own characters */
    SYNGAN_ENCODING_UTF16 = 4 /**< little-endian unless a mark says otherwise;
                              with a mark it is read as UTF-16 under any
                              encoding */
};

typedef struct syngan_csv_options {
    size_t struct_size;
    const char *separator; /**< one byte; default: found among , ; | and tab in
                                the first lines */
    const char *quote;     /**< one byte; default: " */
    const char *missing;   /**< marks of missing values, separated by spaces, in
                                addition to an empty cell; "": no others;
                                default: the schema's, else "? NA N/A NaN nan
                                null NULL None" */
    const char *schema;    /**< JSON, see syngan_table_schema(); may name a part
                                of the columns; default: all types are inferred
                                from the whole file */
    int32_t header;        /**< default 1; 0: columns are named column_1, ... */
    syngan_encoding encoding; /**< default SYNGAN_ENCODING_UTF8 */
    int64_t max_rows;         /**< so many rows at most are read, at least 1;
                                   default SYNGAN_AUTO: all */
    const char *decimal;      /**< "." or ",": the decimal mark where a column
                                   leaves it open ("1,234"); default: what the
                                   other columns and the separator say */
    int64_t reserved[3];
} syngan_csv_options;
/** Fields that are not named here are 0 or NULL by default. */
#define SYNGAN_CSV_DEFAULTS                                                    \
    .struct_size = SYNGAN_INITIALISED(syngan_csv_options),                     \
    .max_rows = SYNGAN_AUTO, .header = 1
#define SYNGAN_CSV_INIT                                                        \
    { SYNGAN_CSV_DEFAULTS }
#define SYNGAN_CSV(...)                                                        \
    (&(const syngan_csv_options){SYNGAN_CSV_DEFAULTS, __VA_ARGS__})

/**
 * Reads a CSV file (RFC 4180; lines that end in LF, CR LF or CR; gzip as well).
 *
 * Spaces and tabs around a cell are dropped, but those in quotes belong to a
 * text. A cell without anything else is missing, in quotes or not. Lines
 * without anything are skipped. A column without a name is called column_N; two
 * of the same name are refused; a header of numbers only, which may be a row,
 * is warned of in the log. A first line "sep=;" tells the separator; a row that
 * repeats the header is skipped, and the log says so. A first row of units
 * above numbers ("kg"), and a last one that begins with "Total" and has a sum,
 * are skipped and told likewise. Refused is also, with its line, a row with
 * another number of cells than the first line, a quote that is never closed, a
 * zero byte, and what is not in the encoding.
 *
 * Types that the schema does not give are inferred from all values of a column:
 * - real, if all are missing
 * - integer: whole numbers of 64 bits; a leading zero makes a code of a number,
 *   and a plus a telephone number if there are 7 digits and no other sign.
 *   Also "17850.0" for all values where some are missing, as Python writes
 *   them. Identifier if they are a key (below).
 * - real: numbers with a point or an exponent; "inf" beside others. Decimals
 *   are the most that a value has, or -1 if one has an exponent
 * - both in one notation for the whole column, with marks, currencies, units
 * and signs as "format" of the schema has them, and are written back so.
 * "1,234" has a mark of thousands unless another value, another column, the
 * separator ; or the option `decimal` tells that it has a decimal comma. A word
 * behind a number is a unit if it is a known one, or if more than 10 texts have
 * it
 * - boolean: exactly two texts, in any case: true and false, yes and no, t and
 *   f, y and n, or on and off
 * - duration: hours, minutes and seconds of a clock that somewhere are more
 *   than a day or below zero (36:05:00, -0:15), or behind days (1 day, 2:03:04;
 *   0 days 00:01:30); minutes and seconds with a fraction (4:05.3); numbers
 *   with one or more units of time (1h 30m, 90 min, 1.5 h), but for single
 *   letters that mean other things, too (5m, 3d, 1990s); and ISO 8601 (PT1H30M)
 *   without months and years, which differ in length. All else is a duration
 *   only if the schema says so: a clock within a day is a time
 * - time: texts of one format: a date, a clock, or both, with a zone. Where day
 *   and month could change places in all of them, the month comes first between
 *   slashes, the day between points and dashes. Whole numbers that are all
 * dates such as 20240131, of 1900 to 2100 (or 99991231), are times, too
 * - else a category, unless there are 20 values and more than 95 % of them
 *   differ: an identifier if none has a space, else free text. More than half
 *   are enough for free text if most have spaces and 32 bytes on average.
 *
 * Where nearly all cells are numbers or times, others count as missing: texts
 * that people write for it ("n.a.", "unknown", "-"), up to half of the cells;
 * and at most five other texts, in a twentieth of the cells. The log and
 * syngan_table_note() say so, with the first of them and its line, and also
 * where more such cells made texts of a column of numbers. A schema's types are
 * strict.
 *
 * Integers are a key, which is an identifier, if no two are equal, there are 20
 * or more, and
 * - each is one more than that of the row before: they count the rows; or
 * - the column's name ends in a word such as id, key, no, nr, number or code
 *   ("customer_id", "InvoiceNo", "Kundennummer"); or
 * - there are 100 or more, none below 0 or missing, and they lie so close
 *   together that by chance some would be equal; or they rise or fall from row
 *   to row and half of their range is there. Dates such as 20240320 and seconds
 *   since 1970 are none.
 * A name with a word of a measure, such as amount, year, time or population,
 * makes them numbers, and so does a schema that says "integer", orders by the
 * column, compares it or gives it a range. Keys that don't just count the rows
 * are told of in the log. New ones are integers, too: of the same lengths or,
 * if those of the data rise with the rows, rising behind the last of them.
 *
 * @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT, SYNGAN_E_MEMORY,
 * SYNGAN_E_UNSUPPORTED (a build without libcsv), or an error of the schema,
 * which names line and column.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_read_csv(syngan_context *context, const char *path,
                      const syngan_csv_options *options, syngan_table **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_read_csv_stream(
    syngan_context *context, const syngan_stream *stream,
    const syngan_csv_options *options, syngan_table **out);

/** Receives some rows of a table that is too large to be had at once.
 *  @return SYNGAN_OK to go on; anything else ends the call, which returns it.
 */
typedef syngan_status (*syngan_piece_fn)(const syngan_table *piece, void *user);

/** The rows of a CSV file in pieces of `piece` rows (0: a good size), in their
 *  order, under one schema. The file is read twice, the first time for the
 *  types of its columns: they are those that syngan_table_read_csv() infers,
 *  but for the number of different texts, which is an estimate where there are
 *  more than 65536 (less for more than 32 columns) and may then take a text
 *  for a category, or the other way round, where the shares above are close.
 *  Codes of texts are each piece's own. That values are unique is only checked
 *  among the rows of a piece. A file without rows gives one piece.
 *  @return as syngan_table_read_csv(), what `take` returned, SYNGAN_E_MISMATCH
 *  (the file has changed meanwhile) or SYNGAN_E_CANCELLED. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_stream_csv(syngan_context *context, const char *path,
                        const syngan_csv_options *options, int64_t piece,
                        syngan_piece_fn take, void *user);
/** Writes a header and all rows, atomically; of the options separator, quote
 *  and header count. Missing values are empty. Read with the schema of the
 *  table the file gives an equal one, but for texts that are empty, blank or a
 *  mark of missing values: those come back missing. */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_write_csv(const syngan_table *table, const char *path,
                       const syngan_csv_options *options);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_write_csv_stream(
    const syngan_table *table, const syngan_stream *stream,
    const syngan_csv_options *options);

/**
 * Reads baskets from a ragged CSV file without a header: each line has the
 * items of one, such as the products of a purchase. The table has a row for
 * each item: column "basket", an integer from 1 on, which is its key, and
 * column "item", a category. Empty cells and empty lines are skipped. Of the
 * options separator, quote, encoding and max_rows (baskets) count.
 * @return SYNGAN_OK, SYNGAN_E_IO, SYNGAN_E_FORMAT or SYNGAN_E_MEMORY.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_read_baskets(
    syngan_context *context, const char *path,
    const syngan_csv_options *options, syngan_table **out);
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_read_baskets_stream(
    syngan_context *context, const syngan_stream *stream,
    const syngan_csv_options *options, syngan_table **out);

/* ---- Arrow C data interface --------------------------------------------- */

struct ArrowSchema;
struct ArrowArray;

/**
 * The table as a struct array (a record batch) with a child for each column:
 * as the schema's "arrow" says, which columns have that came as another type;
 * and else int64; float64; timestamp[us], date32 if the format has no time of
 * day, time64[us] if it has no date; duration[us]; bool for booleans whose
 * texts are a pair like "true" and "false" (or yes and no, 1 and 0, t and f, y
 * and n, on and off, in any case); for other booleans and categories
 * dictionary(int32, utf8); utf8 for identifiers and texts. int64, float64,
 * microseconds, durations and codes are shared, not copied. A column with a
 * value that its "arrow" type can't hold (300 as int8) goes out as if it had
 * none; decimals are exact to 17 digits, and times of day that passed 24 hours
 * begin again. Where an array has more than 2^31 - 1 bytes of text, large_utf8
 * takes the place of utf8.
 *
 * The caller owns both structs and calls their `release`; each keeps what it
 * needs of the table, whatever is freed before. On failure both are empty.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status
syngan_table_to_arrow(const syngan_table *table, struct ArrowSchema *schema,
                      struct ArrowArray *array);
/**
 * A table from a struct array (a record batch), whose two structs it takes over
 * on success: then their `release` is NULL. After a failure they are the
 * caller's as before.
 *
 * - (u)int8 to (u)int64 become integers, or identifiers as they would in a CSV
 *   file; float16, float32 and float64 reals, with as many decimals as their
 *   values have, up to 9
 * - decimals of 32 to 256 bits become integers if their scale is 0 or below
 * (and all fit), else reals
 * - bool becomes a boolean of "false" and "true"
 * - utf8, large_utf8 and string views become what they would be in a CSV file,
 *   but never integers: those stay texts, "0123" with its zero; an empty text
 * is missing, and there are no other marks
 * - dictionaries of utf8 become categories of the texts that occur; those of
 *   other types are replaced by their values
 * - date32, date64 and timestamps become times, written with as much as they
 *   have: a day, a time of day, a fraction. Those with a time zone are taken as
 *   UTC, and go out in their zone again; nanoseconds are rounded down
 * - time32 and time64 become times without a date; durations such in hours,
 *   minutes and seconds, nanoseconds rounded down
 * - the null type becomes missing reals
 *
 * What is not the type that syngan_table_to_arrow() writes by itself is kept as
 * the schema's "arrow": so go columns and synthetic ones out as they came. Of
 * texts that is utf8.
 *
 * int64, float64 and duration[us] without missing values are shared, not
 * copied: then the array is released with the last column that shares it.
 *
 * @param types JSON, see syngan_table_schema(), applied by
 *              syngan_table_with_schema(); or NULL
 * @return SYNGAN_OK; SYNGAN_E_TYPE (another Arrow type, by column);
 * SYNGAN_E_FORMAT for a value that no table can hold, by column and row (an
 * integer beyond int64_t or ::SYNGAN_MISSING itself, a text that is not UTF-8
 * or has a zero byte, an index beyond its dictionary); SYNGAN_E_ARGUMENT for
 * structs that can't be right; or an error of the schema.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_from_arrow(
    syngan_context *context, struct ArrowSchema *schema,
    struct ArrowArray *array, const char *types, syngan_table **out);

/* ---- SQLite ------------------------------------------------------------- */

/**
 * The rows of a query of a SQLite database, which is opened for reading only.
 *
 * Values decide on types: a column of integers is integer (boolean if it is
 * declared BOOLEAN and has 0 and 1 only; identifier as in a CSV file), of
 * reals, or of both, real; one with texts becomes what it would be in a CSV
 * file, which finds times, too, but no integer if it is declared as text (TEXT,
 * CHAR, CLOB): such columns are written as TEXT, as they were. NULL is missing,
 * and so is an empty text. A column without any value is integer, category or
 * real as it is declared.
 *
 * @param types as above
 * @return SYNGAN_OK; SYNGAN_E_IO with SQLite's sentence; SYNGAN_E_TYPE for a
 * blob and SYNGAN_E_FORMAT for a text that is not UTF-8 or has a zero byte, by
 * column and row; SYNGAN_E_ARGUMENT for a text that is not one query that gives
 * rows; SYNGAN_E_CANCELLED; SYNGAN_E_UNSUPPORTED (a build without SQLite); or
 * an error of the schema.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_read_sqlite(
    syngan_context *context, const char *path, const char *query,
    const char *types, syngan_table **out);
/**
 * Writes a new table into a database (made if there is none), in one
 * transaction: the database has all of it or is as before. Columns are declared
 * INTEGER (also identifiers that came as integers), REAL, TEXT, BOOLEAN (0 and
 * 1; texts other than "true" and "false", yes and no and the like are TEXT),
 * and DATETIME or DATE for times, which are written as SQLite's functions read
 * them: "2024-02-29 10:00:00".
 *
 * @return SYNGAN_OK; SYNGAN_E_IO with SQLite's sentence, also if there is a
 * table `name`; SYNGAN_E_ARGUMENT for a table without columns;
 * SYNGAN_E_CANCELLED; or SYNGAN_E_UNSUPPORTED.
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_write_sqlite(
    const syngan_table *table, const char *path, const char *name);

/* ---- built-in data ------------------------------------------------------ */

/**
 * Card transactions of made-up customers in the first 90 days of 2024, ordered
 * by time, for trying the library: 60 for a customer on average. A function of
 * (rows, seed). The columns are
 *
 *     card         identifier
 *     time         to the second
 *     city         category: 10; mostly the customer's own
 *     merchant     category: 14 classes, each with its hours and amounts
 *     amount       real, 2 decimals
 *     contactless  boolean; missing where one pays online
 *     balance      real, 2 decimals: before the payment, and enough for it; a
 *                  few are missing
 *     fraud        boolean; 1 % are true: bursts on one card, mostly at night,
 *                  in another city, of large amounts
 *
 * @return SYNGAN_OK or SYNGAN_E_ARGUMENT (rows below 0 or above 2,000,000,000).
 */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_table_transactions(
    syngan_context *context, int64_t rows, uint64_t seed, syngan_table **out);

#ifdef __cplusplus
}
#endif
#endif
