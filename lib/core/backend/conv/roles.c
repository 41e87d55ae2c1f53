/* SPDX-License-Identifier: Apache-2.0 */
/*
 * x, w and y among the values of a site.
 */
#include "backend/conv/roles.h"

/* Numbers of inputs, or where the output is. */
enum { OUTPUT = 2 };
static const int places[][SG_CONV_ROLES] = {
    [SG_FORWARD] = {[SG_CONV_X] = 0, [SG_CONV_W] = 1, [SG_CONV_Y] = OUTPUT},
    [SG_BACKWARD_INPUT] =
        {[SG_CONV_Y] = 0, [SG_CONV_W] = 1, [SG_CONV_X] = OUTPUT},
    [SG_BACKWARD_WEIGHT] =
        {[SG_CONV_X] = 0, [SG_CONV_Y] = 1, [SG_CONV_W] = OUTPUT},
};

int sg_conv_result(int direction) {
    int role = 0;
    while (places[direction][role] != OUTPUT)
        role++;
    return role;
}

sg_desc *sg_conv_desc(sg_site *site, int direction, int role) {
    int place = places[direction][role];
    return place == OUTPUT ? &site->output : &site->input[place];
}

const sg_dims *sg_conv_dims(const sg_site *site, int direction, int role) {
    int place = places[direction][role];
    return place == OUTPUT ? &site->output.dims : &site->input[place].dims;
}

void *sg_conv_value(const sg_call *call, int direction, int role) {
    int place = places[direction][role];
    return place == OUTPUT ? call->output : call->input[place];
}
