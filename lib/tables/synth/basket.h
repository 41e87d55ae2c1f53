/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Baskets: sets of items, such as the products of a purchase.
 *
 * A basket is a row of zeros and ones, one for each item, or for each group of
 * rare items. A generator of such rows for medical codes is medGAN (Choi and
 * others, "Generating multi-label discrete patient records using generative
 * adversarial networks", 2017). Here
 *   - the number of items is given to both networks; it is drawn by its
 *     frequency, and a basket is made of so many items;
 *   - the generator's numbers are log odds, moved together so that so many
 * items are expected, and items are drawn by them, straight through (Bengio and
 *     others 2013) as by the binary Gumbel softmax (Maddison and others 2017);
 *   - the critic is WGAN-GP's;
 *   - the generator also lowers the distance between the second moments of its
 *     baskets and those of the data: how often two items are bought together.
 *     That is moment matching (Li and others, "Generative moment matching
 *     networks", 2015), estimated without bias from two halves of a batch.
 *
 *   basket_data.c     the items of each basket
 *   basket_network.c  rows and losses as nodes
 *   basket.c          fitting; the kind of rows
 *   basket_sample.c   sampling
 *   basket_file.c     in files
 */
#ifndef SG_SYNTH_BASKET_H
#define SG_SYNTH_BASKET_H

#include "synth/row_kind.h"
#include "table/group.h"

/* Numbers that are given: size / 8, log(size), 1 / size. */
enum { SG_BASKET_GIVEN = 3 };
#define SG_BASKET_SCALE 8

/* ---- the data ----------------------------------------------------------- */

/* The places, in a row, of each basket's items. */
typedef struct sg_basket_data {
    syngan_context *context;
    int64_t count;  /* baskets */
    int64_t *first; /* by basket, and one more: in `place` */
    int32_t *place;
} sg_basket_data;

/* The items of groups of rows, each item of a group once, as a table of one
 * column, a category; `first` (of the groups, and one more) receives where in
 * it a group's begin. */
syngan_status sg_basket_items(const syngan_table *table,
                              const sg_groups *groups, int64_t item,
                              int64_t *first, syngan_table **out);
/* `first` is taken over. Rare items of one group that would share a place go to
 * other places that rare items share. */
syngan_status sg_basket_data_make(const sg_encoder *encoder,
                                  const syngan_table *items, int64_t *first,
                                  int64_t count, sg_basket_data *out);
void sg_basket_data_end(sg_basket_data *data);

/* ---- rows and losses as nodes ------------------------------------------- */

/* What the networks learn from: the subject, its data, and moments of it. */
typedef struct sg_basket_subject {
    sg_subject subject;
    const sg_basket_data *data;
    int32_t width;
    syngan_tensor *share;   /* of the baskets that have an item */
    syngan_tensor *pairs;   /* that have two: width x width */
    syngan_tensor *weights; /* of the pairs' errors */
} sg_basket_subject;

syngan_status sg_basket_subject_make(const sg_basket_data *data, int32_t width,
                                     sg_basket_subject *out);
void sg_basket_subject_end(sg_basket_subject *subject);
void sg_basket_give(int64_t size, float *out);

/* ---- the synthesizer ---------------------------------------------------- */

typedef struct sg_baskets {
    syngan_context *context;
    syngan_table *form; /* no rows: key and item */
    sg_gan *rows;       /* its encoder is one of the items alone */
    double *until;      /* by size - 1: share of baskets up to it */
    int32_t longest;    /* size */
} sg_baskets;

/* In a file, the names of what is in the GAN begin so. */
#define SG_BASKETS_PREFIX "baskets."

/* What the constant sg_rows_baskets is made of. */
/* A condition on the item says that a basket has it, and is kept by making
 * baskets again. */
syngan_status sg_baskets_sample(void *learnt, const sg_sample_request *request,
                                int64_t *rejected);
void sg_baskets_write(const void *learnt, sg_json_writer *json);
syngan_status sg_baskets_read(syngan_context *context, sg_json_value object,
                              sg_gan_load_fn load, void *argument, void **out);
syngan_status sg_baskets_visit(const void *learnt, sg_gan_visit_fn visit,
                               void *argument);

#endif
