/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calendar, as in Hinnant, "chrono-compatible low-level date algorithms"
 * (2021): years begin in March, and 400 of them make an era of 146097 days.
 */
#include "table/calendar.h"

#include <stdbool.h>

int64_t sg_floor_div(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* Days since 1970-01-01. */
int64_t sg_days_of(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = sg_floor_div(year, 400), of_era = year - 400 * era;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return 146097 * era + 365 * of_era + of_era / 4 - of_era / 100 + of_year -
           719468;
}

void sg_date_of(int64_t days, int64_t *to_year, int *to_month, int *to_day) {
    days += 719468;
    int64_t era = sg_floor_div(days, 146097), day = days - 146097 * era;
    int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    int64_t month = (5 * day + 2) / 153; /* 0: March */
    *to_day = (int)(day - (153 * month + 2) / 5 + 1);
    *to_month = (int)(month < 10 ? month + 3 : month - 9);
    *to_year = year + 400 * era + (*to_month <= 2);
}

int sg_month_days(int64_t year, int month) {
    static const int days[12] = {31, 28, 31, 30, 31, 30,
                                 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}
