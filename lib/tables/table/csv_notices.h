/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a CSV file that are none: units under the header, totals at the end.
 */
#ifndef SG_TABLE_CSV_NOTICES_H
#define SG_TABLE_CSV_NOTICES_H

#include "table/csv_scan.h"

/* Bytes of a cell of the last row, its end included; more are no number. */
#define SG_CSV_LAST_TEXT 64

/* What is known of a column while its cells pass by. All 0 before the first. */
typedef struct sg_csv_look {
    sg_looks looks;
    bool first_empty; /* the first cell */
    char last[SG_CSV_LAST_TEXT];
    double sum; /* of all cells, the last one included */
} sg_csv_look;

/* Of all columns: they are `stride` bytes from each other. */
typedef struct sg_csv_notices {
    void *columns;
    size_t stride, n_columns;
    bool header;
    char hint; /* of decimal marks */
    int64_t rows, first_line, last_line;
    const char *unit; /* one that the first row has; NULL: it has none */
    bool total, sum;  /* the last row says so; its numbers are */
} sg_csv_notices;

/* Takes in how the cells of a piece begin and end, and drops the marks and
 * looks at them. */
syngan_status sg_csv_notices_take(sg_csv_notices *notices, sg_csv_scan *scan);
/* Finds the units, and whether sums of the columns are needed, which the next
 * call adds up piece by piece. */
void sg_csv_notices_find(sg_csv_notices *notices);
void sg_csv_notices_add(sg_csv_notices *notices, const sg_csv_scan *scan);
/* Logs what was found. True: rows are none. */
bool sg_csv_notices_tell(sg_csv_notices *notices, syngan_context *context,
                         const char *name);
/* Takes the rows away from cells that are all there. */
void sg_csv_notices_drop(const sg_csv_notices *notices, sg_csv_scan *scan);

#endif
