/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small statistics that several measures need. Values are sorted by
 * sg_sort_f64() (table/sort.h).
 */
#ifndef SG_EVAL_SCORES_H
#define SG_EVAL_SCORES_H

#include "base/context.h"

/* Of sorted values, interpolated (NumPy's "linear"); NaN if there are none. */
double sg_quantile(const double *sorted, int64_t count, double share);

/* Area under the ROC curve: the chance that a positive example scores above a
 * negative one, ties half. NaN if a class is empty; -1 when out of memory. */
double sg_auc(syngan_context *context, const double *score,
              const bool *positive, int64_t count);

#endif
