/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file has of baskets besides the GAN of their rows, as JSON:
 *
 *   {"key": name, "key_type": type, "item_type": type, "sizes": [share, ...]}
 */
#include "base/memory.h"
#include "encode/encoder_code.h"
#include "synth/basket.h"
#include "synth/rows_column.h"

/* Most items of a basket that are read. */
enum { SIZES_MOST = 4096 };

void sg_baskets_write(const void *learnt, sg_json_writer *json) {
    const sg_baskets *b = learnt;
    const sg_column *column = b->form->columns;
    sg_json_put_string(json, "key", column[0].name);
    sg_json_put_i64(json, "key_type", column[0].type);
    sg_json_put_i64(json, "item_type", column[1].type);
    sg_json_open_array(json, "sizes");
    for (int32_t i = 0; i < b->longest; i++)
        sg_json_put_f64(json, NULL,
                        b->until[i] - (i == 0 ? 0.0 : b->until[i - 1]));
    sg_json_close_array(json);
}

static syngan_status read_sizes(sg_baskets *b, sg_json_value sizes) {
    size_t count;
    double sum = 0;
    SG_TRY(sg_json_read_array(sizes, &count));
    if (count < 1 || count > SIZES_MOST ||
        count > (size_t)b->rows->encoder->width)
        return sg_json_fail(sizes, "baskets have more items than there are");
    b->longest = (int32_t)count;
    b->until = sg_alloc(b->context, count * sizeof *b->until);
    if (b->until == NULL)
        return sg_fail_memory(b->context, "the sizes of baskets", count * 8);
    for (size_t i = 0; i < count; i++) {
        double share;
        sg_json_value item = sg_json_item(sizes, i);
        SG_TRY(sg_json_read_f64(item, &share));
        if (!(share >= -1e-9 && share <= 1.0 + 1e-9))
            return sg_json_fail(item, "is no share");
        b->until[i] = sum += share;
    }
    b->until[count - 1] = 1.0;
    return SYNGAN_OK;
}

static syngan_status read_baskets(sg_baskets *b, sg_json_value object) {
    const sg_encoder *encoder = b->rows->encoder;
    const char *name;
    int32_t key, item;
    if (encoder->n_codes != 1 || encoder->codes[0].codec != &sg_codec_choice ||
        b->rows->settings.given != SG_BASKET_GIVEN)
        return sg_json_fail(object, "the encoder is not one of items");
    SG_TRY(sg_json_read_string(sg_json_member(object, "key"), &name));
    SG_TRY(sg_rows_read_type(object, "key_type", &key));
    SG_TRY(sg_rows_read_type(object, "item_type", &item));
    SG_TRY(sg_table_make(b->context, 0, &b->form));
    b->form->key = 0;
    SG_TRY(sg_rows_add_empty(b->form, name, key));
    SG_TRY(sg_rows_add_empty(b->form, encoder->form->columns[0].name, item));
    if (!sg_column_has_codes(&b->form->columns[1]))
        return sg_json_fail(object, "items are no category");
    sg_dictionary **words = &b->form->columns[1].words;
    sg_dictionary_release(*words);
    *words = sg_dictionary_retain(encoder->form->columns[0].words);
    return read_sizes(b, sg_json_member(object, "sizes"));
}

syngan_status sg_baskets_read(syngan_context *context, sg_json_value object,
                              sg_gan_load_fn load, void *argument, void **out) {
    sg_baskets *b = *out = sg_alloc_zero(context, 1, sizeof *b);
    if (b == NULL) return sg_fail_memory(context, "baskets", sizeof *b);
    b->context = context;
    SG_TRY(load(argument, SG_BASKETS_PREFIX, &b->rows));
    return read_baskets(b, object);
}

syngan_status sg_baskets_visit(const void *learnt, sg_gan_visit_fn visit,
                               void *argument) {
    return visit(SG_BASKETS_PREFIX, ((const sg_baskets *)learnt)->rows,
                 argument);
}
