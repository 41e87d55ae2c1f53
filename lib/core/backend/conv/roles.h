/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of a site's values are x, w and y, in each of the three products of a
 * convolution (conv.h).
 */
#ifndef SG_BACKEND_CONV_ROLES_H
#define SG_BACKEND_CONV_ROLES_H

#include "backend/kernel.h"

enum { SG_CONV_X, SG_CONV_W, SG_CONV_Y, SG_CONV_ROLES };

/* Directions are SG_FORWARD ...: the role that a site's output has. */
int sg_conv_result(int direction);

sg_desc *sg_conv_desc(sg_site *site, int direction, int role);
const sg_dims *sg_conv_dims(const sg_site *site, int direction, int role);
void *sg_conv_value(const sg_call *call, int direction, int role);

#endif
