#include "models/units/unit.h"

#include "models/network/network_fits.h"

/* ---- Binding ---- */

static void bind_conv(em_conv_unit *unit, const em_shape *s, const em_block *b, const int32_t *registers) {
  *unit = (em_conv_unit){.ed = s->ed,
                         .k = s->k,
                         .silu = s->conv_silu != 0,
                         .registers = registers,
                         .weight = b->conv_weight.codes,
                         .bias = b->conv_bias.codes};
  if (unit->silu) {
    em_pwl_tabulate(&b->pwl_x, &unit->x);
  }
  em_pwl_tabulate(&b->pwl_gate, &unit->gate);
}

/* Of the input's tokens; patch_embed gets patches. */
static uint32_t input_elements(const em_graph *graph, const em_engine *engine) {
  return engine->holds_input ? engine->linear.in : graph->buffers[engine->inputs[0].buffer].elements;
}

bool em_unit_prepare(em_unit *unit, const em_network *network) {
  if (unit->engine->kind == EM_LINEAR) {
    em_linear_free(&unit->linear);
    return em_linear_prepare(&unit->linear);
  }
  if (unit->engine->kind == EM_SSM) {
    em_ssm_free(&unit->ssm);
    return em_ssm_tabulate(&unit->ssm, &network->blocks[unit->engine->block].pwl_a_bar);
  }
  return true;
}

static bool bind_unit(em_unit *unit, const em_graph *graph, const em_engine *engine, const em_network *network) {
  const em_shape *s = &network->shape;
  const em_block *b = engine->block == EM_NONE ? NULL : &network->blocks[engine->block];
  const int32_t *r = unit->registers;
  const int8_t *codes[2];
  unit->engine = engine;
  em_contents_codes(network, engine, codes);
  switch (engine->kind) {
    case EM_LINEAR:
      unit->linear = (em_linear_unit){&engine->linear, r, codes[0], codes[1], input_elements(graph, engine), NULL};
      break;
    case EM_NORM: unit->norm = (em_norm_unit){s->d, r, codes[0], codes[1]}; break;
    case EM_CONV: bind_conv(&unit->conv, s, b, r); break;
    case EM_SSM:
      unit->ssm = (em_ssm_unit){.ed = s->ed, .n = s->n, .r = s->r, .registers = r, .a = codes[0], .d = codes[1]};
      break;
    case EM_POOL: unit->pool = (em_pool_unit){s->d, s->l, r}; break;
    case EM_AXIS_IN:
    case EM_AXIS_OUT: break;
  }
  return em_unit_prepare(unit, network);
}

em_status em_units_bind(em_unit *units, const em_graph *graph, const em_network *network, em_error *error) {
  em_status status = em_network_fits(network, &graph->design, error);
  for (uint32_t e = 0; e < graph->engine_count && status == EM_OK; e++) {
    em_registers_derive(graph, network, e, units[e].registers);
    if (!bind_unit(&units[e], graph, &graph->engines[e], network)) {
      status = em_fail(error, EM_FAILED, "out of memory for the network's tables");
    }
  }
  return status;
}

void em_units_free(em_unit *units, const em_graph *graph) {
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    if (graph->engines[e].kind == EM_SSM) {
      em_ssm_free(&units[e].ssm);
    } else if (graph->engines[e].kind == EM_LINEAR) {
      em_linear_free(&units[e].linear);
    }
  }
}

/* ---- Computing ---- */

size_t em_unit_memory_bytes(const em_graph *graph, uint32_t engine) {
  const em_shape *s = &graph->design.shape;
  switch (graph->engines[engine].kind) {
    case EM_CONV: return (size_t)s->ed * (s->k - 1) * EM_LANES;
    case EM_SSM: return (size_t)s->ed * s->n * sizeof(em_words);
    case EM_POOL: return s->d * sizeof(em_words);
    case EM_AXIS_IN:
    case EM_LINEAR:
    case EM_NORM:
    case EM_AXIS_OUT: return 0;
  }
  return 0;
}

size_t em_unit_scratch_bytes(const em_graph *graph, uint32_t engine, uint32_t tokens) {
  const em_engine *e = &graph->engines[engine];
  return e->kind == EM_LINEAR ? em_linear_scratch_bytes(&e->linear)
         : e->kind == EM_SSM  ? em_ssm_scratch_bytes(graph->design.shape.n, tokens)
                              : 0;
}

/* What axis_out does to a result: with head none the last requantisation. */
static void requantise(const em_unit *unit, const em_unit_io *io, const em_valid *valid) {
  const em_port *port = &unit->engine->inputs[0];
  const em_requanter requanter = em_requanter_make(unit->registers[EM_AXIS_OUT_SHIFT], 14);
  const size_t rows = (size_t)io->tokens * port->accesses * port->lanes;
  for (size_t row = 0; row < rows; row++) {
    const em_codes code = em_codes_load(io->inputs[0] + row * EM_LANES);
    em_codes_store(io->outputs[0] + row * EM_LANES,
                   em_requant_codes(code, requanter, valid, &io->nodes[0].saturations));
  }
}

static void compute_ssm(const em_unit *unit, const em_unit_io *io, const em_valid *valid) {
  em_ssm_compute(&unit->ssm, &(em_ssm_io){.tokens = io->tokens,
                                          .first = io->place == 0,
                                          .valid = valid,
                                          .x = io->inputs[1],
                                          .delta = io->inputs[2],
                                          .g = io->inputs[3],
                                          .p = io->inputs[0],
                                          .h = io->memory,
                                          .q = io->outputs[0],
                                          .scratch = io->scratch,
                                          .nodes = io->nodes,
                                          .observer = io->states,
                                          .context = io->context});
}

void em_unit_compute(const em_unit *unit, const em_unit_io *io) {
  const em_valid valid = em_valid_make(io->frames);
  const bool first = io->place == 0, last = io->place + io->tokens == unit->engine->tokens_per_frame;
  switch (unit->engine->kind) {
    case EM_LINEAR:
      em_linear_compute(&unit->linear, io->tokens, &valid, io->inputs[0], io->inputs[1], io->outputs[0], io->scratch,
                        io->nodes);
      break;
    case EM_NORM: em_norm_compute(&unit->norm, io->tokens, &valid, io->inputs[0], io->outputs[0], io->nodes); break;
    case EM_CONV:
      em_conv_compute(&unit->conv, io->tokens, first, &valid, io->inputs[0], io->memory, io->outputs[0], io->outputs[1],
                      io->nodes);
      break;
    case EM_SSM: compute_ssm(unit, io, &valid); break;
    case EM_POOL:
      em_pool_compute(&unit->pool, io->tokens, first, last, &valid, io->inputs[0], io->memory, io->outputs[0],
                      io->nodes);
      break;
    case EM_AXIS_OUT: requantise(unit, io, &valid); break;
    case EM_AXIS_IN: break;
  }
}
