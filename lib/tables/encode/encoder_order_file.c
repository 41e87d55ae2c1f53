/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of columns that are compared, in files.
 */
#include "base/memory.h"
#include "encode/codec.h"

static void put_marks(sg_json_writer *writer, const sg_ordered *item) {
    sg_grid_put(&item->others, "others", writer);
    sg_json_open_array(writer, "marks");
    for (int32_t i = 0; i < item->marks.count; i++)
        if (item->grid.is_real)
            sg_json_put_f64(writer, NULL, item->marks.value[i].real);
        else
            sg_json_put_i64(writer, NULL, item->marks.value[i].integer);
    sg_json_close_array(writer);
}

void sg_order_write(const sg_order_code *order, sg_json_writer *writer) {
    sg_json_open_object(writer, "order");
    sg_json_open_array(writer, "items");
    for (int32_t i = 0; i < order->count; i++) {
        const sg_ordered *item = &order->item[i];
        sg_json_open_object(writer, NULL);
        sg_json_put_i64(writer, "column", item->column);
        sg_json_put_i64(writer, "reference", item->reference);
        sg_grid_put(&item->grid, "grid", writer);
        /* Files of earlier versions have none. */
        if (item->others.lattice.count > 0) put_marks(writer, item);
        sg_json_put_i64(writer, "integer", item->integer_stand_in);
        sg_json_put_f64(writer, "real", item->real_stand_in);
        sg_json_close_object(writer);
    }
    sg_json_close_array(writer);
    sg_json_open_array(writer, "relation");
    for (int32_t i = 0; i < order->count * order->count; i++)
        sg_json_put_i64(writer, NULL, order->relation[i]);
    sg_json_close_array(writer);
    sg_json_close_object(writer);
}

/* Files of earlier versions have none. */
static syngan_status read_marks(sg_json_value value, bool is_real,
                                sg_ordered *item) {
    sg_json_value marks = sg_json_member(value, "marks");
    size_t count;
    item->others = item->grid;
    if (!sg_json_present(marks)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(marks, &count));
    if (count > 2 * SG_MARKS_MOST)
        return sg_json_fail(marks, "has %zu values, but at most %d may be",
                            count, 2 * SG_MARKS_MOST);
    item->marks.count = (int32_t)count;
    for (size_t i = 0; i < count; i++) {
        sg_json_value mark = sg_json_item(marks, i);
        sg_number *to = &item->marks.value[i];
        SG_TRY(is_real ? sg_read_finite(mark, &to->real)
                       : sg_json_read_i64(mark, -INT64_MAX, INT64_MAX,
                                          &to->integer));
    }
    return sg_grid_read(value, "others", is_real, &item->others);
}

static syngan_status read_item(sg_encoder *encoder, sg_json_value value,
                               int32_t i) {
    sg_ordered *item = &encoder->order->item[i];
    sg_json_value at = sg_json_member(value, "column");
    SG_TRY(
        sg_json_read_i32(at, 0, (int32_t)encoder->n_codes - 1, &item->column));
    sg_column_code *code = &encoder->codes[item->column];
    const sg_column *form = &encoder->form->columns[item->column];
    item->is_joint = code->codec->is_grouped;
    if (code->ordered >= 0 || sg_column_has_codes(form))
        return sg_json_fail(at, "is no column that can be compared");
    code->ordered = i;
    SG_TRY(sg_json_read_i32(sg_json_member(value, "reference"), -1,
                            item->is_joint ? -1 : i - 1, &item->reference));
    SG_TRY(sg_grid_read(value, "grid", sg_column_has_reals(form), &item->grid));
    SG_TRY(read_marks(value, sg_column_has_reals(form), item));
    SG_TRY(sg_json_read_i64(sg_json_member(value, "integer"), -INT64_MAX,
                            INT64_MAX, &item->integer_stand_in));
    return sg_read_finite(sg_json_member(value, "real"), &item->real_stand_in);
}

syngan_status sg_order_read(sg_encoder *encoder, sg_json_value value) {
    sg_json_value items = sg_json_member(value, "items");
    sg_json_value relation = sg_json_member(value, "relation");
    sg_order_code *order = encoder->order;
    size_t count, related;
    SG_TRY(sg_json_read_array(items, &count));
    SG_TRY(sg_json_read_array(relation, &related));
    if (count > encoder->n_codes || related / (count + !count) != count ||
        related != count * count)
        return sg_json_fail(relation, "does not fit the items");
    order->item = sg_alloc_zero(encoder->context, count, sizeof *order->item);
    order->relation = sg_alloc(encoder->context, related);
    if (order->item == NULL || order->relation == NULL)
        return sg_fail_memory(encoder->context, "an encoder", related);
    order->count = (int32_t)count;
    for (size_t i = 0; i < related; i++) {
        int64_t r;
        SG_TRY(sg_json_read_i64(sg_json_item(relation, i), SG_ORDER_NONE,
                                SG_ORDER_BELOW, &r));
        order->relation[i] = (uint8_t)r;
    }
    for (size_t i = 0; i < count; i++)
        SG_TRY(read_item(encoder, sg_json_item(items, i), (int32_t)i));
    return SYNGAN_OK;
}
