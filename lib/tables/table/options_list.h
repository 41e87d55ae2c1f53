/* SPDX-License-Identifier: Apache-2.0 */
/* The public options structs of the tables. One line each, with
 * SG_OPTIONS(name) defined: syngan_NAME_options has the field table
 * sg_options_NAME, defined where the struct is used. */
SG_OPTIONS(column)
SG_OPTIONS(csv)
SG_OPTIONS(evaluate)
SG_OPTIONS(sample)
SG_OPTIONS(synthesizer)
