// em_tlm, transaction by transaction: what is answered, when, and what is refused. Usage: component SIDE DESIGN NETWORK
// FRAMES (two or more) TRACE
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "models/network/apb.h"
#include "tests/systemc/bench.h"

using sc_core::sc_time_stamp;
using sc_core::wait;

namespace {

int late_reports, tlast_reports, other_reports;

void count_reports(const sc_core::sc_report &report, const sc_core::sc_actions &actions) {
  if (std::string(report.get_msg_type()) == em_report_late) {
    late_reports++;
  } else if (std::string(report.get_msg_type()) == em_report_tlast) {
    tlast_reports++;
  } else if (report.get_severity() > sc_core::SC_INFO) {
    other_reports++;
    sc_core::sc_report_handler::default_handler(report, actions);
  }
}

struct component_test : bench {
  em_tlm &dut;
  sc_core::sc_signal<bool> irq, rst_n;
  sc_core::sc_time irq_rose;
  em_stream_sizes sizes;
  std::vector<int8_t> result;
  sc_core::sc_event go, gone;

  component_test(sc_core::sc_module_name name, const em_inputs *given, em_tlm &accelerator)
      : bench(name, given),
        dut(accelerator),
        rst_n("rst_n", true),
        sizes(accelerator.streams()),
        result(sizes.result_bytes) {
    bind(dut);
    dut.irq.bind(irq);
    dut.rst_n.bind(rst_n);
    SC_HAS_PROCESS(component_test);
    SC_THREAD(run);
    SC_THREAD(send_later);
    SC_METHOD(note_irq);
    sensitive << irq;
  }

  void note_irq() {
    if (irq.read()) {
      irq_rose = sc_time_stamp();
    }
  }
  // A second initiator.
  void send_later() {
    while (true) {
      wait(go);
      send(to_stream, true, 0, frame(0), sizes.frame_bytes);
      gone.notify(sc_core::SC_ZERO_TIME);
    }
  }
  bool right(uint64_t index) {
    return std::memcmp(result.data(), em_inputs_results(inputs) + index * sizes.result_bytes, sizes.result_bytes) == 0;
  }
  tlm::tlm_response_status read_result(em_packet *packet = nullptr) {
    return send(from_stream, false, 0, result.data(), sizes.result_bytes, nullptr, packet);
  }
  uint64_t now() {
    return dut.cycle_at(sc_time_stamp());
  }

  void registers() {
    const uint64_t before = now();
    check(read(EM_APB_ID) == EM_APB_ID_VALUE, "reads the id");
    check(now() == before + 2, "a word takes two clocks");
    uint32_t hash[2] = {};
    check(send(apb, false, EM_APB_HASH_LOW, hash, 8) == tlm::TLM_OK_RESPONSE &&
              (uint64_t{hash[1]} << 32 | hash[0]) == em_design_hash(&dut.design()),
          "reads two words at once");
    uint32_t word[2] = {1, 1}, units = 7 * dut.design().shape.m + 7;
    check(send(apb, false, 2, word, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "an unaligned address is refused");
    check(send(apb, false, UINT64_C(1) << 32, word, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "so is one past the map");
    check(send(apb, false, units << 24, word, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "and a unit past the last");
    check(send(apb, true, units << 24, word, 4) == tlm::TLM_ADDRESS_ERROR_RESPONSE, "and its writing");
    check(send(apb, false, 0, word, 3) == tlm::TLM_BURST_ERROR_RESPONSE, "a length of 3 is refused");
    check(send(apb, false, 0, word, 0) == tlm::TLM_BURST_ERROR_RESPONSE, "so is none");
    check(read(0x20) == 0, "what nothing answers reads as 0");
    unsigned char not_first[4] = {0, 0xff, 0xff, 0xff};
    check(send(apb, true, EM_APB_CTRL, word, 4, not_first) == tlm::TLM_OK_RESPONSE && read(EM_APB_CTRL) == 0,
          "a write without its byte is none");
  }

  void streams_wait_for_the_core() {
    go.notify();
    wait(100 * dut.clock_period());
    check(!dut.running() && dut.results() == 0, "a frame waits while the core is held");
    check(write(EM_APB_CTRL, 1) == tlm::TLM_OK_RESPONSE, "starts");
    const uint64_t start = dut.run_start_cycle();
    check(now() == start, "the cycle after the access is cycle 0");
    wait(gone);
    const uint32_t beats = sizes.frame_bytes / sizes.in_bytes;
    check(now() == start + beats, "the waiting frame's beats are those of the first cycles");
    check(!irq.read(), "no interrupt before a result");
    em_packet packet;
    check(read_result(&packet) == tlm::TLM_OK_RESPONSE && right(0), "the result is the model's");
    check(packet.last, "and ends a packet");
    check(now() == start + dut.last_result_cycle() + 1, "it is there in the cycle after its last beat");
    check(irq_rose == dut.time_of(start + dut.last_result_cycle() + 1), "so is the interrupt");
    wait(2 * dut.clock_period());
    check(!irq.read(), "which falls when the result is read");
  }

  void while_running() {
    check(write(em_apb_address(2, 0, 0), 0) == tlm::TLM_COMMAND_ERROR_RESPONSE, "no writing while it runs");
    check(write(EM_APB_ID, 0) == tlm::TLM_COMMAND_ERROR_RESPONSE, "nor of a global register");
    uint32_t cycles = read(EM_APB_CYCLES);
    check(dut.run_start_cycle() + cycles + 1 == now(), "CYCLES counts to the access");
    uint32_t busy = read(em_apb_address(1, 0, EM_APB_BUSY)), starved = read(em_apb_address(1, 0, EM_APB_STARVED)),
             blocked = read(em_apb_address(1, 0, EM_APB_BLOCKED));
    check(busy == sizes.frame_bytes / sizes.in_bytes, "axis_in was busy for the beats of a frame");
    check(busy + starved + blocked <= cycles + 6, "counters add up");
    char byte = 0;
    check(send(to_stream, false, 0, &byte, sizes.in_bytes) == tlm::TLM_COMMAND_ERROR_RESPONSE, "stream in: no reading");
    check(send(from_stream, true, 0, &byte, sizes.out_bytes) == tlm::TLM_COMMAND_ERROR_RESPONSE,
          "stream out: no writing");
    check(send(to_stream, true, 0, &byte, 0) == tlm::TLM_BURST_ERROR_RESPONSE, "stream in: whole beats");
    check(
        sizes.in_bytes == 1 || send(to_stream, true, 0, frame(0), sizes.in_bytes - 1) == tlm::TLM_BURST_ERROR_RESPONSE,
        "stream in: no part of a beat");
    unsigned char all[4] = {0xff, 0xff, 0xff, 0xff};
    check(send(to_stream, true, 0, frame(0), sizes.frame_bytes, all) == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE,
          "stream in: no byte enables");
  }

  void wrong_packets() {
    em_packet packet;
    packet.last = true;
    const uint32_t beats = sizes.frame_bytes / sizes.in_bytes;
    if (beats > 1) {
      send(to_stream, true, 0, frame(1), sizes.in_bytes, nullptr, &packet);
      wait(dut.clock_period());
      check(read(EM_APB_STATUS) == 1 && tlast_reports == 1, "a tlast too early is an error, told once");
      check(irq.read(), "and an interrupt");
      packet.last = false;
      send(to_stream, true, 0, frame(1) + sizes.in_bytes, sizes.frame_bytes - sizes.in_bytes, nullptr, &packet);
      check(read(EM_APB_STATUS) == 1 && tlast_reports == 1, "it stays, and is not told again");
    } else {
      send(to_stream, true, 0, frame(1), sizes.frame_bytes);
    }
    check(read_result() == tlm::TLM_OK_RESPONSE && right(1), "the frame counts all the same");
  }

  void stops() {
    const uint32_t beats = sizes.frame_bytes / sizes.in_bytes;
    em_packet packet;
    send(to_stream, true, 0, frame(1), sizes.in_bytes * (beats > 1 ? beats / 2 : 1), nullptr, &packet);
    check(write(EM_APB_CTRL, 0) == tlm::TLM_OK_RESPONSE && !dut.running(), "stops in the middle of a frame");
    uint32_t cycles = read(EM_APB_CYCLES);
    wait(50 * dut.clock_period());
    check(read(EM_APB_CYCLES) == cycles, "counters keep their values");
    check(write(EM_APB_CTRL, 1) == tlm::TLM_OK_RESPONSE && read(EM_APB_STATUS) == 0, "starts anew, without the error");
    wait(2 * dut.clock_period());
    check(!irq.read(), "nor its interrupt");
    send(to_stream, true, 0, frame(1), sizes.frame_bytes);
    check(read_result() == tlm::TLM_OK_RESPONSE && right(1), "a frame from its beginning");
  }

  void resets() {
    const uint32_t beats = sizes.frame_bytes / sizes.in_bytes;
    em_packet packet;
    send(to_stream, true, 0, frame(0), sizes.in_bytes * (beats > 1 ? beats / 2 : 1), nullptr, &packet);
    rst_n.write(false);
    wait(5 * dut.clock_period());
    uint32_t word = 0;
    check(send(apb, false, 0, &word, 4) == tlm::TLM_GENERIC_ERROR_RESPONSE, "answers nothing in reset");
    rst_n.write(true);
    wait(5 * dut.clock_period());
    check(read(EM_APB_CTRL) == 0 && read(EM_APB_CYCLES) == 0, "is held after it, counters 0");
    write(EM_APB_CTRL, 1);
    send(to_stream, true, 0, frame(0), sizes.frame_bytes);
    check(read_result() == tlm::TLM_OK_RESPONSE && right(0), "contents outlive it");
  }

  void debug_and_dmi() {
    const bool model = dut.compared_cycles() == 0;
    tlm::tlm_generic_payload payload;
    uint32_t word = 0;
    const sc_core::sc_time before = sc_time_stamp();
    payload.set_read();
    payload.set_address(EM_APB_CTRL);
    payload.set_data_ptr(reinterpret_cast<unsigned char *>(&word));
    payload.set_data_length(4);
    check(apb->transport_dbg(payload) == 4 && word == 1 && sc_time_stamp() == before, "debug reads without time");
    tlm::tlm_dmi dmi;
    payload.set_write();
    payload.set_address(em_apb_address(2, 1, 0));
    check(!apb->get_direct_mem_ptr(payload, dmi), "no DMI while it runs");
    write(EM_APB_CTRL, 0);
    if (!model) {
      check(!apb->get_direct_mem_ptr(payload, dmi), "nor with the RTL at all");
      return;
    }
    payload.set_address(em_apb_address(2, 0, 0));
    check(!apb->get_direct_mem_ptr(payload, dmi), "none to registers");
    payload.set_address(em_apb_address(2, 1, 4));
    check(apb->get_direct_mem_ptr(payload, dmi) && dmi.is_write_allowed() && !dmi.is_read_allowed() &&
              dmi.get_start_address() == em_apb_address(2, 1, 0),
          "DMI to a weight memory while it is held, for writing");
    unsigned char *image = dmi.get_dmi_ptr();
    const size_t bytes = dmi.get_end_address() - dmi.get_start_address() + 1;
    std::vector<unsigned char> weights(image, image + bytes);
    for (size_t i = 0; i < bytes; i++) {
      image[i] = static_cast<unsigned char>(weights[i] ^ (i * 37 + 0x80));
    }
    write(EM_APB_CTRL, 1);
    check(invalidated == 1, "which a start invalidates");
    send(to_stream, true, 0, frame(0), sizes.frame_bytes);
    check(read_result() == tlm::TLM_OK_RESPONSE && !right(0), "what was written that way counts");
    write(EM_APB_CTRL, 0);
    payload.set_address(em_apb_address(2, 1, 0));
    payload.set_data_ptr(weights.data());
    payload.set_data_length(static_cast<unsigned>(bytes));
    check(apb->transport_dbg(payload) == bytes, "debug writes a memory");
    write(EM_APB_CTRL, 1);
    send(to_stream, true, 0, frame(0), sizes.frame_bytes);
    check(read_result() == tlm::TLM_OK_RESPONSE && right(0), "which gives the old results again");
  }

  void late() {
    send(to_stream, true, 0, frame(0), sizes.frame_bytes, nullptr, nullptr, true); /* its time is not waited for */
    const uint64_t reached = dut.cycle_at(sc_time_stamp() + local);
    uint32_t word = 0;
    send(apb, false, EM_APB_CYCLES, &word, 4, nullptr, nullptr, true);
    check(dut.cycle_at(sc_time_stamp() + local) == reached + 2, "an early transaction is taken at the time reached");
    send(apb, false, EM_APB_CYCLES, &word, 4);
    check(dut.late_transactions() >= 1 && late_reports == 1, "which is told once, and counted");
    check(read_result() == tlm::TLM_OK_RESPONSE && right(0), "and loses nothing");
  }

  void run() {
    load();
    registers();
    streams_wait_for_the_core();
    while_running();
    wrong_packets();
    stops();
    resets();
    debug_and_dmi();
    if (!dut.running()) {
      write(EM_APB_CTRL, 1);
    }
    late();
    check(other_reports == 0 && dut.divergences() == 0, "nothing else was reported");
    sc_core::sc_stop();
  }
};

void parameters(bench &b) {
  em_parameters p;
  std::string text;
  p.set("clock_period", "2.5");
  b.check(p.clock_period == sc_core::sc_time(2.5, sc_core::SC_NS), "a parameter by name");
  for (const char *bad : {"colour", "side"}) {
    try {
      p.set(bad, "red");
    } catch (const std::invalid_argument &refused) {
      text += refused.what();
    }
  }
  b.check(text.find("no parameter \"colour\"; there are") != std::string::npos &&
              text.find("model, rtl or both") != std::string::npos,
          "an unknown one, or a wrong value, is refused with what is allowed");
}

}  // namespace

int sc_main(int argc, char **argv) {
  if (argc != 6) {
    return 2;
  }
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_handler(count_reports);
  em_error error = {};
  em_inputs *inputs = nullptr;
  double seconds = 0;
  uint64_t last = 0;
  if (em_inputs_open(&inputs, argv[2], argv[3], argv[4], 2, &error) != EM_OK ||
      em_inputs_bare(inputs, false, &seconds, &last, &error) != EM_OK) {
    std::printf("not ok - %s\n", error.text);
    return 1;
  }
  em_parameters p;
  p.set("design", argv[2]);
  p.set("side", argv[1]);
  tlm::tlm_global_quantum::instance().set(sc_core::SC_ZERO_TIME);
  int failures = 0;
  {
    em_tlm dut("dut", p);
    component_test test("test", inputs, dut);
    sc_core::sc_trace_file *trace = sc_core::sc_create_vcd_trace_file(argv[5]);
    dut.trace(trace);
    parameters(test);
    sc_core::sc_start();
    sc_core::sc_close_vcd_trace_file(trace);
    std::ifstream vcd(std::string(argv[5]) + ".vcd");
    std::string text((std::istreambuf_iterator<char>(vcd)), std::istreambuf_iterator<char>());
    test.check(text.find("running") != std::string::npos && text.find("ssm") != std::string::npos, "a VCD of engines");
    failures = test.failures;
  }
  em_inputs_close(inputs);
  return failures != 0;
}
