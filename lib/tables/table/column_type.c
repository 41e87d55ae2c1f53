/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of column types.
 */
#include "table/column_type.h"

#include <string.h>

#include "base/text.h"

const sg_column_type *const sg_column_types[SG_COLUMN_TYPES + 1] = {
    [SYNGAN_COLUMN_INTEGER] = &sg_type_integer,
    [SYNGAN_COLUMN_REAL] = &sg_type_real,
    [SYNGAN_COLUMN_BOOLEAN] = &sg_type_boolean,
    [SYNGAN_COLUMN_CATEGORY] = &sg_type_category,
    [SYNGAN_COLUMN_TIME] = &sg_type_time,
    [SYNGAN_COLUMN_IDENTIFIER] = &sg_type_identifier,
    [SYNGAN_COLUMN_TEXT] = &sg_type_text,
    [SYNGAN_COLUMN_DURATION] = &sg_type_duration,
};

const sg_column_type *sg_column_type_find(const char *name) {
    for (int32_t id = 1; id <= SG_COLUMN_TYPES; id++)
        if (strcmp(sg_column_types[id]->name, name) == 0)
            return sg_column_types[id];
    return NULL;
}

const char *sg_column_type_names(char text[SG_TYPE_NAMES]) {
    int used = 0;
    for (int32_t id = 1; id <= SG_COLUMN_TYPES; id++)
        used += sg_text(text + used, SG_TYPE_NAMES - (size_t)used, "%s%s",
                        id == 1                 ? ""
                        : id == SG_COLUMN_TYPES ? " or "
                                                : ", ",
                        sg_column_types[id]->name);
    return text;
}
