/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that are none; see csv_notices.h. */
#include "table/csv_notices.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Fewer rows tell nothing. */
#define LEAST_ROWS 4

/* ---- units -------------------------------------------------------------- */

static sg_csv_look *look_at(const sg_csv_notices *n, size_t column) {
    return (sg_csv_look *)((char *)n->columns + column * n->stride);
}

/* Whether a column has numbers, times or durations, but for its first cell;
 * *text: that cell, "" if it is empty, NULL if it is one of the values. */
static bool is_value_column(const sg_csv_look *look, const char **text) {
    const sg_looks *l = &look->looks;
    int64_t values = sg_number_choose(l, 0, 0).cells;
    int64_t present = (int64_t)(l->numerals + l->texts);
    *text = look->first_empty ? "" : NULL;
    for (size_t i = 0; i < l->n_times; i++)
        if (l->times[i].cells > values) values = l->times[i].cells;
    for (size_t i = 0; i < l->n_durations; i++)
        if (l->durations[i].cells > values) values = l->durations[i].cells;
    for (size_t i = 0; i < l->n_odd; i++)
        if (l->odd[i].row == 0 && l->odd[i].cells == 1) *text = l->odd[i].text;
    return values >= LEAST_ROWS - 1 && 10 * values >= 9 * (present - 1);
}

static bool is_unit(const char *text) {
    char number[64];
    sg_number_text parts;
    sg_text(number, sizeof number, "1%s", text);
    return (*text == '[' || *text == '(') ||
           (sg_number_divide(number, strlen(number), &parts) &&
            parts.unit == SG_UNIT_KNOWN);
}

/* The first row, if no number or time is in it and units are. */
static const char *find_units(const sg_csv_notices *n) {
    const char *found = NULL, *text;
    if (n->rows < LEAST_ROWS || !n->header) return NULL;
    for (size_t i = 0; i < n->n_columns; i++) {
        if (!is_value_column(look_at(n, i), &text)) continue;
        if (text == NULL) return NULL;
        if (found == NULL && is_unit(text)) found = text;
    }
    return found;
}

/* ---- totals ------------------------------------------------------------- */

static bool begins_with_total(const sg_csv_notices *n) {
    static const char *const words[] = {
        "total",       "totals",    "grand total", "sum",  "summe", "gesamt",
        "gesamtsumme", "insgesamt", "total:",      "sum:", "somme", "totale"};
    const char *text = "";
    if (n->rows < LEAST_ROWS || n->n_columns < 2) return false;
    for (size_t i = 0; i < n->n_columns && *text == '\0'; i++)
        text = look_at(n, i)->last;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(words[i], text) == 0) return true;
    return false;
}

static bool read_number(const sg_notation *notation, const char *text,
                        size_t size, double *value) {
    char plain[SG_PLAIN_TEXT];
    return sg_notation_read(notation, text, size, plain) &&
           sg_number_real(plain, strlen(plain), value);
}

/* Whether the last cell is the sum of all others. */
static bool is_sum(const sg_csv_notices *n, size_t column) {
    const sg_csv_look *look = look_at(n, column);
    const sg_number_choice number = sg_number_choose(&look->looks, n->hint, 0);
    double total;
    if (!read_number(&number.notation, look->last, strlen(look->last), &total))
        return false;
    double sum = look->sum - total;
    double slack = fabs(sum) * 1e-9 + 0.51 * pow(10, -number.decimals);
    return sum != 0 && fabs(sum - total) <= slack;
}

/* ---- pieces ------------------------------------------------------------- */

/* The last cell, "" if it is empty or long. */
static void take_last(const sg_cells *cells, sg_csv_look *look) {
    char room[SG_NUMERAL_TEXT];
    uint64_t cell = sg_cells_words(cells)[cells->count - 1];
    look->last[0] = '\0';
    if (sg_cell_kind(cell) == SG_CELL_EMPTY) return;
    size_t size;
    const char *text = sg_cells_text(cells, cell, room, &size);
    if (size >= sizeof look->last) return;
    memcpy(look->last, text, size);
    look->last[size] = '\0';
}

syngan_status sg_csv_notices_take(sg_csv_notices *n, sg_csv_scan *scan) {
    const sg_origin origin = sg_csv_scan_origin(scan);
    n->n_columns = scan->n_columns;
    n->header = scan->options.header;
    if (scan->rows > 0) {
        if (n->rows == 0) n->first_line = sg_origin_line(&origin, 0);
        n->last_line = sg_origin_line(&origin, scan->rows - 1);
    }
    for (size_t i = 0; i < scan->n_columns; i++) {
        sg_cells *cells = sg_csv_scan_cells(scan, i);
        sg_csv_look *look = look_at(n, i);
        SG_TRY(sg_cells_drop_marks(cells, scan->marks));
        SG_TRY(sg_looks_take(&look->looks, cells, &origin));
        if (scan->rows == 0) continue;
        if (n->rows == 0)
            look->first_empty =
                sg_cell_kind(*sg_cells_words(cells)) == SG_CELL_EMPTY;
        take_last(cells, look);
    }
    n->rows += scan->rows;
    n->hint = scan->hint = sg_csv_scan_hint(scan, n->columns, n->stride);
    return SYNGAN_OK;
}

void sg_csv_notices_find(sg_csv_notices *n) {
    n->unit = find_units(n);
    n->total = begins_with_total(n);
}

void sg_csv_notices_add(sg_csv_notices *n, const sg_csv_scan *scan) {
    for (size_t i = 0; i < scan->n_columns; i++) {
        const sg_cells *cells = sg_csv_scan_cells(scan, i);
        sg_csv_look *look = look_at(n, i);
        const sg_number_choice number =
            sg_number_choose(&look->looks, n->hint, 0);
        const uint64_t *cell = sg_cells_words(cells);
        for (size_t row = 0; row < cells->count; row++) {
            char room[SG_NUMERAL_TEXT];
            size_t size;
            double value;
            if (sg_cell_kind(cell[row]) == SG_CELL_EMPTY) continue;
            const char *text = sg_cells_text(cells, cell[row], room, &size);
            if (read_number(&number.notation, text, size, &value))
                look->sum += value;
        }
    }
}

bool sg_csv_notices_tell(sg_csv_notices *n, syngan_context *context,
                         const char *name) {
    for (size_t i = 0; n->total && i < n->n_columns && !n->sum; i++)
        n->sum = is_sum(n, i);
    if (n->total)
        sg_log(context, SYNGAN_LOG_WARNING,
               "%s: line %lld: begins with a word for totals; %s", name,
               (long long)n->last_line,
               n->sum ? "as it has sums of the rows before, it is skipped"
                      : "it is kept, since no number is a sum of those before");
    if (n->unit != NULL)
        sg_log(context, SYNGAN_LOG_WARNING,
               "%s: line %lld: has units, such as '%s', above numbers; it is "
               "skipped",
               name, (long long)n->first_line, n->unit);
    return n->sum || n->unit != NULL;
}

/* ---- taking rows away --------------------------------------------------- */

static void drop_first(sg_csv_scan *s) {
    sg_line_jump *jump = s->jumps;
    for (size_t i = 0; i < s->n_columns; i++) {
        sg_cells *cells = sg_csv_scan_cells(s, i);
        uint64_t *cell = sg_cells_words(cells);
        memmove(cell, cell + 1, --cells->count * sizeof *cell);
    }
    for (size_t i = 0; i < s->n_jumps; i++) {
        if (jump[i].row > 0)
            jump[i].row--;
        else
            jump[i].line++;
    }
    s->rows--;
    s->all_rows--;
}

static void drop_last(sg_csv_scan *s) {
    for (size_t i = 0; i < s->n_columns; i++)
        sg_csv_scan_cells(s, i)->count--;
    s->rows--;
    s->all_rows--;
}

void sg_csv_notices_drop(const sg_csv_notices *notices, sg_csv_scan *scan) {
    if (notices->sum) drop_last(scan);
    if (notices->unit != NULL) drop_first(scan);
}
