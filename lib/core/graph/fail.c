/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first failure of a graph, which stays with it.
 */
#include <stdio.h>

#include "graph/graph.h"

syngan_node *sg_graph_fail_last(syngan_graph *graph, syngan_status status) {
    if (graph->status == SYNGAN_OK) {
        graph->status = status;
        snprintf(graph->error_text, sizeof graph->error_text, "%s",
                 syngan_context_last_error(graph->context));
    }
    return &graph->error;
}

syngan_node *sg_graph_fail(syngan_graph *graph, syngan_status status,
                           const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)sg_fail_v(graph->context, status, format, arguments);
    va_end(arguments);
    return sg_graph_fail_last(graph, status);
}
