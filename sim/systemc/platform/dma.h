// Carries frames from memory to the accelerator's input stream and results from its output stream to memory.
// Its registers stand in program.h. It prefetches: memory never holds a beat up.
#ifndef EM_PLATFORM_DMA_H
#define EM_PLATFORM_DMA_H

#include <functional>
#include <vector>

#include "sim/systemc/firmware/program.h"
#include "sim/systemc/platform/bus.h"
#include "sim/systemc/platform/transport.h"

struct em_dma_setup {
  uint32_t in_bytes, frame_bytes, result_bytes;  // a beat, a frame, a result
  bool four_phases, by_beats;                    // styles of its stream transactions
  // When the next beat may be offered, given the time from which on it can be; empty: at once.
  std::function<sc_core::sc_time(const sc_core::sc_time &)> offer_time;
};

class em_dma : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<em_dma, 32> registers;
  tlm_utils::simple_initiator_socket<em_dma, 32> memory;
  em_initiator to_stream, from_stream;
  sc_core::sc_out<bool> irq;

  em_dma(sc_core::sc_module_name name, const em_dma_setup &setup);

 private:
  void access(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  void run();
  void send_frame(uint32_t index, sc_core::sc_time &local);
  void fetch_results(uint32_t wanted, sc_core::sc_time &local);
  uint32_t waiting();
  bool move(bool write, uint64_t address, uint8_t *data, uint32_t bytes);
  void synchronise(sc_core::sc_time &local);

  em_dma_setup setup_;
  uint32_t registers_[6] = {};
  std::vector<uint8_t> frame_, result_, peek_;
  sc_core::sc_event start_;
  tlm::tlm_generic_payload beat_, read_, look_;
};

#endif
