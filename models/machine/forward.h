/*
 * A frame's arithmetic in dataflow order, with no timing at all: the reading of the contract's "One network".
 *
 * Uses the same units as the core; a second walk over the graph against which the core's is tested, and the yardstick
 * for what timing costs.
 */
#ifndef EM_FORWARD_H
#define EM_FORWARD_H

#include "models/machine/core.h"

/* Bytes of the workspace for em_forward_frame. */
size_t em_forward_workspace_bytes(const em_core *core);

/*
 * frame [H, W, C] -> output [outputs], or [L, outputs] with the heads none and token. `state` lends its memories and
 * scratch and loses their contents; nodes [engine_count][EM_ENGINE_NODES] are added to.
 */
void em_forward_frame(const em_core *core, em_state *state, const int8_t *frame, int8_t *workspace, int8_t *output,
                      em_node_count (*nodes)[EM_ENGINE_NODES]);

#endif
