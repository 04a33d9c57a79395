// The Verilated accelerator behind sim/lockstep/rtl_port.h. Compiled once for every design, with or without waves
// (EM_WAVE).
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>
#include <string>

#include "Vem_top.h"
#include "sim/lockstep/rtl_port.h"
#include "verilated.h"
#include "verilated_syms.h"
#ifdef EM_WAVE
#include "gtkwave/fstapi.h"
#include "verilated_fst_c.h"
#endif

struct em_rtl {
  VerilatedContext context;
  std::unique_ptr<Vem_top> top;
#ifdef EM_WAVE
  std::unique_ptr<VerilatedFstC> wave;  // stands, closed, until the model that knows it is gone
#endif
};

namespace {

// Ports are little-endian whatever their width, so a beat is a plain copy of its bytes.
template <typename Port>
void to_port(Port &port, const uint8_t *bytes) {
  std::memcpy(&port, bytes, sizeof port < EM_RTL_MAX_BEAT_BYTES ? sizeof port : EM_RTL_MAX_BEAT_BYTES);
}

template <typename Port>
void from_port(uint8_t *bytes, const Port &port) {
  std::memcpy(bytes, &port, sizeof port < EM_RTL_MAX_BEAT_BYTES ? sizeof port : EM_RTL_MAX_BEAT_BYTES);
}

void evaluate(em_rtl *rtl) {
  rtl->top->eval();
#ifdef EM_WAVE
  if (rtl->wave && rtl->wave->isOpen()) {
    rtl->wave->dump(static_cast<uint64_t>(rtl->context.time()));
  }
#endif
  rtl->context.timeInc(1);
}

}  // namespace

extern "C" {

em_rtl *em_rtl_open(uint32_t seed) {
  auto *rtl = new (std::nothrow) em_rtl;
  if (rtl != nullptr) {
    rtl->context.randReset(2);  // what no reset clears starts with random contents, the same for the same seed
    rtl->context.randSeed(static_cast<int>(seed));
#ifdef EM_WAVE
    rtl->context.traceEverOn(true);
#endif
    rtl->top = std::make_unique<Vem_top>(&rtl->context, "TOP");
  }
  return rtl;
}

void em_rtl_close(em_rtl *rtl) {
  if (rtl == nullptr) {
    return;
  }
  em_rtl_wave_close(rtl);
  rtl->top->final();
  // The model's scopes unregister from the thread's context, which otherwise is that of the instance evaluated last.
  Verilated::threadContextp(&rtl->context);
  rtl->top.reset();
  delete rtl;
}

void em_rtl_settle(em_rtl *rtl, const em_rtl_inputs *inputs, em_rtl_outputs *outputs) {
  Vem_top &top = *rtl->top;
  top.clk_i = 0;
  top.rst_ni = inputs->rst_n;
  top.psel_i = inputs->psel;
  top.penable_i = inputs->penable;
  top.pwrite_i = inputs->pwrite;
  top.pstrb_i = inputs->pstrb;
  top.paddr_i = inputs->paddr;
  top.pwdata_i = inputs->pwdata;
  top.s_axis_tvalid_i = inputs->in_valid;
  top.s_axis_tlast_i = inputs->in_last;
  to_port(top.s_axis_tdata_i, inputs->in_data);
  top.m_axis_tready_i = inputs->out_ready;
  evaluate(rtl);
  outputs->prdata = top.prdata_o;
  outputs->pready = top.pready_o;
  outputs->pslverr = top.pslverr_o;
  outputs->in_ready = top.s_axis_tready_o;
  outputs->out_valid = top.m_axis_tvalid_o;
  outputs->out_last = top.m_axis_tlast_o;
  outputs->running = top.running_o;
  from_port(outputs->out_data, top.m_axis_tdata_o);
}

void em_rtl_clock(em_rtl *rtl) {
  rtl->top->clk_i = 1;
  evaluate(rtl);
}

const void *em_rtl_probe(em_rtl *rtl, const char *scope, const char *name) {
  const VerilatedScope *found = rtl->context.scopeFind((std::string("TOP.") + scope).c_str());
  const VerilatedVar *variable = found != nullptr ? found->varFind(name) : nullptr;
  return variable != nullptr ? variable->datap() : nullptr;
}

#ifdef EM_WAVE

// The writer of waves ignores what its writes return. The linker leads its fclose here (--wrap), where a file that has
// lost anything is seen: the wave itself and the temporary files it is put together from.
static thread_local int wave_lost;

int __real_fclose(FILE *file);

int __wrap_fclose(FILE *file) {
  errno = 0;
  bool lost = std::fflush(file) != 0 || std::ferror(file) != 0;
  int cause = errno;
  int result = __real_fclose(file);
  if ((lost || result != 0) && wave_lost == 0) {
    wave_lost = cause != 0 ? cause : EIO;
  }
  return result;
}

int em_rtl_wave(em_rtl *rtl, const char *path) {
  errno = 0;
  rtl->wave = std::make_unique<VerilatedFstC>();
  rtl->top->trace(rtl->wave.get(), 99);
  rtl->wave->open(path);
  return rtl->wave->isOpen() ? 0 : errno != 0 ? errno : EIO;
}

int em_rtl_wave_close(em_rtl *rtl) {
  wave_lost = 0;
  if (rtl->wave && rtl->wave->isOpen()) {
    rtl->wave->close();
  }
  return wave_lost;
}

void em_rtl_wave_signals(const char *path, void (*each)(void *context, const char *name, unsigned bits),
                         void *context) {
  void *reader = fstReaderOpen(path);
  if (reader == nullptr) {
    return;
  }
  while (const fstHier *item = fstReaderIterateHier(reader)) {
    if (item->htyp == FST_HT_SCOPE) {
      fstReaderPushScope(reader, item->u.scope.name, nullptr);
    } else if (item->htyp == FST_HT_UPSCOPE) {
      fstReaderPopScope(reader);
    } else if (item->htyp == FST_HT_VAR) {
      std::string name = std::string(fstReaderGetCurrentFlatScope(reader)) + "." + item->u.var.name;
      name.erase(std::remove(name.begin(), name.end(), ' '), name.end());
      each(context, name.c_str(), item->u.var.length);
    }
  }
  fstReaderClose(reader);
}

#else

int em_rtl_wave(em_rtl *, const char *) {
  return ENOTSUP;
}

int em_rtl_wave_close(em_rtl *) {
  return 0;
}

void em_rtl_wave_signals(const char *, void (*)(void *, const char *, unsigned), void *) {
}

#endif

}  // extern "C"
