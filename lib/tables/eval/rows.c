/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the measures of rows are for the rows that a table has.
 */
#include <string.h>

#include "base/memory.h"
#include "eval/basket.h"
#include "eval/evaluation.h"
#include "eval/sequence.h"

syngan_status sg_evaluation_key(const sg_evaluation *e,
                                const syngan_table *real, int64_t *key,
                                int64_t *order) {
    const syngan_evaluate_options *o = &e->options;
    *key = *order = -1;
    if (o->rows == SYNGAN_ROWS_INDEPENDENT) return SYNGAN_OK;
    if (o->rows == SYNGAN_ROWS_SEQUENCES)
        SG_TRY(sg_find_column(real, o->order, real->order, order));
    SG_TRY(sg_find_column(real, o->key, real->key, key));
    if (*key >= 0) return SYNGAN_OK;
    return sg_fail(e->context, SYNGAN_E_ARGUMENT,
                   "evaluate: baskets and sequences need a key, the column "
                   "whose equal values make one");
}

/* Baskets are judged by nothing but their items. */
static void leave_out_others(sg_evaluation *e, const char *item) {
    for (size_t i = 0; i < e->match.count; i++) {
        const char *name = e->match.column[i].name;
        if (strcmp(name, item) == 0) continue;
        e->report->columns--;
        sg_report_leave_out(e->report, name,
                            "baskets are judged by their items alone");
    }
}

static syngan_status measure_view(sg_evaluation *e, const syngan_table *real,
                                  const syngan_table *made) {
    const syngan_evaluate_options *o = &e->options;
    int64_t key = e->key, item;
    if (o->rows == SYNGAN_ROWS_SEQUENCES)
        return sg_evaluate_sequences(e, real, made, key, e->order);
    SG_TRY(sg_find_column(real, o->item, real->n_columns == 2 ? 1 - key : -1,
                          &item));
    if (item < 0)
        return sg_fail(e->context, SYNGAN_E_ARGUMENT,
                       "evaluate: baskets need the column of their items");
    if (e->stands_in == SG_SYNTHETIC_ROWS)
        leave_out_others(e, real->columns[item].name);
    return sg_evaluate_baskets(e, real, made, (size_t)key, (size_t)item);
}

syngan_status sg_evaluate_rows(sg_evaluation *e, const syngan_table *real,
                               const syngan_table *made) {
    syngan_table view = {0};
    if (e->options.rows == SYNGAN_ROWS_INDEPENDENT) return SYNGAN_OK;
    syngan_status status = sg_match_view(&e->match, SG_SYNTHETIC, made, &view);
    if (status == SYNGAN_OK) status = measure_view(e, real, &view);
    sg_free(e->context, view.columns);
    return status;
}
