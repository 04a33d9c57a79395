#include "models/machine/batches.h"

#include <stdlib.h>
#include <string.h>

em_status em_batches_open(em_batches *b, const em_core *core, em_error *error) {
  *b = (em_batches){.core = core};
  if (core->toggles != NULL) {
    b->toggles = aligned_alloc(EM_LANES, core->toggles->bytes);
    if (b->toggles == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for counting toggles");
    }
    memset(b->toggles, 0, core->toggles->bytes);
  }
  return em_forward_open(&b->forward, &core->graph, core->units, error);
}

void em_batches_close(em_batches *b) {
  em_forward_close(&b->forward);
  free(b->toggles);
  b->toggles = NULL;
}

static void see_step(void *context, uint32_t engine, const em_unit_io *io) {
  const em_batches *b = context;
  em_toggles_step(b->core->toggles, b->toggles, engine, io);
}

static void see_states(void *context, uint32_t engine, const em_unit_io *io, const em_states *told) {
  const em_batches *b = context;
  em_toggles_states(b->core->toggles, b->toggles, engine, io, told);
}

void em_batches_compute(em_batches *b, const int8_t *frames, uint32_t count, int8_t *outputs) {
  const em_forward_observer observer = {see_step, see_states, b};
  em_forward_batch(&b->forward, frames, count, outputs, b->toggles != NULL ? &observer : NULL);
}

void em_batches_restart(em_batches *b) {
  memset(b->forward.nodes, 0, b->core->graph.engine_count * sizeof *b->forward.nodes);
  if (b->toggles != NULL) {
    em_toggles_restart(b->core->toggles, b->toggles);
  }
}

void em_batches_add(const em_batches *b, em_state *state) {
  const em_core *core = b->core;
  for (uint32_t e = 0; e < core->graph.engine_count; e++) {
    em_node_count *nodes = em_state_engines(core, state)[e].nodes;
    for (uint32_t n = 0; n < EM_ENGINE_NODES; n++) {
      nodes[n].saturations += b->forward.nodes[e][n].saturations;
      nodes[n].below += b->forward.nodes[e][n].below;
      nodes[n].above += b->forward.nodes[e][n].above;
    }
  }
  if (b->toggles != NULL) {
    em_toggles_merge(core->toggles, em_state_toggles(core, state), b->toggles);
  }
}
