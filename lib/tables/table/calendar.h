/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of the proleptic Gregorian calendar.
 */
#ifndef SG_TABLE_CALENDAR_H
#define SG_TABLE_CALENDAR_H

#include <stdint.h>

/* a / b rounded down. */
int64_t sg_floor_div(int64_t a, int64_t b);
/* Days since 1970-01-01, and the date of such a day. */
int64_t sg_days_of(int64_t year, int month, int day);
void sg_date_of(int64_t days, int64_t *to_year, int *to_month, int *to_day);
int sg_month_days(int64_t year, int month);

#endif
