/* SPDX-License-Identifier: Apache-2.0 */
/* What the builders of schemas and of conditions share. */
#include "table/builder.h"

#include "file/utf8.h"

syngan_status sg_builder_check(syngan_context *context, const char *call,
                               const char *name, const char *text) {
    SG_TRY(sg_need(context, call, name, text));
    if (text[0] != '\0' && sg_utf8_is(text)) return SYNGAN_OK;
    return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: `%s` is %s", call, name,
                   text[0] == '\0' ? "empty" : "not UTF-8");
}
