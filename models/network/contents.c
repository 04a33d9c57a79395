#include "models/network/contents.h"

#include <string.h>

void em_contents_codes(const em_network *network, const em_engine *engine, const int8_t *codes[2]) {
  const em_block *b = engine->block == EM_NONE ? NULL : &network->blocks[engine->block];
  codes[0] = codes[1] = NULL;
  switch (engine->id) {
    case EM_ENGINE_PATCH_EMBED: codes[0] = network->embed_weight.codes, codes[1] = network->embed_bias.codes; break;
    case EM_ENGINE_NORM: codes[0] = b->norm_gamma.codes, codes[1] = b->norm_beta.codes; break;
    case EM_ENGINE_IN_PROJ: codes[0] = b->in_proj_weight.codes; break;
    case EM_ENGINE_CONV: codes[0] = b->conv_weight.codes, codes[1] = b->conv_bias.codes; break;
    case EM_ENGINE_PARAM_PROJ: codes[0] = b->param_proj_weight.codes; break;
    case EM_ENGINE_DELTA_PROJ: codes[0] = b->delta_proj_weight.codes, codes[1] = b->delta_proj_bias.codes; break;
    case EM_ENGINE_SSM: codes[0] = b->a.codes, codes[1] = b->d.codes; break;
    case EM_ENGINE_OUT_PROJ: codes[0] = b->output_proj_weight.codes; break;
    case EM_ENGINE_HEAD_0: codes[0] = network->head_0_weight.codes, codes[1] = network->head_0_bias.codes; break;
    case EM_ENGINE_HEAD_1: codes[0] = network->head_1_weight.codes, codes[1] = network->head_1_bias.codes; break;
    case EM_ENGINE_AXIS_IN:
    case EM_ENGINE_POOL:
    case EM_ENGINE_AXIS_OUT: break;
  }
}

/*
 * How a word lies among the codes: rows of `row_codes` bytes, `pitch` codes apart, from `first` on. A linear weight's
 * word is a tile of out_lanes rows and in_lanes columns, tiles follow each other along the rows; every other word is
 * a run of codes.
 */
typedef struct {
  size_t first, pitch;
  uint32_t rows, row_codes;
} tile;

static tile tile_of(const em_graph *graph, const em_engine *engine, uint32_t place, uint32_t word) {
  const em_linear_geometry *g = &engine->linear;
  const uint32_t lanes = graph->memories[engine->memories[place]].lanes;
  if (engine->kind != EM_LINEAR || place > 0) {
    return (tile){(size_t)word * lanes, lanes, 1, lanes};
  }
  const uint32_t columns = g->in / g->in_lanes;
  return (tile){(size_t)(word / columns) * g->out_lanes * g->in + word % columns * g->in_lanes, g->in, g->out_lanes,
                g->in_lanes};
}

void em_contents_word(const em_graph *graph, const em_engine *engine, uint32_t place, const int8_t *codes,
                      uint32_t word, int8_t *bytes) {
  const tile t = tile_of(graph, engine, place, word);
  for (uint32_t row = 0; row < t.rows; row++) {
    memcpy(bytes + (size_t)row * t.row_codes, codes + t.first + row * t.pitch, t.row_codes);
  }
}

void em_contents_take(const em_graph *graph, const em_engine *engine, uint32_t place, const int8_t *bytes,
                      uint32_t word, int8_t *codes) {
  const tile t = tile_of(graph, engine, place, word);
  for (uint32_t row = 0; row < t.rows; row++) {
    memcpy(codes + t.first + row * t.pitch, bytes + (size_t)row * t.row_codes, t.row_codes);
  }
}
