#include "sim/systemc/parameters.h"

#include <cmath>
#include <cstdlib>
#include <functional>
#include <map>
#include <stdexcept>

extern "C" {
#include "models/time/stimulus.h"
}

namespace {

[[noreturn]] void refuse(const std::string &name, const std::string &value, const std::string &allowed) {
  throw std::invalid_argument("parameter " + name + ": \"" + value + "\"; " + allowed);
}

double number(const std::string &name, const std::string &value, double low, double high, const std::string &allowed) {
  char *end = nullptr;
  double parsed = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || !(parsed >= low && parsed <= high)) {
    refuse(name, value, allowed);
  }
  return parsed;
}

using setter = std::function<void(em_parameters &, const std::string &name, const std::string &value)>;

const std::map<std::string, setter> &setters() {
  static const std::map<std::string, setter> table = {
      {"design", [](em_parameters &p, const std::string &, const std::string &v) { p.design = v; }},
      {"side",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         if (v != "model" && v != "rtl" && v != "both") {
           refuse(n, v, "model, rtl or both");
         }
         p.side = v;
       }},
      {"clock_period",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.clock_period = sc_core::sc_time(number(n, v, 0.001, 1e9, "nanoseconds, 0.001 to 1e9"), sc_core::SC_NS);
       }},
      {"rtl", [](em_parameters &p, const std::string &, const std::string &v) { p.rtl = v; }},
      {"build", [](em_parameters &p, const std::string &, const std::string &v) { p.build = v; }},
      {"bundle", [](em_parameters &p, const std::string &, const std::string &v) { p.bundle = v; }},
      {"wave", [](em_parameters &p, const std::string &, const std::string &v) { p.wave = v; }},
      {"wave_from",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.wave_from = static_cast<uint64_t>(number(n, v, 0, 9007199254740992.0, "clock cycles, 0 to 2^53"));
       }},
      {"wave_to",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.wave_to = static_cast<uint64_t>(number(n, v, 0, 9007199254740992.0, "clock cycles, 0 to 2^53"));
       }},
      {"out_buffer",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.out_buffer = static_cast<uint64_t>(number(n, v, 1, 1e12, "bytes, 1 to 1e12"));
       }},
      {"stall_out",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.stall_out = number(n, v, 0, EM_STALL_MAX, "a probability, 0 to 0.999999");
       }},
      {"seed",
       [](em_parameters &p, const std::string &n, const std::string &v) {
         p.seed = static_cast<uint64_t>(number(n, v, 0, 9007199254740992.0, "0 to 2^53"));
       }},
      {"quiet", [](em_parameters &p, const std::string &n,
                   const std::string &v) { p.quiet = number(n, v, 0, 1, "0 or 1") != 0; }},
  };
  return table;
}

}  // namespace

void em_parameters::set(const std::string &name, const std::string &value) {
  auto found = setters().find(name);
  if (found == setters().end()) {
    std::string known;
    for (const auto &entry : setters()) {
      known += (known.empty() ? "" : ", ") + entry.first;
    }
    throw std::invalid_argument("no parameter \"" + name + "\"; there are " + known);
  }
  found->second(*this, name, value);
}
