/* The platform's program as firmware. */
#include "sim/systemc/firmware/board.h"

void firmware(void) {
  const em_processor processor = board_processor();
  const em_work work = board_work();
  emamba_state state = {0, 0, 0};
  const int status = em_program(&processor, &work, &state);
  board_end(status, &state);
}
