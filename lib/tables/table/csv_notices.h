/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a CSV file that are none: units under the header, totals at the end.
 */
#ifndef SG_TABLE_CSV_NOTICES_H
#define SG_TABLE_CSV_NOTICES_H

#include "table/csv_scan.h"

/* Takes such a row away from the cells, where it is certain, and logs it; the
 * cells' looks are given. *changed: they have to be taken again. */
void sg_csv_skip_rows(sg_csv_scan *scan, const sg_looks *looks, bool *changed);

#endif
