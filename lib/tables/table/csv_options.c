/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of CSV files.
 */
#include "table/csv_options.h"

#include <string.h>

#include "base/options.h"
#include "table/infer.h"
#include "table/options.h"

static const sg_field fields[] = {
    SG_STRING(syngan_csv_options, separator,
              "One byte between cells; found among , ; | and tab if not given"),
    SG_STRING(syngan_csv_options, quote,
              "One byte around cells that need it; \" if not given"),
    SG_STRING(syngan_csv_options, missing,
              "Marks of missing values, separated by spaces; ? NA N/A NaN nan "
              "null NULL None if not given"),
    SG_STRING(syngan_csv_options, schema,
              "JSON that names columns and their types; all types are "
              "inferred if not given"),
    SG_TRUE(
        syngan_csv_options, header,
        "The first line names the columns; 0: they are named column_1, ..."),
    SG_ENUM(syngan_csv_options, encoding,
            "utf8|latin1|replace|windows1252|utf16", SYNGAN_ENCODING_UTF8,
            SYNGAN_ENCODING_UTF16, SYNGAN_ENCODING_UTF8,
            "What the bytes are; replace takes U+FFFD for what is not UTF-8"),
    SG_I64(syngan_csv_options, max_rows, 1, 9e15, SG_AUTO,
           "Rows that are read at most; auto: all"),
    SG_STRING(syngan_csv_options, decimal,
              "Decimal mark, . or , where a column leaves it open; found in "
              "the file if not given"),
};
SG_FIELDS(sg_options_csv, "csv", syngan_csv_options, fields);

/* A byte that can separate or quote cells. */
static syngan_status check_byte(syngan_context *context, const char *where,
                                const char *what, const char *text) {
    unsigned char byte = (unsigned char)text[0];
    if (strlen(text) == 1 && byte < 0x80 && byte != '\n' && byte != '\r' &&
        byte != ' ')
        return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT,
                   "%s: %s is \"%.16s\", but must be one ASCII character that "
                   "is no line end and no space",
                   where, what, text);
}

static syngan_status check_marks(syngan_context *context, const char *where,
                                 const char *marks) {
    for (const char *at = marks; *at != '\0'; at += strspn(at, " ")) {
        size_t size = strcspn(at, " ");
        if (size >= SG_MARK_TEXT)
            return sg_fail(context, SYNGAN_E_ARGUMENT,
                           "%s: missing has a mark of %zu bytes, but %d are "
                           "the most",
                           where, size, SG_MARK_TEXT - 1);
        at += size;
    }
    return SYNGAN_OK;
}

syngan_status sg_csv_options_read(syngan_context *context,
                                  const syngan_csv_options *options,
                                  const char *where, syngan_csv_options *out) {
    SG_TRY(sg_options_read(context, &sg_options_csv, options, where, out));
    if (out->quote == NULL) out->quote = "\"";
    SG_TRY(check_byte(context, where, "quote", out->quote));
    if (out->missing != NULL) SG_TRY(check_marks(context, where, out->missing));
    if (out->decimal != NULL && strcmp(out->decimal, ".") != 0 &&
        strcmp(out->decimal, ",") != 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT,
                       "%s: decimal is \"%.16s\", but must be . or ,", where,
                       out->decimal);
    if (out->separator == NULL) return SYNGAN_OK;
    SG_TRY(check_byte(context, where, "separator", out->separator));
    return out->separator[0] != out->quote[0]
               ? SYNGAN_OK
               : sg_fail(context, SYNGAN_E_ARGUMENT,
                         "%s: separator and quote are the same", where);
}
