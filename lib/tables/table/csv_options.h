/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What reading and writing CSV share.
 */
#ifndef SG_TABLE_CSV_OPTIONS_H
#define SG_TABLE_CSV_OPTIONS_H

#include <syngan/table.h>

/* What a separator may be when none is given, the most usual first. */
#define SG_CSV_SEPARATORS ",;|\t"

/* Copies and checks the options; `where` names the call. */
syngan_status sg_csv_options_read(syngan_context *context,
                                  const syngan_csv_options *options,
                                  const char *where, syngan_csv_options *out);

#endif
