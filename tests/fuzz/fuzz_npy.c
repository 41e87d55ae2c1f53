/* SPDX-License-Identifier: Apache-2.0 */
/* NPY files. */
#include "file/npy.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    syngan_context *context = fuzz_context(fuzz_limit(size));
    fuzz_input input = {data, size, 0};
    sg_reader *reader = fuzz_reader(context, &input);
    syngan_tensor *tensor = NULL;
    syngan_status status = sg_npy_read(context, reader, &tensor);
    fuzz_check(context, status);
    FUZZ_CHECK((status == SYNGAN_OK) == (tensor != NULL));
    if (tensor != NULL) FUZZ_CHECK(syngan_tensor_bytes(tensor) < size);
    syngan_tensor_free(tensor);
    sg_reader_close(reader);
    syngan_context_free(context);
    return 0;
}
