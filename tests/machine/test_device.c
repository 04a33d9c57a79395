/*
 * The device: a network that was loaded by words runs as the core that was made of it; transactions and pins move the
 * same device; and it answers as the map says. That the RTL does the same is the SystemC suite's.
 */
#include <stdlib.h>
#include <string.h>

#include "models/machine/device_core.h"
#include "models/network/apb.h"
#include "models/network/load_words.h"
#include "sim/files/design_file.h"
#include "sim/files/network_file.h"
#include "tests/support/case_run.h"
#include "tests/support/check.h"
#include "tests/support/random.h"
#include "tests/support/random_case.h"

static em_device *open_device(const em_design *design) {
  em_device *device = NULL;
  em_error error;
  assert_int_equal(em_device_open(&device, design, &error), EM_OK);
  return device;
}

static void step(em_device *device, const em_device_streams *streams, uint64_t cycles, em_device_step *done) {
  em_error error = {"?"};
  if (em_device_advance(device, streams, cycles, done, &error) != EM_OK) {
    fail_msg("%s", error.text);
  }
}

static void idle(em_device *device, uint64_t cycles) {
  em_device_step done;
  while (cycles > 0) {
    step(device, &(em_device_streams){0}, cycles, &done);
    cycles -= done.cycles;
  }
}

static em_status put(void *device, uint32_t address, uint32_t data, em_error *error) {
  return em_device_write(device, address, data, 0xf) ? EM_OK : em_fail(error, EM_FAILED, "refused");
}

static void load(em_device *device, const em_network *network) {
  em_error error = {"?"};
  if (em_load_words(&device->graph, network, put, device, &error) != EM_OK) {
    fail_msg("%s", error.text);
  }
}

static void start(em_device *device) {
  assert_true(em_device_write(device, EM_APB_CTRL, 1, 1));
  assert_false(em_device_running(device)); /* from the next cycle on */
  idle(device, 1);
  assert_true(em_device_running(device));
  assert_int_equal(em_device_run_cycle(device), 0);
}

/* The pins of a run, for a device. */
static em_device_streams streams_of(const em_run *run) {
  em_pins pins = em_run_pins(run);
  uint32_t frame = run->a_case->frame_codes;
  uint32_t beats = (frame - (uint32_t)(run->in_codes % frame)) / run->a_case->design.in_bytes;
  return (em_device_streams){pins.in_data, pins.in_valid ? beats : 0, true, pins.out_ready};
}

/* Runs a case on the core and on the device, step by step; every state and every result must be the same. */
static void assert_runs_as_the_core(em_device *device, const em_case *a_case, uint32_t seed) {
  em_run run = em_run_new(a_case, seed, seed % 3 * 20, seed / 3 % 3 * 25), same = em_run_new(a_case, seed, 0, 0);
  em_step by_core;
  em_device_step by_device;
  free(same.state);
  same.state = device->state;
  start(device);
  while (!em_run_done(&run)) {
    em_device_streams streams = streams_of(&run);
    em_run_step(&run, UINT64_MAX, &by_core);
    step(device, &streams, by_core.cycles, &by_device);
    assert_int_equal(by_device.cycles, by_core.cycles);
    assert_int_equal(by_device.in_beats, by_core.in_beats);
    assert_int_equal(by_device.out_beats, by_core.out_beats);
    assert_int_equal(by_device.frame_in, by_core.frame_in);
    if (by_core.out_beats > 0) {
      uint32_t bytes = by_core.out_beats * a_case->design.out_bytes;
      const int8_t *codes = em_core_output(&a_case->core, run.state);
      const size_t end =
          by_core.result_out ? a_case->design.shape.outputs : run.state->out_beat * a_case->design.out_bytes;
      assert_memory_equal(by_device.out_data, codes + end - bytes, bytes);
    }
  }
  same.in_codes = run.in_codes;
  same.results = run.results;
  memcpy(same.outputs, run.outputs, em_run_output_bytes(&run));
  em_run_assert_same(&run, &same);
  uint32_t status = 1;
  assert_true(em_device_read(device, EM_APB_STATUS, &status));
  assert_int_equal(status, 0);
  free(same.outputs);
  em_run_free(&run);
}

static void a_network_loaded_by_words_runs_as_the_core_of_it(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(100); seed++) {
    em_case *a_case = em_case_new(seed, 2);
    em_device *device = open_device(&a_case->design);
    em_case *other = em_case_of(&a_case->design, seed + 1000, 1);
    load(device, &other->network); /* is overwritten whole */
    load(device, &a_case->network);
    assert_runs_as_the_core(device, a_case, seed);
    em_device_close(device);
    em_case_free(other);
    em_case_free(a_case);
  }
}

static void every_shipped_design_loads_by_words(void **state) {
  (void)state;
  static const char *const names[] = {"tiny", "mars", "parallel", "fmnist", "fmnist-small", "cifar-10"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char path[100];
    em_design design;
    em_technology technology;
    em_error error = {"?"};
    snprintf(path, sizeof path, "configs/designs/%s.yaml", names[i]);
    if (em_design_load(path, &design, &technology, &error) != EM_OK) {
      fail_msg("%s", error.text);
    }
    em_case *a_case = em_case_of(&design, i, 1);
    em_network shipped;
    snprintf(path, sizeof path, "configs/networks/%s.safetensors", names[i]);
    if (em_network_load(path, &shipped, &error) == EM_OK) { /* in the place of the random one */
      em_network_free(&a_case->network);
      em_core_free(&a_case->core);
      a_case->network = shipped;
      em_device *graph_of = open_device(&design);
      assert_int_equal(em_core_init(&a_case->core, &graph_of->graph, &shipped, &error), EM_OK);
      em_device_close(graph_of);
    }
    em_device *device = open_device(&design);
    load(device, &a_case->network);
    assert_runs_as_the_core(device, a_case, 0);
    em_device_close(device);
    em_case_free(a_case);
  }
}

/* Runs, stops, resets and loads again: each run is as the first. */
static void a_run_begins_anew_after_a_stop_and_after_a_reset(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(40); seed++) {
    em_case *a_case = em_case_new(seed, 2);
    em_device *device = open_device(&a_case->design);
    em_random random = em_random_seeded(seed, 9);
    load(device, &a_case->network);
    for (int i = 0; i < 3; i++) {
      assert_runs_as_the_core(device, a_case, seed + (uint32_t)i);
      if (i == 1) {
        em_device_reset(device);
        idle(device, 3);
      } else {
        {
          em_device_step done;
          assert_true(em_device_write(device, EM_APB_CTRL, 0, 1));
          assert_true(em_device_running(device));
          idle(device, 2);
          start(device);
          em_device_streams streams = {a_case->frames, a_case->frame_codes / a_case->design.in_bytes, true, false};
          step(device, &streams, em_random_count(&random, 1, 200), &done);
          assert_true(em_device_write(device, EM_APB_CTRL, 0, 1));
          idle(device, 2);
        }
      }
      assert_false(em_device_running(device));
    }
    em_device_close(device);
    em_case_free(a_case);
  }
}

/* ---- Registers ---- */

static uint32_t read_word(const em_device *device, uint32_t address) {
  uint32_t data = 0xdead;
  assert_true(em_device_read(device, address, &data));
  return data;
}

static void registers_answer_as_the_map_says(void **state) {
  (void)state;
  em_case *a_case = em_case_new(5, 1);
  em_device *device = open_device(&a_case->design);
  uint64_t hash = em_design_hash(&a_case->design);
  uint32_t units = 7 * a_case->design.shape.m + 7, data = 1;
  assert_int_equal(read_word(device, EM_APB_ID), 0x454d414d);
  assert_int_equal(read_word(device, EM_APB_HASH_LOW), (uint32_t)hash);
  assert_int_equal(read_word(device, EM_APB_HASH_HIGH), hash >> 32);
  assert_int_equal(read_word(device, EM_APB_CTRL), 0);
  assert_int_equal(read_word(device, 0x20), 0);                    /* nothing there */
  assert_int_equal(read_word(device, em_apb_address(0, 1, 0)), 0); /* unit 0 has no memories */
  assert_int_equal(read_word(device, em_apb_address(2, 0, 0)), 0); /* shifts are write-only */
  assert_int_equal(read_word(device, em_apb_address(2, 1, 0)), 0); /* so are memories */
  assert_false(em_device_read(device, em_apb_address(units, 0, 0), &data));
  assert_int_equal(data, 0);
  assert_false(em_device_write(device, em_apb_address(units, 0, 0), 1, 0xf));
  assert_true(em_device_write(device, EM_APB_ID, 1, 0xf)); /* no effect */
  assert_int_equal(read_word(device, EM_APB_ID), 0x454d414d);
  assert_true(em_device_write(device, EM_APB_CTRL, 1, 0xe)); /* not its byte */
  idle(device, 1);
  assert_int_equal(read_word(device, EM_APB_CTRL), 0);
  load(device, &a_case->network);
  start(device);
  assert_int_equal(read_word(device, EM_APB_CTRL), 1);
  assert_false(em_device_write(device, em_apb_address(2, 0, 0), 1, 0xf)); /* runs */
  assert_false(em_device_write(device, EM_APB_ID, 1, 0xf));
  assert_true(em_device_write(device, EM_APB_CTRL, 1, 0xf));
  idle(device, 10);
  assert_int_equal(read_word(device, EM_APB_CYCLES), 10);
  assert_int_equal(read_word(device, em_apb_address(1, 0, EM_APB_STARVED)), 10);
  em_device_step done;
  em_device_streams wrong = {a_case->frames, 1, a_case->frame_codes > a_case->design.in_bytes, true};
  step(device, &wrong, 1, &done);
  assert_int_equal(done.in_beats, 1);
  assert_int_equal(read_word(device, EM_APB_STATUS), 1);
  assert_int_equal(read_word(device, em_apb_address(1, 0, EM_APB_BUSY)), 1);
  assert_true(em_device_write(device, EM_APB_CTRL, 0, 1));
  idle(device, 5);
  assert_int_equal(read_word(device, EM_APB_CYCLES), 12); /* the access cycle is the run's last */
  assert_int_equal(read_word(device, EM_APB_STATUS), 1);  /* until the next start */
  start(device);
  assert_int_equal(read_word(device, EM_APB_STATUS), 0);
  em_device_close(device);
  em_case_free(a_case);
}

static void registers_are_as_wide_as_the_hardware_s(void **state) {
  (void)state;
  em_case *a_case = em_case_new(5, 1);
  em_device *device = open_device(&a_case->design);
  const uint32_t ssm = 8, norm = 3; /* units of block 0 */
  uint32_t engine[2] = {0, 0};
  for (uint32_t e = 0; e < device->graph.engine_count; e++) {
    engine[0] = device->graph.engines[e].unit == ssm ? e : engine[0];
    engine[1] = device->graph.engines[e].unit == norm ? e : engine[1];
  }
  const int32_t *of_ssm = device->load.registers + engine[0] * EM_MAX_REGISTERS;
  const int32_t *of_norm = device->load.registers + engine[1] * EM_MAX_REGISTERS;
  em_device_write(device, em_apb_address(ssm, 0, 0), 0xffffffbf, 0); /* 7 bits, whatever the strobe */
  em_device_write(device, em_apb_address(ssm, 0, 8), 0x21, 0xf);     /* 6 bits, signed */
  em_device_write(device, em_apb_address(ssm, 0, 12), 0xff, 0xf);
  em_device_write(device, em_apb_address(ssm, 0, 28), 0xff, 0xf); /* there is no eighth */
  em_device_write(device, em_apb_address(norm, 0, 3), 0x1f, 0xf); /* bits 1:0 of an address do not count */
  em_device_write(device, em_apb_address(norm, 0, 12), 0x1f, 0xf);
  assert_int_equal(of_ssm[EM_SSM_EXP_IN_SHIFT], 0x3f);
  assert_int_equal(of_ssm[EM_SSM_BX_SHIFT], -31);
  assert_int_equal(of_ssm[EM_SSM_CUR_SHIFT], 7);
  assert_int_equal(of_ssm[7], 0);
  assert_int_equal(of_norm[EM_NORM_GAMMA_SHIFT], 15);
  assert_int_equal(of_norm[3], 0);
  start(device);
  assert_int_equal(device->core.units[engine[0]].registers[EM_SSM_BX_SHIFT], -15); /* the nearest there is */
  em_device_close(device);
  em_case_free(a_case);
}

static void strobes_select_the_bytes_of_a_memory(void **state) {
  (void)state;
  em_case *a_case = em_case_new(7, 1);
  em_device *device = open_device(&a_case->design);
  uint32_t address = em_apb_address(2, 1, 0), from = 1, bytes = 0;
  em_device_write(device, address, 0x44332211, 0xf);
  em_device_write(device, address, 0xddccbbaa, 0x5);
  const uint8_t *image = em_device_image(device, address, &from, &bytes);
  assert_non_null(image);
  assert_int_equal(from, address);
  assert_memory_equal(image, ((uint8_t[]){0xaa, 0x22, 0xcc, 0x44}), 4);
  em_device_write(device, address + bytes, 0x99999999, 0xf); /* past the memory: ignored */
  assert_null(em_device_image(device, address + bytes, &from, &bytes));
  assert_null(em_device_image(device, em_apb_address(2, 0, 0), &from, &bytes));
  assert_null(em_device_image(device, em_apb_address(200, 1, 0), &from, &bytes));
  start(device);
  assert_null(em_device_image(device, address, &from, &bytes));
  em_device_close(device);
  em_case_free(a_case);
}

/* ---- Pins ---- */

static void same_outputs(const em_device_outputs *a, const em_device_outputs *b) {
  assert_memory_equal(a, b, sizeof *a);
}

/* One device moves by its pins, another by transactions: the same outputs in every cycle. */
static void pins_and_transactions_move_the_same_device(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(40); seed++) {
    em_case *a_case = em_case_new(seed, 2);
    em_device *pins = open_device(&a_case->design), *both = open_device(&a_case->design);
    em_random random = em_random_seeded(seed, 11);
    em_error error;
    load(pins, &a_case->network);
    load(both, &a_case->network);
    em_device_inputs in = {.rst_n = true};
    bool lost = false; /* a setup under reset registers no write */
    uint64_t beat = 0, beats = a_case->frame_codes / a_case->design.in_bytes;
    for (int cycle = 0; cycle < 1500; cycle++) {
      em_device_outputs out, expected;
      if (in.psel && !in.penable) {
        in.penable = true; /* the access */
      } else {
        bool ctrl = em_random_chance(&random, 50);
        in.psel = em_random_chance(&random, 10);
        in.penable = false;
        in.pwrite = em_random_chance(&random, 40);
        in.pstrb = in.pwrite ? 0xf : 0;
        in.paddr = ctrl ? EM_APB_CTRL
                        : em_apb_address(em_random_count(&random, 0, 12), 0, em_random_count(&random, 0, 20) * 4);
        in.pwdata = ctrl ? !em_random_chance(&random, 20) : 0; /* contents change alike */
      }
      in.rst_n = !em_random_chance(&random, 1) || cycle == 0;
      in.in_valid = em_random_chance(&random, 80);
      in.in_last = beat % beats == beats - 1 || em_random_chance(&random, 1);
      in.out_ready = em_random_chance(&random, 70);
      memset(in.in_data, (int)(beat % 100), sizeof in.in_data);
      em_device_settle(pins, &in, &out);
      em_device_settle(both, &in, &expected);
      assert_int_equal(out.in_ready, em_device_in_ready(both));
      expected.prdata = out.prdata; /* read below */
      expected.pslverr = out.pslverr;
      same_outputs(&out, &expected);
      if (in.penable && in.psel) {
        uint32_t data = 0;
        bool done = in.pwrite && !lost ? em_device_write(both, in.paddr, in.pwdata, in.pstrb)
                                       : em_device_read(both, in.paddr, &data);
        assert_int_equal(out.pslverr, !done);
        assert_true(in.pwrite || data == out.prdata);
      }
      lost = !in.rst_n;
      if (!in.rst_n) {
        em_device_reset(both);
      }
      em_device_streams streams = {in.in_data, in.in_valid, in.in_last, in.out_ready};
      em_device_step done;
      step(both, &streams, 1, &done);
      assert_int_equal(done.out_beats, out.out_valid && in.out_ready);
      assert_int_equal(done.in_beats, out.in_ready && in.in_valid);
      assert_true(done.out_beats == 0 || done.out_last == out.out_last);
      assert_int_equal(em_device_clock(pins, &in, &error), EM_OK);
      beat += done.in_beats;
    }
    em_device_close(pins);
    em_device_close(both);
    em_case_free(a_case);
  }
}

static void the_next_result_is_known_beforehand(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= EM_REPEAT(40); seed++) {
    em_case *a_case = em_case_new(seed, 3);
    em_device *device = open_device(&a_case->design);
    load(device, &a_case->network);
    assert_true(em_device_next_result(device) == UINT64_MAX);
    start(device);
    assert_true(em_device_next_result(device) == UINT64_MAX);
    uint32_t beats = a_case->frame_codes / a_case->design.in_bytes, left = 3 * beats, results = 0;
    uint64_t expected = UINT64_MAX;
    while (results < 3) {
      em_device_streams streams = {a_case->frames, left > 0 ? (left - 1) % beats + 1 : 0, true, true};
      em_device_step done;
      step(device, &streams, UINT64_MAX, &done);
      left -= done.in_beats;
      uint64_t at = em_device_clock_cycle(device) - 1;
      if (done.out_last) {
        results++;
        assert_int_equal(at, expected);
        expected = UINT64_MAX;
      }
      uint64_t next = em_device_next_result(device);
      assert_true(expected == UINT64_MAX || next == expected); /* what comes in does not change it */
      expected = next;
      assert_true((next == UINT64_MAX) ==
                  (results * beats == 3 * beats - left || 3 * beats - left < (results + 1) * beats));
    }
    em_device_close(device);
    em_case_free(a_case);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_network_loaded_by_words_runs_as_the_core_of_it),
      cmocka_unit_test(every_shipped_design_loads_by_words),
      cmocka_unit_test(a_run_begins_anew_after_a_stop_and_after_a_reset),
      cmocka_unit_test(registers_answer_as_the_map_says),
      cmocka_unit_test(registers_are_as_wide_as_the_hardware_s),
      cmocka_unit_test(strobes_select_the_bytes_of_a_memory),
      cmocka_unit_test(pins_and_transactions_move_the_same_device),
      cmocka_unit_test(the_next_result_is_known_beforehand),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
