/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What both storeys give to the core's lists: the only file that names both.
 */
#include "base/options.h"
#ifdef SYNGAN_HAVE_TABLES
#include "table/options.h"
#endif

const sg_fields *const sg_options_all[] = {
#define SG_OPTIONS(name) &sg_options_##name,
#include "base/options_list.h"
#ifdef SYNGAN_HAVE_TABLES
#include "table/options_list.h"
#endif
#undef SG_OPTIONS
    NULL,
};
