// em_pins on a board: its clock, and masters that turn transactions into waveforms. It has em_tlm's sockets, so that
// the platform takes one or the other.
#ifndef EM_PLATFORM_PIN_BOARD_H
#define EM_PLATFORM_PIN_BOARD_H

#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <deque>
#include <tlm>

extern "C" {
#include "models/time/stimulus.h"
}
#include "sim/systemc/em_pins.h"

class em_pin_board : public sc_core::sc_module {
  static constexpr int bits = 8 * EM_DEVICE_BEAT_BYTES;  // wide enough for any design

 public:
  tlm_utils::simple_target_socket<em_pin_board, 32> apb, stream_in, stream_out;

  em_pin_board(sc_core::sc_module_name name, const em_parameters &parameters);

  uint64_t last_result_cycle() const {
    return last_result_cycle_;
  }
  uint64_t late_transactions() const {
    return 0;
  }
  uint64_t compared_cycles() const {
    return em_side_compared(dut_.side());
  }
  uint64_t divergences() const {
    return dut_.divergences();
  }
  bool running() const {
    return running_.read();
  }
  const sc_core::sc_event &started() const {
    return running_.posedge_event();
  }
  uint64_t run_start_cycle() const {
    return cycle_ - run_cycle_;
  }
  sc_core::sc_time time_of(uint64_t cycle) const {
    return sc_core::sc_time::from_value(cycle * clock_.period().value());
  }
  uint64_t cycle_at(const sc_core::sc_time &time) const {
    return (time.value() + clock_.period().value() - 1) / clock_.period().value();
  }
  // Probability of a bubble before an input beat, in every cycle, as --stall-in of emamba run.
  void set_stall_in(double probability) {
    stimulus_.stall_in = probability;
  }
  void trace(sc_core::sc_trace_file *file);

 private:
  template <typename T>
  using wire = sc_core::sc_signal<T, sc_core::SC_MANY_WRITERS>;

  void apb_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  void in_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  void out_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  unsigned out_debug(tlm::tlm_generic_payload &payload);
  void rise();
  void wait_for_offer();

  em_pins<bits, bits> dut_;
  sc_core::sc_clock clock_;
  wire<bool> rst_n_, psel_, penable_, pwrite_, pready_, pslverr_, in_valid_, in_last_, in_ready_, out_valid_, out_last_,
      out_ready_, running_;
  wire<uint32_t> paddr_, pwdata_, pstrb_, prdata_;
  wire<sc_dt::sc_bv<bits>> in_data_, out_data_;
  em_stream_sizes sizes_;
  em_stimulus stimulus_{};
  std::deque<uint8_t> received_;
  sc_core::sc_event arrived_;
  uint64_t cycle_ = 0, run_cycle_ = 0, last_result_cycle_ = 0;
  uint32_t in_beat_ = 0;  // of the frame
};

#endif
