// What an em_tlm or em_pins is told before elaboration, by name or as members.
#ifndef EM_SYSTEMC_PARAMETERS_H
#define EM_SYSTEMC_PARAMETERS_H

#include <cstdint>
#include <string>
#include <systemc>

struct em_parameters {
  std::string design;                   // path of the design file; must be given
  std::string side = "model";           // model, rtl, both
  sc_core::sc_time clock_period;        // zero: that of the design
  std::string rtl, build, bundle;       // folders, as of `emamba cosim`; "": the defaults
  uint64_t out_buffer = 1 << 20;        // bytes of results that wait to be read; then tready is low
  double stall_out = 0;                 // probability that tready is low, in every cycle of a run
  uint64_t seed = 0;                    // of these stalls, as of `emamba run`
  std::string wave;                     // FST of the RTL; "": none
  uint64_t wave_from = 0, wave_to = 0;  // its first and last clock cycle; 0: from the beginning, to the end
  bool quiet = false;                   // says nothing while the RTL is built

  // Sets the parameter of that name from text; throws std::invalid_argument with one line that names what is allowed.
  void set(const std::string &name, const std::string &value);
};

#endif
