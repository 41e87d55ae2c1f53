/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Line charts as SVG pictures.
 */
#ifndef SG_FILE_SVG_H
#define SG_FILE_SVG_H

#include "base/stream.h"

typedef struct sg_chart {
    const char *title; /* or NULL */
    size_t series, points;
    const float *x;           /* points */
    const float *values;      /* series x points; NaN leaves a gap */
    const char *const *names; /* series */
} sg_chart;

syngan_status sg_svg_chart(sg_writer *writer, const sg_chart *chart);

#endif
