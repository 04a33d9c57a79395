/* What moves through the ports of memories; size and work are made of it. */
#ifndef EM_PORTS_H
#define EM_PORTS_H

#include "models/graph/graph.h"

/* Codes that one access of a buffer's reader, or of its writer, moves. */
uint32_t em_buffer_read_lanes(const em_graph *graph, const em_buffer *buffer, uint32_t reader);
uint32_t em_buffer_write_lanes(const em_graph *graph, const em_buffer *buffer);

/* Accesses of a token, or of take_tokens tokens, by a reader; 1 or more. */
uint32_t em_buffer_read_accesses(const em_graph *graph, const em_buffer *buffer, uint32_t reader);

#endif
