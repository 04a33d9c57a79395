#include "emamba.h"

#include "emamba_map.h"

static int read_word(const emamba *device, uint32_t address, uint32_t *data) {
  return device->board->read(device->board->context, address, data);
}

static int write_word(const emamba *device, uint32_t address, uint32_t data) {
  return device->board->write(device->board->context, address, data);
}

static int read_global(const emamba *device, uint32_t byte, uint32_t *data) {
  return read_word(device, EMAMBA_ADDRESS(0u, 0u, byte), data);
}

int emamba_open(emamba *device, const emamba_board *board) {
  uint32_t id = 0;
  device->board = board;
  device->hash_low = device->hash_high = 0;
  device->frame_bytes = device->result_bytes = 0;
  device->in_beat_bytes = device->out_beat_bytes = 0;
  device->running = 0;
  int status = read_global(device, EMAMBA_GLOBAL_ID, &id);
  if (status == EMAMBA_OK && id != EMAMBA_ID_VALUE) {
    status = EMAMBA_NO_DEVICE;
  }
  if (status == EMAMBA_OK) {
    status = read_global(device, EMAMBA_GLOBAL_HASH_LOW, &device->hash_low);
  }
  if (status == EMAMBA_OK) {
    status = read_global(device, EMAMBA_GLOBAL_HASH_HIGH, &device->hash_high);
  }
  return status == EMAMBA_OK ? emamba_stop(device) : status;
}

/* ---- Loading ---- */

uint32_t emamba_crc(const uint32_t *words, uint32_t count) {
  uint32_t crc = 0xffffffffu;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= words[i]; /* its lowest byte first, as it is stored: 32 steps take the four bytes in turn */
    for (int bit = 0; bit < 32; bit++) {
      crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1u)));
    }
  }
  return ~crc;
}

/* Do the runs of the body end where it ends? */
static int runs_fit(const uint32_t *body, uint32_t words) {
  while (words >= 2 && body[1] <= words - 2) {
    const uint32_t run = 2 + body[1];
    body += run;
    words -= run;
  }
  return words == 0;
}

static int check_image(const emamba *device, const uint32_t *image, uint32_t words) {
  if (words < EMAMBA_IMAGE_HEADER_WORDS || image[EMAMBA_IMAGE_MAGIC] != EMAMBA_IMAGE_MAGIC_VALUE ||
      image[EMAMBA_IMAGE_VERSION] != EMAMBA_IMAGE_VERSION_VALUE ||
      image[EMAMBA_IMAGE_BODY_WORDS] != words - EMAMBA_IMAGE_HEADER_WORDS) {
    return EMAMBA_BAD_IMAGE;
  }
  const uint32_t checked = EMAMBA_IMAGE_CRC + 1;
  if (emamba_crc(image + checked, words - checked) != image[EMAMBA_IMAGE_CRC] ||
      !runs_fit(image + EMAMBA_IMAGE_HEADER_WORDS, words - EMAMBA_IMAGE_HEADER_WORDS)) {
    return EMAMBA_BAD_IMAGE;
  }
  return image[EMAMBA_IMAGE_HASH_LOW] == device->hash_low && image[EMAMBA_IMAGE_HASH_HIGH] == device->hash_high
             ? EMAMBA_OK
             : EMAMBA_OTHER_DESIGN;
}

static int write_runs(const emamba *device, const uint32_t *body, const uint32_t *end) {
  int status = EMAMBA_OK;
  while (body < end && status == EMAMBA_OK) {
    const uint32_t address = body[0], count = body[1];
    body += 2;
    for (uint32_t i = 0; i < count && status == EMAMBA_OK; i++) {
      status = write_word(device, address + 4 * i, *body++);
    }
  }
  return status;
}

int emamba_load(emamba *device, const uint32_t *image, uint32_t words) {
  if (device->running) {
    return EMAMBA_RUNNING;
  }
  int status = check_image(device, image, words);
  if (status != EMAMBA_OK) {
    return status;
  }
  device->frame_bytes = device->result_bytes = 0; /* not loaded, should it end half-way */
  status = write_runs(device, image + EMAMBA_IMAGE_HEADER_WORDS, image + words);
  if (status == EMAMBA_OK) {
    device->frame_bytes = image[EMAMBA_IMAGE_FRAME_BYTES];
    device->result_bytes = image[EMAMBA_IMAGE_RESULT_BYTES];
    device->in_beat_bytes = image[EMAMBA_IMAGE_IN_BEAT_BYTES];
    device->out_beat_bytes = image[EMAMBA_IMAGE_OUT_BEAT_BYTES];
  }
  return status;
}

/* ---- Running ---- */

int emamba_stop(emamba *device) {
  const int status = write_word(device, EMAMBA_ADDRESS(0u, 0u, EMAMBA_GLOBAL_CTRL), 0);
  if (status == EMAMBA_OK) {
    device->running = 0;
  }
  return status;
}

int emamba_start(emamba *device) {
  if (device->frame_bytes == 0) {
    return EMAMBA_NOT_LOADED;
  }
  int status = device->running ? emamba_stop(device) : EMAMBA_OK;
  if (status == EMAMBA_OK) {
    status = write_word(device, EMAMBA_ADDRESS(0u, 0u, EMAMBA_GLOBAL_CTRL), EMAMBA_GLOBAL_CTRL_RUN);
  }
  device->running = status == EMAMBA_OK;
  return status;
}

int emamba_feed(emamba *device, const int8_t *frame) {
  return device->running ? device->board->send(device->board->context, frame, device->frame_bytes) : EMAMBA_STOPPED;
}

int emamba_result(emamba *device, int8_t *result) {
  return device->running ? device->board->receive(device->board->context, result, device->result_bytes)
                         : EMAMBA_STOPPED;
}

/* ---- Looking ---- */

int emamba_status(const emamba *device, emamba_state *state) {
  uint32_t ctrl = 0, errors = 0;
  int status = read_global(device, EMAMBA_GLOBAL_CTRL, &ctrl);
  if (status == EMAMBA_OK) {
    status = read_global(device, EMAMBA_GLOBAL_CYCLES, &state->cycles);
  }
  if (status == EMAMBA_OK) {
    status = read_global(device, EMAMBA_GLOBAL_STATUS, &errors);
  }
  state->running = (ctrl & EMAMBA_GLOBAL_CTRL_RUN) != 0;
  state->tlast_error = (errors & EMAMBA_GLOBAL_STATUS_TLAST_ERROR) != 0;
  return status;
}

int emamba_engine(const emamba *device, uint32_t unit, emamba_counters *counters) {
  uint32_t *const values[] = {&counters->busy, &counters->starved, &counters->blocked, &counters->tokens};
  const uint32_t bytes[] = {EMAMBA_ENGINE_BUSY, EMAMBA_ENGINE_STARVED, EMAMBA_ENGINE_BLOCKED, EMAMBA_ENGINE_TOKENS};
  int status = EMAMBA_OK;
  for (int i = 0; i < 4 && status == EMAMBA_OK; i++) {
    status = read_word(device, EMAMBA_ADDRESS(unit, 0u, bytes[i]), values[i]);
  }
  return status;
}
