#include "sim/explore/tasks.h"

#include <inttypes.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/base/version.h"
#include "sim/explore/search.h"

/* ---- Keys ---- */

__attribute__((format(printf, 2, 3))) static void add(struct sha256_ctx *hash, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  sha256_update(hash, length < (int)sizeof text ? (size_t)length : sizeof text - 1, (const uint8_t *)text);
}

static void add_space(struct sha256_ctx *hash, const em_explore_space *s) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    add(hash, "%s %u\n", em_design_keys[i].sv_name, em_design_get(&s->base, &em_design_keys[i]));
  }
  add(hash, "%a %a %a %d %u\n", s->base.clock_mhz, s->base.vdd_mv, s->base.temperature_c, s->base.clock_gating,
      s->base.macro_min_bits);
  sha256_update(hash, sizeof *s->rates.fit, (const uint8_t *)s->rates.fit);
  sha256_update(hash, sizeof s->rates.prices, (const uint8_t *)&s->rates.prices);
  add(hash, "%a\n", s->rates.gate_min_flops);
  for (uint32_t i = 0; i < s->lane_count; i++) {
    add(hash, "%s", s->lanes[i].key->sv_name);
    for (uint32_t v = 0; v < s->lanes[i].count; v++) {
      add(hash, " %u", s->lanes[i].values[v]);
    }
  }
  for (uint32_t i = 0; i < s->depth_count; i++) {
    const em_explore_depths *d = &s->depths[i];
    add(hash, "%s %u %u %u\n", d->key->sv_name, d->least, d->most, d->step);
  }
  for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
    add(hash, " %a", s->limits[f]);
  }
}

void em_tasks_key(const em_tasks *t, uint32_t piece, char key[EM_STORE_KEY_CHARS]) {
  const em_exploration *x = t->x;
  const em_explore_space *s = &t->variant.space;
  uint8_t digest[SHA256_DIGEST_SIZE];
  struct sha256_ctx hash;
  sha256_init(&hash);
  add(&hash, "emamba %s %s store %d\n", em_version(), em_commit(), EM_STORE_FORMAT);
  add_space(&hash, s);
  add(&hash, "objectives %u method %s %u %u depths %d piece %u of %u%s\n", s->objectives, em_method_name(x->method),
      x->samples, x->seed, x->sufficient_depths, piece, t->pieces, t->empty[0] != '\0' ? " empty" : "");
  sha256_digest(&hash, sizeof digest, digest);
  for (size_t i = 0; i < (EM_STORE_KEY_CHARS - 1) / 2; i++) {
    snprintf(key + 2 * i, 3, "%02x", digest[i]);
  }
}

/* ---- Opening ---- */

/* Whether it is the limits that leave nothing: without them there is something. */
static bool limits_empty(const em_explore_space *space) {
  em_explore_space *open = malloc(sizeof *open);
  em_explore_plan *plan = NULL;
  em_error ignored;
  bool covered = false;
  if (open != NULL) {
    *open = *space;
    for (uint32_t f = 0; f < EM_EXPLORE_FIGURES; f++) {
      open->limits[f] = INFINITY;
    }
    covered = em_explore_plan_make(open, &plan, &ignored) == EM_OK;
    em_explore_plan_free(plan);
  }
  free(open);
  return covered;
}

static em_status open_exact(em_tasks *t, em_error *error) {
  em_status status = em_explore_plan_make(&t->variant.space, &t->plan, error);
  if (status == EM_OK) {
    t->pieces = em_explore_piece_count(t->plan);
  } else if (status == EM_BAD_INPUT && limits_empty(&t->variant.space)) {
    snprintf(t->empty, sizeof t->empty, "%s", error->text);
    t->pieces = 1;
    status = EM_OK;
  } else if (status == EM_BAD_INPUT) {
    char place[300];
    snprintf(place, sizeof place, "%.200s: method exact does not cover it, enumerate, sample and nsga2 do", t->x->path);
    em_error_prefix(error, place);
  }
  return status;
}

/* Whether the designs of a variant can have the accuracy that is asked for. */
static bool accurate(const em_exploration *x, const em_exploration_design *d) {
  const em_exploration_limit *l = &x->limits[EM_LIMIT_ACCURACY];
  return !l->given || (l->at_least ? d->accuracy >= l->value : d->accuracy <= l->value);
}

em_status em_tasks_open(const em_exploration *x, uint32_t variant, em_tasks *t, em_error *error) {
  *t = (em_tasks){.x = x, .index = variant};
  em_status status = em_exploration_variant(x, variant, &t->variant, error);
  if (status != EM_OK) {
    return status;
  }
  const em_exploration_design *d = &x->designs[t->variant.design];
  if (!accurate(x, d)) {
    snprintf(t->empty, sizeof t->empty, "limits.accuracy: %.200s has %g %s", d->name, d->accuracy, d->accuracy_unit);
    t->pieces = 1;
    return EM_OK;
  }
  if (x->method == EM_METHOD_EXACT) {
    return open_exact(t, error);
  }
  return em_search_pieces(x, &t->variant.space, &t->pieces, error);
}

void em_tasks_close(em_tasks *t) {
  em_explore_plan_free(t->plan);
  t->plan = NULL;
}

/* ---- Solving ---- */

em_status em_tasks_solve(const em_tasks *t, uint32_t piece, em_store_piece *solved, em_explore_points *points,
                         em_error *error) {
  const em_explore_space *space = &t->variant.space;
  *solved = (em_store_piece){.variant = t->index, .piece = piece};
  em_tasks_key(t, piece, solved->key);
  if (t->empty[0] != '\0') {
    snprintf(solved->note, sizeof solved->note, "%s", t->empty);
    return EM_OK;
  }
  em_status status = EM_OK;
  if (t->x->method == EM_METHOD_EXACT) {
    em_explore_effort effort = {0};
    status = em_explore_solve(t->plan, piece, points, &effort, error);
    solved->designs = piece == 0 ? em_explore_count(space) : 0; /* told once */
    solved->judged = effort.judged;
  } else {
    status = em_search_solve(t->x, space, piece, points, &solved->judged, error);
    solved->designs = solved->judged;
  }
  if (status == EM_OK) {
    status = em_explore_filter(points, space->objectives, error);
  }
  return status;
}
