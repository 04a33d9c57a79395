#include "sim/systemc/firmware/program.h"

/* All frames at once, from the first cycle on. */
static int start_dma(const em_processor *processor, const em_work *work) {
  const uint32_t writes[][2] = {{EM_DMA_SOURCE, work->source},
                                {EM_DMA_DESTINATION, work->destination},
                                {EM_DMA_FRAMES, work->frames},
                                {EM_DMA_CONTROL, 1}};
  int status = EMAMBA_OK;
  for (unsigned i = 0; i < sizeof writes / sizeof *writes && status == EMAMBA_OK; i++) {
    status = processor->write_dma(processor->board.context, writes[i][0], writes[i][1]);
  }
  return status;
}

int em_program(const em_processor *processor, const em_work *work, emamba_state *state) {
  emamba device;
  int status = emamba_open(&device, &processor->board);
  status = status == EMAMBA_OK ? emamba_load(&device, work->image, work->image_words) : status;
  /* The frames wait at the stream before the core starts, so that its first cycle takes the first beat. */
  status = status == EMAMBA_OK ? start_dma(processor, work) : status;
  status = status == EMAMBA_OK ? emamba_start(&device) : status;
  if (status != EMAMBA_OK) {
    return status;
  }
  processor->wait_for_dma(processor->board.context);
  status = emamba_status(&device, state);
  return status == EMAMBA_OK ? emamba_stop(&device) : status;
}
