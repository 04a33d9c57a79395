#include "sim/systemc/platform/cpu.h"

using sc_core::SC_ZERO_TIME;

em_cpu::em_cpu(sc_core::sc_module_name name, const uint32_t *image, uint32_t image_words, uint32_t frames,
               uint32_t source, uint32_t destination)
    : sc_module(name),
      bus("bus"),
      dma_irq("dma_irq"),
      image_(image),
      image_words_(image_words),
      frames_(frames),
      source_(source),
      destination_(destination) {
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

// The driver's board.
int em_cpu::read_word(void *cpu, uint32_t address, uint32_t *data) {
  return static_cast<em_cpu *>(cpu)->access(false, EM_MAP_ACCELERATOR + address, data);
}

int em_cpu::write_word(void *cpu, uint32_t address, uint32_t data) {
  return static_cast<em_cpu *>(cpu)->access(true, EM_MAP_ACCELERATOR + address, &data);
}

// All frames at once, from the first cycle on.
int em_cpu::start_dma() {
  uint32_t one = 1;
  const struct {
    uint32_t offset;
    uint32_t *data;
  } writes[] = {{EM_DMA_SOURCE, &source_},
                {EM_DMA_DESTINATION, &destination_},
                {EM_DMA_FRAMES, &frames_},
                {EM_DMA_CONTROL, &one}};
  int status = EMAMBA_OK;
  for (const auto &write : writes) {
    status = status == EMAMBA_OK ? access(true, EM_MAP_DMA + write.offset, write.data) : status;
  }
  return status;
}

void em_cpu::wait_for_dma() {
  sc_core::wait(local_);
  local_ = SC_ZERO_TIME;
  while (!dma_irq.read()) {
    sc_core::wait(dma_irq.posedge_event());
  }
}

int em_cpu::work() {
  const emamba_board board = {this, read_word, write_word, nullptr, nullptr};
  emamba device;
  int status = emamba_open(&device, &board);
  status = status == EMAMBA_OK ? emamba_load(&device, image_, image_words_) : status;
  // The frames wait at the stream before the core starts, so that its first cycle takes the first beat.
  status = status == EMAMBA_OK ? start_dma() : status;
  status = status == EMAMBA_OK ? emamba_start(&device) : status;
  if (status != EMAMBA_OK) {
    return status;
  }
  const double start = em_process_seconds();
  wait_for_dma();
  host_seconds_ = em_process_seconds() - start;
  status = emamba_status(&device, &state_);
  return status == EMAMBA_OK ? emamba_stop(&device) : status;
}

void em_cpu::run() {
  status_ = work();
  finished_ = status_ == EMAMBA_OK;
  sc_core::wait(local_);
  sc_core::sc_stop();
}
