// One transaction through an initiator socket, loosely timed by b_transport or approximately timed by four phases.
#ifndef EM_PLATFORM_TRANSPORT_H
#define EM_PLATFORM_TRANSPORT_H

#include <tlm_utils/peq_with_cb_and_phase.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>
#include <tlm>

class em_initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<em_initiator, 32> out;

  em_initiator(sc_core::sc_module_name name, bool four_phases)
      : sc_module(name), out("out"), queue_(this, &em_initiator::phase_changed), four_phases_(four_phases) {
    out.register_nb_transport_bw(this, &em_initiator::backward);
  }

  // In a thread. The payload is the caller's; delay as in b_transport, which four phases use up.
  void transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &delay) {
    if (!four_phases_) {
      out->b_transport(payload, delay);
      return;
    }
    sc_core::wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    if (!payload.has_mm()) {
      payload.set_mm(&manager_);
    }
    payload.acquire();
    answered_ = false;
    tlm::tlm_sync_enum status = out->nb_transport_fw(payload, phase, delay);
    if (status == tlm::TLM_UPDATED) {
      queue_.notify(payload, phase, delay);
    }
    if (status != tlm::TLM_COMPLETED) {
      while (!answered_) {
        sc_core::wait(response_);
      }
    } else {
      sc_core::wait(delay);
    }
    payload.release();
    delay = sc_core::SC_ZERO_TIME;
  }

 private:
  struct manager : tlm::tlm_mm_interface {  // payloads are reused, never freed
    void free(tlm::tlm_generic_payload *) override {
    }
  };

  tlm::tlm_sync_enum backward(tlm::tlm_generic_payload &payload, tlm::tlm_phase &phase, sc_core::sc_time &delay) {
    queue_.notify(payload, phase, delay);
    return tlm::TLM_ACCEPTED;
  }
  void phase_changed(tlm::tlm_generic_payload &payload, const tlm::tlm_phase &phase) {
    if (phase != tlm::BEGIN_RESP) {
      return;
    }
    tlm::tlm_phase end = tlm::END_RESP;
    sc_core::sc_time none = sc_core::SC_ZERO_TIME;
    out->nb_transport_fw(payload, end, none);
    answered_ = true;
    response_.notify();
  }

  tlm_utils::peq_with_cb_and_phase<em_initiator> queue_;
  sc_core::sc_event response_;
  manager manager_;
  bool four_phases_, answered_ = false;
};

#endif
