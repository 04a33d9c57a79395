/*
 * The driver on a board that is the model of the device: a network's image is loaded, frames go in, and what comes out
 * is what the core of the network computes; everything that can go wrong is said and changes nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "models/machine/device.h"
#include "models/map/register_map.h"
#include "models/network/apb.h"
#include "sim/driver/emamba.h"
#include "sim/map/map_image.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"

typedef struct {
  em_device *device;
  uint32_t in_beat_bytes, out_beat_bytes;
  uint64_t writes;
  uint64_t failing_write; /* this one is answered with an error; 0: none */
} board;

static void step(board *b, const em_device_streams *streams, uint64_t cycles, em_device_step *done) {
  em_error error = {"?"};
  assert_int_equal(em_device_advance(b->device, streams, cycles, done, &error), EM_OK);
}

static int read_word(void *context, uint32_t address, uint32_t *data) {
  board *b = context;
  em_device_step done;
  const bool answered = em_device_read(b->device, address, data);
  step(b, &(em_device_streams){0}, 2, &done);
  return answered ? EMAMBA_OK : EMAMBA_BUS_ERROR;
}

static int write_word(void *context, uint32_t address, uint32_t data) {
  board *b = context;
  em_device_step done;
  if (++b->writes == b->failing_write) {
    return EMAMBA_BUS_ERROR;
  }
  const bool answered = em_device_write(b->device, address, data, 0xf);
  step(b, &(em_device_streams){0}, 1, &done);
  return answered ? EMAMBA_OK : EMAMBA_BUS_ERROR;
}

/* A frame goes in whole; with the output held a board must not wait for ever. */
static int send(void *context, const int8_t *frame, uint32_t bytes) {
  board *b = context;
  em_device_step done;
  if (!em_device_in_ready(b->device)) {
    return EMAMBA_AGAIN;
  }
  for (uint32_t sent = 0; sent < bytes; sent += done.in_beats * b->in_beat_bytes) {
    em_device_streams streams = {frame + sent, (bytes - sent) / b->in_beat_bytes, true, false};
    step(b, &streams, UINT64_MAX, &done);
  }
  return EMAMBA_OK;
}

static int receive(void *context, int8_t *result, uint32_t bytes) {
  board *b = context;
  em_device_step done;
  if (em_device_next_result(b->device) == UINT64_MAX) {
    return EMAMBA_AGAIN;
  }
  uint32_t received = 0;
  do {
    step(b, &(em_device_streams){.out_ready = true}, 1, &done);
    if (done.out_beats > 0) {
      memcpy(result + received, done.out_data, b->out_beat_bytes);
      received += b->out_beat_bytes;
    }
  } while (!done.out_last);
  assert_int_equal(received, bytes);
  return EMAMBA_OK;
}

typedef struct {
  em_case *a_case;
  em_map_image image;
  board place;
  emamba_board functions;
  emamba driver;
} bench;

static void set_up(bench *b, uint64_t seed, uint64_t frames) {
  em_error error = {"?"};
  memset(b, 0, sizeof *b);
  b->a_case = em_case_new(seed, frames);
  assert_int_equal(em_map_image_make(&b->a_case->core.graph, &b->a_case->network, &b->image, &error), EM_OK);
  assert_int_equal(em_device_open(&b->place.device, &b->a_case->design, &error), EM_OK);
  b->place.in_beat_bytes = b->a_case->design.in_bytes;
  b->place.out_beat_bytes = b->a_case->design.out_bytes;
  b->functions = (emamba_board){&b->place, read_word, write_word, send, receive};
  assert_int_equal(emamba_open(&b->driver, &b->functions), EMAMBA_OK);
}

static void tear_down(bench *b) {
  em_device_close(b->place.device);
  em_map_image_free(&b->image);
  em_case_free(b->a_case);
}

static int load(bench *b) {
  return emamba_load(&b->driver, b->image.words, (uint32_t)b->image.count);
}

static void frames_that_are_fed_yield_the_results_of_the_core(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(60); seed++) {
    bench b;
    enum { FRAMES = 4 };
    set_up(&b, seed, FRAMES);
    em_run run = em_run_new(b.a_case, seed, 0, 0);
    em_run_finish(&run, UINT64_MAX);
    assert_int_equal(load(&b), EMAMBA_OK);
    assert_int_equal(b.driver.frame_bytes, b.a_case->frame_codes);
    assert_int_equal(emamba_start(&b.driver), EMAMBA_OK);
    uint32_t fed = 0, taken = 0;
    int8_t *result = malloc(b.driver.result_bytes);
    while (taken < FRAMES) {
      int status =
          fed < FRAMES ? emamba_feed(&b.driver, b.a_case->frames + (size_t)fed * b.driver.frame_bytes) : EMAMBA_AGAIN;
      if (status == EMAMBA_OK) {
        fed++;
        continue;
      }
      assert_int_equal(status, EMAMBA_AGAIN);
      assert_int_equal(emamba_result(&b.driver, result), EMAMBA_OK);
      assert_memory_equal(result, run.outputs + (size_t)taken * b.driver.result_bytes, b.driver.result_bytes);
      taken++;
    }
    assert_int_equal(emamba_result(&b.driver, result), EMAMBA_AGAIN);
    emamba_state told;
    emamba_counters counters;
    assert_int_equal(emamba_status(&b.driver, &told), EMAMBA_OK);
    assert_int_equal(told.running, 1);
    assert_int_equal(told.tlast_error, 0);
    assert_int_equal(emamba_engine(&b.driver, 1, &counters), EMAMBA_OK);
    assert_int_equal(counters.tokens, FRAMES);
    assert_int_equal(counters.busy, FRAMES * b.driver.frame_bytes / b.driver.in_beat_bytes);
    free(result);
    em_run_free(&run);
    tear_down(&b);
  }
}

static void what_goes_wrong_is_said(void **state) {
  (void)state;
  bench b, other;
  int8_t codes[4096] = {0};
  set_up(&b, 3, 1);
  set_up(&other, 4, 1);
  assert_int_equal(emamba_start(&b.driver), EMAMBA_NOT_LOADED);
  assert_int_equal(emamba_feed(&b.driver, codes), EMAMBA_STOPPED);
  assert_int_equal(emamba_result(&b.driver, codes), EMAMBA_STOPPED);
  const uint64_t before = b.place.writes;
  assert_int_equal(emamba_load(&b.driver, other.image.words, (uint32_t)other.image.count), EMAMBA_OTHER_DESIGN);
  for (size_t i = 0; i < b.image.count; i += 1 + i / 16) { /* any bit of any word */
    const uint32_t bit = UINT32_C(1) << i % 32;
    b.image.words[i] ^= bit;
    int status = load(&b);
    b.image.words[i] ^= bit;
    assert_int_equal(status, EMAMBA_BAD_IMAGE);
  }
  for (uint32_t words = 0; words < 12; words++) {
    assert_int_equal(emamba_load(&b.driver, b.image.words, words), EMAMBA_BAD_IMAGE);
  }
  assert_int_equal(b.place.writes, before); /* nothing was written */
  assert_int_equal(load(&b), EMAMBA_OK);
  assert_int_equal(emamba_start(&b.driver), EMAMBA_OK);
  assert_int_equal(load(&b), EMAMBA_RUNNING);
  assert_int_equal(emamba_stop(&b.driver), EMAMBA_OK);
  b.place.failing_write = b.place.writes + 7;
  assert_int_equal(load(&b), EMAMBA_BUS_ERROR);
  assert_int_equal(emamba_start(&b.driver), EMAMBA_NOT_LOADED); /* half an image is none */
  emamba_counters counters;
  assert_int_equal(emamba_engine(&b.driver, em_map_last_unit(&b.a_case->core.graph) + 1, &counters), EMAMBA_BUS_ERROR);
  tear_down(&b);
  tear_down(&other);
}

/* ---- The checksum, against its published check value: "123456789" gives cbf43926 (whole words only: 8 of 9 bytes)
 * ---- */

static uint32_t crc_by_bytes(const uint8_t *bytes, size_t count) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < count; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) {
      crc = (crc & 1) != 0 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
  }
  return ~crc;
}

static void the_checksum_is_that_of_ethernet(void **state) {
  (void)state;
  static const uint8_t bytes[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  const uint32_t words[] = {0x34333231, 0x38373635};
  assert_int_equal(crc_by_bytes(bytes, 9), 0xcbf43926);
  assert_int_equal(emamba_crc(words, 2), crc_by_bytes(bytes, 8));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(frames_that_are_fed_yield_the_results_of_the_core),
      cmocka_unit_test(what_goes_wrong_is_said),
      cmocka_unit_test(the_checksum_is_that_of_ethernet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
