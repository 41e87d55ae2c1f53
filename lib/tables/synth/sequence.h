/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sequences: rows of one key in their order, such as the purchases with a card.
 *
 * They are made in two stages, as by DoppelGANger (Lin and others, "Using GANs
 * for sharing networked time series data", 2020), each a conditional GAN for
 * tables:
 *   - a row for each sequence: the columns that have one value in all of its
 *     rows (attributes), where it starts, and how many rows it has;
 *   - a row for each of its rows, given its history: that row of the sequence,
 *     the rows before, the position and the clock. The column that gives the
 *     order becomes the gap to the row before; numbers that move slowly become
 *     differences from it.
 * Instead of a recurrent network, the history holds the last rows themselves
 * and a mean of more of them, so that all rows train at once.
 *
 *   sequence_form.c     which columns are what; the two tables
 *   sequence_change.c   numbers that move slowly
 *   sequence_history.c  what goes with a row
 *   sequence_network.c  what the networks see and lower besides
 *   sequence.c          fitting; the kind of rows
 *   sequence_sample.c   sampling
 *   sequence_file.c     in files
 */
#ifndef SG_SYNTH_SEQUENCE_H
#define SG_SYNTH_SEQUENCE_H

#include "encode/encoder_code.h"
#include "synth/row_kind.h"
#include "table/group.h"

enum {
    SG_ROLE_KEY = 1,
    SG_ROLE_ORDER = 2,
    SG_ROLE_ATTRIBUTE = 3, /* the same in all rows of a sequence */
    SG_ROLE_STEP = 4,
    SG_ROLE_CHANGE = 5 /* a number that is learnt by its differences */
};

enum {
    SG_HISTORY_ROWS = 2,  /* rows before that are given as they are */
    SG_HISTORY_MEAN = 16, /* rows before that a mean is given of */
    SG_HISTORY_CLOCK = 12,
    SG_CHANGES_MOST = 64, /* numbers that are learnt by their differences */
    /* Rows of a sequence are counted below this bit of a row's id. */
    SG_POSITION_BIT = 24,
    SG_LENGTH_MAX = 1 << SG_POSITION_BIT
};

/* ---- numbers that move slowly (sequence_change.c) ----------------------- */

/* Numbers that networks get of a value: its place in standard deviations, and
 * which eighth of the values it is in, one-hot. With the latter the moments
 * that the generator matches hold the mean difference of each eighth, so that
 * values don't drift away. */
enum { SG_CHANGE_PARTS = 8, SG_CHANGE_NUMBERS = 1 + SG_CHANGE_PARTS };

typedef struct sg_change {
    sg_grid grid;                     /* of its values */
    double mean, deviation;           /* of them */
    double knot[SG_CHANGE_PARTS - 1]; /* between the eighths */
} sg_change;

/* Whether a column is such a number; if so, fills in `out`. */
syngan_status sg_change_find(const syngan_table *table, int64_t column,
                             const sg_groups *groups, sg_change *out,
                             bool *found);
/* By group: the row that has the first value. */
void sg_change_first_rows(const sg_column *column, const sg_groups *groups,
                          int64_t *rows);
/* By row of the groups: differences; missing where the value is. */
void sg_change_differences(const sg_column *column, const sg_groups *groups,
                           sg_column *out);
/* A value as networks get it: SG_CHANGE_NUMBERS of them. */
void sg_change_level(const sg_change *change, const sg_column *column,
                     int64_t row, float *out);
/* By row of the groups, at out + row stride: the same of the value before it.
 */
void sg_change_levels(const sg_change *change, const sg_column *column,
                      const sg_groups *groups, int64_t stride, float *out);
/* Row `row` goes on: adds the difference to the level, which stays between the
 * bounds; the difference becomes what was added. The first row of a sequence
 * has the level that there is. Without a level or a difference, it is missing.
 */
void sg_change_pass(const sg_change *change, sg_column *level,
                    sg_column *difference, int64_t row, bool first);

/* ---- columns ------------------------------------------------------------ */

/* What the columns of a table of sequences are. */
typedef struct sg_sequence_form {
    syngan_context *context;
    syngan_table *form; /* no rows */
    int32_t *role;      /* by column */
    int32_t key, order; /* order -1: that of the table */
    int64_t unit;       /* that all gaps are multiples of, of integers */
    bool by_day;        /* gaps to another day are days and a time of day */
    sg_change *change;  /* by column; of role SG_ROLE_CHANGE */
    int32_t n_changes;
} sg_sequence_form;

syngan_status sg_sequence_form_make(const syngan_table *table,
                                    const sg_groups *groups, int64_t key,
                                    int64_t order, sg_sequence_form *out);
/* Adds the constraints of heads or steps, of a form that was read. */
syngan_status sg_sequence_form_bind(sg_sequence_form *form,
                                    const syngan_table *from);
/* Whether rows have anything beside what their sequence has. */
bool sg_sequence_has_steps(const sg_sequence_form *form);
void sg_sequence_form_end(sg_sequence_form *form);

/* A row for each group: the attributes; the first values of numbers that move
 * slowly; the order of the first row, under its name; the number of rows, under
 * the name of the key. */
syngan_status sg_sequence_heads(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table **out);
/* A row for each row, group by group: the other columns, differences of numbers
 * that move slowly; the gap to the row before, under the name of the order.
 * (The first row of a group, which has no gap, has the next one's.) If the form
 * is `by_day`, a gap to another day is a number of whole days, and the time of
 * that day is beside it, under the name of the key; it is missing on the same
 * day. */
syngan_status sg_sequence_steps(const sg_sequence_form *form,
                                const syngan_table *table,
                                const sg_groups *groups, syngan_table **out);

/* ---- history ------------------------------------------------------------ */

/* A row as the encoder has it. */
typedef struct sg_encoded_row {
    const sg_encoded *encoded;
    int64_t row;
} sg_encoded_row;

/* What a row follows. */
typedef struct sg_past {
    sg_encoded_row head;
    sg_encoded_row rows[SG_HISTORY_MEAN]; /* before it, the last one first */
    int32_t count;
    int64_t position, length; /* in its sequence */
    int64_t time;             /* of the row before; if the order is a time */
    const float *levels;      /* of numbers that move slowly: numbers of each
                                 that the form has */
} sg_past;

int64_t sg_past_width(const sg_sequence_form *form, const sg_encoder *heads,
                      const sg_encoder *steps);
void sg_past_write(const sg_sequence_form *form, const sg_encoder *heads,
                   const sg_encoder *steps, const sg_past *past, float *out);
/* Whether the order is a time. */
static inline bool sg_sequence_has_time(const sg_sequence_form *form) {
    return form->order >= 0 &&
           sg_column_is_time(&form->form->columns[form->order]);
}
/* Goes on by a gap, and, if the form is `by_day`, a time of day. */
int64_t sg_sequence_pass(const sg_sequence_form *form, int64_t time,
                         int64_t gap, int64_t clock);

/* ---- what the networks of steps see besides (sequence_network.c) ----------
 */

typedef struct sg_step_subject {
    sg_subject subject;
    syngan_context *context;
    const sg_encoder *heads, *steps;
    int64_t given;
    int32_t values;                        /* numbers */
    syngan_tensor *mean, *number, *spread; /* width x values */
    syngan_tensor *weights;                /* of moments */
    int32_t *parts;
} sg_step_subject;

int64_t sg_step_viewed(const sg_encoder *steps);
/* Fills in all but subject.give and subject.user, which are set; `encoded` are
 * the steps. End it in any case. */
syngan_status sg_step_subject_make(sg_step_subject *subject,
                                   const sg_sequence_form *form,
                                   const sg_encoder *heads,
                                   const sg_encoder *steps,
                                   const sg_encoded *encoded);
void sg_step_subject_end(sg_step_subject *subject);

/* ---- the synthesizer ---------------------------------------------------- */

typedef struct sg_sequences {
    syngan_context *context;
    sg_sequence_form form;
    sg_gan *heads;
    sg_gan *steps; /* NULL: there is no column for it */
} sg_sequences;

/* In a file, the names of what is in the GANs begin so. */
#define SG_HEADS_PREFIX "heads."
#define SG_STEPS_PREFIX "steps."

/* What the constant sg_rows_sequences is made of. */
/* Conditions hold in the heads. */
syngan_status sg_sequences_sample(void *learnt,
                                  const sg_sample_request *request,
                                  int64_t *rejected);
void sg_sequences_write(const void *learnt, sg_json_writer *json);
syngan_status sg_sequences_read(syngan_context *context, sg_json_value object,
                                sg_gan_load_fn load, void *argument,
                                void **out);
syngan_status sg_sequences_visit(const void *learnt, sg_gan_visit_fn visit,
                                 void *argument);

#endif
