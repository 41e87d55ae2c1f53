/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From cells to typed columns: what type the texts of a column have, or
 * whether they have the type that somebody says.
 */
#ifndef SG_TABLE_INFER_H
#define SG_TABLE_INFER_H

#include "table/key.h"
#include "table/looks.h"

/* Marks of missing values where nothing else is said. */
#define SG_USUAL_MARKS "? NA N/A NaN nan null NULL None"

/* Bytes of a mark, and the end of its text. */
#define SG_MARK_TEXT 256

/* Digits behind the point: as many as the texts have. */
#define SG_AS_TEXTS_HAVE INT32_MIN

/* Bytes of a format that is found, and of a note, ends included. */
#define SG_FOUND_TEXT SG_DURATION_FORMAT
#define SG_NOTE_TEXT 320

/* What a schema says of a column, or what was found. */
typedef struct sg_wish {
    int32_t type;       /* 0: to be inferred */
    int32_t decimals;   /* of reals, as in sg_column; SG_AS_TEXTS_HAVE */
    const char *format; /* of times and numbers; NULL: the one that is found */
    char found[SG_FOUND_TEXT]; /* the format if none is given; "": none */
    char hint;     /* what the file says of decimal marks: sg_number_choose() */
    bool lenient;  /* texts that are none of the type are missing values */
    bool text;     /* declared as text: never an integer */
    bool ordered;  /* its values are compared: never a key */
    int32_t named; /* SG_NAMED_... */
    char stored[SG_STORED_TEXT]; /* as in sg_column */
} sg_wish;

static inline bool sg_wish_is_number(const sg_wish *wish) {
    const sg_column_type *type = sg_column_type_at(wish->type);
    return type != NULL && type->comparison == SG_COMPARED_NUMBERS;
}

static inline const char *sg_wish_format(const sg_wish *wish) {
    if (wish->format != NULL) return wish->format;
    return wish->found[0] != '\0' ? wish->found : NULL;
}

/* The different texts of a column, or an estimate of them. */
typedef struct sg_texts {
    double count, spaced; /* with a space in it */
    double bytes;
} sg_texts;

/* The type, decimals and format that a column gets for which `wish` says as
 * much as a schema does. `texts` are those of all cells. */
sg_wish sg_looks_decide(const sg_looks *looks, const sg_wish *wish,
                        const sg_texts *texts);
/* Whether integers of which nothing else is said are a key, if they are unique;
 * and makes them one. */
bool sg_looks_may_be_key(const sg_looks *looks, const sg_wish *asked,
                         const sg_wish *found);
void sg_looks_make_key(sg_wish *found);
/* A category, identifier or free text? */
int32_t sg_looks_text_type(const sg_looks *looks, const sg_texts *texts);
/* What is to be said of a column whose type `found` was inferred: which texts
 * were almost numbers or times. False: nothing. */
bool sg_looks_note(const sg_looks *looks, const sg_wish *found,
                   const char *name, char note[SG_NOTE_TEXT]);

/* Makes a column of cells, which are used up, also on failure; the name is
 * copied. SYNGAN_E_FORMAT for a cell that is none of the type. */
syngan_status sg_infer_column(sg_cells *cells, const char *name,
                              const sg_wish *wish, const char *marks,
                              const sg_origin *origin, sg_column *out);
/* The same of cells without marks that have been looked at. */
syngan_status sg_infer_looked(sg_cells *cells, const char *name,
                              const sg_wish *wish, const sg_looks *looks,
                              const sg_origin *origin, sg_column *out);

#endif
