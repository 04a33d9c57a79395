// The processor's side: runs the driver (sim/driver) over the bus, and has the DMA carry frames.
#ifndef EM_PLATFORM_CPU_H
#define EM_PLATFORM_CPU_H

#include "sim/driver/emamba.h"
#include "sim/systemc/platform/dma.h"
#include "sim/systemc/platform/inputs.h"

// The platform's address map.
enum : uint64_t {
  EM_MAP_MEMORY = 0,
  EM_MAP_DMA = UINT64_C(1) << 32,
  EM_MAP_DMA_BYTES = 0x1000,
  EM_MAP_ACCELERATOR = UINT64_C(2) << 32,
  EM_MAP_ACCELERATOR_BYTES = UINT64_C(1) << 32,
};

class em_cpu : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<em_cpu, 32> bus;
  sc_core::sc_in<bool> dma_irq;

  em_cpu(sc_core::sc_module_name name, const uint32_t *image, uint32_t image_words, uint32_t frames, uint32_t source,
         uint32_t destination);

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
  }  // from the start of the core to the last result
  bool finished() const {
    return finished_;
  }

 private:
  void run();
  int work();
  int access(bool write, uint64_t address, uint32_t *data);
  static int read_word(void *cpu, uint32_t address, uint32_t *data);
  static int write_word(void *cpu, uint32_t address, uint32_t data);
  int start_dma();
  void wait_for_dma();

  const uint32_t *image_;
  uint32_t image_words_, frames_, source_, destination_;
  sc_core::sc_time local_;
  tlm::tlm_generic_payload payload_;
  uint64_t transfers_ = 0;
  emamba_state state_{};
  int status_ = EMAMBA_OK;
  double host_seconds_ = 0;
  bool finished_ = false;
};

#endif
