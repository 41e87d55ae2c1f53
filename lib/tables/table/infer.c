/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Types of columns, inferred from what all cells look like, and what is to be
 * said of those that were almost of another type.
 */
#include "table/infer.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "table/boolean.h"

/* Fewer rows tell nothing about what is an identifier or a free text. */
#define LEAST_ROWS 20
/* Different texts, of all: identifiers, and texts that may be free ones. */
#define IDENTIFIER_SHARE 0.95
#define TEXT_SHARE 0.5
/* Bytes of a free text, on average. */
#define TEXT_BYTES 32

/* Of one in so many cells may be said that it is missing. */
#define FEW_CELLS 20
/* Texts that are no usual marks, at most, for which that is said. */
#define FEW_TEXTS 5
/* Different values that a column of numbers has beside such texts: of fewer
 * a text is rather one more category. */
#define SOME_VALUES 3

/* ---- what is almost a number or a time ---------------------------------- */

/* Texts that people write for what they don't know. */
static bool is_usual_mark(const char *text) {
    static const char *const marks[] = {"?",
                                        "NA",
                                        "N/A",
                                        "NaN",
                                        "null",
                                        "None",
                                        "n.a.",
                                        "n.a",
                                        "n. a.",
                                        "n/a",
                                        "#N/A",
                                        "#NA",
                                        "-",
                                        "--",
                                        "---",
                                        "\xe2\x80\x93",
                                        "\xe2\x80\x94",
                                        ".",
                                        "..",
                                        "...",
                                        "*",
                                        "**",
                                        "***",
                                        "x",
                                        "unknown",
                                        "unk",
                                        "missing",
                                        "not available",
                                        "none",
                                        "nil",
                                        "nan",
                                        "no data",
                                        "not known",
                                        "undefined",
                                        "#VALUE!",
                                        "#REF!",
                                        "#DIV/0!",
                                        "#NAME?",
                                        "#NUM!",
                                        "#NULL!",
                                        "k.A.",
                                        "k. A.",
                                        "k.a.",
                                        "unbekannt",
                                        "keine Angabe",
                                        "tbd",
                                        "(blank)",
                                        "blank",
                                        "empty",
                                        "<NA>",
                                        "NaT",
                                        "\\N",
                                        "(null)",
                                        "[null]",
                                        "-nan",
                                        "1.#QNAN",
                                        "s/d",
                                        "n.d.",
                                        "inconnu",
                                        "desconocido",
                                        "not applicable",
                                        "redacted",
                                        "not reported",
                                        "not stated",
                                        "refused",
                                        "suppressed",
                                        "??",
                                        "???"};
    const char *at = text;
    size_t size = strlen(text);
    sg_trim(&at, &size);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (strlen(marks[i]) == size && strncasecmp(marks[i], at, size) == 0)
            return true;
    return false;
}

/* Whether the cells that are none, of a column of which `cells` are numbers or
 * times, may be taken for missing values: they have usual marks, or are few. */
static bool are_few(const sg_looks *l, int64_t cells) {
    int64_t present = (int64_t)(l->numerals + l->texts), others = 0;
    int64_t misses = present - cells, known = 0;
    size_t texts = 0;
    if (misses == 0) return true;
    if (l->n_values < SOME_VALUES ||
        (l->n_values < SG_FEW_VALUES && 2 * (int64_t)l->n_values <= cells))
        return false;
    for (size_t i = 0; i < l->n_odd; i++) {
        if (is_usual_mark(l->odd[i].text)) {
            known += l->odd[i].cells;
        } else {
            others += l->odd[i].cells;
            texts++;
        }
    }
    int64_t unseen = misses - known - others;
    bool complete = others + known == l->odd_cells;
    return complete && texts <= FEW_TEXTS && 2 * misses <= present &&
           FEW_CELLS * (unseen + others) <= present;
}

/* ---- times -------------------------------------------------------------- */

/* The format of most texts, and how many cells have it; the first of equals.
 * NULL: there is none. */
static const sg_time_looks *time_choice(const sg_looks *l) {
    const sg_time_looks *best = NULL;
    for (size_t i = 0; i < l->n_times; i++)
        if (best == NULL || l->times[i].cells > best->cells)
            best = &l->times[i];
    return best;
}

/* Whole numbers such as 20240131. */
static const char *digits_format(const sg_looks *l) {
    if (l->numerals == 0 || l->no_whole || l->decimals > 0) return NULL;
    return !l->no_days ? "%Y%m%d" : !l->no_seconds ? "%Y%m%d%H%M%S" : NULL;
}

/* Finds a format and returns how many cells have it. */
static int64_t choose_time(const sg_looks *l, sg_wish *out) {
    const sg_time_looks *time = time_choice(l);
    const char *digits = digits_format(l);
    if (digits != NULL) {
        memcpy(out->found, digits, strlen(digits) + 1);
        return (int64_t)l->numerals;
    }
    if (time == NULL) return 0;
    sg_time_narrow(time->format, time->widths, out->found, sizeof out->found);
    return time->cells;
}

/* ---- durations ---------------------------------------------------------- */

/* Finds a format, and returns how many cells have it; `plain`: only one that
 * leaves no doubt. */
static int64_t choose_duration(const sg_looks *l, bool plain, sg_wish *out) {
    const sg_duration_looks *best = NULL;
    char format[SG_DURATION_FORMAT];
    for (size_t i = 0; i < l->n_durations; i++) {
        const sg_duration_looks *one = &l->durations[i];
        if (best != NULL && one->cells <= best->cells) continue;
        sg_duration_narrow(one->format, &one->seen, format);
        if (plain && !sg_duration_is_plain(format, &one->seen)) continue;
        memcpy(out->found, format, sizeof format);
        best = one;
    }
    return best == NULL ? 0 : best->cells;
}

/* ---- types -------------------------------------------------------------- */

static bool is_pair(const sg_looks *l) {
    return l->n_different == 2 &&
           sg_boolean_is_pair(l->different[0], l->different[1]);
}

static int32_t number_type(const sg_looks *l, const sg_number_choice *n) {
    bool has_missing = l->numerals + l->texts < l->cells;
    if (n->no_whole || l->shortest || l->infinite > 0)
        return SYNGAN_COLUMN_REAL;
    if (n->decimals == 0) return SYNGAN_COLUMN_INTEGER;
    /* Python writes integers among which some are missing as "17850.0". */
    return !l->no_point_zero && !l->has_words && has_missing
               ? SYNGAN_COLUMN_INTEGER
               : SYNGAN_COLUMN_REAL;
}

int32_t sg_looks_text_type(const sg_looks *l, const sg_texts *texts) {
    double present = (double)(l->numerals + l->texts);
    double share = texts->count / present;
    if (present < LEAST_ROWS || share <= TEXT_SHARE)
        return SYNGAN_COLUMN_CATEGORY;
    if (share > IDENTIFIER_SHARE)
        return texts->spaced > 0 ? SYNGAN_COLUMN_TEXT
                                 : SYNGAN_COLUMN_IDENTIFIER;
    return 2 * texts->spaced > texts->count &&
                   texts->bytes >= TEXT_BYTES * texts->count
               ? SYNGAN_COLUMN_TEXT
               : SYNGAN_COLUMN_CATEGORY;
}

static void set_pattern(const sg_number_choice *n, sg_wish *out) {
    char pattern[SG_NOTATION_TEXT];
    sg_notation_pattern(&n->notation, pattern);
    out->found[0] = '\0';
    if (strcmp(pattern, "#") != 0)
        memcpy(out->found, pattern, strlen(pattern) + 1);
}

static void infer_type(const sg_looks *l, const sg_number_choice *n,
                       const sg_texts *texts, sg_wish *out) {
    int64_t present = (int64_t)(l->numerals + l->texts);
    int64_t numbers = n->cells + l->infinite;
    bool only_infinite = l->infinite == present;
    bool countable = l->code.cells == 0 && !only_infinite && n->cells > 0;
    int64_t times = choose_time(l, out);
    sg_wish duration = {0};
    int64_t durations = choose_duration(l, true, &duration);
    out->type = sg_looks_text_type(l, texts);
    if (present == 0) {
        out->type = SYNGAN_COLUMN_REAL;
        out->found[0] = '\0';
    } else if (l->numerals == 0 && is_pair(l)) {
        out->type = SYNGAN_COLUMN_BOOLEAN;
    } else if (durations > 0 && durations >= numbers && durations >= times &&
               are_few(l, durations)) {
        out->type = SYNGAN_COLUMN_DURATION;
        out->lenient = durations < present;
        memcpy(out->found, duration.found, sizeof out->found);
    } else if (times > 0 && times >= numbers && are_few(l, times)) {
        out->type = SYNGAN_COLUMN_TIME;
        out->lenient = times < present;
    } else if (countable && are_few(l, numbers)) {
        out->type = number_type(l, n);
        out->lenient = numbers < present;
        set_pattern(n, out);
    } else {
        out->found[0] = '\0';
    }
}

bool sg_looks_may_be_key(const sg_looks *looks, const sg_wish *asked,
                         const sg_wish *found) {
    return asked->type == 0 && !asked->ordered && !found->lenient &&
           found->type == SYNGAN_COLUMN_INTEGER && found->found[0] == '\0' &&
           sg_key_may_be(&looks->key, asked->named);
}

void sg_looks_make_key(sg_wish *found) {
    found->type = SYNGAN_COLUMN_IDENTIFIER;
    memcpy(found->stored, SG_STORED_INTEGER, sizeof SG_STORED_INTEGER);
}

/* Who declares texts means integers as they are, 0123. */
static void keep_texts(const sg_looks *looks, const sg_texts *texts,
                       sg_wish *out) {
    memcpy(out->stored, SG_STORED_STRING, sizeof SG_STORED_STRING);
    if (out->type != SYNGAN_COLUMN_INTEGER) return;
    out->type = sg_looks_text_type(looks, texts);
    out->found[0] = '\0';
    out->lenient = false;
}

sg_wish sg_looks_decide(const sg_looks *looks, const sg_wish *wish,
                        const sg_texts *texts) {
    sg_wish out = *wish;
    const sg_number_choice n =
        sg_number_choose(looks, wish->hint, texts->count);
    if (wish->type == 0)
        infer_type(looks, &n, texts, &out);
    else if (wish->format == NULL && wish->found[0] == '\0') {
        if (wish->type == SYNGAN_COLUMN_TIME)
            (void)choose_time(looks, &out);
        else if (wish->type == SYNGAN_COLUMN_DURATION)
            (void)choose_duration(looks, false, &out);
        else if (sg_wish_is_number(wish))
            set_pattern(&n, &out);
    }
    if (wish->type == 0 && wish->text) keep_texts(looks, texts, &out);
    const sg_column_type *type = sg_column_types[out.type];
    if (looks->numerals + looks->texts == 0 && sg_wish_format(&out) == NULL &&
        type->format != NULL && type->format->standard != NULL)
        strcpy(out.found, type->format->standard);
    if (!type->has_decimals) {
        out.decimals = -1;
    } else if (out.decimals == SG_AS_TEXTS_HAVE) {
        bool some = looks->numerals + looks->texts > 0;
        out.decimals = some ? n.written : -1;
    }
    return out;
}

/* ---- what is to be said ------------------------------------------------- */

/* "'n.a.' in line 702" */
static void place_text(const sg_sight *sight, char *text, size_t size) {
    bool lines = sight->line >= 0;
    sg_text(text, size, "'%s' in %s %lld", sight->text, lines ? "line" : "row",
            (long long)(lines ? sight->line : sight->row));
}

/* The first text that is no number, or no time in the format of most. */
static const sg_sight *first_other(const sg_looks *l, bool times,
                                   const sg_number_choice *n) {
    const sg_time_looks *most = time_choice(l);
    if (l->n_odd > 0) return &l->odd[0];
    for (size_t i = 0; i < l->n_times; i++)
        if (!times || l->times[i].cells < most->cells)
            return &l->times[i].first;
    return times ? NULL : l->code.cells > 0 ? &l->code : n->other;
}

static void note_missing(const sg_sight *other, int64_t misses,
                         const char *what, char *note) {
    char place[96] = "a text";
    if (other != NULL) place_text(other, place, sizeof place);
    if (misses == 1)
        sg_text(note, SG_NOTE_TEXT, "%s is no %s; this cell is read as missing",
                place, what);
    else
        sg_text(note, SG_NOTE_TEXT,
                "%s is no %s; %lld such cells are read as missing", place, what,
                (long long)misses);
}

static void note_almost(const sg_looks *l, const sg_wish *found,
                        const sg_number_choice *n, int64_t times,
                        int64_t durations, char *note) {
    int64_t present = (int64_t)(l->numerals + l->texts);
    int64_t numbers = n->cells + l->infinite;
    bool are_times = times >= numbers || durations > numbers;
    int64_t cells = are_times ? times : numbers;
    if (durations > cells) cells = durations;
    const sg_sight *other = first_other(l, are_times, n);
    char place[96];
    note[0] = '\0';
    if (2 * cells <= present || other == NULL) return;
    place_text(other, place, sizeof place);
    sg_text(note, SG_NOTE_TEXT,
            "%lld of %lld cells are %s, but %s is none, so that the column is "
            "read as %s; a schema can tell its type, and \"missing\" which "
            "texts are missing values",
            (long long)cells, (long long)present,
            !are_times          ? "numbers"
            : durations > times ? "durations"
                                : "times",
            place, sg_column_type_name(found->type));
}

/* Names of columns that hold those of persons. */
static bool says_person(const char *name) {
    static const char *const names[] = {
        "name",       "first_name", "firstname", "last_name", "lastname",
        "surname",    "full_name",  "fullname",  "vorname",   "nachname",
        "customer",   "client",     "patient",   "employee",  "person",
        "first name", "last name",  "full name", "owner",     "author",
        "nombre",     "nom",        "prenom",    "teacher",   "student"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0) return true;
    return false;
}

static void note_persons(const sg_looks *l, const char *name, char *note) {
    int64_t present = (int64_t)(l->numerals + l->texts);
    bool looks = 10 * l->persons >= 8 * (int64_t)l->odd_texts;
    if (present < LEAST_ROWS || l->odd_texts < 3 ||
        10 * l->odd_cells < 9 * present || (!looks && !says_person(name)))
        return;
    size_t used = strlen(note);
    sg_text(note + used, SG_NOTE_TEXT - used,
            "%stexts like '%s' may be names of persons: as a category they "
            "come out as they are; as an identifier they would not",
            used > 0 ? "; " : "", l->odd[0].text);
}

bool sg_looks_note(const sg_looks *looks, const sg_wish *found,
                   const char *name, char note[SG_NOTE_TEXT]) {
    sg_wish time = {0}, duration = {0};
    const sg_texts texts = {.count = (double)looks->n_values};
    const sg_number_choice n =
        sg_number_choose(looks, found->hint, texts.count);
    int64_t present = (int64_t)(looks->numerals + looks->texts);
    int64_t times = choose_time(looks, &time);
    int64_t durations = choose_duration(looks, true, &duration);
    bool is_time = found->type == SYNGAN_COLUMN_TIME;
    bool is_number = sg_wish_is_number(found);
    note[0] = '\0';
    if (found->lenient)
        note_missing(first_other(looks, !is_number, &n),
                     present - (is_time     ? times
                                : is_number ? n.cells + looks->infinite
                                            : durations),
                     is_number ? "number" : sg_column_type_name(found->type),
                     note);
    else if (is_time && strstr(found->found, "z") != NULL &&
             sg_time_format_has(found->found, "z"))
        sg_text(note, SG_NOTE_TEXT,
                "times with different offsets are converted to UTC");
    else if (found->type == SYNGAN_COLUMN_CATEGORY ||
             found->type == SYNGAN_COLUMN_IDENTIFIER ||
             found->type == SYNGAN_COLUMN_TEXT)
        note_almost(looks, found, &n, times, durations, note);
    if (found->type == SYNGAN_COLUMN_CATEGORY) note_persons(looks, name, note);
    return note[0] != '\0';
}
