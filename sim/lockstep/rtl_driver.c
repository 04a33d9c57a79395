#include "sim/lockstep/rtl_driver.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "models/network/contents.h"
#include "models/network/registers.h"

enum { RESET_CYCLES = 4, APB_PATIENCE_CYCLES = 64 };

uint32_t em_apb_address(uint32_t unit, uint32_t memory, uint32_t byte) {
  return unit << 24 | memory << 21 | byte;
}

void em_rtl_driver_cycle(em_rtl_driver *driver) {
  driver->library->settle(driver->rtl, &driver->in, &driver->out);
  driver->library->clock(driver->rtl);
  driver->cycles++;
}

em_status em_rtl_driver_open(em_rtl_driver *driver, const em_rtl_library *library, em_error *error) {
  memset(driver, 0, sizeof *driver);
  driver->library = library;
  driver->rtl = library->open();
  if (driver->rtl == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the RTL");
  }
  for (int i = 0; i < RESET_CYCLES; i++) {
    em_rtl_driver_cycle(driver);
  }
  driver->in.rst_n = 1;
  return EM_OK;
}

void em_rtl_driver_close(em_rtl_driver *driver) {
  if (driver->rtl != NULL) {
    driver->library->close(driver->rtl);
    driver->rtl = NULL;
  }
}

static em_status transfer(em_rtl_driver *driver, uint32_t address, em_error *error) {
  driver->in.psel = 1;
  driver->in.penable = 0;
  driver->in.paddr = address;
  em_rtl_driver_cycle(driver);
  driver->in.penable = 1;
  int patience = APB_PATIENCE_CYCLES;
  do {
    em_rtl_driver_cycle(driver);
  } while (!driver->out.pready && --patience > 0);
  driver->in.psel = driver->in.penable = 0;
  if (!driver->out.pready || driver->out.pslverr) {
    return em_fail(error, EM_FAILED, "APB %s of 0x%08x: %s", driver->in.pwrite ? "write" : "read", address,
                   driver->out.pready ? "slave error" : "no answer");
  }
  return EM_OK;
}

em_status em_apb_write(em_rtl_driver *driver, uint32_t address, uint32_t data, em_error *error) {
  driver->in.pwrite = 1;
  driver->in.pstrb = 0xf;
  driver->in.pwdata = data;
  return transfer(driver, address, error);
}

em_status em_apb_read(em_rtl_driver *driver, uint32_t address, uint32_t *data, em_error *error) {
  driver->in.pwrite = 0;
  driver->in.pstrb = 0;
  em_status status = transfer(driver, address, error);
  *data = driver->out.prdata;
  return status;
}

/* ---- Contents ---- */

/* The engine's memories[place] from its codes, word by word. */
static em_status load_memory(em_rtl_driver *driver, const em_graph *graph, const em_engine *engine, uint32_t place,
                             const int8_t *codes, em_error *error) {
  const em_memory *memory = &graph->memories[engine->memories[place]];
  uint32_t stride = 4;
  while (stride < memory->lanes) {
    stride *= 2;
  }
  int8_t *bytes = calloc(1, stride);
  if (bytes == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for loading the RTL");
  }
  em_status status = EM_OK;
  for (uint32_t word = 0; word < memory->words && status == EM_OK; word++) {
    em_contents_word(graph, engine, place, codes, word, bytes);
    for (uint32_t start = 0; start < memory->lanes && status == EM_OK; start += 4) {
      uint32_t data;
      memcpy(&data, bytes + start, sizeof data);
      status = em_apb_write(driver, em_apb_address(engine->unit, place + 1, word * stride + start), data, error);
    }
  }
  free(bytes);
  return status;
}

static em_status load_pwl(em_rtl_driver *driver, uint32_t unit, uint32_t table, const em_pwl *pwl, em_error *error) {
  uint32_t base = 0x1000 * (table + 1);
  em_status status = EM_OK;
  for (uint32_t i = 0; i <= pwl->segments && status == EM_OK; i++) {
    status = em_apb_write(driver, em_apb_address(unit, 0, base + 4 * i), (uint32_t)pwl->thresholds[i], error);
  }
  for (uint32_t i = 0; i <= pwl->segments + 1 && status == EM_OK; i++) {
    status = em_apb_write(driver, em_apb_address(unit, 0, base + 0x100 + 4 * i), (uint32_t)pwl->slopes[i], error);
    if (status == EM_OK) {
      status = em_apb_write(driver, em_apb_address(unit, 0, base + 0x200 + 4 * i), (uint32_t)pwl->intercepts[i], error);
    }
  }
  return status != EM_OK ? status : em_apb_write(driver, em_apb_address(unit, 0, base + 0x300), pwl->shift, error);
}

static em_status load_engine(em_rtl_driver *driver, const em_graph *graph, const em_network *network, uint32_t index,
                             em_error *error) {
  const em_engine *engine = &graph->engines[index];
  int32_t registers[EM_MAX_REGISTERS];
  em_registers_derive(graph, network, index, registers);
  em_status status = EM_OK;
  for (uint32_t i = 0; i < EM_MAX_REGISTERS && engine->kind != EM_AXIS_IN && status == EM_OK; i++) {
    status = em_apb_write(driver, em_apb_address(engine->unit, 0, 4 * i), (uint32_t)registers[i], error);
  }
  const int8_t *codes[2];
  em_contents_codes(network, engine, codes);
  for (uint32_t i = 0; i < 2 && codes[i] != NULL && status == EM_OK; i++) {
    status = load_memory(driver, graph, engine, i, codes[i], error);
  }
  if (engine->kind == EM_CONV && network->shape.conv_silu && status == EM_OK) {
    status = load_pwl(driver, engine->unit, 0, &network->blocks[engine->block].pwl_x, error);
  }
  if (engine->kind == EM_CONV && status == EM_OK) {
    status = load_pwl(driver, engine->unit, 1, &network->blocks[engine->block].pwl_gate, error);
  }
  if (engine->kind == EM_SSM && status == EM_OK) {
    status = load_pwl(driver, engine->unit, 0, &network->blocks[engine->block].pwl_a_bar, error);
  }
  return status;
}

static em_status check_identity(em_rtl_driver *driver, const em_design *design, em_error *error) {
  uint32_t id = 0, low = 0, high = 0;
  em_status status = em_apb_read(driver, em_apb_address(0, 0, EM_APB_ID), &id, error);
  if (status == EM_OK && id != EM_APB_ID_VALUE) {
    return em_fail(error, EM_FAILED, "the RTL's id register reads 0x%08x, not 0x%08x", id, EM_APB_ID_VALUE);
  }
  if (status == EM_OK) {
    status = em_apb_read(driver, em_apb_address(0, 0, EM_APB_HASH_LOW), &low, error);
  }
  if (status == EM_OK) {
    status = em_apb_read(driver, em_apb_address(0, 0, EM_APB_HASH_HIGH), &high, error);
  }
  uint64_t hash = (uint64_t)high << 32 | low, expected = em_design_hash(design);
  if (status == EM_OK && hash != expected) {
    return em_fail(error, EM_FAILED,
                   "model and RTL come from different designs: design %s has hash %016" PRIx64 ", the RTL %016" PRIx64,
                   design->name, expected, hash);
  }
  return status;
}

em_status em_rtl_load(em_rtl_driver *driver, const em_graph *graph, const em_network *network, em_error *error) {
  em_status status = check_identity(driver, &graph->design, error);
  for (uint32_t e = 0; e < graph->engine_count && status == EM_OK; e++) {
    status = load_engine(driver, graph, network, e, error);
  }
  return status;
}

em_status em_rtl_release(em_rtl_driver *driver, em_error *error) {
  em_status status = em_apb_write(driver, em_apb_address(0, 0, EM_APB_CTRL), 1, error);
  if (status != EM_OK) {
    return status;
  }
  driver->library->settle(driver->rtl, &driver->in, &driver->out);
  return driver->out.running ? EM_OK : em_fail(error, EM_FAILED, "the RTL does not run after CTRL.run was set");
}
