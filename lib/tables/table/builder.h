/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the builders of schemas and of conditions share.
 */
#ifndef SG_TABLE_BUILDER_H
#define SG_TABLE_BUILDER_H

#include "base/context.h"

/* SYNGAN_E_ARGUMENT unless an argument of a call is a text of UTF-8 that is not
 * empty. */
syngan_status sg_builder_check(syngan_context *context, const char *call,
                               const char *name, const char *text);

#endif
