/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts, whose values are codes.
 */
#include "base/text.h"
#include "table/table.h"

static size_t write(const sg_column *column, int64_t row, char *text,
                    size_t size) {
    return sg_text_copy(sg_dictionary_text(column->words, column->codes[row]),
                        text, size);
}

const sg_column_type sg_type_boolean = {.id = SYNGAN_COLUMN_BOOLEAN,
                                        .name = "boolean",
                                        .comparison = SG_COMPARED_TEXTS,
                                        .codec = "choice",
                                        .is_pair = true,
                                        .write = write,
                                        .arrow = "b",
                                        .arrow_fits = SG_ARROW_TEXT,
                                        .dictionary = true,
                                        .sqlite = "BOOLEAN"};

const sg_column_type sg_type_category = {.id = SYNGAN_COLUMN_CATEGORY,
                                         .name = "category",
                                         .comparison = SG_COMPARED_TEXTS,
                                         .codec = "choice",
                                         .write = write,
                                         .arrow = "u",
                                         .arrow_fits = SG_ARROW_TEXT,
                                         .dictionary = true,
                                         .sqlite = "TEXT"};

const sg_column_type sg_type_identifier = {.id = SYNGAN_COLUMN_IDENTIFIER,
                                           .name = "identifier",
                                           .codec = "name",
                                           .write = write,
                                           .arrow = "u",
                                           .arrow_fits =
                                               SG_ARROW_TEXT | SG_ARROW_INTEGER,
                                           .sqlite = "TEXT"};

const sg_column_type sg_type_text = {.id = SYNGAN_COLUMN_TEXT,
                                     .name = "text",
                                     .codec = "empty",
                                     .write = write,
                                     .arrow = "u",
                                     .arrow_fits = SG_ARROW_TEXT,
                                     .sqlite = "TEXT"};
