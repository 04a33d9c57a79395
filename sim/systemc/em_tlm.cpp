#include "sim/systemc/em_tlm.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>

#include "sim/systemc/em_pins.h"

extern "C" {
#include "models/time/stimulus.h"
}

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using tlm::tlm_generic_payload;

const char em_report_late[] = "/emamba/late";
const char em_report_tlast[] = "/emamba/tlast";
const char em_report_diverged[] = "/emamba/diverged";
const char em_report_failed[] = "/emamba/failed";
const char em_report_setup[] = "/emamba/setup";

namespace {

em_side_kind kind_of(const std::string &side) {
  return side == "rtl" ? EM_SIDE_RTL : side == "both" ? EM_SIDE_BOTH : EM_SIDE_MODEL;
}

const char *or_null(const std::string &text) {
  return text.empty() ? nullptr : text.c_str();
}

}  // namespace

// ---- Making ----

em_side *em_open_side(const em_parameters &parameters) {
  em_side_options options = {kind_of(parameters.side),  parameters.design.c_str(),  or_null(parameters.rtl),
                             or_null(parameters.build), or_null(parameters.bundle), parameters.quiet,
                             or_null(parameters.wave),  parameters.wave_from,       parameters.wave_to};
  em_error error = {};
  em_side *side = nullptr;
  if (em_side_open(&side, &options, &error) != EM_OK) {
    SC_REPORT_ERROR(em_report_setup, error.text);
    throw std::runtime_error(error.text);  // where that report is set not to throw
  }
  return side;
}

em_tlm::em_tlm(sc_core::sc_module_name name, const em_parameters &parameters)
    : sc_module(name),
      apb("apb"),
      stream_in("stream_in"),
      stream_out("stream_out"),
      irq("irq"),
      rst_n("rst_n"),
      parameters_(parameters) {
  em_side *side = em_open_side(parameters);
  side_.reset(side);
  sizes_ = em_side_streams(side);
  period_ = parameters.clock_period != sc_core::SC_ZERO_TIME
                ? parameters.clock_period
                : sc_time(1000.0 / em_side_design(side)->clock_mhz, sc_core::SC_NS);
  ticks_ = std::max<uint64_t>(period_.value(), 1);
  apb.register_b_transport(this, &em_tlm::apb_transport);
  apb.register_transport_dbg(this, &em_tlm::apb_debug);
  apb.register_get_direct_mem_ptr(this, &em_tlm::apb_dmi);
  stream_in.register_b_transport(this, &em_tlm::in_transport);
  stream_out.register_b_transport(this, &em_tlm::out_transport);
  stream_out.register_transport_dbg(this, &em_tlm::out_debug);
  SC_HAS_PROCESS(em_tlm);
  SC_METHOD(watch);
  sensitive << watch_event_;
  dont_initialize();
}

em_tlm::~em_tlm() = default;

void em_tlm::start_of_simulation() {
  watching_ = tracing_ || irq.size() > 0;
  if (rst_n.size() > 0) {
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.set_sensitivity(&rst_n->default_event());
    sc_core::sc_spawn([this] { reset_changed(); }, sc_core::sc_gen_unique_name("reset"), &options);
  }
  if (irq.size() > 0) {
    irq->write(false);
  }
  if (tracing_) {
    watch_event_.notify(sc_core::SC_ZERO_TIME);
  }
}

// ---- Time ----

// From now until a cycle begins; zero when it has begun.
sc_time em_tlm::until(uint64_t cycle) const {
  sc_time at = time_of(cycle), now = sc_time_stamp();
  return at > now ? at - now : sc_core::SC_ZERO_TIME;
}

void em_tlm::report_failure(em_status status, const em_error &error) {
  if (status == EM_OK) {
    return;
  }
  if (em_side_kind_of(side_.get()) == EM_SIDE_BOTH) {
    divergences_++;
    SC_REPORT_ERROR(em_report_diverged, error.text);
  } else {
    SC_REPORT_ERROR(em_report_failed, error.text);
  }
}

// Whether the receiver of results is ready in this cycle, and for how many more it stays so.
bool em_tlm::out_ready(uint64_t *max_cycles) const {
  if (parameters_.stall_out > 0 && em_side_running(side_.get())) {
    em_stimulus stimulus = {parameters_.seed, 0, parameters_.stall_out, false};
    *max_cycles = 1;
    return available() + sizes_.out_bytes <= parameters_.out_buffer &&
           em_stimulus_ready(&stimulus, em_side_run_cycle(side_.get()));
  }
  if (available() + sizes_.result_bytes > parameters_.out_buffer) {
    *max_cycles = 1;
  }
  return available() + sizes_.out_bytes <= parameters_.out_buffer;
}

// One step, at most as long as the next event; offers what a write to stream_in has.
void em_tlm::step(uint64_t max_cycles) {
  const uint32_t frame_beats = sizes_.frame_bytes / sizes_.in_bytes;
  const bool ran = em_side_running(side_.get());
  em_device_streams streams = {};
  uint64_t rest = frame_beats - in_beat_;
  streams.in_data = offer_.data;
  streams.in_beats = static_cast<uint32_t>(std::min(offer_.beats, rest));
  streams.in_last = offer_.told_last ? offer_.last && streams.in_beats == offer_.beats : streams.in_beats == rest;
  max_cycles = tracing_ ? 1 : max_cycles;
  streams.out_ready = out_ready(&max_cycles);
  em_device_step done;
  em_error error = {};
  em_status status = em_side_advance(side_.get(), &streams, max_cycles, &done, &error);
  if (done.in_beats > 0) {
    bool last = streams.in_last && done.in_beats == streams.in_beats;
    offer_.data += static_cast<size_t>(done.in_beats) * sizes_.in_bytes;
    offer_.beats -= done.in_beats;
    offer_.end_cycle = em_side_cycle(side_.get());
    in_beat_ = done.frame_in ? 0 : in_beat_ + done.in_beats;
    frames_in_ += done.frame_in;
    if (last != done.frame_in && !tlast_wrong_) {
      tlast_wrong_ = true;
      irq_change(offer_.end_cycle, 0, 1);
      SC_REPORT_WARNING(em_report_tlast, "tlast did not mark the last beat of a frame");
    }
  }
  take(done);
  observe(done, ran);
  notice_run(ran);
  report_failure(status, error);
}

void em_tlm::take(const em_device_step &done) {
  if (done.out_beats > 0) {
    const auto *bytes = reinterpret_cast<const uint8_t *>(done.out_data);
    out_.insert(out_.end(), bytes, bytes + static_cast<size_t>(done.out_beats) * sizes_.out_bytes);
    uint64_t cycle = em_side_cycle(side_.get());
    arrivals_.push_back({out_dropped_ + out_.size(), cycle - 1, done.out_last});
    if (done.out_last) {
      results_++;
      last_result_cycle_ = cycle - 1 - start_cycle_;
      irq_change(cycle, 1, 0);
    }
  }
  if (out_waiting_ > 0 && (done.frame_in || done.out_beats > 0)) {
    changed_.notify(sc_core::SC_ZERO_TIME);
  }
}

// Run control may have changed at the end of a step.
void em_tlm::notice_run(bool ran) {
  const bool runs = em_side_running(side_.get());
  if (runs && !ran) {
    start_cycle_ = em_side_cycle(side_.get());
    frames_in_ = results_ = last_result_cycle_ = 0;
    in_beat_ = 0;
    if (tlast_wrong_) {
      irq_change(start_cycle_, 0, -1);
    }
    tlast_wrong_ = false;
    started_.notify(until(start_cycle_));
    changed_.notify(until(start_cycle_));
  } else if (ran && !runs) {
    changed_.notify(sc_core::SC_ZERO_TIME);
  }
}

void em_tlm::advance_to(uint64_t cycle) {
  while (em_side_cycle(side_.get()) < cycle) {
    step(cycle - em_side_cycle(side_.get()));
  }
}

// To the time of a transaction. One that comes earlier than the time already reached is taken as of that.
void em_tlm::bring_to(const sc_time &delay, bool stream) {
  const uint64_t cycle = cycle_at(sc_time_stamp() + delay), reached = em_side_cycle(side_.get());
  advance_to(cycle);
  // A beat that waits for the start has not missed anything before it.
  if (cycle < reached && !(stream && em_side_running(side_.get()) && reached == start_cycle_) && late_++ == 0) {
    std::string text = "a transaction at " + (sc_time_stamp() + delay).to_string() + " finds the time at " +
                       time_of(reached).to_string() + " and is taken then; later ones are only counted";
    SC_REPORT_WARNING(em_report_late, text.c_str());
  }
}

// ---- APB ----

tlm::tlm_response_status em_tlm::transfer_word(tlm_generic_payload &payload, unsigned at) {
  em_apb_request request = {static_cast<uint32_t>(payload.get_address() + at), 0, 0, payload.is_write()};
  uint8_t *data = payload.get_data_ptr() + at;
  bool enabled[4];
  for (unsigned i = 0; i < 4; i++) {
    const uint8_t *enables = payload.get_byte_enable_ptr();
    enabled[i] = enables == nullptr || enables[(at + i) % payload.get_byte_enable_length()] == TLM_BYTE_ENABLED;
    request.strobe = static_cast<uint8_t>(request.strobe | enabled[i] << i);
  }
  if (request.write) {
    std::memcpy(&request.data, data, 4);
  }
  em_apb_response response;
  em_side_apb(side_.get(), &request);
  const bool runs = em_side_running(side_.get());
  do {
    step(1);
  } while (!em_side_apb_done(side_.get(), &response));
  for (unsigned i = 0; i < 4 && payload.is_read(); i++) {
    if (enabled[i]) {
      std::memcpy(data + i, reinterpret_cast<const uint8_t *>(&response.data) + i, 1);
    }
  }
  if (!response.error) {
    return tlm::TLM_OK_RESPONSE;
  }
  // A slave error has one of two causes, and only writes in a run have the second.
  uint32_t units = 7 * design().shape.m + 7;
  return runs && request.write && request.address >> 24 < units ? tlm::TLM_COMMAND_ERROR_RESPONSE
                                                                : tlm::TLM_ADDRESS_ERROR_RESPONSE;
}

void em_tlm::apb_transport(tlm_generic_payload &payload, sc_time &delay) {
  const unsigned length = payload.get_data_length();
  const uint64_t address = payload.get_address();
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  if (payload.get_command() == tlm::TLM_IGNORE_COMMAND) {
    return;
  }
  if (address % 4 != 0 || address > UINT32_MAX || address + length > UINT64_C(1) << 32) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  } else if (length == 0 || length % 4 != 0 || payload.get_streaming_width() < length) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else if (payload.get_byte_enable_ptr() != nullptr && payload.get_byte_enable_length() == 0) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  } else if (in_reset_) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
  } else {
    bring_to(delay, false);
    const bool stopped = !em_side_running(side_.get());
    tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
    for (unsigned at = 0; at < length && status == tlm::TLM_OK_RESPONSE; at += 4) {
      status = transfer_word(payload, at);
    }
    payload.set_response_status(status);
    if (stopped && em_side_running(side_.get()) && dmi_given_) {
      dmi_given_ = false;
      apb->invalidate_direct_mem_ptr(0, UINT32_MAX);
    }
    delay = until(em_side_cycle(side_.get()));
    payload.set_dmi_allowed(!em_side_running(side_.get()) && em_side_kind_of(side_.get()) == EM_SIDE_MODEL &&
                            (address >> 21 & 7) != 0);
    schedule_watch();
  }
}

// Registers are read as they are at the time reached; memories that are loaded are written without time.
unsigned em_tlm::apb_debug(tlm_generic_payload &payload) {
  const uint64_t address = payload.get_address();
  const unsigned length = payload.get_data_length();
  uint8_t *data = payload.get_data_ptr();
  if (address > UINT32_MAX || address + length > UINT64_C(1) << 32) {
    return 0;
  }
  if (payload.is_write()) {
    uint32_t from = 0, bytes = 0;
    uint8_t *image = em_side_image(side_.get(), static_cast<uint32_t>(address), &from, &bytes);
    uint64_t fits = image == nullptr ? 0 : std::min<uint64_t>(length, from + uint64_t{bytes} - address);
    std::copy(data, data + fits, fits > 0 ? image + (address - from) : nullptr);
    return static_cast<unsigned>(fits);
  }
  for (unsigned done = 0; done < length; done++) {
    uint32_t word = 0;
    if (!em_side_peek(side_.get(), static_cast<uint32_t>(address + done) & ~3U, &word)) {
      return done;
    }
    data[done] = static_cast<uint8_t>(word >> 8 * ((address + done) % 4));
  }
  return length;
}

// Images are for writing: the hardware reads them as 0.
bool em_tlm::apb_dmi(tlm_generic_payload &payload, tlm::tlm_dmi &dmi) {
  uint32_t from = 0, bytes = 0;
  dmi.init();
  uint8_t *image = payload.get_address() > UINT32_MAX || payload.is_read()
                       ? nullptr
                       : em_side_image(side_.get(), static_cast<uint32_t>(payload.get_address()), &from, &bytes);
  dmi.set_start_address(image != nullptr ? from : 0);
  dmi.set_end_address(image != nullptr ? from + uint64_t{bytes} - 1 : UINT32_MAX);
  if (image == nullptr) {
    return false;
  }
  dmi.set_dmi_ptr(image);
  dmi.allow_write();
  dmi.set_write_latency(2 * period_);
  dmi_given_ = true;
  return true;
}
