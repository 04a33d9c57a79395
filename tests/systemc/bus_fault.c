/* Firmware that does what the bus refuses. It ends with the four statuses, a byte each. */
#include "sim/driver/emamba_map.h"
#include "sim/systemc/firmware/board.h"

static int ctrl(const emamba_board *board, uint32_t value) {
  return board->write(board->context, EMAMBA_ADDRESS(0u, 0u, EMAMBA_GLOBAL_CTRL), value);
}

void firmware(void) {
  const em_processor processor = board_processor();
  const emamba_board *board = &processor.board;
  const emamba_state state = {0, 0, 0};
  uint32_t data = 0;
  const int past_the_last = board->read(board->context, EMAMBA_ADDRESS(255u, 0u, 0u), &data);
  const int start = ctrl(board, EMAMBA_GLOBAL_CTRL_RUN);
  const int while_running = board->write(board->context, EMAMBA_ADDRESS(1u, 0u, 0u), 1);
  const int stop = ctrl(board, 0);
  board_end(past_the_last | start << 8 | while_running << 16 | stop << 24, &state);
}
