// What an em_tlm shows at the right time: the interrupt, the trace, the reset.
#include <algorithm>
#include <string>

#include "sim/systemc/em_tlm.h"

void em_tlm::trace(sc_core::sc_trace_file *file) {
  const std::string base = std::string(name()) + ".";
  tracing_ = true;
  shown_.engines.assign(em_side_engines(side_.get()), 0);
  sc_core::sc_trace(file, shown_.running, base + "running");
  sc_core::sc_trace(file, shown_.in_beat, base + "in_beat");
  sc_core::sc_trace(file, shown_.out_beat, base + "out_beat");
  for (uint32_t e = 0; e < em_side_engines(side_.get()); e++) {
    char engine[64];
    em_side_engine_name(side_.get(), e, engine);
    sc_core::sc_trace(file, shown_.engines[e], base + engine, 2);
  }
}

void em_tlm::observe(const em_device_step &done, bool ran) {
  if (!tracing_) {
    return;
  }
  observed seen;
  seen.cycle = em_side_cycle(side_.get()) - 1;
  seen.running = ran;
  seen.in_beat = done.in_beats > 0;
  seen.out_beat = done.out_beats > 0;
  for (uint32_t e = 0; e < em_side_engines(side_.get()); e++) {
    seen.engines.push_back(static_cast<uint8_t>(em_side_engine_state(side_.get(), e)));
  }
  observed_.push_back(seen);
}

void em_tlm::irq_change(uint64_t cycle, int packets, int errors) {
  if (watching_ && (packets != 0 || errors != 0)) {
    irq_changes_.insert({cycle, {packets, errors}});
  }
}

// Wakes `watch` when the interrupt may change next.
void em_tlm::schedule_watch() {
  if (!watching_) {
    return;
  }
  uint64_t next = UINT64_MAX;
  if (!irq_changes_.empty()) {
    next = irq_changes_.begin()->first;
  }
  if (irq.size() > 0 && em_side_running(side_.get()) && frames_in_ > results_) {
    uint64_t result = em_side_next_result(side_.get());
    next = std::min(next, result == 0 ? em_side_cycle(side_.get()) + 1 : result == UINT64_MAX ? result : result + 1);
  }
  if (tracing_) {
    next = std::min(next, cycle_at(sc_core::sc_time_stamp()) + 1);
  }
  if (next != UINT64_MAX) {
    watch_event_.notify(until(next));
  }
}

void em_tlm::show(const observed &seen) {
  shown_.running = seen.running;
  shown_.in_beat = seen.in_beat;
  shown_.out_beat = seen.out_beat;
  std::copy(seen.engines.begin(), seen.engines.end(), shown_.engines.begin());
}

void em_tlm::watch() {
  const uint64_t now = cycle_at(sc_core::sc_time_stamp());
  advance_to(now);
  while (!observed_.empty() && observed_.front().cycle < now) {
    show(observed_.front());
    observed_.pop_front();
  }
  while (!irq_changes_.empty() && irq_changes_.begin()->first <= now) {
    irq_packets_ += irq_changes_.begin()->second.first;
    irq_errors_ += irq_changes_.begin()->second.second;
    irq_changes_.erase(irq_changes_.begin());
  }
  if (irq.size() > 0) {
    irq->write(irq_packets_ > 0 || irq_errors_ > 0);
  }
  schedule_watch();
}

void em_tlm::reset_changed() {
  const bool low = !rst_n->read();
  if (low && !in_reset_) {
    bring_to(sc_core::SC_ZERO_TIME, false);
    em_side_reset(side_.get());
    step(1);
  }
  in_reset_ = low;
}
