#include "models/cost/ports.h"

/* The port of `ports` [count] that leads to the buffer's reader, or, of outputs, to its writer. */
static const em_port *port_to(const em_graph *graph, const em_buffer *buffer, const em_port *ports, uint32_t count,
                              uint32_t reader) {
  uint32_t index = (uint32_t)(buffer - graph->buffers);
  for (uint32_t i = 0; i + 1 < count; i++) {
    if (ports[i].buffer == index && ports[i].reader == reader) {
      return &ports[i];
    }
  }
  return &ports[count - 1];
}

uint32_t em_buffer_read_lanes(const em_graph *graph, const em_buffer *buffer, uint32_t reader) {
  const em_engine *e = &graph->engines[buffer->readers[reader]];
  return port_to(graph, buffer, e->inputs, e->input_count, reader)->lanes;
}

uint32_t em_buffer_write_lanes(const em_graph *graph, const em_buffer *buffer) {
  const em_engine *e = &graph->engines[buffer->writer];
  return port_to(graph, buffer, e->outputs, e->output_count, 0)->lanes;
}

uint32_t em_buffer_read_accesses(const em_graph *graph, const em_buffer *buffer, uint32_t reader) {
  uint32_t lanes = em_buffer_read_lanes(graph, buffer, reader);
  if (buffer->id == EM_BUFFER_P && reader == 0) {
    return graph->design.shape.r / lanes;
  }
  return buffer->elements * buffer->take_tokens / lanes;
}
