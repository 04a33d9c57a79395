#include "sim/systemc/platform/cpu.h"

using sc_core::SC_ZERO_TIME;

em_cpu::em_cpu(sc_core::sc_module_name name, const em_work &work)
    : sc_module(name), bus("bus"), dma_irq("dma_irq"), work_(work) {
  SC_HAS_PROCESS(em_cpu);
  SC_THREAD(run);
}

int em_cpu::access(bool write, uint64_t address, uint32_t *data) {
  payload_.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char *>(data));
  payload_.set_data_length(4);
  payload_.set_streaming_width(4);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  bus->b_transport(payload_, local_);
  transfers_++;
  if (local_ >= tlm::tlm_global_quantum::instance().get()) {
    sc_core::wait(local_);
    local_ = SC_ZERO_TIME;
  }
  return payload_.is_response_ok() ? EMAMBA_OK : EMAMBA_BUS_ERROR;
}

void em_cpu::wait_for_dma() {
  const double start = em_process_seconds();
  sc_core::wait(local_);
  local_ = SC_ZERO_TIME;
  while (!dma_irq.read()) {
    sc_core::wait(dma_irq.posedge_event());
  }
  host_seconds_ = em_process_seconds() - start;
}

void em_cpu::run() {
  status_ = execute(work_, &state_);
  finished_ = status_ == EMAMBA_OK;
  sc_core::wait(local_);
  sc_core::sc_stop();
}

int em_host_cpu::read_word(void *cpu, uint32_t address, uint32_t *data) {
  return static_cast<em_host_cpu *>(cpu)->access(false, EM_MAP_ACCELERATOR + address, data);
}

int em_host_cpu::write_word(void *cpu, uint32_t address, uint32_t data) {
  return static_cast<em_host_cpu *>(cpu)->access(true, EM_MAP_ACCELERATOR + address, &data);
}

int em_host_cpu::write_dma(void *cpu, uint32_t offset, uint32_t data) {
  return static_cast<em_host_cpu *>(cpu)->access(true, EM_MAP_DMA + offset, &data);
}

void em_host_cpu::wait_here(void *cpu) {
  static_cast<em_host_cpu *>(cpu)->wait_for_dma();
}

int em_host_cpu::execute(const em_work &work, emamba_state *state) {
  const em_processor here = {{this, read_word, write_word, nullptr, nullptr}, write_dma, wait_here};
  return em_program(&here, &work, state);
}
