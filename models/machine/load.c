#include "models/machine/load.h"

#include <stdlib.h>
#include <string.h>

#include "models/map/register_map.h"
#include "models/network/apb.h"
#include "models/network/contents.h"

/* Into the range that the hardware defines. */
static int32_t defined(const em_map_row *row, int32_t value) {
  return value < row->low ? row->low : value > row->high ? row->high : value;
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

/* Table `table` of a conv or ssm engine. */
static em_pwl *table_of(em_load *load, const em_engine *engine, uint32_t table) {
  em_block *b = &load->network.blocks[engine->block];
  return engine->kind == EM_SSM ? &b->pwl_a_bar : table == 0 ? &b->pwl_x : &b->pwl_gate;
}

static void write_table(em_pwl *pwl, uint32_t byte, int32_t value) {
  const uint32_t entry = byte / 4 % 64;
  switch (byte & 0xf00) {
    case 0: pwl->thresholds[entry] = (int16_t)value; break;
    case EM_APB_SLOPE: pwl->slopes[entry] = (int16_t)value; break;
    case EM_APB_INTERCEPT: pwl->intercepts[entry] = value; break;
    default: pwl->shift = (uint32_t)value; break;
  }
}

static void write_register(em_load *load, uint32_t engine, uint32_t byte, uint32_t data) {
  const em_map_row *row = em_map_find(load->graph, engine, byte);
  if (row == NULL || row->access == EM_MAP_READ_ONLY) {
    return;
  }
  const int32_t value = em_map_value(row, data);
  if (byte < EM_APB_TABLE) {
    load->registers[engine * EM_MAX_REGISTERS + byte / 4] = value;
  } else {
    write_table(table_of(load, &load->graph->engines[engine], byte / EM_APB_TABLE - 1), byte % EM_APB_TABLE, value);
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
      const em_map_row *row = em_map_find(load->graph, e, 4 * i);
      const int32_t value = load->registers[e * EM_MAX_REGISTERS + i];
      core->units[e].registers[i] = row == NULL ? 0 : defined(row, value);
    }
  }
  if (status == EM_OK && em_core_prepare(core, &load->network, error) != EM_OK) {
    em_core_free(core);
    status = EM_FAILED;
  }
  return status;
}
