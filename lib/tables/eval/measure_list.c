/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all measures. Only the evaluation as a whole names it.
 */
#include "eval/measure.h"

const sg_measure *const sg_measures[] = {
#define SG_MEASURE(name) &sg_measure_##name,
#include "eval/measure_list.h"
#undef SG_MEASURE
    NULL};
