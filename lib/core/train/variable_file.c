/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes variables into safetensors files and reads them from there.
 */
#include "train/variable_file.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"

/* In a file. sg_free() releases it; NULL after a failure that was told. */
static char *full_name(const char *prefix, const sg_variable *variable) {
    char *name = sg_format(variable->context, "%s%s", prefix, variable->name);
    if (name == NULL)
        (void)sg_fail_memory(variable->context, "a tensor's name", 64);
    return name;
}

syngan_status sg_variable_put(const char *prefix, sg_variable *variable,
                              void *argument) {
    char *name = full_name(prefix, variable);
    if (name == NULL) return SYNGAN_E_MEMORY;
    syngan_status status =
        sg_safetensors_put_tensor(argument, name, variable->tensor->type,
                                  &variable->dims, variable->tensor->data);
    sg_free(variable->context, name);
    return status;
}

syngan_status sg_variable_get(const char *prefix, sg_variable *variable,
                              void *argument) {
    const sg_variable_source *source = argument;
    const syngan_tensor *tensor = variable->tensor;
    char *name = full_name(prefix, variable), text[SG_DIMS_TEXT];
    if (name == NULL) return SYNGAN_E_MEMORY;
    const sg_safetensors_entry *entry = sg_safetensors_find(source->file, name);
    syngan_status status = SYNGAN_OK;
    if (entry == NULL || entry->type != tensor->type ||
        !sg_dims_equal(&entry->dims, &tensor->dims))
        status = sg_fail(variable->context, source->missing,
                         "%s: has no tensor '%s' of %s %s",
                         sg_safetensors_name(source->file), name,
                         syngan_type_name(tensor->type),
                         sg_dims_text(&tensor->dims, text));
    else if (entry->bytes > 0)
        memcpy(tensor->data, entry->data, entry->bytes);
    sg_free(variable->context, name);
    return status;
}
