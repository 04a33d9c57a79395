// For the tests of em_tlm: a module that sends single transactions, and TAP.
#ifndef EM_TESTS_SYSTEMC_BENCH_H
#define EM_TESTS_SYSTEMC_BENCH_H

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdio>
#include <string>

#include "sim/systemc/em_tlm.h"
#include "sim/systemc/platform/inputs.h"

struct bench : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<bench, 32> apb, to_stream, from_stream;
  const em_inputs *inputs;
  sc_core::sc_time local;  // delay of the latest transaction
  int failures = 0, invalidated = 0;

  bench(sc_core::sc_module_name name, const em_inputs *given)
      : sc_module(name), apb("apb"), to_stream("to_stream"), from_stream("from_stream"), inputs(given) {
    apb.register_invalidate_direct_mem_ptr(this, &bench::invalidate);
  }
  void invalidate(sc_dt::uint64, sc_dt::uint64) {
    invalidated++;
  }

  void check(bool good, const std::string &name) {
    std::printf("%s - %s\n", good ? "ok" : "not ok", name.c_str());
    failures += !good;
  }

  // One transaction; waits out its delay unless told to keep it.
  template <typename Socket>
  tlm::tlm_response_status send(Socket &socket, bool write, uint64_t address, void *data, unsigned bytes,
                                unsigned char *enables = nullptr, em_packet *packet = nullptr, bool keep = false) {
    tlm::tlm_generic_payload payload;
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_data_ptr(static_cast<unsigned char *>(data));
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    payload.set_byte_enable_ptr(enables);
    payload.set_byte_enable_length(enables != nullptr ? 4 : 0);
    if (packet != nullptr) {
      payload.set_extension(packet);
    }
    local = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, local);
    if (packet != nullptr) {
      payload.clear_extension(packet);
    }
    if (!keep) {
      sc_core::wait(local);
    }
    return payload.get_response_status();
  }
  tlm::tlm_response_status write(uint32_t address, uint32_t data) {
    return send(apb, true, address, &data, 4);
  }
  uint32_t read(uint32_t address) {
    uint32_t data = 0xdeadbeef;
    return send(apb, false, address, &data, 4) == tlm::TLM_OK_RESPONSE ? data : 0xdeadbeef;
  }
  static em_status put(void *self, uint32_t address, uint32_t data, em_error *error) {
    return static_cast<bench *>(self)->write(address, data) == tlm::TLM_OK_RESPONSE
               ? EM_OK
               : em_fail(error, EM_FAILED, "refused");
  }
  void load() {
    em_error error = {};
    check(em_inputs_words(inputs, put, this, &error) == EM_OK, std::string("loads over the map ") + error.text);
  }
  int8_t *frame(uint64_t index) {
    return const_cast<int8_t *>(em_inputs_frame(inputs, index));
  }
  void bind(em_tlm &accelerator) {
    apb.bind(accelerator.apb);
    to_stream.bind(accelerator.stream_in);
    from_stream.bind(accelerator.stream_out);
  }
};

#endif
