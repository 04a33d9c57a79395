#include "tests/support/random_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/random.h"

enum { FOR_DESIGN = 1, FOR_FRAMES = 2 };

/* Any divisor of n that is at most `limit`. */
static uint32_t divisor(em_random *random, uint32_t n, uint32_t limit) {
  uint32_t divisors[64], count = 0;
  for (uint32_t i = 1; i <= n && i <= limit && count < 64; i++) {
    if (n % i == 0) {
      divisors[count++] = i;
    }
  }
  return divisors[em_random_next(random) % count];
}

static em_lanes lanes(em_random *random, uint32_t in, uint32_t out) {
  em_lanes pair = {divisor(random, in, 12), 0};
  pair.out = divisor(random, out, pair.in > 4 ? 6 : 24);
  return pair;
}

static em_shape random_shape(em_random *random) {
  static const uint32_t states[] = {1, 2, 3, 4, 5, 6, 7, 8};
  em_shape s = {.p = em_random_count(random, 1, 3), .c = em_random_count(random, 1, 3)};
  uint32_t down = em_random_count(random, 1, 3), across = em_random_count(random, 1, 3);
  if (em_random_chance(random, 10)) {
    down = across = 1;
  }
  s.h = down * s.p;
  s.w = across * s.p;
  s.l = down * across;
  s.d = em_random_count(random, 1, 12);
  s.ed = s.d * em_random_count(random, 1, 24 / s.d < 3 ? 24 / s.d : 3);
  s.n = states[em_random_next(random) % 8];
  s.r = em_random_count(random, 1, 3);
  s.k = em_random_count(random, 2, 5);
  s.m = em_random_count(random, 1, 3);
  s.conv_silu = em_random_chance(random, 60);
  s.head = em_random_count(random, EM_HEAD_NONE, EM_HEAD_TOKEN);
  s.outputs = s.head == EM_HEAD_NONE ? s.d : em_random_count(random, 1, 6);
  s.head_hidden = s.head == EM_HEAD_NONE || em_random_chance(random, 50) ? 0 : em_random_count(random, 1, 6);
  return s;
}

static uint32_t ssm_lanes(em_random *random, const em_shape *s) {
  if (em_random_chance(random, 50)) {
    return divisor(random, s->n, s->n);
  }
  return s->n * divisor(random, s->ed, 24 / s->n);
}

static void random_depths(em_random *random, em_design *design) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (strcmp(key->section, "depth_tokens") == 0) {
      em_design_set(design, key, em_random_count(random, 1, 4));
    }
  }
  design->depth_tokens.frame = em_random_count(random, 1, 2);
  if (design->shape.head == EM_HEAD_FLATTEN) {
    design->depth_tokens.store = design->shape.l * em_random_count(random, 1, 3);
  }
}

void em_random_design(uint64_t seed, em_design *design) {
  em_random random = em_random_seeded(seed, FOR_DESIGN);
  memset(design, 0, sizeof *design);
  snprintf(design->name, sizeof design->name, "random_%" PRIu64, seed);
  design->shape = random_shape(&random);
  const em_shape *s = &design->shape;
  uint32_t head_outputs = s->head_hidden > 0 ? s->head_hidden : s->outputs;
  design->in_bytes = divisor(&random, s->h * s->w * s->c, 16);
  design->out_bytes = divisor(&random, s->outputs, 16);
  design->patch_embed = lanes(&random, s->p * s->c, s->d);
  design->in_proj = lanes(&random, s->d, 2 * s->ed);
  design->param_proj = lanes(&random, s->ed, s->r + 2 * s->n);
  design->delta_proj = lanes(&random, s->r, s->ed);
  design->out_proj = lanes(&random, s->ed, s->d);
  design->head_0 = lanes(&random, s->d, head_outputs);
  design->head_1 = lanes(&random, s->head_hidden > 0 ? s->head_hidden : 1, s->outputs);
  design->norm_units = divisor(&random, s->d, 6);
  design->conv_lanes = divisor(&random, s->ed, 12);
  design->ssm_lanes = ssm_lanes(&random, s);
  design->pool_lanes = divisor(&random, s->d, 6);
  random_depths(&random, design);
  bool paper = em_random_chance(&random, 60); /* eMamba's segment counts */
  design->silu_segments = paper ? 17 : em_random_count(&random, 1, EM_PWL_MAX_SEGMENTS);
  design->exp_segments = paper ? 11 : em_random_count(&random, 1, EM_PWL_MAX_SEGMENTS);
  design->macro_min_bits = 4096;
  design->clock_mhz = 100;
  design->vdd_mv = 800;
  design->temperature_c = 25;
  design->clock_gating = em_random_chance(&random, 50);
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (!em_design_key_applies(key, s)) {
      em_design_set(design, key, 1);
    } else if (key->fallback > 0 && em_design_get(design, key) == 0) { /* a key that nothing above knows */
      em_design_set(design, key, em_random_count(&random, key->min, key->max));
    }
  }
}

void em_random_frames(uint64_t seed, const em_shape *shape, uint64_t count, int8_t *codes) {
  em_random random = em_random_seeded(seed, FOR_FRAMES);
  uint64_t frame_codes = (uint64_t)shape->h * shape->w * shape->c;
  for (uint64_t i = 0; i < count; i++) {
    em_code_style style = em_random_chance(&random, 60)
                              ? EM_CODES_UNIFORM
                              : (em_code_style)em_random_range(&random, 0, EM_CODES_STYLES - 1);
    em_random_codes(&random, style, codes + i * frame_codes, frame_codes);
  }
}

void em_random_graphs(uint64_t count, void (*check)(const em_graph *graph)) {
  em_graph *graph = malloc(sizeof *graph);
  for (uint64_t seed = 1; seed <= count; seed++) {
    em_design design;
    em_random_design(seed, &design);
    memset(graph, 0x77, sizeof *graph);
    em_graph_build(graph, &design);
    check(graph);
  }
  free(graph);
}
