#include "models/machine/load.h"

#include <stdlib.h>
#include <string.h>

#include "models/network/apb.h"
#include "models/network/contents.h"

/* Bits of a register; negative: signed; 0: there is none. */
enum { NONE = 0, REQUANT = -7, ACC = 3, ALIGN = 4, DX = 5, BX = -6 };

static int linear_bits(const em_linear_geometry *g, uint32_t index) {
  switch (index) {
    case EM_LINEAR_X_SHIFT: return g->in_requant ? REQUANT : NONE;
    case EM_LINEAR_ACC_SHIFT: return g->bias ? ACC : NONE;
    case EM_LINEAR_BIAS_SHIFT: return g->bias ? ALIGN : NONE;
    case EM_LINEAR_OUT_SHIFT: return REQUANT;
    case EM_LINEAR_RES_TOK_SHIFT:
    case EM_LINEAR_RES_OUT_SHIFT: return g->residual ? ALIGN : NONE;
    case EM_LINEAR_RES_SHIFT: return g->residual ? REQUANT : NONE;
    default: return index - EM_LINEAR_POST_SHIFT < g->groups ? REQUANT : NONE;
  }
}

static int register_bits(const em_shape *s, const em_engine *engine, uint32_t index) {
  static const int conv[] = {ACC, ALIGN, REQUANT, REQUANT};
  static const int ssm[] = {REQUANT, REQUANT, BX, ACC, DX, REQUANT, REQUANT};
  switch (engine->kind) {
    case EM_LINEAR: return linear_bits(&engine->linear, index);
    case EM_NORM: return index <= EM_NORM_OUT_SHIFT ? ALIGN : NONE;
    case EM_CONV: return index < EM_CONV_X_SHIFT + !s->conv_silu ? conv[index] : NONE;
    case EM_SSM: return index <= EM_SSM_GATED_SHIFT ? ssm[index] : NONE;
    case EM_POOL: return index <= EM_POOL_DEN_SHIFT ? ALIGN : NONE;
    case EM_AXIS_OUT: return index == EM_AXIS_OUT_SHIFT && s->head == EM_HEAD_NONE ? REQUANT : NONE;
    case EM_AXIS_IN: return NONE;
  }
  return NONE;
}

/* The low `bits` of data, sign-extended where bits is negative. */
static int32_t field(uint32_t data, int bits) {
  const uint32_t width = (uint32_t)(bits < 0 ? -bits : bits);
  const uint32_t value = data & (UINT32_MAX >> (32 - width));
  const uint32_t sign = bits < 0 ? UINT32_C(1) << (width - 1) : 0;
  return (int32_t)((value ^ sign) - sign);
}

/* Into the range that the hardware defines. */
static int32_t defined(int32_t value, int bits) {
  const int32_t low = bits == REQUANT ? EM_REQUANT_MIN : bits == BX ? -15 : 0;
  const int32_t high = bits == REQUANT ? EM_REQUANT_MAX : bits == BX ? 16 : INT32_MAX;
  return value < low ? low : value > high ? high : value;
}

static bool has_memory(const em_load *load, uint32_t engine, uint32_t place) {
  const uint16_t memory = load->graph->engines[engine].memories[place];
  return memory != EM_NONE && load->graph->memories[memory].loaded;
}

static uint32_t image_bytes(const em_load *load, uint32_t engine, uint32_t place) {
  const em_memory *memory = &load->graph->memories[load->graph->engines[engine].memories[place]];
  return memory->words * em_apb_stride(memory->lanes);
}

static size_t lay_out_images(em_load *load) {
  size_t end = 0;
  for (uint32_t e = 0; e < load->graph->engine_count; e++) {
    for (uint32_t place = 0; place < 2; place++) {
      load->image_offset[e][place] = end;
      end += has_memory(load, e, place) ? image_bytes(load, e, place) : 0;
    }
  }
  return end;
}

em_status em_load_open(em_load *load, const em_graph *graph, em_error *error) {
  const em_design *design = &graph->design;
  load->graph = graph;
  em_status status = em_network_init(&load->network, &design->shape, error);
  if (status != EM_OK) {
    return status;
  }
  load->registers = calloc(graph->engine_count, EM_MAX_REGISTERS * sizeof *load->registers);
  load->images = calloc(1, lay_out_images(load) + 1);
  if (load->registers == NULL || load->images == NULL) {
    em_load_close(load);
    return em_fail(error, EM_FAILED, "out of memory for what is loaded over APB");
  }
  for (uint32_t i = 0; i < design->shape.m; i++) {
    em_block *b = &load->network.blocks[i];
    b->pwl_x.segments = b->pwl_gate.segments = design->silu_segments;
    b->pwl_a_bar.segments = design->exp_segments;
  }
  return EM_OK;
}

void em_load_close(em_load *load) {
  em_network_free(&load->network);
  free(load->registers);
  free(load->images);
  load->registers = NULL;
  load->images = NULL;
}

uint8_t *em_load_image(const em_load *load, uint32_t engine, uint32_t place, uint32_t *bytes) {
  if (place > 1 || !has_memory(load, engine, place)) {
    return NULL;
  }
  *bytes = image_bytes(load, engine, place);
  return load->images + load->image_offset[engine][place];
}

/* Table `table` of an engine, or NULL. */
static em_pwl *table_of(em_load *load, const em_engine *engine, uint32_t table) {
  em_block *b = engine->block == EM_NONE ? NULL : &load->network.blocks[engine->block];
  if (engine->kind == EM_CONV && table == 0 && load->network.shape.conv_silu) {
    return &b->pwl_x;
  }
  if (engine->kind == EM_CONV && table == 1) {
    return &b->pwl_gate;
  }
  return engine->kind == EM_SSM && table == 0 ? &b->pwl_a_bar : NULL;
}

static void write_table(em_pwl *pwl, uint32_t byte, uint32_t data) {
  const uint32_t entry = byte / 4 % 64;
  switch (byte & 0xf00) {
    case 0:
      if (entry <= pwl->segments) {
        pwl->thresholds[entry] = (int16_t)field(data, -9);
      }
      break;
    case EM_APB_SLOPE:
      if (entry <= pwl->segments + 1) {
        pwl->slopes[entry] = (int16_t)field(data, -16);
      }
      break;
    case EM_APB_INTERCEPT:
      if (entry <= pwl->segments + 1) {
        pwl->intercepts[entry] = field(data, -32);
      }
      break;
    case EM_APB_PWL_SHIFT: pwl->shift = entry == 0 ? data & 31 : pwl->shift; break;
    default: break;
  }
}

static void write_register(em_load *load, uint32_t engine, uint32_t byte, uint32_t data) {
  const em_engine *e = &load->graph->engines[engine];
  if (byte >= EM_APB_TABLE) {
    em_pwl *pwl = table_of(load, e, byte / EM_APB_TABLE - 1);
    if (pwl != NULL) {
      write_table(pwl, byte % EM_APB_TABLE, data);
    }
    return;
  }
  const uint32_t index = byte / 4;
  const int bits = index < EM_MAX_REGISTERS ? register_bits(&load->network.shape, e, index) : NONE;
  if (bits != NONE) {
    load->registers[engine * EM_MAX_REGISTERS + index] = field(data, bits);
  }
}

void em_load_word(em_load *load, uint32_t engine, uint32_t address, uint32_t data, uint8_t strobe) {
  const uint32_t memory = address >> 21 & 7, byte = address & 0x1ffffc;
  if (memory == 0) {
    write_register(load, engine, byte, data);
    return;
  }
  uint32_t bytes = 0;
  uint8_t *image = em_load_image(load, engine, memory - 1, &bytes);
  for (uint32_t i = 0; image != NULL && byte < bytes && i < 4; i++) {
    if ((strobe >> i & 1) != 0) {
      image[byte + i] = (uint8_t)(data >> 8 * i);
    }
  }
}

/* The network's codes from the images. */
static void take_codes(em_load *load) {
  for (uint32_t e = 0; e < load->graph->engine_count; e++) {
    const em_engine *engine = &load->graph->engines[e];
    const int8_t *codes[2];
    em_contents_codes(&load->network, engine, codes);
    for (uint32_t place = 0; place < 2; place++) {
      uint32_t bytes = 0;
      const uint8_t *image = em_load_image(load, e, place, &bytes);
      if (image == NULL) {
        continue;
      }
      const em_memory *memory = &load->graph->memories[engine->memories[place]];
      int8_t *to = load->network.codes + (codes[place] - load->network.codes);
      for (uint32_t word = 0; word < memory->words; word++, image += em_apb_stride(memory->lanes)) {
        em_contents_take(load->graph, engine, place, (const int8_t *)image, word, to);
      }
    }
  }
}

em_status em_load_core(em_load *load, em_core *core, em_error *error) {
  take_codes(load);
  em_status status = em_core_init(core, load->graph, &load->network, error);
  for (uint32_t e = 0; status == EM_OK && e < load->graph->engine_count; e++) {
    for (uint32_t i = 0; i < EM_MAX_REGISTERS; i++) {
      const int bits = register_bits(&load->network.shape, &load->graph->engines[e], i);
      core->units[e].registers[i] = defined(load->registers[e * EM_MAX_REGISTERS + i], bits);
    }
  }
  return status;
}
