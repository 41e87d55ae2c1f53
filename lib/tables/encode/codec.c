/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of codecs.
 */
#include "encode/codec.h"

#include <string.h>

static const sg_codec *const codecs[] = {&sg_codec_empty,  &sg_codec_number,
                                         &sg_codec_choice, &sg_codec_joint,
                                         &sg_codec_member, &sg_codec_name};

const sg_codec *sg_codec_find(const char *name) {
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (strcmp(codecs[i]->name, name) == 0) return codecs[i];
    return NULL;
}
