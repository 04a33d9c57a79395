// Random sequences of transactions on both sides in lock-step: register reads and writes in the middle of runs, stop
// and go, resets, frames whole and by beats, results read late. Usage: sequences DESIGN NETWORK FRAMES SEED COUNT
#include <cstdlib>
#include <cstring>

#include "models/network/apb.h"
#include "tests/systemc/bench.h"

extern "C" {
#include "tests/support/random.h"
}

using sc_core::wait;

namespace {

struct sequences : bench {
  em_tlm &dut;
  sc_core::sc_signal<bool> irq, rst_n;
  em_stream_sizes sizes;
  em_random random;
  uint32_t left;
  uint64_t results = 0, wrong = 0, expected = 0;
  uint32_t fed = 0;          // beats of the present frame
  std::vector<int> pending;  // frames whose results are on their way, by index

  sequences(sc_core::sc_module_name name, const em_inputs *given, em_tlm &accelerator, uint64_t seed, uint32_t count)
      : bench(name, given),
        dut(accelerator),
        rst_n("rst_n", true),
        sizes(accelerator.streams()),
        random(em_random_seeded(seed, 21)),
        left(count) {
    bind(dut);
    dut.irq.bind(irq);
    dut.rst_n.bind(rst_n);
    SC_HAS_PROCESS(sequences);
    SC_THREAD(run);
  }

  uint32_t draw(uint32_t low, uint32_t high) {
    return em_random_count(&random, low, high);
  }

  void some_register() {
    uint32_t address = em_apb_address(draw(0, 7 * dut.design().shape.m + 8), draw(0, 9) == 0 ? draw(1, 3) : 0,
                                      draw(0, 4) == 0 ? draw(0, 0x1fffff) & ~3U : 4 * draw(0, 20));
    uint32_t data = 0;
    if (address == EM_APB_CTRL || dut.running() == false || draw(0, 2) > 0) {
      send(apb, false, address, &data, 4);
    } else {
      data = draw(0, UINT32_MAX); /* refused: it runs */
      send(apb, true, address, &data, 4);
    }
  }

  // What the core holds is lost; results that were received are not.
  void lose() {
    pending.clear();
    fed = 0;
  }

  void stop_and_go() {
    uint32_t on = dut.running() ? 0 : 1;
    send(apb, true, EM_APB_CTRL, &on, 4);
    drain();
    lose();
  }

  void reset() {
    rst_n.write(false);
    wait(draw(1, 4) * dut.clock_period());
    rst_n.write(true);
    wait(draw(1, 3) * dut.clock_period());
    drain();
    lose();
  }

  // Results that are in the receiver already.
  void drain() {
    std::vector<unsigned char> bytes(4096);
    tlm::tlm_generic_payload payload;
    payload.set_read();
    payload.set_data_ptr(bytes.data());
    payload.set_data_length(4096);
    unsigned there = from_stream->transport_dbg(payload);
    if (there > 0) {
      send(from_stream, false, 0, bytes.data(), there);
    }
  }

  void feed() {
    if (!dut.running()) {
      return;
    }
    const uint32_t beats = sizes.frame_bytes / sizes.in_bytes;
    const int index = static_cast<int>(draw(0, static_cast<uint32_t>(em_inputs_count(inputs)) - 1));
    static int present = 0;
    present = fed == 0 ? index : present;
    uint32_t count = draw(0, 2) == 0 ? beats - fed : draw(1, beats - fed);
    send(to_stream, true, 0, frame(static_cast<uint64_t>(present)) + size_t{fed} * sizes.in_bytes,
         count * sizes.in_bytes, nullptr, draw(0, 30) == 0 ? &odd : nullptr, draw(0, 3) == 0);
    wait(local);
    fed = fed + count == beats ? 0 : fed + count;
    if (fed == 0) {
      pending.push_back(present);
    }
  }
  em_packet odd;

  void fetch() {
    if (pending.empty()) {
      return;
    }
    std::vector<int8_t> result(sizes.result_bytes);
    send(from_stream, false, 0, result.data(), sizes.result_bytes);
    const int8_t *right = em_inputs_results(inputs) + static_cast<size_t>(pending.front()) * sizes.result_bytes;
    wrong += std::memcmp(result.data(), right, sizes.result_bytes) != 0;
    results++;
    pending.erase(pending.begin());
  }

  // Whatever was before, the core goes on: one whole frame more, and all results.
  void go_on() {
    uint32_t on = 1;
    if (!dut.running()) {
      wait(2 * dut.clock_period()); /* what came out in the very cycle of the stop is in the receiver then */
      drain();
      send(apb, true, EM_APB_CTRL, &on, 4);
      lose();
    }
    do {
      feed();
    } while (fed != 0);
    while (!pending.empty()) {
      fetch();
    }
  }

  void run() {
    load();
    for (; left > 0; left--) {
      uint32_t what = draw(0, 99);
      if (what < 30) {
        some_register();
      } else if (what < 60) {
        feed();
      } else if (what < 75) {
        fetch();
      } else if (what < 92) {
        wait(draw(0, 300) * dut.clock_period() + sc_core::sc_time(draw(0, 9), sc_core::SC_NS));
      } else if (what < 97 || !dut.running()) {
        stop_and_go();
      } else {
        reset();
      }
    }
    go_on();
    std::printf("# %llu cycles compared, %llu results\n", static_cast<unsigned long long>(dut.compared_cycles()),
                static_cast<unsigned long long>(results));
    check(dut.divergences() == 0 && dut.compared_cycles() > 0, "no divergence");
    check(wrong == 0 && results > 0, "every result is right");
    sc_core::sc_stop();
  }
};

}  // namespace

int sc_main(int argc, char **argv) {
  if (argc != 6) {
    return 2;
  }
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  sc_core::sc_report_handler::set_actions(em_report_tlast, sc_core::SC_DO_NOTHING);
  em_error error = {};
  em_inputs *inputs = nullptr;
  double seconds = 0;
  uint64_t last = 0;
  if (em_inputs_open(&inputs, argv[1], argv[2], argv[3], 0, &error) != EM_OK ||
      em_inputs_bare(inputs, false, &seconds, &last, &error) != EM_OK) {
    std::printf("not ok - %s\n", error.text);
    return 1;
  }
  em_parameters p;
  p.design = argv[1];
  p.side = "both";
  p.out_buffer = em_inputs_streams(inputs).result_bytes * UINT64_C(64);
  tlm::tlm_global_quantum::instance().set(sc_core::SC_ZERO_TIME);
  int failures = 0;
  {
    em_tlm dut("dut", p);
    sequences test("test", inputs, dut, std::strtoull(argv[4], nullptr, 10),
                   static_cast<uint32_t>(std::strtoul(argv[5], nullptr, 10)));
    sc_core::sc_start();
    failures = test.failures;
  }
  em_inputs_close(inputs);
  return failures != 0;
}
