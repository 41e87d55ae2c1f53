/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Free text: not learnt, and missing in decoded rows.
 */
#include "encode/codec.h"

static syngan_status empty_fit(sg_encoder_fitting *f, size_t c) {
    sg_log(f->encoder->context, SYNGAN_LOG_WARNING,
           "table: column '%s' is free text, which is not learnt: it will be "
           "missing in synthetic rows",
           f->table->columns[c].name);
    return SYNGAN_OK;
}

const sg_codec sg_codec_empty = {.name = "empty", .fit = empty_fit};
