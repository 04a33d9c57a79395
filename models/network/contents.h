/*
 * What the memories that are loaded once hold: which tensor, and which of its codes is in which byte of which word.
 *
 * Source: docs/microarchitecture.md, weight words of each engine.
 */
#ifndef EM_CONTENTS_H
#define EM_CONTENTS_H

#include "models/graph/graph.h"
#include "models/network/network.h"

/* The codes behind the engine's memories[0] and [1]; NULL where there is none or it is not loaded. */
void em_contents_codes(const em_network *network, const em_engine *engine, const int8_t *codes[2]);

/* Writes word `word` [lanes of the memory] of the engine's memories[place], whose codes are `codes`. */
void em_contents_word(const em_graph *graph, const em_engine *engine, uint32_t place, const int8_t *codes,
                      uint32_t word, int8_t *bytes);

/* The other way: puts the bytes of a word where they belong among the codes. */
void em_contents_take(const em_graph *graph, const em_engine *engine, uint32_t place, const int8_t *bytes,
                      uint32_t word, int8_t *codes);

#endif
