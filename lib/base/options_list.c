/* SPDX-License-Identifier: Apache-2.0 */
/* All field tables of public options structs, for access by name. */
#include "base/options.h"

const sg_fields *const sg_options_all[] = {
#define SG_OPTIONS(name) &sg_options_##name,
#include "base/options_list.h"
#undef SG_OPTIONS
    NULL,
};
