/*
 * Loading by words: what was written over APB to the registers, tables and memories of every engine, and a core of it.
 *
 * The inverse of models/network/load_words.h. It keeps what the hardware keeps: registers as wide as they are there,
 * memories as the bus sees them, nothing where the hardware has nothing. What was never written is 0, where hardware
 * has whatever it powered up with. Source: docs/microarchitecture.md, "APB map", "Shift registers".
 *
 * Not modelled: shifts outside the ranges of that page, which the hardware does not define (a left shift by more than
 * 8 bits, say); the core has the nearest that is inside.
 */
#ifndef EM_LOAD_H
#define EM_LOAD_H

#include "models/machine/core.h"

typedef struct {
  const em_graph *graph;
  em_network network; /* holds the tables; codes are filled when a core is made */
  int32_t *registers; /* [engine_count][EM_MAX_REGISTERS] */
  uint8_t *images;    /* of all loaded memories, word by word at the bus's stride */
  size_t image_offset[EM_MAX_ENGINES][2];
} em_load;

/* Everything 0. `graph` must outlive it. EM_FAILED when memory is short; then nothing is left allocated. */
em_status em_load_open(em_load *load, const em_graph *graph, em_error *error);
void em_load_close(em_load *load);

/*
 * A write to an engine: `address` is that of the map below the unit (memory [23:21], byte [20:0]; bits 1:0 are
 * ignored), `strobe` selects bytes of a memory's word; registers and tables take all of `data` whatever the strobe.
 * What nothing answers is ignored.
 */
void em_load_word(em_load *load, uint32_t engine, uint32_t address, uint32_t data, uint8_t strobe);

/* The image of an engine's memories[place] as the bus has it; its bytes through `bytes`. NULL where none is loaded. */
uint8_t *em_load_image(const em_load *load, uint32_t engine, uint32_t place, uint32_t *bytes);

/* Initialises `core` (em_core_free frees it) with what was written. EM_FAILED when memory is short. */
em_status em_load_core(em_load *load, em_core *core, em_error *error);

#endif
