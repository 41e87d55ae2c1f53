/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Examples from IDX files, read whole and kept as bytes.
 */
#include <syngan/files.h>

#include "base/floats.h"
#include "data/dataset.h"

/* Images N x H x W become N x 1 x H x W; those of colour, as written by
 * syngan_tensor_write_idx(), are N x C x H x W. */
static syngan_status read_images(syngan_context *context, const char *path,
                                 syngan_tensor **out) {
    syngan_tensor *images;
    SG_TRY(syngan_tensor_read_idx(context, path, &images));
    const sg_dims dims = images->dims;
    syngan_status status;
    char text[SG_DIMS_TEXT];
    if (dims.rank == 4 && sg_dims_count(&dims) > 0) {
        *out = images;
        return SYNGAN_OK;
    }
    if (dims.rank != 3 || sg_dims_count(&dims) < 1) {
        status = sg_fail(context, SYNGAN_E_FORMAT,
                         "%s: holds the shape %s; images, N x height x width "
                         "or N x channels x height x width with at least one "
                         "pixel, are expected",
                         path, sg_dims_text(&dims, text));
    } else {
        const int64_t sizes[] = {dims.size[0], 1, dims.size[1], dims.size[2]};
        status = syngan_tensor_reshape(images, sizes, 4, out);
    }
    syngan_tensor_free(images);
    return status;
}

static syngan_status read_labels(syngan_context *context, const char *path,
                                 const char *images_path, int64_t count,
                                 syngan_tensor **out) {
    SG_TRY(syngan_tensor_read_idx(context, path, out));
    const sg_dims *dims = &(*out)->dims;
    if (dims->rank == 1 && dims->size[0] == count) return SYNGAN_OK;
    char text[SG_DIMS_TEXT];
    const syngan_status status = sg_fail(
        context, SYNGAN_E_FORMAT,
        "%s: holds the shape %s; [%lld] is expected, a label for each image "
        "of %s",
        path, sg_dims_text(dims, text), (long long)count, images_path);
    syngan_tensor_free(*out);
    *out = NULL;
    return status;
}

syngan_status syngan_dataset_from_idx(syngan_context *context,
                                      const char *images, const char *labels,
                                      const syngan_dataset_options *options,
                                      syngan_dataset **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "dataset_from_idx", out));
    SG_TRY(SG_NEED(context, "dataset_from_idx", images));
    syngan_dataset_options read;
    SG_TRY(
        sg_dataset_options_read(context, options, "dataset_from_idx", &read));
    syngan_tensor *pictures, *values = NULL;
    SG_TRY(read_images(context, images, &pictures));
    syngan_status status = SYNGAN_OK;
    if (labels != NULL)
        status = read_labels(context, labels, images, pictures->dims.size[0],
                             &values);
    if (status == SYNGAN_OK)
        status = syngan_dataset_from_tensors(pictures, values, options, out);
    syngan_tensor_free(pictures);
    syngan_tensor_free(values);
    return status;
}
