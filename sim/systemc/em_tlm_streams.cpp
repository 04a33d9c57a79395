// The streams of an em_tlm: writes that wait to be accepted, reads that wait for results.
#include <algorithm>

#include "sim/systemc/em_tlm.h"

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using tlm::tlm_generic_payload;

namespace {

constexpr uint64_t long_step = UINT64_C(1) << 40;

// Whole beats, without byte enables, of the expected command; the response says what is wrong.
bool check_stream(tlm_generic_payload &payload, tlm::tlm_command command, uint32_t beat_bytes) {
  if (payload.get_command() != command) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
  } else if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  } else if (payload.get_data_length() == 0 || payload.get_data_length() % beat_bytes != 0) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
  } else {
    return true;
  }
  return false;
}

}  // namespace

// Until the core runs, or, while nobody takes results, for a clock.
void em_tlm::wait_for_input(sc_time &delay) {
  sc_core::wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  if (!em_side_running(side_.get())) {
    sc_core::wait(started_);
  } else {
    sc_core::wait(std::max(until(em_side_cycle(side_.get())), period_));
  }
  advance_to(cycle_at(sc_time_stamp()));
}

void em_tlm::in_transport(tlm_generic_payload &payload, sc_time &delay) {
  if (!check_stream(payload, tlm::TLM_WRITE_COMMAND, sizes_.in_bytes)) {
    return;
  }
  while (in_taken_) {
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    in_waiting_++;
    if (in_taken_) {
      sc_core::wait(in_free_);
    }
    in_waiting_--;
  }
  in_taken_ = true;
  bring_to(delay, true);
  const em_packet *packet = payload.get_extension<em_packet>();
  offer_ = {reinterpret_cast<const int8_t *>(payload.get_data_ptr()), payload.get_data_length() / sizes_.in_bytes,
            packet != nullptr, packet != nullptr && packet->last, 0};
  while (offer_.beats > 0) {
    if (!em_side_running(side_.get()) || available() + sizes_.out_bytes > parameters_.out_buffer) {
      wait_for_input(delay);
    } else {
      step(long_step);
    }
  }
  in_taken_ = false;
  if (in_waiting_ > 0) {
    in_free_.notify(sc_core::SC_ZERO_TIME);
  }
  delay = until(offer_.end_cycle);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  schedule_watch();
}

// Until more results may be there: within the quantum ahead of time, or exactly then.
void em_tlm::wait_for_result(sc_time &delay) {
  const sc_time quantum = tlm::tlm_global_quantum::instance().get();
  const bool runs = em_side_running(side_.get());
  if (!runs || frames_in_ == results_) {
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    if (!em_side_running(side_.get()) || frames_in_ == results_) {
      out_waiting_++;
      sc_core::wait(changed_);
      out_waiting_--;
    }
    return;
  }
  const uint64_t ahead = cycle_at(sc_time_stamp() + quantum);
  if (em_side_cycle(side_.get()) < ahead) {
    step(ahead - em_side_cycle(side_.get()));
    return;
  }
  uint64_t next = em_side_next_result(side_.get()) + 1;
  if (next <= em_side_cycle(side_.get()) || quantum > sc_core::SC_ZERO_TIME) {
    next = em_side_cycle(side_.get()) + 1;
  }
  sc_core::wait(until(next));
  delay = sc_core::SC_ZERO_TIME;
  advance_to(cycle_at(sc_time_stamp()));
}

// Takes bytes that are there, at clock cycle `now` or when they came; returns the cycle that brought the last of them.
uint64_t em_tlm::read_out(uint8_t *to, uint64_t bytes, uint64_t now, bool *last) {
  std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(out_at_), bytes, to);
  out_at_ += bytes;
  const uint64_t read = out_dropped_ + out_at_;
  int packets = 0;
  while (arrivals_.front().end < read) {
    packets += arrivals_.front().last;
    arrivals_.pop_front();
  }
  const arrival of = arrivals_.front();  // its beats came one a cycle
  const uint64_t cycle = of.last_cycle - (of.end - read) / sizes_.out_bytes;
  if (of.end == read) {
    *last = of.last;
    packets += of.last;
    arrivals_.pop_front();
  }
  if (out_at_ == out_.size() || out_at_ > 1 << 16) {
    out_dropped_ += out_at_;
    out_.erase(out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(out_at_));
    out_at_ = 0;
  }
  irq_change(std::max(now, cycle + 1), -packets, 0);
  return cycle;
}

void em_tlm::out_transport(tlm_generic_payload &payload, sc_time &delay) {
  const uint64_t length = payload.get_data_length();
  if (!check_stream(payload, tlm::TLM_READ_COMMAND, sizes_.out_bytes)) {
    return;
  }
  if (length > parameters_.out_buffer) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (available() < length) {
    bring_to(delay, false);
  }
  while (available() < length) {
    wait_for_result(delay);
  }
  bool last = false;
  const sc_time asked = sc_time_stamp() + delay;
  const sc_time arrived = time_of(read_out(payload.get_data_ptr(), length, cycle_at(asked), &last) + 1);
  delay = std::max(arrived, asked) - sc_time_stamp();
  if (auto *packet = payload.get_extension<em_packet>()) {
    packet->last = last;
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  schedule_watch();
}

// Looks at what has been received, without taking it.
unsigned em_tlm::out_debug(tlm_generic_payload &payload) {
  if (!payload.is_read()) {
    return 0;
  }
  uint64_t count = std::min<uint64_t>(payload.get_data_length(), available());
  std::copy_n(out_.begin() + static_cast<std::ptrdiff_t>(out_at_), count, payload.get_data_ptr());
  return static_cast<unsigned>(count);
}
