/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schemas from JSON text.
 */
#include "table/schema.h"

#include <math.h>
#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "file/json.h"
#include "table/decimals.h"
#include "table/stored.h"

/* What the text says, most of it still as JSON, in which the names live. */
struct sg_schema {
    syngan_context *context;
    sg_json *json; /* NULL: it says nothing */
    sg_dictionary *names;
    sg_wish *wishes; /* by code of the name */
    size_t n_wishes, wish_capacity;
    char *marks;
};

/* ---- parsing ------------------------------------------------------------ */

/* Refuses members that are not in the list, which NULL ends. */
static syngan_status check_members(sg_json_value object,
                                   const char *const *known) {
    size_t count;
    sg_json_value member = {0};
    SG_TRY(sg_json_read_object(object, &count));
    while (sg_json_next(object, &member)) {
        size_t i = 0;
        while (known[i] != NULL && strcmp(known[i], member.key) != 0)
            i++;
        if (known[i] == NULL)
            return sg_json_fail(member, "is no member that is known here");
    }
    return SYNGAN_OK;
}

static syngan_status parse_stored(sg_json_value arrow, sg_wish *wish) {
    const char *format;
    if (!sg_json_present(arrow)) return SYNGAN_OK;
    SG_TRY(sg_json_read_string(arrow, &format));
    if (!sg_stored_fits(format, wish->type))
        return sg_json_fail(arrow,
                            "is \"%.60s\", which is no Arrow type that columns "
                            "of type %s go out as",
                            format, sg_column_types[wish->type]->name);
    memcpy(wish->stored, format, strlen(format) + 1);
    return SYNGAN_OK;
}

static syngan_status parse_wish(sg_json_value column, sg_wish *wish) {
    const char *type;
    char names[SG_TYPE_NAMES];
    SG_TRY(sg_json_read_string(sg_json_member(column, "type"), &type));
    const sg_column_type *row = sg_column_type_find(type);
    if (row == NULL)
        return sg_json_fail(sg_json_member(column, "type"),
                            "is \"%s\", but must be %s", type,
                            sg_column_type_names(names));
    *wish = (sg_wish){.type = row->id, .decimals = SG_AS_TEXTS_HAVE};
    SG_TRY(parse_stored(sg_json_member(column, "arrow"), wish));
    sg_json_value decimals = sg_json_member(column, "decimals");
    sg_json_value format = sg_json_member(column, "format");
    if (sg_json_present(decimals)) {
        if (!row->has_decimals)
            return sg_json_fail(decimals, "belongs to real columns only");
        SG_TRY(sg_json_read_i32(decimals, SG_DECIMALS_LOWEST,
                                SG_NUMERAL_DECIMALS, &wish->decimals));
    }
    if (!sg_json_present(format)) return SYNGAN_OK;
    if (row->format == NULL)
        return sg_json_fail(format,
                            "belongs to columns of times, durations and "
                            "numbers");
    SG_TRY(sg_json_read_string(format, &wish->format));
    if (row->format->valid(wish->format)) return SYNGAN_OK;
    return sg_json_fail(format, "is \"%s\", which is no %s", wish->format,
                        row->format->what);
}

static syngan_status parse_column(sg_schema *schema, sg_json_value column) {
    static const char *const known[] = {"name",   "type",  "decimals",
                                        "format", "arrow", NULL};
    const char *name;
    sg_wish wish;
    int32_t code;
    SG_TRY(check_members(column, known));
    SG_TRY(sg_json_read_string(sg_json_member(column, "name"), &name));
    SG_TRY(parse_wish(column, &wish));
    SG_TRY(sg_dictionary_add(schema->names, name, strlen(name), &code));
    if ((size_t)code < schema->n_wishes)
        return sg_json_fail(column, "is the second column named '%s'", name);
    void *array = schema->wishes;
    if (!sg_reserve(schema->context, &array, &schema->wish_capacity,
                    schema->n_wishes, sizeof wish))
        return sg_fail_memory(schema->context, "a schema", sizeof wish);
    schema->wishes = array;
    schema->wishes[schema->n_wishes++] = wish;
    return SYNGAN_OK;
}

static syngan_status parse_columns(sg_schema *schema, sg_json_value columns) {
    size_t count = 0;
    if (!sg_json_present(columns)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(columns, &count));
    for (size_t i = 0; i < count; i++)
        SG_TRY(parse_column(schema, sg_json_item(columns, i)));
    return SYNGAN_OK;
}

/* The marks become one text, separated by spaces. */
static syngan_status parse_marks(sg_schema *schema, sg_json_value marks) {
    size_t count = 0;
    if (!sg_json_present(marks)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(marks, &count));
    schema->marks = sg_strdup(schema->context, "");
    for (size_t i = 0; i < count && schema->marks != NULL; i++) {
        const char *mark;
        sg_json_value item = sg_json_item(marks, i);
        SG_TRY(sg_json_read_string(item, &mark));
        if (mark[0] == '\0' || strpbrk(mark, " \t") != NULL ||
            strlen(mark) >= SG_MARK_TEXT)
            return sg_json_fail(item, "is empty, long or has spaces, but must "
                                      "be a mark without");
        char *all = sg_format(schema->context, "%s%s%s", schema->marks,
                              i > 0 ? " " : "", mark);
        sg_free(schema->context, schema->marks);
        schema->marks = all;
    }
    return schema->marks != NULL
               ? SYNGAN_OK
               : sg_fail_memory(schema->context, "a schema", count);
}

static syngan_status parse(sg_schema *schema, const char *text) {
    static const char *const known[] = {"columns", "missing", "constraints",
                                        "key",     "order",   NULL};
    schema->names = sg_dictionary_make(schema->context);
    if (schema->names == NULL)
        return sg_fail_memory(schema->context, "a schema", sizeof *schema);
    if (text == NULL) return SYNGAN_OK;
    SG_TRY(sg_json_parse(schema->context, "schema", text, strlen(text),
                         &schema->json));
    sg_json_value root = sg_json_root(schema->json);
    SG_TRY(check_members(root, known));
    SG_TRY(parse_columns(schema, sg_json_member(root, "columns")));
    return parse_marks(schema, sg_json_member(root, "missing"));
}

syngan_status sg_schema_parse(syngan_context *context, const char *text,
                              sg_schema **out) {
    sg_schema *schema = sg_alloc_zero(context, 1, sizeof *schema);
    *out = NULL;
    if (schema == NULL) return sg_fail_memory(context, "a schema", 1);
    schema->context = context;
    syngan_status status = parse(schema, text);
    if (status == SYNGAN_OK)
        *out = schema;
    else
        sg_schema_free(schema);
    return status;
}

void sg_schema_free(sg_schema *schema) {
    if (schema == NULL) return;
    sg_json_free(schema->json);
    sg_dictionary_release(schema->names);
    sg_free(schema->context, schema->wishes);
    sg_free(schema->context, schema->marks);
    sg_free(schema->context, schema);
}

static bool is_text(sg_json_value value, const char *text) {
    const char *own;
    return sg_json_present(value) &&
           sg_json_read_string(value, &own) == SYNGAN_OK &&
           strcmp(own, text) == 0;
}

/* Whether the schema compares a column's values: then they are no key. */
static bool is_ordered(const sg_schema *schema, const char *name) {
    if (schema->json == NULL) return false;
    sg_json_value root = sg_json_root(schema->json);
    sg_json_value list = sg_json_member(root, "constraints");
    size_t count = 0;
    if (is_text(sg_json_member(root, "order"), name)) return true;
    if (sg_json_present(list)) (void)sg_json_read_array(list, &count);
    for (size_t i = 0; i < count; i++) {
        sg_json_value item = sg_json_item(list, i);
        if (is_text(sg_json_member(item, "high"), name) ||
            is_text(sg_json_member(item, "low"), name) ||
            is_text(sg_json_member(item, "column"), name))
            return true;
    }
    return false;
}

sg_wish sg_schema_wish(const sg_schema *schema, const char *name) {
    int32_t code = sg_dictionary_find(schema->names, name, strlen(name));
    if (code >= 0) return schema->wishes[code];
    return (sg_wish){.decimals = SG_AS_TEXTS_HAVE,
                     .named = sg_key_name(name),
                     .ordered = is_ordered(schema, name)};
}

const char *sg_schema_marks(const sg_schema *schema) {
    return schema->marks;
}

/* ---- constraints, key and order ----------------------------------------- */

static syngan_status read_column(sg_json_value value, const syngan_table *table,
                                 int32_t *column) {
    const char *name;
    SG_TRY(sg_json_read_string(value, &name));
    int64_t found = syngan_table_find(table, name);
    if (found < 0)
        return sg_fail(table->context, SYNGAN_E_NOT_FOUND,
                       "schema: there is no column '%s'", name);
    *column = (int32_t)found;
    return SYNGAN_OK;
}

/* A column whose values can be compared. */
static syngan_status read_ordered(sg_json_value value,
                                  const syngan_table *table, int32_t *column) {
    SG_TRY(read_column(value, table, column));
    const sg_column *c = &table->columns[*column];
    if (!sg_column_has_codes(c)) return SYNGAN_OK;
    return sg_json_fail(value,
                        "names column '%s', whose type is %s, but must name "
                        "one of integers, reals, times or durations",
                        c->name, sg_type_of(c)->name);
}

static syngan_status read_greater(sg_json_value value,
                                  const syngan_table *table,
                                  sg_constraint *out) {
    static const char *const known[] = {"kind", "high", "low", "strict", NULL};
    sg_json_value strict = sg_json_member(value, "strict");
    sg_json_value high = sg_json_member(value, "high");
    SG_TRY(check_members(value, known));
    SG_TRY(read_ordered(sg_json_member(value, "low"), table, &out->columns[0]));
    SG_TRY(read_ordered(high, table, &out->columns[1]));
    out->n_columns = 2;
    if (sg_type_of(&table->columns[out->columns[0]])->comparison !=
            sg_type_of(&table->columns[out->columns[1]])->comparison ||
        out->columns[0] == out->columns[1])
        return sg_json_fail(high, "can't be compared with \"low\"");
    return sg_json_present(strict) ? sg_json_read_bool(strict, &out->strict)
                                   : SYNGAN_OK;
}

/* A bound: a number, or else as the column writes it. */
static syngan_status read_bound(sg_json_value value, const sg_column *column,
                                double *out) {
    const char *text;
    const sg_column_type *type = sg_type_of(column);
    sg_form form = {.format = column->format};
    int64_t bound;
    if (!sg_json_present(value)) return SYNGAN_OK;
    if (sg_column_is_number(column)) return sg_json_read_f64(value, out);
    SG_TRY(sg_json_read_string(value, &text));
    type->format->prepare(column->format, &form);
    if (!type->read(&form, text, strlen(text), (uint64_t *)&bound))
        return sg_json_fail(value, "is no %s as \"%s\" has it", type->name,
                            column->format);
    *out = (double)bound;
    return SYNGAN_OK;
}

static syngan_status read_range(sg_json_value value, const syngan_table *table,
                                sg_constraint *out) {
    static const char *const known[] = {"kind", "column", "low", "high", NULL};
    SG_TRY(check_members(value, known));
    SG_TRY(
        read_ordered(sg_json_member(value, "column"), table, &out->columns[0]));
    out->n_columns = 1;
    out->low = -(double)INFINITY;
    out->high = (double)INFINITY;
    const sg_column *column = &table->columns[out->columns[0]];
    SG_TRY(read_bound(sg_json_member(value, "low"), column, &out->low));
    SG_TRY(read_bound(sg_json_member(value, "high"), column, &out->high));
    return out->low <= out->high
               ? SYNGAN_OK
               : sg_json_fail(value, "has its \"low\" above its \"high\"");
}

static syngan_status read_set(sg_json_value value, const syngan_table *table,
                              size_t least, sg_constraint *out) {
    static const char *const known[] = {"kind", "columns", NULL};
    sg_json_value columns = sg_json_member(value, "columns");
    size_t count = 0;
    SG_TRY(check_members(value, known));
    SG_TRY(sg_json_read_array(columns, &count));
    if (count < least || count > table->n_columns)
        return sg_json_fail(columns,
                            "has %zu names, but must have from %zu to "
                            "%zu",
                            count, least, table->n_columns);
    for (size_t i = 0; i < count; i++) {
        sg_json_value item = sg_json_item(columns, i);
        SG_TRY(read_column(item, table, &out->columns[i]));
        for (size_t j = 0; j < i; j++)
            if (out->columns[j] == out->columns[i])
                return sg_json_fail(item, "names a column again");
    }
    out->n_columns = (int32_t)count;
    return SYNGAN_OK;
}

static syngan_status read_constraint(sg_json_value value,
                                     const syngan_table *table,
                                     sg_constraint *out) {
    sg_json_value kind = sg_json_member(value, "kind");
    const char *text;
    SG_TRY(sg_json_read_string(kind, &text));
    if (strcmp(text, "greater") == 0) {
        out->kind = SG_CONSTRAINT_GREATER;
        return read_greater(value, table, out);
    }
    if (strcmp(text, "range") == 0) {
        out->kind = SG_CONSTRAINT_RANGE;
        return read_range(value, table, out);
    }
    if (strcmp(text, "fixed") == 0) {
        out->kind = SG_CONSTRAINT_FIXED;
        return read_set(value, table, 2, out);
    }
    out->kind = SG_CONSTRAINT_UNIQUE;
    if (strcmp(text, "unique") == 0) return read_set(value, table, 1, out);
    return sg_json_fail(
        kind, "is \"%s\", but must be greater, range, fixed or unique", text);
}

static syngan_status read_constraints(sg_json_value list, syngan_table *table) {
    size_t count = 0;
    if (!sg_json_present(list)) return SYNGAN_OK;
    SG_TRY(sg_json_read_array(list, &count));
    size_t most = table->n_columns > 2 ? table->n_columns : 2;
    int32_t *columns = sg_alloc(table->context, most * sizeof *columns);
    if (columns == NULL)
        return sg_fail_memory(table->context, "a constraint",
                              most * sizeof *columns);
    syngan_status status = SYNGAN_OK;
    for (size_t i = 0; i < count && status == SYNGAN_OK; i++) {
        sg_constraint constraint = {.columns = columns};
        status = read_constraint(sg_json_item(list, i), table, &constraint);
        if (status == SYNGAN_OK)
            status = sg_constraints_add(table->context, &table->constraints,
                                        &constraint);
    }
    sg_free(table->context, columns);
    return status;
}

syngan_status sg_schema_apply(const sg_schema *schema, syngan_table *table,
                              const sg_origin *origin) {
    for (int32_t code = 0; code < schema->names->count; code++) {
        const char *name = sg_dictionary_text(schema->names, code);
        if (syngan_table_find(table, name) < 0)
            return sg_fail(table->context, SYNGAN_E_NOT_FOUND,
                           "schema: there is no column '%s' in %s", name,
                           origin->name);
    }
    if (schema->json == NULL) return SYNGAN_OK;
    sg_json_value root = sg_json_root(schema->json);
    sg_json_value key = sg_json_member(root, "key");
    sg_json_value order = sg_json_member(root, "order");
    sg_constraints_end(table->context, &table->constraints);
    table->key = table->order = -1;
    SG_TRY(read_constraints(sg_json_member(root, "constraints"), table));
    if (sg_json_present(key)) SG_TRY(read_column(key, table, &table->key));
    if (sg_json_present(order))
        SG_TRY(read_ordered(order, table, &table->order));
    return sg_constraints_check(table, origin);
}
