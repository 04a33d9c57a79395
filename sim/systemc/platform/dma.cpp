#include "sim/systemc/platform/dma.h"

#include <algorithm>
#include <cstring>

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

namespace {

constexpr uint32_t busy = 1, done = 2, peeked_results = 16;

void prepare(tlm::tlm_generic_payload &payload, bool write, uint64_t address, uint8_t *data, uint32_t bytes) {
  payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload.set_address(address);
  payload.set_data_ptr(data);
  payload.set_data_length(bytes);
  payload.set_streaming_width(bytes);
  payload.set_byte_enable_ptr(nullptr);
  payload.set_dmi_allowed(false);
  payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
}

}  // namespace

em_dma::em_dma(sc_core::sc_module_name name, const em_dma_setup &setup)
    : sc_module(name),
      registers("registers"),
      memory("memory"),
      to_stream("to_stream", setup.four_phases),
      from_stream("from_stream", setup.four_phases),
      irq("irq"),
      setup_(setup),
      frame_(setup.frame_bytes),
      result_(setup.result_bytes),
      peek_(size_t{peeked_results} * setup.result_bytes) {
  SC_HAS_PROCESS(em_dma);
  SC_THREAD(run);
  registers.register_b_transport(this, &em_dma::access);
}

void em_dma::access(tlm::tlm_generic_payload &payload, sc_time &delay) {
  const uint64_t address = payload.get_address();
  if (address % 4 != 0 || address >= sizeof registers_ || payload.get_data_length() != 4) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  uint32_t &reg = registers_[address / 4];
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), &reg, 4);
  } else if (address < EM_DMA_STATUS) {
    std::memcpy(&reg, payload.get_data_ptr(), 4);
    if (address == EM_DMA_CONTROL && (reg & 1) != 0 && (registers_[EM_DMA_STATUS / 4] & busy) == 0) {
      registers_[EM_DMA_STATUS / 4] = busy;
      registers_[EM_DMA_RESULTS / 4] = 0;
      start_.notify(delay);
    }
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

bool em_dma::move(bool write, uint64_t address, uint8_t *data, uint32_t bytes) {
  tlm::tlm_generic_payload payload;
  sc_time none = SC_ZERO_TIME;
  prepare(payload, write, address, data, bytes);
  memory->b_transport(payload, none);
  if (!payload.is_response_ok()) {
    SC_REPORT_ERROR("/emamba/dma", "a memory access outside the memory");
  }
  return payload.is_response_ok();
}

void em_dma::synchronise(sc_time &local) {
  if (local >= tlm::tlm_global_quantum::instance().get()) {
    sc_core::wait(local);
    local = SC_ZERO_TIME;
  }
}

void em_dma::send_frame(uint32_t index, sc_time &local) {
  move(false, registers_[EM_DMA_SOURCE / 4] + uint64_t{index} * setup_.frame_bytes, frame_.data(), setup_.frame_bytes);
  const uint32_t step = setup_.by_beats ? setup_.in_bytes : setup_.frame_bytes;
  for (uint32_t at = 0; at < setup_.frame_bytes; at += step) {
    if (setup_.offer_time) {
      local = setup_.offer_time(sc_time_stamp() + local) - sc_time_stamp();
    }
    prepare(beat_, true, 0, frame_.data() + at, step);
    to_stream.transport(beat_, local);
    synchronise(local);
  }
}

// Whole results that can be had without waiting, up to a few.
uint32_t em_dma::waiting() {
  prepare(look_, false, 0, peek_.data(), static_cast<uint32_t>(peek_.size()));
  return from_stream.out->transport_dbg(look_) / setup_.result_bytes;
}

void em_dma::fetch_results(uint32_t wanted, sc_time &local) {
  uint32_t &results = registers_[EM_DMA_RESULTS / 4];
  for (; wanted > 0; wanted--, results++) {
    prepare(read_, false, 0, result_.data(), setup_.result_bytes);
    from_stream.transport(read_, local);
    move(true, registers_[EM_DMA_DESTINATION / 4] + uint64_t{results} * setup_.result_bytes, result_.data(),
         setup_.result_bytes);
    synchronise(local);
  }
}

void em_dma::run() {
  irq.write(false);
  while (true) {
    sc_core::wait(start_);
    irq.write(false);
    const uint32_t frames = registers_[EM_DMA_FRAMES / 4];
    sc_time local = SC_ZERO_TIME;
    for (uint32_t i = 0; i < frames; i++) {
      send_frame(i, local);
      const uint32_t there = waiting();
      fetch_results(there >= peeked_results / 2 ? there : 0, local);
    }
    fetch_results(frames - registers_[EM_DMA_RESULTS / 4], local);
    sc_core::wait(local);
    registers_[EM_DMA_STATUS / 4] = done;
    irq.write(true);
  }
}
