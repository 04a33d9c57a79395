// A RISC-V processor: firmware (sim/systemc/firmware) in QEMU, whose accesses to the platform come over a socket.
#ifndef EM_PLATFORM_QEMU_CPU_H
#define EM_PLATFORM_QEMU_CPU_H

#include <sys/types.h>

#include <string>

#include "sim/systemc/platform/cpu.h"

// Simulated time passes by bus transfers only; the firmware's instructions take none, as the host's program's.
class em_qemu_cpu : public em_cpu {
 public:
  // firmware: an ELF file for QEMU's virt board.
  em_qemu_cpu(sc_core::sc_module_name name, const em_work &work, std::string firmware);
  ~em_qemu_cpu() override;
  em_qemu_cpu(const em_qemu_cpu &) = delete;
  em_qemu_cpu &operator=(const em_qemu_cpu &) = delete;

 protected:
  int execute(const em_work &work, emamba_state *state) override;

 private:
  void launch(const em_work &work);
  void receive(void *data, size_t bytes);
  void answer(int status, const uint32_t *data);
  void read_word();
  void write_word();
  [[noreturn]] void fault();
  [[noreturn]] void ended();

  std::string firmware_;
  pid_t process_ = -1;
  int socket_ = -1;
};

#endif
