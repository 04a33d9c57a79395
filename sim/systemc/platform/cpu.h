// The processor's side: an initiator on the bus, and who runs the program (program.h) behind it.
#ifndef EM_PLATFORM_CPU_H
#define EM_PLATFORM_CPU_H

#include "sim/systemc/platform/dma.h"
#include "sim/systemc/platform/inputs.h"

class em_cpu : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<em_cpu, 32> bus;
  sc_core::sc_in<bool> dma_irq;

  em_cpu(sc_core::sc_module_name name, const em_work &work);

  uint64_t transfers() const {
    return transfers_;
  }
  const emamba_state &state() const {
    return state_;
  }
  int driver_status() const {
    return status_;
  }
  double host_seconds() const {
    return host_seconds_;
  }  // of waiting for the results
  bool finished() const {
    return finished_;
  }

 protected:
  // Runs the program to its end: a status of the driver, and the accelerator's state.
  virtual int execute(const em_work &work, emamba_state *state) = 0;

  int access(bool write, uint64_t address, uint32_t *data);
  void wait_for_dma();

 private:
  void run();

  em_work work_;
  sc_core::sc_time local_;
  tlm::tlm_generic_payload payload_;
  uint64_t transfers_ = 0;
  emamba_state state_{};
  int status_ = EMAMBA_OK;
  double host_seconds_ = 0;
  bool finished_ = false;
};

// The program compiled for the host. Its instructions take no time.
class em_host_cpu : public em_cpu {
 public:
  using em_cpu::em_cpu;

 protected:
  int execute(const em_work &work, emamba_state *state) override;

 private:
  static int read_word(void *cpu, uint32_t address, uint32_t *data);
  static int write_word(void *cpu, uint32_t address, uint32_t data);
  static int write_dma(void *cpu, uint32_t offset, uint32_t data);
  static void wait_here(void *cpu);
};

#endif
