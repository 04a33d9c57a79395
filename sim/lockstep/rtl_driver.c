#include "sim/lockstep/rtl_driver.h"

#include <inttypes.h>
#include <string.h>

#include "models/network/load_words.h"

enum { RESET_CYCLES = 4, APB_PATIENCE_CYCLES = 64 };

void em_rtl_driver_settle(em_rtl_driver *driver) {
  driver->library->settle(driver->rtl, &driver->in, &driver->out);
}

void em_rtl_driver_clock(em_rtl_driver *driver) {
  driver->library->clock(driver->rtl);
  driver->cycles++;
}

void em_rtl_driver_cycle(em_rtl_driver *driver) {
  em_rtl_driver_settle(driver);
  em_rtl_driver_clock(driver);
}

em_status em_rtl_driver_open(em_rtl_driver *driver, const em_rtl_library *library, em_error *error) {
  return em_rtl_driver_open_seeded(driver, library, 0, error);
}

em_status em_rtl_driver_open_seeded(em_rtl_driver *driver, const em_rtl_library *library, uint64_t seed,
                                    em_error *error) {
  memset(driver, 0, sizeof *driver);
  driver->library = library;
  driver->rtl = library->open((uint32_t)(seed % UINT32_C(0x7fffffff)) + 1);
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

static em_status write_word(void *driver, uint32_t address, uint32_t data, em_error *error) {
  return em_apb_write(driver, address, data, error);
}

em_status em_rtl_load(em_rtl_driver *driver, const em_graph *graph, const em_network *network, em_error *error) {
  em_status status = check_identity(driver, &graph->design, error);
  return status != EM_OK ? status : em_load_words(graph, network, write_word, driver, error);
}

em_status em_rtl_release(em_rtl_driver *driver, em_error *error) {
  em_status status = em_apb_write(driver, em_apb_address(0, 0, EM_APB_CTRL), 1, error);
  if (status != EM_OK) {
    return status;
  }
  driver->library->settle(driver->rtl, &driver->in, &driver->out);
  return driver->out.running ? EM_OK : em_fail(error, EM_FAILED, "the RTL does not run after CTRL.run was set");
}
