// A bus with an address map and a memory; both take no time of their own.
#ifndef EM_PLATFORM_BUS_H
#define EM_PLATFORM_BUS_H

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES
#endif

#include <tlm_utils/multi_passthrough_initiator_socket.h>
#include <tlm_utils/multi_passthrough_target_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <algorithm>
#include <cstdint>
#include <systemc>
#include <tlm>
#include <vector>

// Routes every transaction to the range that its address lies in, and counts the offset from the range's start.
class em_bus : public sc_core::sc_module {
 public:
  tlm_utils::multi_passthrough_target_socket<em_bus, 32> in;

  tlm_utils::multi_passthrough_initiator_socket<em_bus, 32> out;

  explicit em_bus(sc_core::sc_module_name name) : sc_module(name), in("in"), out("out") {
    in.register_b_transport(this, &em_bus::transport);
    in.register_transport_dbg(this, &em_bus::debug);
    in.register_get_direct_mem_ptr(this, &em_bus::dmi);
    out.register_invalidate_direct_mem_ptr(this, &em_bus::invalidate);
  }

  template <typename Target>
  void map(uint64_t start, uint64_t bytes, Target &target) {
    ranges_.push_back({start, bytes, static_cast<int>(ranges_.size())});
    out.bind(target);
  }

 private:
  struct range {
    uint64_t start, bytes;
    int port;
  };

  // The range of a transaction, whose address becomes an offset; null when there is none.
  range *route(tlm::tlm_generic_payload &payload) {
    for (range &r : ranges_) {
      if (payload.get_address() >= r.start && payload.get_address() - r.start < r.bytes) {
        payload.set_address(payload.get_address() - r.start);
        return &r;
      }
    }
    return nullptr;
  }
  void transport(int, tlm::tlm_generic_payload &payload, sc_core::sc_time &delay) {
    const uint64_t address = payload.get_address();
    if (range *r = route(payload)) {
      out[r->port]->b_transport(payload, delay);
    } else {
      payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    }
    payload.set_address(address);
  }
  unsigned debug(int, tlm::tlm_generic_payload &payload) {
    const uint64_t address = payload.get_address();
    range *r = route(payload);
    unsigned done = r != nullptr ? out[r->port]->transport_dbg(payload) : 0;
    payload.set_address(address);
    return done;
  }
  bool dmi(int, tlm::tlm_generic_payload &payload, tlm::tlm_dmi &dmi) {
    const uint64_t address = payload.get_address();
    range *r = route(payload);
    bool given = r != nullptr && out[r->port]->get_direct_mem_ptr(payload, dmi);
    if (r != nullptr) {
      dmi.set_start_address(dmi.get_start_address() + r->start);
      dmi.set_end_address(dmi.get_end_address() + r->start);
    }
    payload.set_address(address);
    return given;
  }
  void invalidate(int index, sc_dt::uint64 start, sc_dt::uint64 end) {
    const uint64_t base = ranges_[static_cast<size_t>(index)].start;
    for (unsigned i = 0; i < in.size(); i++) {
      in[static_cast<int>(i)]->invalidate_direct_mem_ptr(base + start, base + end);
    }
  }

  std::vector<range> ranges_;
};

class em_ram : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<em_ram, 32> in;

  em_ram(sc_core::sc_module_name name, uint64_t bytes) : sc_module(name), in("in"), bytes_(bytes) {
    in.register_b_transport(this, &em_ram::transport);
    in.register_transport_dbg(this, &em_ram::debug);
    in.register_get_direct_mem_ptr(this, &em_ram::dmi);
  }
  uint8_t *data() {
    return bytes_.data();
  }

 private:
  void transport(tlm::tlm_generic_payload &payload, sc_core::sc_time &) {
    const bool whole = debug(payload) == payload.get_data_length() && payload.get_byte_enable_ptr() == nullptr;
    payload.set_response_status(whole ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
    payload.set_dmi_allowed(true);
  }
  unsigned debug(tlm::tlm_generic_payload &payload) {
    const uint64_t at = payload.get_address(), length = payload.get_data_length();
    if (at > bytes_.size() || length > bytes_.size() - at) {
      return 0;
    }
    uint8_t *memory = bytes_.data() + at, *data = payload.get_data_ptr();
    if (payload.is_read()) {
      std::copy(memory, memory + length, data);
    } else if (payload.is_write()) {
      std::copy(data, data + length, memory);
    }
    return static_cast<unsigned>(length);
  }
  bool dmi(tlm::tlm_generic_payload &, tlm::tlm_dmi &dmi) {
    dmi.init();
    dmi.set_dmi_ptr(bytes_.data());
    dmi.set_start_address(0);
    dmi.set_end_address(bytes_.size() - 1);
    dmi.allow_read_write();
    return true;
  }

  std::vector<uint8_t> bytes_;
};

#endif
