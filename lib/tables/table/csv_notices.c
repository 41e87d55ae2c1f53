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

/* Whether a column has numbers, or times, but for its first cell; *text: that
 * cell, "" if it is empty, NULL if it is one of the values. */
static bool is_value_column(const sg_looks *l, const sg_cells *cells,
                            const char **text) {
    int64_t values = sg_number_choose(l, 0, 0).cells;
    int64_t present = (int64_t)(l->numerals + l->texts);
    *text = sg_cell_kind(*sg_cells_words(cells)) == SG_CELL_EMPTY ? "" : NULL;
    for (size_t i = 0; i < l->n_times; i++)
        if (l->times[i].cells > values) values = l->times[i].cells;
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
static const char *find_units(const sg_csv_scan *s, const sg_looks *looks) {
    const char *found = NULL, *text;
    if (s->rows < LEAST_ROWS || !s->options.header) return NULL;
    for (size_t i = 0; i < s->n_columns; i++) {
        if (!is_value_column(&looks[i], sg_csv_scan_cells(s, i), &text))
            continue;
        if (text == NULL) return NULL;
        if (found == NULL && is_unit(text)) found = text;
    }
    return found;
}

/* ---- totals ------------------------------------------------------------- */

static bool says_total(const char *text, size_t size) {
    static const char *const words[] = {
        "total",       "totals",    "grand total", "sum",  "summe", "gesamt",
        "gesamtsumme", "insgesamt", "total:",      "sum:", "somme", "totale"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == size && strncasecmp(words[i], text, size) == 0)
            return true;
    return false;
}

static bool begins_with_total(const sg_csv_scan *s) {
    char room[SG_NUMERAL_TEXT];
    size_t size, last = (size_t)s->rows - 1;
    for (size_t i = 0; i < s->n_columns; i++) {
        const sg_cells *cells = sg_csv_scan_cells(s, i);
        uint64_t cell = sg_cells_words(cells)[last];
        if (sg_cell_kind(cell) == SG_CELL_EMPTY) continue;
        const char *text = sg_cells_text(cells, cell, room, &size);
        return says_total(text, size);
    }
    return false;
}

static bool cell_number(const sg_cells *cells, uint64_t cell,
                        const sg_notation *notation, double *value) {
    char room[SG_NUMERAL_TEXT], plain[SG_PLAIN_TEXT];
    size_t size;
    if (sg_cell_kind(cell) == SG_CELL_EMPTY) return false;
    const char *text = sg_cells_text(cells, cell, room, &size);
    return sg_notation_read(notation, text, size, plain) &&
           sg_number_real(plain, strlen(plain), value);
}

/* Whether the last cell is the sum of all others. */
static bool is_sum(const sg_csv_scan *s, const sg_looks *looks, size_t i) {
    const sg_cells *cells = sg_csv_scan_cells(s, i);
    const sg_number_choice n = sg_number_choose(&looks[i], s->hint, 0);
    const uint64_t *cell = sg_cells_words(cells);
    size_t last = (size_t)s->rows - 1;
    double total, value, sum = 0;
    if (!cell_number(cells, cell[last], &n.notation, &total)) return false;
    for (size_t row = 0; row < last; row++)
        if (cell_number(cells, cell[row], &n.notation, &value)) sum += value;
    double slack = fabs(sum) * 1e-9 + 0.51 * pow(10, -n.decimals);
    return sum != 0 && fabs(sum - total) <= slack;
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

void sg_csv_skip_rows(sg_csv_scan *scan, const sg_looks *looks, bool *changed) {
    sg_csv_scan *s = scan;
    const sg_origin origin = sg_csv_scan_origin(s);
    char place[SG_PLACE_TEXT];
    bool sum = false;
    *changed = false;
    const char *unit = find_units(s, looks);
    if (s->rows >= LEAST_ROWS && s->n_columns > 1 && begins_with_total(s)) {
        for (size_t i = 0; i < s->n_columns && !sum; i++)
            sum = is_sum(s, looks, i);
        sg_log(s->context, SYNGAN_LOG_WARNING,
               "%s: begins with a word for totals; %s",
               sg_origin_text(&origin, s->rows - 1, place),
               sum ? "as it has sums of the rows before, it is skipped"
                   : "it is kept, since no number is a sum of those before");
        if (sum) drop_last(s);
    }
    if (unit != NULL) {
        sg_log(s->context, SYNGAN_LOG_WARNING,
               "%s: has units, such as '%s', above numbers; it is skipped",
               sg_origin_text(&origin, 0, place), unit);
        drop_first(s);
    }
    *changed = sum || unit != NULL;
}
