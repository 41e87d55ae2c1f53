/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions built call by call, as the text that synth/where.c reads: terms
 * joined by "and", ways by "or". Names and values stand in quotes.
 */
#include <string.h>
#include <syngan/schema.h>

#include "base/floats.h"
#include "base/memory.h"
#include "table/builder.h"

struct syngan_conditions {
    syngan_context *context;
    char *text;
    size_t capacity, size;
    bool begun; /* a way whose first term is still to come */
};

/* ---- text --------------------------------------------------------------- */

static void put_byte(syngan_conditions *c, char byte) {
    c->text[c->size++] = byte;
    c->text[c->size] = '\0';
}

/* Room for `more` bytes was made. */
static void put(syngan_conditions *c, const char *text) {
    while (*text != '\0')
        put_byte(c, *text++);
}

static void put_quoted(syngan_conditions *c, const char *text) {
    put_byte(c, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"') put_byte(c, '"');
        put_byte(c, *text);
    }
    put_byte(c, '"');
}

/* Bytes that a word in quotes takes at most, with what stands around it. */
static size_t room_of(const char *word) {
    return 2 * strlen(word) + 16;
}

static syngan_status make_room(syngan_conditions *c, size_t more) {
    if (c->size + more < c->capacity) return SYNGAN_OK;
    size_t capacity = 2 * (c->size + more);
    char *text = sg_realloc(c->context, c->text, capacity);
    if (text == NULL) return sg_fail_memory(c->context, "conditions", capacity);
    c->text = text;
    c->capacity = capacity;
    return SYNGAN_OK;
}

/* Begins a term: joins it to those before, and writes the column's name. */
static void begin_term(syngan_conditions *c, const char *column) {
    if (c->size > 0) put(c, c->begun ? " or " : " and ");
    c->begun = false;
    put_quoted(c, column);
}

/* ---- calls -------------------------------------------------------------- */

syngan_status syngan_conditions_create(syngan_context *context,
                                       syngan_conditions **out) {
    SG_OWN_FLOATS;
    if (out != NULL) *out = NULL;
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(SG_NEED(context, "syngan_conditions_create", out));
    syngan_conditions *c = sg_alloc_zero(context, 1, sizeof *c);
    if (c == NULL) return sg_fail_memory(context, "conditions", sizeof *c);
    c->context = context;
    sg_context_retain(context);
    syngan_status status = make_room(c, 64);
    if (status != SYNGAN_OK) {
        syngan_conditions_free(c);
        return status;
    }
    c->text[0] = '\0';
    *out = c;
    return SYNGAN_OK;
}

void syngan_conditions_free(syngan_conditions *conditions) {
    SG_OWN_FLOATS;
    if (conditions == NULL) return;
    syngan_context *context = conditions->context;
    sg_free(context, conditions->text);
    sg_free(context, conditions);
    sg_context_release(context);
}

syngan_status syngan_conditions_add(syngan_conditions *conditions,
                                    const char *column,
                                    syngan_comparison comparison,
                                    const char *value) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_conditions_add";
    static const char *const sign[] = {
        [SYNGAN_COMPARISON_EQUAL] = " = ",
        [SYNGAN_COMPARISON_NOT_EQUAL] = " != ",
        [SYNGAN_COMPARISON_GREATER] = " > ",
        [SYNGAN_COMPARISON_NOT_LESS] = " >= ",
        [SYNGAN_COMPARISON_LESS] = " < ",
        [SYNGAN_COMPARISON_NOT_GREATER] = " <= "};
    if (conditions == NULL) return SYNGAN_E_ARGUMENT;
    if (comparison < SYNGAN_COMPARISON_EQUAL ||
        comparison > SYNGAN_COMPARISON_NOT_GREATER)
        return sg_fail(conditions->context, SYNGAN_E_ARGUMENT,
                       "%s: comparison is %d, but must be one of "
                       "SYNGAN_COMPARISON_...",
                       call, comparison);
    SG_TRY(sg_builder_check(conditions->context, call, "column", column));
    SG_TRY(sg_builder_check(conditions->context, call, "value", value));
    SG_TRY(make_room(conditions, room_of(column) + room_of(value)));
    begin_term(conditions, column);
    put(conditions, sign[comparison]);
    put_quoted(conditions, value);
    return SYNGAN_OK;
}

syngan_status syngan_conditions_add_range(syngan_conditions *conditions,
                                          const char *column, const char *low,
                                          const char *high) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_conditions_add_range";
    if (conditions == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(conditions->context, call, "column", column));
    SG_TRY(sg_builder_check(conditions->context, call, "low", low));
    SG_TRY(sg_builder_check(conditions->context, call, "high", high));
    SG_TRY(
        make_room(conditions, room_of(column) + room_of(low) + room_of(high)));
    begin_term(conditions, column);
    put(conditions, " in ");
    put_quoted(conditions, low);
    put(conditions, " .. ");
    put_quoted(conditions, high);
    return SYNGAN_OK;
}

syngan_status syngan_conditions_add_values(syngan_conditions *conditions,
                                           const char *column,
                                           const char *const *values,
                                           size_t count, int32_t inside) {
    SG_OWN_FLOATS;
    static const char call[] = "syngan_conditions_add_values";
    if (conditions == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(conditions->context, call, "column", column));
    SG_TRY(SG_NEED(conditions->context, call, values));
    if (count == 0)
        return sg_fail(conditions->context, SYNGAN_E_ARGUMENT,
                       "%s: there is no value, but one is the least", call);
    size_t room = room_of(column);
    for (size_t i = 0; i < count; i++) {
        SG_TRY(
            sg_builder_check(conditions->context, call, "values", values[i]));
        room += room_of(values[i]);
    }
    SG_TRY(make_room(conditions, room));
    begin_term(conditions, column);
    put(conditions, inside != 0 ? " in (" : " not in (");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) put(conditions, ", ");
        put_quoted(conditions, values[i]);
    }
    put(conditions, ")");
    return SYNGAN_OK;
}

syngan_status syngan_conditions_add_missing(syngan_conditions *conditions,
                                            const char *column,
                                            int32_t missing) {
    SG_OWN_FLOATS;
    if (conditions == NULL) return SYNGAN_E_ARGUMENT;
    SG_TRY(sg_builder_check(conditions->context,
                            "syngan_conditions_add_missing", "column", column));
    SG_TRY(make_room(conditions, room_of(column) + 16));
    begin_term(conditions, column);
    put(conditions, missing != 0 ? " is missing" : " is not missing");
    return SYNGAN_OK;
}

syngan_status syngan_conditions_or(syngan_conditions *conditions) {
    SG_OWN_FLOATS;
    if (conditions == NULL) return SYNGAN_E_ARGUMENT;
    if (conditions->size == 0 || conditions->begun)
        return sg_fail(conditions->context, SYNGAN_E_STATE,
                       "syngan_conditions_or: there is no term yet that "
                       "another way could stand beside");
    conditions->begun = true;
    return SYNGAN_OK;
}

const char *syngan_conditions_text(const syngan_conditions *conditions) {
    SG_OWN_FLOATS;
    return conditions == NULL ? NULL : conditions->text;
}
