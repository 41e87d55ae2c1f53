/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pixel normalisation, and scales and shifts that each example has of its own,
 * made of other operators.
 */
#include <math.h>
#include <syngan/layers.h>

#include "base/floats.h"
#include "graph/graph.h"

syngan_node *syngan_pixel_norm(syngan_node *x, double epsilon) {
    SG_OWN_FLOATS;
    char text[SG_DIMS_TEXT];
    if (x == NULL || x->op == NULL) return x;
    if (!(epsilon > 0 && isfinite((float)epsilon)))
        return sg_graph_fail(x->graph, SYNGAN_E_ARGUMENT,
                             "pixel_norm of '%s': epsilon is %g, but must be "
                             "above 0",
                             x->name, epsilon);
    if (x->dims.rank < 2)
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "pixel_norm of '%s': takes N x C or N x C x ..., "
                             "not %s",
                             x->name, sg_dims_text(&x->dims, text));
    syngan_node *square =
        syngan_mean(syngan_square(x), (const int32_t[]){1}, 1, 1);
    return syngan_divide(x, syngan_sqrt(syngan_affine(square, 1.0, epsilon)));
}

/* N x C as N x C x 1 x 1, of the rank of x. */
static syngan_node *spread(syngan_node *x, syngan_node *numbers) {
    if (numbers->op == NULL || numbers->dims.rank == x->dims.rank)
        return numbers;
    sg_dims dims = numbers->dims;
    while (dims.rank < x->dims.rank)
        dims.size[dims.rank++] = 1;
    return syngan_reshape(numbers, dims.size, (size_t)dims.rank);
}

static bool fits(const syngan_node *x, const syngan_node *numbers) {
    return numbers->op == NULL || (numbers->dims.rank == 2 &&
                                   numbers->dims.size[0] == x->dims.size[0] &&
                                   numbers->dims.size[1] == x->dims.size[1]);
}

syngan_node *syngan_modulate(syngan_node *x, syngan_node *scale,
                             syngan_node *shift) {
    SG_OWN_FLOATS;
    char text[SG_DIMS_TEXT];
    if (x == NULL || scale == NULL || shift == NULL) return NULL;
    if (x->op == NULL) return x;
    if (x->dims.rank < 2 || !fits(x, scale) || !fits(x, shift))
        return sg_graph_fail(x->graph, SYNGAN_E_SHAPE,
                             "modulate of '%s': scale and shift must be N x C "
                             "of its shape %s",
                             x->name, sg_dims_text(&x->dims, text));
    return syngan_add(syngan_multiply(x, spread(x, scale)), spread(x, shift));
}
