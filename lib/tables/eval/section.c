/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sections of the page that measures stand in.
 */
#include "eval/measure.h"

const sg_section sg_section_quality = {
    "quality", "Quality",
    "Whether columns, and pairs of columns, are distributed as in the real "
    "table. What counts is the way from independent columns, the real ones "
    "shuffled one by one, to real rows that were held out."};
const sg_section sg_section_columns = {"numbers", "Columns in numbers", NULL};
const sg_section sg_section_manifold = {
    "manifold", "Precision and recall",
    "Whether synthetic rows lie where real ones do, and reach all of them."};
const sg_section sg_section_detection = {
    "detection", "Detection",
    "Classifiers that are trained to tell synthetic from real rows, judged on "
    "rows that they have not seen (3-fold cross-validation)."};
const sg_section sg_section_utility = {
    "utility", "Utility",
    "Models that learnt the target from the real and from the synthetic rows, "
    "both judged on real rows that neither has seen."};
const sg_section sg_section_privacy = {
    "privacy", "Privacy",
    "What the synthetic table tells of the rows that it was trained on, "
    "against what it tells of rows that it never saw."};
const sg_section sg_section_baskets = {
    "baskets", "Baskets",
    "Whether baskets are as large as the real ones, and the same items come "
    "together in them."};
const sg_section sg_section_sequences = {
    "sequences", "Sequences",
    "Whether sequences are as long as the real ones, and go on as these do."};
const sg_section sg_section_steps = {"steps", "From row to row", NULL};
