/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field tables of the tables' public options structs: sg_options_csv, ...
 */
#ifndef SG_TABLE_OPTIONS_H
#define SG_TABLE_OPTIONS_H

#include "base/options.h"

#define SG_OPTIONS(name) extern const sg_fields sg_options_##name;
#include "table/options_list.h"
#undef SG_OPTIONS

#endif
