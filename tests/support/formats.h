/* SPDX-License-Identifier: Apache-2.0 */
/* Formats of times with all parts that there are, ended by NULL. */
#ifndef TESTS_SUPPORT_FORMATS_H
#define TESTS_SUPPORT_FORMATS_H

static const char *const time_formats[] = {
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S.%f",
    "%Y-%m-%dT%H:%M:%S.%3fZ",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S+02:00",
    "%Y-%m-%d %H:%M:%S%z",
    "%Y-%m-%dT%H:%M:%S%:z",
    "%Y-%m-%d %H:%M:%S,%9f",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d",
    "%m/%d/%Y %I:%M %p",
    "%-m/%-d/%Y %-I:%M:%S %P",
    "%d.%m.%y",
    "%-d.%-m.%Y %-H:%M Uhr",
    "%d-%b-%Y",
    "%d-%^b-%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%A, %B %d, %Y",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%a %b %e %H:%M:%S %Y",
    "%d/%b/%Y:%H:%M:%S -0700",
    "%Y%m%d",
    "%Y%m%dT%H%M%S",
    "%Y-%j",
    "%Y-%m",
    "%H:%M:%S",
    "%*H:%M:%S",
    "%-*H:%M",
    "%I:%M %p",
    NULL,
};

#endif
