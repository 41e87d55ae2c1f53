/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file chart.h
 * Curves as a picture. Written atomically.
 */
#ifndef SYNGAN_CHART_H
#define SYNGAN_CHART_H

#include <syngan/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A chart of `series` curves as an SVG picture.
 *  @param values f32, series x points; NaN leaves a gap
 *  @param x      f32, points
 *  @param names  `series` names for the legend
 *  @return SYNGAN_OK, SYNGAN_E_SHAPE, SYNGAN_E_TYPE or SYNGAN_E_IO. */
SYNGAN_API SYNGAN_CHECKED syngan_status syngan_chart_write(
    const syngan_tensor *x, const syngan_tensor *values,
    const char *const *names, const char *title, const char *path);

#ifdef __cplusplus
}
#endif
#endif
