/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CSV files in pieces, under types that all of their rows have.
 */
#include "table/csv_pieces.h"

#include <string.h>

#include "base/floats.h"
#include "base/memory.h"
#include "table/csv_notices.h"
#include "table/distinct.h"

/* Texts that are counted exactly, in a column and in all together. */
#define TEXTS_MOST (1 << 16)
#define TEXTS_ALL (1 << 21)
#define TEXTS_LEAST (1 << 12)

/* ---- reading ------------------------------------------------------------ */

static syngan_status scan_file(const sg_csv_pieces *p,
                               syngan_status (*take)(sg_csv_scan *, void *),
                               void *user) {
    sg_csv_scan scan;
    sg_reader *reader = NULL;
    SG_TRY(sg_reader_open(p->context, p->path, &reader));
    syngan_status status = sg_csv_scan_begin(p->context, sg_reader_name(reader),
                                             p->options, p->where, &scan);
    scan.piece = p->piece;
    scan.take = take;
    scan.quiet = p->wishes != NULL;
    scan.user = user;
    scan.skip_first = p->skip_first;
    scan.skip_from = p->skip_from;
    if (status == SYNGAN_OK) status = sg_csv_scan_read(&scan, reader);
    sg_csv_scan_end(&scan);
    sg_reader_close(reader);
    return status;
}

static syngan_status check_cancelled(const sg_csv_scan *scan) {
    return sg_is_cancelled(scan->context)
               ? sg_fail(scan->context, SYNGAN_E_CANCELLED,
                         "%s: cancelled after %lld rows", scan->name,
                         (long long)scan->all_rows)
               : SYNGAN_OK;
}

/* ---- types -------------------------------------------------------------- */

typedef struct column_looks {
    sg_csv_look look;
    sg_distinct distinct;
    sg_wish wish; /* the schema's */
    char *name;
} column_looks;

typedef struct looking {
    sg_csv_pieces *pieces;
    column_looks *columns;
    sg_csv_notices notices;
} looking;

static syngan_status start_looking(looking *l, const sg_csv_scan *scan) {
    size_t n = scan->n_columns, most = TEXTS_ALL / n;
    l->columns = sg_alloc_zero(scan->context, n, sizeof *l->columns);
    l->pieces->wishes =
        sg_alloc_zero(scan->context, n, sizeof *l->pieces->wishes);
    if (l->columns == NULL || l->pieces->wishes == NULL)
        return sg_fail_memory(scan->context, scan->name,
                              n * sizeof *l->columns);
    l->pieces->n_columns = n;
    sg_csv_scan_warn(scan);
    most = most > TEXTS_MOST ? TEXTS_MOST : most;
    for (size_t c = 0; c < n; c++) {
        const char *name = sg_dictionary_text(scan->names, (int32_t)c);
        l->columns[c].wish = sg_schema_wish(scan->schema, name);
        l->columns[c].name = sg_strdup(scan->context, name);
        if (l->columns[c].name == NULL)
            return sg_fail_memory(scan->context, scan->name, strlen(name));
        l->columns[c].distinct =
            (sg_distinct){.context = scan->context,
                          .most = most < TEXTS_LEAST ? TEXTS_LEAST : most};
    }
    return SYNGAN_OK;
}

static syngan_status look(sg_csv_scan *scan, void *user) {
    looking *l = user;
    SG_TRY(check_cancelled(scan));
    if (l->columns == NULL) SG_TRY(start_looking(l, scan));
    l->notices.columns = l->columns;
    SG_TRY(sg_csv_notices_take(&l->notices, scan));
    for (size_t c = 0; c < scan->n_columns; c++)
        if (l->columns[c].wish.type == 0)
            SG_TRY(sg_distinct_take(&l->columns[c].distinct,
                                    sg_csv_scan_cells(scan, c)));
    l->pieces->rows = scan->all_rows;
    return SYNGAN_OK;
}

static syngan_status add_up(sg_csv_scan *scan, void *user) {
    looking *l = user;
    SG_TRY(check_cancelled(scan));
    for (size_t c = 0; c < scan->n_columns; c++)
        SG_TRY(sg_cells_drop_marks(sg_csv_scan_cells(scan, c), scan->marks));
    sg_csv_notices_add(&l->notices, scan);
    return SYNGAN_OK;
}

/* Looks at all rows, and again if some are none. */
static syngan_status look_at_rows(looking *l) {
    sg_csv_pieces *p = l->pieces;
    SG_TRY(scan_file(p, look, l));
    sg_csv_notices_find(&l->notices);
    if (l->notices.total) SG_TRY(scan_file(p, add_up, l));
    if (!sg_csv_notices_tell(&l->notices, p->context, p->path))
        return SYNGAN_OK;
    p->skip_first = l->notices.unit != NULL;
    p->skip_from = l->notices.sum ? l->notices.rows - 1 : -1;
    for (size_t c = 0; c < p->n_columns; c++) {
        column_looks *column = &l->columns[c];
        size_t most = column->distinct.most;
        sg_distinct_end(&column->distinct);
        column->distinct = (sg_distinct){.context = p->context, .most = most};
        column->look = (sg_csv_look){0};
    }
    return scan_file(p, look, l);
}

/* As far as an estimate tells: that of few texts is exact. */
static bool are_unique(const sg_key_looks *l, const sg_texts *texts) {
    double count = (double)l->count;
    return !l->no_rise || !l->no_fall ||
           texts->count >= (l->count > TEXTS_LEAST ? 0.97 * count : count);
}

/* Formats that a schema gives go with the schema, which each reading parses
 * anew; its wishes are asked then. */
static void decide(looking *l) {
    for (size_t c = 0; c < l->pieces->n_columns; c++) {
        column_looks *column = &l->columns[c];
        const sg_texts texts = sg_distinct_texts(&column->distinct);
        sg_wish *wish = &l->pieces->wishes[c];
        column->wish.hint = l->notices.hint;
        *wish = sg_looks_decide(&column->look.looks, &column->wish, &texts);
        if (sg_looks_may_be_key(&column->look.looks, &column->wish, wish) &&
            are_unique(&column->look.looks.key, &texts)) {
            sg_looks_make_key(wish);
            sg_key_log(l->pieces->context, &column->look.looks.key,
                       column->name);
        }
        if (column->wish.format != NULL) wish->format = NULL;
        bool number = sg_wish_is_number(wish);
        /* No piece is to find another notation. */
        if (number && wish->found[0] == '\0') strcpy(wish->found, "#");
        if (number && column->wish.format != NULL) wish->found[0] = '\0';
    }
}

/* Logs what is to be said of columns whose types were inferred. */
static void tell(const looking *l) {
    for (size_t c = 0; c < l->pieces->n_columns; c++) {
        const column_looks *column = &l->columns[c];
        char note[SG_NOTE_TEXT];
        if (column->wish.type == 0 &&
            sg_looks_note(&column->look.looks, &l->pieces->wishes[c],
                          column->name, note))
            sg_log(l->pieces->context, SYNGAN_LOG_WARNING,
                   "%s, column '%s': %s", l->pieces->path, column->name, note);
    }
}

syngan_status sg_csv_pieces_open(syngan_context *context, const char *path,
                                 const syngan_csv_options *options,
                                 int64_t piece, const char *where,
                                 sg_csv_pieces *out) {
    *out = (sg_csv_pieces){.context = context,
                           .path = path,
                           .options = options,
                           .where = where,
                           .piece = piece,
                           .skip_from = -1};
    looking l = {.pieces = out, .notices.stride = sizeof(column_looks)};
    syngan_status status = look_at_rows(&l);
    if (status == SYNGAN_OK) {
        decide(&l);
        tell(&l);
    }
    for (size_t c = 0; c < out->n_columns; c++) {
        sg_distinct_end(&l.columns[c].distinct);
        sg_free(context, l.columns[c].name);
    }
    sg_free(context, l.columns);
    if (status != SYNGAN_OK) sg_csv_pieces_close(out);
    return status;
}

void sg_csv_pieces_close(sg_csv_pieces *pieces) {
    if (pieces->context != NULL) sg_free(pieces->context, pieces->wishes);
    *pieces = (sg_csv_pieces){0};
}

/* ---- tables ------------------------------------------------------------- */

typedef struct giving {
    sg_csv_pieces *pieces;
    syngan_status (*take)(const syngan_table *piece, void *user);
    void *user;
    sg_wish *wishes; /* with the schema's formats */
    int64_t rows;
    uint64_t kept; /* bytes held before reading, and by `take` since */
} giving;

static syngan_status fail_changed(syngan_context *context, const char *name) {
    return sg_fail(context, SYNGAN_E_MISMATCH,
                   "%s: has changed while it was read", name);
}

static syngan_status find_wishes(giving *g, const sg_csv_scan *scan) {
    size_t n = scan->n_columns;
    if (n != g->pieces->n_columns)
        return fail_changed(scan->context, scan->name);
    g->wishes = sg_alloc(scan->context, n * sizeof *g->wishes);
    if (g->wishes == NULL)
        return sg_fail_memory(scan->context, scan->name, n * sizeof *g->wishes);
    for (size_t c = 0; c < n; c++) {
        const char *name = sg_dictionary_text(scan->names, (int32_t)c);
        g->wishes[c] = g->pieces->wishes[c];
        if (g->wishes[c].format == NULL)
            g->wishes[c].format = sg_schema_wish(scan->schema, name).format;
    }
    return SYNGAN_OK;
}

/* Notes what reading a piece has taken, and what `take` keeps of it. */
static syngan_status take_table(giving *g, const syngan_table *table) {
    syngan_context *context = g->pieces->context;
    uint64_t peak = atomic_load(&context->peak);
    uint64_t held = atomic_load(&context->bytes);
    if (peak > g->kept + g->pieces->reading)
        g->pieces->reading = peak - g->kept;
    syngan_status status = g->take(table, g->user);
    g->kept += atomic_load(&context->bytes) - held;
    return status;
}

static syngan_status give(sg_csv_scan *scan, void *user) {
    giving *g = user;
    syngan_table *table = NULL;
    SG_TRY(check_cancelled(scan));
    if (g->wishes == NULL) SG_TRY(find_wishes(g, scan));
    g->rows = scan->all_rows;
    if (g->rows > g->pieces->rows)
        return fail_changed(scan->context, scan->name);
    SG_TRY(sg_csv_scan_table(scan, g->wishes, &table));
    syngan_status status = take_table(g, table);
    syngan_table_free(table);
    (void)sg_memory_watch(scan->context);
    return status;
}

syngan_status
sg_csv_pieces_read(sg_csv_pieces *pieces,
                   syngan_status (*take)(const syngan_table *piece, void *user),
                   void *user) {
    giving g = {.pieces = pieces,
                .take = take,
                .user = user,
                .kept = sg_memory_watch(pieces->context)};
    syngan_status status = scan_file(pieces, give, &g);
    sg_free(pieces->context, g.wishes);
    if (status == SYNGAN_OK && g.rows != pieces->rows)
        return fail_changed(pieces->context, pieces->path);
    return status;
}

syngan_status syngan_table_stream_csv(syngan_context *context, const char *path,
                                      const syngan_csv_options *options,
                                      int64_t piece, syngan_piece_fn take,
                                      void *user) {
    SG_OWN_FLOATS;
    static const char where[] = "syngan_table_stream_csv";
    if (context == NULL) return SYNGAN_E_ARGUMENT;
    if (take == NULL || piece < 0)
        return sg_fail(context, SYNGAN_E_ARGUMENT, "%s: %s", where,
                       take == NULL ? "`take` is NULL"
                                    : "the rows of a piece are below 0");
    sg_csv_pieces pieces;
    SG_TRY(sg_csv_pieces_open(context, path, options, piece, where, &pieces));
    syngan_status status = sg_csv_pieces_read(&pieces, take, user);
    sg_csv_pieces_close(&pieces);
    return status;
}
