// emamba-platform: a processor, a memory, a DMA and the accelerator on a bus classify frames.
#include <getopt.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

extern "C" {
#include "models/time/stimulus.h"
}
#include "sim/systemc/em_tlm.h"
#include "sim/systemc/platform/cpu.h"
#include "sim/systemc/platform/pin_board.h"
#include "sim/systemc/platform/qemu_cpu.h"

namespace {

struct options {
  std::string design, network, frames, output, trace, firmware;
  em_parameters accelerator;
  std::string style = "lt", burst = "frame";
  uint64_t frame_limit = 0, seed = 0;
  double quantum_us = 10, stall_in = 0;
  bool bare = false;
};

const char help[] =
    "usage: emamba-platform DESIGN -n NETWORK -i FRAMES [options]\n"
    "a virtual platform: a processor loads the network over the bus, a DMA carries frames and results\n\n"
    "  -n, --network FILE    the network (*.safetensors)\n"
    "  -i, --input FILE      the frames (*.safetensors)\n"
    "      --frames N        only the first N frames (default: all)\n"
    "  -o, --output FILE     write the output codes (*.safetensors)\n"
    "      --firmware ELF    the processor is RISC-V in QEMU and runs this (build/emamba-firmware.elf), not the host\n"
    "      --side SIDE       model, rtl, or both in lock-step (default: model)\n"
    "      --style STYLE     lt: b_transport; at: four phases; pins: waveforms, clock by clock (default: lt)\n"
    "      --burst BURST     a stream transaction is a frame or a beat (default: frame)\n"
    "      --quantum US      global quantum, microseconds (default: 10)\n"
    "      --stall-in P      probability of a bubble before an input beat, as of emamba run; by beats\n"
    "      --stall-out P     probability that the output is not ready, in every cycle\n"
    "      --seed S          seed of the stalls (default: 0)\n"
    "      --trace FILE      write a VCD of engines and streams to FILE.vcd (slow)\n"
    "      --set NAME=VALUE  any parameter of em_tlm\n"
    "      --bare            run the same frames in a plain loop too, and compare the speeds\n"
    "  -h, --help            this text\n";

[[noreturn]] void refuse(const std::string &text) {
  std::fprintf(stderr, "emamba-platform: %s\n", text.c_str());
  std::exit(EM_BAD_INPUT);
}

double number(const char *option, const char *value, double low, double high) {
  char *end = nullptr;
  double parsed = std::strtod(value, &end);
  if (*value == '\0' || *end != '\0' || !(parsed >= low && parsed <= high)) {
    char text[200];
    std::snprintf(text, sizeof text, "--%s %.40s: a number in %g..%g", option, value, low, high);
    refuse(text);
  }
  return parsed;
}

std::string choice(const char *option, const std::string &value, const std::string &first, const std::string &second,
                   const std::string &third) {
  if (value != first && value != second && value != third) {
    refuse(std::string("--") + option + " " + value + ": " + first + ", " + second +
           (third == second ? "" : " or " + third));
  }
  return value;
}

void set(em_parameters &parameters, const std::string &name, const std::string &value) {
  try {
    parameters.set(name, value);
  } catch (const std::invalid_argument &bad) {
    refuse(bad.what());
  }
}

options parse(int argc, char **argv) {
  static const option known[] = {
      {"network", 1, nullptr, 'n'},   {"input", 1, nullptr, 'i'},   {"frames", 1, nullptr, 'f'},
      {"output", 1, nullptr, 'o'},    {"side", 1, nullptr, 's'},    {"style", 1, nullptr, 'y'},
      {"burst", 1, nullptr, 'b'},     {"quantum", 1, nullptr, 'q'}, {"stall-in", 1, nullptr, 'I'},
      {"stall-out", 1, nullptr, 'O'}, {"seed", 1, nullptr, 'S'},    {"trace", 1, nullptr, 't'},
      {"set", 1, nullptr, 'P'},       {"bare", 0, nullptr, 'B'},    {"help", 0, nullptr, 'h'},
      {"firmware", 1, nullptr, 'F'},  {nullptr, 0, nullptr, 0}};
  options o;
  for (int c; (c = getopt_long(argc, argv, "n:i:o:h", known, nullptr)) != -1;) {
    switch (c) {
      case 'n': o.network = optarg; break;
      case 'i': o.frames = optarg; break;
      case 'o': o.output = optarg; break;
      case 'f': o.frame_limit = static_cast<uint64_t>(number("frames", optarg, 1, 1e9)); break;
      case 's': set(o.accelerator, "side", optarg); break;
      case 'y': o.style = choice("style", optarg, "lt", "at", "pins"); break;
      case 'b': o.burst = choice("burst", optarg, "frame", "beat", "beat"); break;
      case 'q': o.quantum_us = number("quantum", optarg, 0, 1e9); break;
      case 'I': o.stall_in = number("stall-in", optarg, 0, EM_STALL_MAX); break;
      case 'O': set(o.accelerator, "stall_out", optarg); break;
      case 'S':
        set(o.accelerator, "seed", optarg);
        o.seed = o.accelerator.seed;
        break;
      case 't': o.trace = optarg; break;
      case 'P': {
        std::string text = optarg;
        size_t at = text.find('=');
        set(o.accelerator, text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1));
        break;
      }
      case 'B': o.bare = true; break;
      case 'F': o.firmware = optarg; break;
      case 'h': std::fputs(help, stdout); std::exit(0);
      default: std::exit(EM_BAD_INPUT);
    }
  }
  if (optind + 1 != argc || o.network.empty() || o.frames.empty()) {
    refuse("one design, -n NETWORK and -i FRAMES; see emamba-platform --help");
  }
  o.design = o.accelerator.design = argv[optind];
  if (!o.firmware.empty() && access(o.firmware.c_str(), R_OK) != 0) {
    refuse("--firmware " + o.firmware + ": " + std::strerror(errno));
  }
  o.burst = o.stall_in > 0 && o.style != "pins" ? "beat" : o.burst;
  return o;
}

int largest(const int8_t *codes, uint32_t count) {
  int best = 0;
  for (uint32_t i = 1; i < count; i++) {
    best = codes[i] > codes[best] ? static_cast<int>(i) : best;
  }
  return best;
}

// The platform: who is bound to whom.
template <typename Accelerator>
struct platform {
  em_work work;
  Accelerator accelerator;
  em_bus bus;
  em_ram memory;
  em_dma dma;
  std::unique_ptr<em_cpu> cpu;
  sc_core::sc_signal<bool> dma_done;

  platform(const options &o, em_stream_sizes sizes, uint64_t count, const uint32_t *image, uint32_t image_words)
      : work{image, image_words, static_cast<uint32_t>(count), 0, static_cast<uint32_t>(count * sizes.frame_bytes)},
        accelerator("accelerator", o.accelerator),
        bus("bus"),
        memory("memory", count * (uint64_t{sizes.frame_bytes} + sizes.result_bytes)),
        dma("dma", {sizes.in_bytes, sizes.frame_bytes, sizes.result_bytes, o.style == "at", o.burst == "beat",
                    o.stall_in > 0 && o.style != "pins" ? stalls(o) : nullptr}),
        cpu(o.firmware.empty() ? std::unique_ptr<em_cpu>(new em_host_cpu("cpu", work))
                               : std::unique_ptr<em_cpu>(new em_qemu_cpu("cpu", work, o.firmware))) {
    if constexpr (std::is_same_v<Accelerator, em_pin_board>) {
      accelerator.set_stall_in(o.stall_in);
    }
    bus.map(EM_MAP_MEMORY, count * (uint64_t{sizes.frame_bytes} + sizes.result_bytes), memory.in);
    bus.map(EM_MAP_DMA, EM_MAP_DMA_BYTES, dma.registers);
    bus.map(EM_MAP_ACCELERATOR, EM_MAP_ACCELERATOR_BYTES, accelerator.apb);
    cpu->bus.bind(bus.in);
    dma.memory.bind(bus.in);
    dma.to_stream.out.bind(accelerator.stream_in);
    dma.from_stream.out.bind(accelerator.stream_out);
    dma.irq.bind(dma_done);
    cpu->dma_irq.bind(dma_done);
  }

  // The source's stalls of `emamba run`: in which cycle of the run the next beat is offered.
  std::function<sc_core::sc_time(const sc_core::sc_time &)> stalls(const options &o) {
    const em_stimulus stimulus = {o.seed, o.stall_in, 0, false};
    return [this, stimulus](const sc_core::sc_time &from) {
      while (!accelerator.running()) {
        sc_core::wait(accelerator.started());
      }
      uint64_t start = accelerator.run_start_cycle();
      uint64_t cycle = std::max(accelerator.cycle_at(std::max(from, sc_core::sc_time_stamp())), start);
      while (!em_stimulus_offers(&stimulus, cycle - start)) {
        cycle++;
      }
      return accelerator.time_of(cycle);
    };
  }
};

template <typename Platform>
int report(const options &o, const em_inputs *inputs, Platform &p, em_stream_sizes sizes) {
  const uint64_t count = em_inputs_count(inputs);
  const auto *codes = reinterpret_cast<const int8_t *>(p.memory.data() + p.work.destination);
  em_error error = {};
  if (!o.output.empty() && em_inputs_save(inputs, o.output.c_str(), codes, &error) != EM_OK) {
    std::fprintf(stderr, "emamba-platform: %s\n", error.text);
    return EM_FAILED;
  }
  uint64_t right = 0;
  for (uint64_t i = 0; i < count; i++) {
    right += largest(codes + i * sizes.result_bytes, em_inputs_outputs(inputs)) == em_inputs_class(inputs, i);
  }
  const double speed = static_cast<double>(count) / p.cpu->host_seconds();
  if (o.bare) {
    double seconds = 0;
    uint64_t last = 0;
    if (em_inputs_bare(inputs, o.accelerator.side == "rtl", &seconds, &last, &error) != EM_OK) {
      std::fprintf(stderr, "emamba-platform: %s\n", error.text);
      return EM_FAILED;
    }
    std::printf("a plain loop: last cycle %" PRIu64 ", %.0f frames/s; here %.0f: %.2f of it\n", last,
                static_cast<double>(count) / seconds, speed, speed * seconds / static_cast<double>(count));
  }
  std::printf("platform: %" PRIu64 " frames, last cycle %" PRIu64 ", ", count, p.accelerator.last_result_cycle());
  if (em_inputs_class(inputs, 0) >= 0) {
    std::printf("%" PRIu64 " right, ", right);
  }
  if (o.accelerator.side == "both") {
    std::printf("%" PRIu64 " cycles compared, %" PRIu64 " divergences, ", p.accelerator.compared_cycles(),
                p.accelerator.divergences());
  }
  std::printf("%" PRIu64 " late, %" PRIu64 " bus transfers, %s\n", p.accelerator.late_transactions(),
              p.cpu->transfers(), sc_core::sc_time_stamp().to_string().c_str());
  return p.accelerator.divergences() == 0 ? EM_OK : EM_FAILED;
}

template <typename Accelerator>
int run(const options &o, em_inputs *inputs) {
  const em_stream_sizes sizes = em_inputs_streams(inputs);
  const uint64_t count = em_inputs_count(inputs);
  uint32_t image_words = 0;
  const uint32_t *image = em_inputs_image(inputs, &image_words);
  if (image == nullptr || count * (uint64_t{sizes.frame_bytes} + sizes.result_bytes) >= UINT64_C(1) << 32) {
    std::fprintf(stderr, "emamba-platform: out of memory: the platform's has less than 4 GiB\n");
    return EM_FAILED;
  }
  platform<Accelerator> p(o, sizes, count, image, image_words);
  std::memcpy(p.memory.data() + p.work.source, em_inputs_frame(inputs, 0), count * sizes.frame_bytes);
  sc_core::sc_trace_file *trace = nullptr;
  if (!o.trace.empty()) {
    trace = sc_core::sc_create_vcd_trace_file(o.trace.c_str());
    p.accelerator.trace(trace);
  }
  sc_core::sc_start();
  if (trace != nullptr) {
    sc_core::sc_close_vcd_trace_file(trace);
  }
  if (!p.cpu->finished()) {
    std::fprintf(stderr, "emamba-platform: the driver ended at %s with status %d, before the last result\n",
                 sc_core::sc_time_stamp().to_string().c_str(), p.cpu->driver_status());
    return EM_FAILED;
  }
  return report(o, inputs, p, sizes);
}

int run(const options &o) {
  em_error error = {};
  em_inputs *opened = nullptr;
  em_status status =
      em_inputs_open(&opened, o.design.c_str(), o.network.c_str(), o.frames.c_str(), o.frame_limit, &error);
  if (status != EM_OK) {
    std::fprintf(stderr, "emamba-platform: %s\n", error.text);
    return status;
  }
  std::unique_ptr<em_inputs, void (*)(em_inputs *)> inputs(opened, em_inputs_close);
  tlm::tlm_global_quantum::instance().set(sc_core::sc_time(o.quantum_us, sc_core::SC_US));
  return o.style == "pins" ? run<em_pin_board>(o, opened) : run<em_tlm>(o, opened);
}

}  // namespace

int sc_main(int argc, char **argv) {
  sc_core::sc_report_handler::set_actions("/OSCI/SystemC", sc_core::SC_DO_NOTHING);
  const options o = parse(argc, argv);
  try {
    return run(o);
  } catch (const sc_core::sc_report &failed) {
    std::fprintf(stderr, "emamba-platform: %s: %s\n", failed.get_msg_type(), failed.get_msg());
    return EM_FAILED;
  }
}
