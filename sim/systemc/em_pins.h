// The accelerator at its pins: APB and two AXI4-Streams as rtl/em_top.sv has them, clocked, with the RTL's waveform.
//
// Inputs are sampled at the rising edge; outputs change after it, pslverr with psel and penable too. InBits and OutBits
// are those of the streams, or more: what is past a beat is ignored and driven 0. Parameters as of em_tlm.
#ifndef EM_PINS_H
#define EM_PINS_H

#include <memory>
#include <stdexcept>
#include <systemc>

#include "sim/systemc/parameters.h"
#include "sim/systemc/side.h"

// Opens the side of these parameters; reports em_report_setup or throws.
em_side *em_open_side(const em_parameters &parameters);

template <int InBits, int OutBits>
class em_pins : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk_i, rst_ni;
  sc_core::sc_in<bool> psel_i, penable_i, pwrite_i;
  sc_core::sc_in<uint32_t> paddr_i, pwdata_i, pstrb_i;
  sc_core::sc_out<uint32_t> prdata_o;
  sc_core::sc_out<bool> pready_o, pslverr_o;
  sc_core::sc_in<sc_dt::sc_bv<InBits>> s_axis_tdata_i;
  sc_core::sc_in<bool> s_axis_tvalid_i, s_axis_tlast_i;
  sc_core::sc_out<bool> s_axis_tready_o;
  sc_core::sc_out<sc_dt::sc_bv<OutBits>> m_axis_tdata_o;
  sc_core::sc_out<bool> m_axis_tvalid_o, m_axis_tlast_o;
  sc_core::sc_in<bool> m_axis_tready_i;
  sc_core::sc_out<bool> running_o;

  em_pins(sc_core::sc_module_name name, const em_parameters &parameters)
      : sc_module(name), side_(em_open_side(parameters)) {
    SC_HAS_PROCESS(em_pins);
    SC_METHOD(rise);
    sensitive << clk_i.pos();
    dont_initialize();
    SC_METHOD(answer);
    sensitive << psel_i << penable_i << refused_;
  }

  em_side *side() const {
    return side_.get();
  }
  uint64_t divergences() const {
    return divergences_;
  }

 private:
  struct delete_side {
    void operator()(em_side *side) const {
      em_side_close(side);
    }
  };

  void sample() {
    in_.rst_n = rst_ni.read();
    in_.psel = psel_i.read();
    in_.penable = penable_i.read();
    in_.pwrite = pwrite_i.read();
    in_.pstrb = static_cast<uint8_t>(pstrb_i.read());
    in_.paddr = paddr_i.read();
    in_.pwdata = pwdata_i.read();
    in_.in_valid = s_axis_tvalid_i.read();
    in_.in_last = s_axis_tlast_i.read();
    in_.out_ready = m_axis_tready_i.read();
    if (in_.in_valid) {
      const sc_dt::sc_bv<InBits> data = s_axis_tdata_i.read();
      for (unsigned i = 0; i < em_side_streams(side_.get()).in_bytes; i++) {
        in_.in_data[i] = static_cast<int8_t>(data.get_word(static_cast<int>(i / 4)) >> 8 * (i % 4));
      }
    }
  }

  void rise() {
    em_error error = {};
    sample();
    if (em_side_clock(side_.get(), &in_, &error) != EM_OK) {
      divergences_++;
      SC_REPORT_ERROR("/emamba/diverged", error.text);
    }
    em_device_inputs asking = in_;
    em_device_outputs out;
    asking.psel = asking.penable = true;
    asking.in_valid = false;
    em_side_settle(side_.get(), &asking, &out);
    refused_.write(out.pslverr);
    prdata_o.write(out.prdata);
    pready_o.write(out.pready);
    s_axis_tready_o.write(out.in_ready);
    m_axis_tvalid_o.write(out.out_valid);
    m_axis_tlast_o.write(out.out_last);
    running_o.write(out.running);
    sc_dt::sc_bv<OutBits> data;
    for (unsigned i = 0; i < em_side_streams(side_.get()).out_bytes; i += 4) {
      uint32_t word = 0;
      for (unsigned byte = 0; byte < 4 && i + byte < em_side_streams(side_.get()).out_bytes; byte++) {
        word |= uint32_t{static_cast<uint8_t>(out.out_data[i + byte])} << 8 * byte;
      }
      data.set_word(static_cast<int>(i / 4), word);
    }
    m_axis_tdata_o.write(data);
  }

  void answer() {
    pslverr_o.write(psel_i.read() && penable_i.read() && refused_.read());
  }

  std::unique_ptr<em_side, delete_side> side_;
  em_device_inputs in_{};
  sc_core::sc_signal<bool> refused_;
  uint64_t divergences_ = 0;
};

#endif
