/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows that are learnt: a table, or a file that is read in pieces.
 */
#ifndef SG_SYNTH_EXAMPLES_H
#define SG_SYNTH_EXAMPLES_H

#include "base/scratch.h"
#include "synth/synth.h"

struct sg_examples {
    /* All rows, or, if there is a whole, some of them. */
    const syngan_table *table;
    const sg_whole *whole;     /* NULL: the table has all rows */
    const sg_subject *subject; /* what is learnt of them; NULL: rows */
    /* Of what is encoded: in a file, which NULL lets lie in a usual folder. */
    bool mapped;
    const char *folder;
};

static inline int64_t sg_examples_count(const sg_examples *examples) {
    if (examples->subject != NULL && examples->subject->rows > 0)
        return examples->subject->rows;
    return examples->whole != NULL ? examples->whole->rows
                                   : examples->table->rows;
}

/* An encoder as the settings want it. `start`: when the fit began. */
syngan_status sg_examples_encoder(const sg_examples *examples,
                                  const sg_synth_settings *settings,
                                  double start, sg_encoder **out);
/* Encodes all rows, in `room` that has place for the index of conditions behind
 * them. Of a whole, gan->fingerprint is set. */
syngan_status sg_examples_encode(const sg_examples *examples, sg_gan *gan,
                                 uint64_t seed, sg_scratch *room,
                                 sg_encoded *out);
/* Bytes of that room. */
uint64_t sg_examples_bytes(const sg_gan *gan);

/* A number that tells whether rows are those that were learnt: of the columns
 * that the encoder learns, in its order. */
syngan_status sg_examples_fingerprint(const sg_examples *examples,
                                      const sg_encoder *encoder, uint64_t *out);

#endif
