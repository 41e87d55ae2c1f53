/* SPDX-License-Identifier: Apache-2.0 */
/* IDX files, plain and gzip. */
#include "file/idx.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    /* Each byte of gzip data gives at most 1032. */
    syngan_context *context =
        fuzz_context(fuzz_limit(size) + 4 * 1032 * (uint64_t)size);
    fuzz_input input = {data, size, 0};
    sg_reader *reader = fuzz_reader(context, &input);
    syngan_tensor *tensor = NULL;
    syngan_status status = sg_idx_read(context, reader, &tensor);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (tensor != NULL));
    syngan_tensor_free(tensor);
    sg_reader_close(reader);
    syngan_context_free(context);
    return 0;
}
