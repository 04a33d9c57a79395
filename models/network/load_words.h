/*
 * A network as the words that load it over APB: every register, table and memory of every engine.
 *
 * Source: docs/microarchitecture.md, "APB map".
 */
#ifndef EM_LOAD_WORDS_H
#define EM_LOAD_WORDS_H

#include <stdint.h>

#include "models/base/status.h"
#include "models/graph/graph.h"
#include "models/network/network.h"

/* Takes one write; what is not EM_OK ends the loading. */
typedef em_status em_put_word(void *context, uint32_t address, uint32_t data, em_error *error);

/*
 * Tells every write that loads `network`, which has the graph's shape, engine by engine; the order within does not
 * matter to the hardware. CTRL is not among them. EM_FAILED when memory is short, else what `put_word` says.
 */
em_status em_load_words(const em_graph *graph, const em_network *network, em_put_word *put_word, void *context,
                        em_error *error);

#endif
