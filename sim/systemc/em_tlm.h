// The accelerator as a TLM-2.0 component: the C model, the RTL, or both in lock-step.
//
// Passive: a transaction brings it to the transaction's time and no further, so that it is cycle-exact for any quantum
// as long as transactions arrive in time order. The timing contract, the errors and the parameters: docs/systemc.md.
//
//   apb         32 bits, the APB map (docs/microarchitecture.md); two clocks a word; DMI for load images while stopped
//   stream_in   writes of whole beats: AXI4-Stream in; returns when the last beat has been accepted
//   stream_out  reads of whole beats: AXI4-Stream out; returns when they are there. transport_dbg peeks
//   irq         a result waits to be read, or a tlast was wrong in this run; need not be bound
//   rst_n       low: reset; need not be bound
#ifndef EM_TLM_H
#define EM_TLM_H

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES
#endif

#include <tlm_utils/simple_target_socket.h>

#include <deque>
#include <map>
#include <memory>
#include <systemc>
#include <tlm>
#include <vector>

#include "sim/systemc/parameters.h"
#include "sim/systemc/side.h"

// The end of a packet: of a write, that the last beat has tlast; of a read, that the last beat had it. A write without
// the extension has tlast where the accelerator wants it.
struct em_packet : tlm::tlm_extension<em_packet> {
  bool last = false;
  tlm::tlm_extension_base *clone() const override {
    return new em_packet(*this);
  }
  void copy_from(const tlm::tlm_extension_base &other) override {
    *this = static_cast<const em_packet &>(other);
  }
};

// Message types of SC_REPORT.
extern const char em_report_late[];      // warning, once: a transaction came earlier than the time already reached
extern const char em_report_tlast[];     // warning, once a run: tlast did not mark a frame's last beat
extern const char em_report_diverged[];  // error: model and RTL differ; names the bundle
extern const char em_report_failed[];    // error: the side cannot go on
extern const char em_report_setup[];     // error: bad parameters, design or RTL

class em_tlm : public sc_core::sc_module {
 public:
  using optional_out = sc_core::sc_port<sc_core::sc_signal_inout_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;
  using optional_in = sc_core::sc_port<sc_core::sc_signal_in_if<bool>, 1, sc_core::SC_ZERO_OR_MORE_BOUND>;

  tlm_utils::simple_target_socket<em_tlm, 32> apb;
  tlm_utils::simple_target_socket<em_tlm, 32> stream_in, stream_out;
  optional_out irq;
  optional_in rst_n;

  em_tlm(sc_core::sc_module_name name, const em_parameters &parameters);
  ~em_tlm() override;

  sc_core::sc_time clock_period() const {
    return period_;
  }
  const em_design &design() const {
    return *em_side_design(side_.get());
  }
  em_stream_sizes streams() const {
    return sizes_;
  }

  // Adds running, irq, beats of both streams and every engine's state to a trace; before the simulation starts. They
  // are followed clock by clock, which costs speed.
  void trace(sc_core::sc_trace_file *file);

  // Of the present or latest run: the cycle in which the last beat of a result was accepted, and how many results.
  uint64_t last_result_cycle() const {
    return last_result_cycle_;
  }
  uint64_t results() const {
    return results_;
  }
  // The clock cycle that was cycle 0 of the run; the event is notified at its beginning.
  uint64_t run_start_cycle() const {
    return start_cycle_;
  }
  bool running() const {
    return em_side_running(side_.get());
  }
  const sc_core::sc_event &started() const {
    return started_;
  }
  uint64_t late_transactions() const {
    return late_;
  }
  uint64_t compared_cycles() const {
    return em_side_compared(side_.get());
  }
  uint64_t divergences() const {
    return divergences_;
  }

  sc_core::sc_time time_of(uint64_t cycle) const {
    return sc_core::sc_time::from_value(cycle * ticks_);
  }
  // The first cycle that begins at this time or later.
  uint64_t cycle_at(const sc_core::sc_time &time) const {
    return (time.value() + ticks_ - 1) / ticks_;
  }

 private:
  struct delete_side {
    void operator()(em_side *side) const {
      em_side_close(side);
    }
  };
  // What a write to stream_in still offers; every step of the model offers it, whoever takes the step.
  struct offer {
    const int8_t *data = nullptr;
    uint64_t beats = 0;
    bool told_last = false, last = false;  // the packet's end is told: then the last beat's tlast
    uint64_t end_cycle = 0;                // after the latest accepted beat
  };
  struct arrival {        // of results, a step's
    uint64_t end;         // bytes received up to its last beat, since construction
    uint64_t last_cycle;  // clock cycle in which that was accepted
    bool last;            // it had tlast
  };
  struct observed {
    uint64_t cycle = 0;
    bool running = false, in_beat = false, out_beat = false;
    std::vector<uint8_t> engines;
  };

  void apb_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  void in_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  void out_transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay);
  unsigned apb_debug(tlm::tlm_generic_payload &payload);
  unsigned out_debug(tlm::tlm_generic_payload &payload);
  bool apb_dmi(tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi);

  void bring_to(const sc_core::sc_time &delay, bool stream);
  void advance_to(uint64_t cycle);
  void step(uint64_t max_cycles);
  void take(const em_device_step &done);
  void notice_run(bool ran);
  bool out_ready(uint64_t *max_cycles) const;
  void wait_for_input(sc_core::sc_time &delay);
  void wait_for_result(sc_core::sc_time &delay);
  uint64_t read_out(uint8_t *to, uint64_t bytes, uint64_t now, bool *last);
  tlm::tlm_response_status transfer_word(tlm::tlm_generic_payload &payload, unsigned at);
  uint64_t available() const {
    return out_.size() - out_at_;
  }
  sc_core::sc_time until(uint64_t cycle) const;
  void report_failure(em_status status, const em_error &error);

  void observe(const em_device_step &done, bool ran);
  void irq_change(uint64_t cycle, int packets, int errors);
  void schedule_watch();
  void watch();
  void show(const observed &seen);
  void reset_changed();
  void start_of_simulation() override;

  em_parameters parameters_;
  std::unique_ptr<em_side, delete_side> side_;
  em_stream_sizes sizes_{};
  sc_core::sc_time period_;
  uint64_t ticks_ = 1;  // a clock, in units of the time resolution
  offer offer_;
  bool in_taken_ = false;                 // a write is under way
  int in_waiting_ = 0, out_waiting_ = 0;  // for their turn, for results
  std::vector<uint8_t> out_;
  size_t out_at_ = 0;         // read so far, of out_
  uint64_t out_dropped_ = 0;  // bytes that are no longer in out_
  std::deque<arrival> arrivals_;
  uint64_t start_cycle_ = 0, results_ = 0, frames_in_ = 0, last_result_cycle_ = 0, late_ = 0, divergences_ = 0;
  uint32_t in_beat_ = 0;  // of the present frame
  bool tlast_wrong_ = false, in_reset_ = false, dmi_given_ = false, tracing_ = false, watching_ = false;
  sc_core::sc_event started_, changed_, in_free_, watch_event_;
  std::deque<observed> observed_;
  observed shown_;
  std::multimap<uint64_t, std::pair<int, int>> irq_changes_;  // by clock cycle: packets, errors
  int irq_packets_ = 0, irq_errors_ = 0;
};

#endif
