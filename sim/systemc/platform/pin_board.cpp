#include "sim/systemc/platform/pin_board.h"

#include <cstring>

using sc_core::sc_time;
using sc_core::SC_ZERO_TIME;
using sc_core::wait;

namespace {

sc_time clock_period(const em_parameters &parameters, const em_side *side) {
  return parameters.clock_period != SC_ZERO_TIME ? parameters.clock_period
                                                 : sc_time(1000.0 / em_side_design(side)->clock_mhz, sc_core::SC_NS);
}

}  // namespace

// Rising edges at whole periods: cycle k begins at k periods, as em_tlm counts. The first, at 0, has nothing before it.
em_pin_board::em_pin_board(sc_core::sc_module_name name, const em_parameters &parameters)
    : sc_module(name),
      apb("apb"),
      stream_in("stream_in"),
      stream_out("stream_out"),
      dut_("dut", parameters),
      clock_("clock", clock_period(parameters, dut_.side()), 0.5, SC_ZERO_TIME, true),
      rst_n_("rst_n", true),
      sizes_(em_side_streams(dut_.side())),
      stimulus_{parameters.seed, 0, parameters.stall_out, false} {
  dut_.clk_i(clock_);
  dut_.rst_ni(rst_n_);
  dut_.psel_i(psel_);
  dut_.penable_i(penable_);
  dut_.pwrite_i(pwrite_);
  dut_.paddr_i(paddr_);
  dut_.pwdata_i(pwdata_);
  dut_.pstrb_i(pstrb_);
  dut_.prdata_o(prdata_);
  dut_.pready_o(pready_);
  dut_.pslverr_o(pslverr_);
  dut_.s_axis_tdata_i(in_data_);
  dut_.s_axis_tvalid_i(in_valid_);
  dut_.s_axis_tlast_i(in_last_);
  dut_.s_axis_tready_o(in_ready_);
  dut_.m_axis_tdata_o(out_data_);
  dut_.m_axis_tvalid_o(out_valid_);
  dut_.m_axis_tlast_o(out_last_);
  dut_.m_axis_tready_i(out_ready_);
  dut_.running_o(running_);
  apb.register_b_transport(this, &em_pin_board::apb_transport);
  stream_in.register_b_transport(this, &em_pin_board::in_transport);
  stream_out.register_b_transport(this, &em_pin_board::out_transport);
  stream_out.register_transport_dbg(this, &em_pin_board::out_debug);
  SC_HAS_PROCESS(em_pin_board);
  SC_METHOD(rise);
  sensitive << clock_.posedge_event();
  dont_initialize();
}

void em_pin_board::trace(sc_core::sc_trace_file *file) {
  const std::string base = std::string(name()) + ".";
  sc_core::sc_trace(file, clock_, base + "clk_i");
  const struct {
    const char *pin;
    const wire<bool> &level;
  } levels[] = {{"psel_i", psel_},
                {"penable_i", penable_},
                {"pwrite_i", pwrite_},
                {"pready_o", pready_},
                {"pslverr_o", pslverr_},
                {"s_axis_tvalid_i", in_valid_},
                {"s_axis_tlast_i", in_last_},
                {"s_axis_tready_o", in_ready_},
                {"m_axis_tvalid_o", out_valid_},
                {"m_axis_tlast_o", out_last_},
                {"m_axis_tready_i", out_ready_},
                {"running_o", running_}};
  for (const auto &level : levels) {
    sc_core::sc_trace(file, level.level, base + level.pin);
  }
  sc_core::sc_trace(file, paddr_, base + "paddr_i");
  sc_core::sc_trace(file, pwdata_, base + "pwdata_i");
  sc_core::sc_trace(file, prdata_, base + "prdata_o");
  sc_core::sc_trace(file, in_data_, base + "s_axis_tdata_i");
  sc_core::sc_trace(file, out_data_, base + "m_axis_tdata_o");
}

// What the cycle that ends here had at the output, and whether the sink is ready in the next.
void em_pin_board::rise() {
  const bool runs = running_.read();
  if (out_valid_.read() && out_ready_.read()) {
    const sc_dt::sc_bv<bits> data = out_data_.read();
    for (unsigned i = 0; i < sizes_.out_bytes; i++) {
      received_.push_back(static_cast<uint8_t>(data.get_word(static_cast<int>(i / 4)) >> 8 * (i % 4)));
    }
    last_result_cycle_ = out_last_.read() ? run_cycle_ : last_result_cycle_;
    arrived_.notify(SC_ZERO_TIME);
  }
  run_cycle_ = runs ? run_cycle_ + 1 : 0;
  out_ready_.write(em_stimulus_ready(&stimulus_, run_cycle_));
  cycle_++;
}

// Setup, access until pready; a word at a time, all bytes.
void em_pin_board::apb_transport(tlm::tlm_generic_payload &payload, sc_time &delay) {
  if (payload.get_data_length() != 4 || payload.get_address() % 4 != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  wait(delay);
  delay = SC_ZERO_TIME;
  uint32_t data = 0;
  std::memcpy(&data, payload.get_data_ptr(), 4);
  wait(clock_.posedge_event());
  psel_.write(true);
  penable_.write(false);
  pwrite_.write(payload.is_write());
  paddr_.write(static_cast<uint32_t>(payload.get_address()));
  pwdata_.write(data);
  pstrb_.write(payload.is_write() ? 0xf : 0);
  wait(clock_.posedge_event());
  penable_.write(true);
  do {
    wait(clock_.posedge_event());
  } while (!pready_.read());
  data = prdata_.read();
  const bool error = pslverr_.read();
  psel_.write(false);
  penable_.write(false);
  if (payload.is_read()) {
    std::memcpy(payload.get_data_ptr(), &data, 4);
  }
  payload.set_response_status(error ? tlm::TLM_GENERIC_ERROR_RESPONSE : tlm::TLM_OK_RESPONSE);
}

// Until the cycle of the run in which the source offers its next beat.
void em_pin_board::wait_for_offer() {
  wait(SC_ZERO_TIME);  // rise() and the pins have moved on
  while (!running_.read()) {
    wait(running_.posedge_event());
  }
  while (!em_stimulus_offers(&stimulus_, run_cycle_)) {
    in_valid_.write(false);
    wait(clock_.posedge_event());
    wait(SC_ZERO_TIME);
  }
}

void em_pin_board::in_transport(tlm::tlm_generic_payload &payload, sc_time &delay) {
  const uint32_t beats = payload.get_data_length() / sizes_.in_bytes,
                 frame_beats = sizes_.frame_bytes / sizes_.in_bytes;
  wait(delay);
  delay = SC_ZERO_TIME;
  for (uint32_t beat = 0; beat < beats; beat++) {
    sc_dt::sc_bv<bits> data;
    for (unsigned i = 0; i < sizes_.in_bytes; i++) {
      const uint32_t byte = payload.get_data_ptr()[beat * sizes_.in_bytes + i];
      const int word = static_cast<int>(i / 4);
      data.set_word(word, (i % 4 == 0 ? 0 : data.get_word(word)) | byte << 8 * (i % 4));
    }
    if (stimulus_.stall_in > 0) {
      wait_for_offer();
    }
    in_data_.write(data);
    in_valid_.write(true);
    in_last_.write(in_beat_ + 1 == frame_beats);
    do {
      wait(clock_.posedge_event());
    } while (!in_ready_.read());
    in_beat_ = in_beat_ + 1 == frame_beats ? 0 : in_beat_ + 1;
  }
  in_valid_.write(false);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

void em_pin_board::out_transport(tlm::tlm_generic_payload &payload, sc_time &delay) {
  wait(delay);
  delay = SC_ZERO_TIME;
  while (received_.size() < payload.get_data_length()) {
    wait(arrived_);
  }
  const auto end = received_.begin() + payload.get_data_length();
  std::copy(received_.begin(), end, payload.get_data_ptr());
  received_.erase(received_.begin(), end);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

unsigned em_pin_board::out_debug(tlm::tlm_generic_payload &payload) {
  const size_t count = std::min<size_t>(received_.size(), payload.get_data_length());
  std::copy_n(received_.begin(), count, payload.get_data_ptr());
  return static_cast<unsigned>(count);
}
