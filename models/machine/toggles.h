/*
 * Bit toggles: Hamming distances between the codes that successive accesses of a memory port move.
 *
 * A read moves the elements that the engine takes (its lanes), a write those that it gives; the convolution history and
 * the ssm state move a word each way. Every port counts from all bits zero. Contents that never change (weights) repeat
 * their order in every token, so theirs follow from the number of tokens. A frame's first reads of history and state
 * count, although their values are not used. Source: the access order in docs/microarchitecture.md.
 */
#ifndef EM_TOGGLES_H
#define EM_TOGGLES_H

#include "models/machine/core.h"

/* Makes `core` count from now on; call it before the state is allocated. `network` is the one it was made from. */
em_status em_toggles_enable(em_core *core, const em_network *network, em_error *error);

/* What `engine` reads from memories of its own that change, before it computes its token. */
void em_toggles_before(const em_core *core, em_state *state, uint32_t engine);

/* What it reads from its inputs and what it writes, when it has computed the token. */
void em_toggles_after(const em_core *core, em_state *state, uint32_t engine);

/* `beats` beats of a frame, and a result, through the streams' engines. */
void em_toggles_stream_in(const em_core *core, em_state *state, const int8_t *codes, uint32_t beats);
void em_toggles_stream_out(const em_core *core, em_state *state);

/* Adds every memory's toggles so far to its activity. */
void em_toggles_add(const em_core *core, const em_state *state, em_memory_activity *memories);

#endif
