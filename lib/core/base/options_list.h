/* SPDX-License-Identifier: Apache-2.0 */
/* The public options structs of the core. One line each, with SG_OPTIONS(name)
 * defined: syngan_NAME_options has the field table sg_options_NAME, defined
 * where the struct is used. */
SG_OPTIONS(batch_norm)
SG_OPTIONS(context)
SG_OPTIONS(conv1d)
SG_OPTIONS(conv2d)
SG_OPTIONS(conv2d_transpose)
SG_OPTIONS(dataset)
SG_OPTIONS(dense)
SG_OPTIONS(embedding)
SG_OPTIONS(grid)
SG_OPTIONS(group_norm)
SG_OPTIONS(optimizer)
SG_OPTIONS(parameter)
SG_OPTIONS(pool2d)
SG_OPTIONS(program)
SG_OPTIONS(trainer)
