/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steady clocks.
 */
#ifndef SG_BASE_CLOCK_H
#define SG_BASE_CLOCK_H

/* Seconds of a steady clock. */
double sg_seconds(void);
/* The same to some milliseconds, cheap enough to be asked for each step. */
double sg_seconds_coarse(void);

#endif
