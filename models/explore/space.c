#include "models/explore/space.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { MOST_FRAMES = 8 };

static bool is_depth(const em_design_key *key) {
  return strcmp(key->section, "depth_tokens") == 0;
}

static bool is_lanes(const em_design_key *key) {
  return strcmp(key->section, "stream") == 0 || strncmp(key->section, "engines.", 8) == 0;
}

/* A depth that counts whole frames. */
static bool counts_frames(const em_shape *s, const em_design_key *key) {
  return key->offset == offsetof(em_design, depth_tokens.frame) ||
         (key->offset == offsetof(em_design, depth_tokens.store) && s->head == EM_HEAD_FLATTEN);
}

/* Whether the base with this value is legal; `error` says what is. */
static em_status legal(const em_design *base, const em_design_key *key, uint32_t value, em_error *error) {
  em_design design = *base;
  const em_design_key *culprit;
  if (value < key->min || value > key->max) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: %u is not in %u..%u", key->section, key->key, value, key->min,
                   key->max);
  }
  em_design_set(&design, key, value);
  return em_design_check(&design, &culprit, error);
}

/* The largest value that a lane count can have: no dimension of one is larger. */
static uint32_t most_lanes(const em_shape *s, const em_design_key *key) {
  uint64_t most = s->h * s->w * s->c;
  const uint64_t dimensions[] = {s->d,           2ull * s->ed, s->r + 2ull * s->n, (uint64_t)s->ed * s->n,
                                 s->head_hidden, s->outputs};
  for (size_t i = 0; i < sizeof dimensions / sizeof dimensions[0]; i++) {
    most = dimensions[i] > most ? dimensions[i] : most;
  }
  return most < key->max ? (uint32_t)most : key->max;
}

static void add_lanes(em_explore_space *space, const em_design_key *key) {
  em_explore_lanes *lanes = &space->lanes[space->lane_count++];
  uint32_t most = most_lanes(&space->base.shape, key);
  *lanes = (em_explore_lanes){.key = key};
  for (uint32_t value = key->min; value <= most && lanes->count < EM_EXPLORE_VALUES; value++) {
    em_error error;
    if (legal(&space->base, key, value, &error) == EM_OK) {
      lanes->values[lanes->count++] = value;
    }
  }
}

static void add_depth(em_explore_space *space, const em_design_key *key) {
  const em_shape *s = &space->base.shape;
  bool frames = counts_frames(s, key), store = key->offset == offsetof(em_design, depth_tokens.store);
  uint32_t step = frames && store ? s->l : 1, most = em_design_most_depth(&space->base, key);
  uint32_t wanted = step * (frames ? MOST_FRAMES : EM_EXPLORE_MOST_DEPTH), least = frames ? 2 * step : 1;
  most = wanted < most ? wanted : most;
  space->depths[space->depth_count++] = (em_explore_depths){key, least < most ? least : most, most, step};
}

void em_explore_space_of(const em_design *base, const em_explore_rates *rates, em_explore_space *space) {
  *space = (em_explore_space){.base = *base, .rates = *rates};
  space->objectives = 1u << EM_EXPLORE_INTERVAL | 1u << EM_EXPLORE_AREA | 1u << EM_EXPLORE_ENERGY;
  for (uint32_t i = 0; i < EM_EXPLORE_FIGURES; i++) {
    space->limits[i] = INFINITY;
  }
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (em_design_key_applies(key, &base->shape) && is_depth(key)) {
      add_depth(space, key);
    } else if (em_design_key_applies(key, &base->shape) && is_lanes(key)) {
      add_lanes(space, key);
    }
  }
}

em_explore_lanes *em_explore_lanes_of(em_explore_space *space, const em_design_key *key) {
  for (uint32_t i = 0; i < space->lane_count; i++) {
    if (space->lanes[i].key == key) {
      return &space->lanes[i];
    }
  }
  return NULL;
}

em_explore_depths *em_explore_depths_of(em_explore_space *space, const em_design_key *key) {
  for (uint32_t i = 0; i < space->depth_count; i++) {
    if (space->depths[i].key == key) {
      return &space->depths[i];
    }
  }
  return NULL;
}

static void insert(em_explore_lanes *lanes, uint32_t value) {
  uint32_t at = 0;
  while (at < lanes->count && lanes->values[at] < value) {
    at++;
  }
  if (at == lanes->count || lanes->values[at] != value) {
    memmove(&lanes->values[at + 1], &lanes->values[at], (lanes->count - at) * sizeof lanes->values[0]);
    lanes->values[at] = value;
    lanes->count++;
  }
}

em_status em_explore_restrict(em_explore_space *space, const em_design_key *key, const uint32_t *values, uint32_t count,
                              em_error *error) {
  em_explore_lanes *lanes = em_explore_lanes_of(space, key);
  em_explore_depths *depths = em_explore_depths_of(space, key);
  if (lanes == NULL && depths == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: no lane count or depth of this shape", key->section, key->key);
  }
  if (count < 1 || count >= EM_EXPLORE_VALUES) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: %u values; 1 to %d are allowed", key->section, key->key, count,
                   EM_EXPLORE_VALUES - 1);
  }
  em_explore_lanes chosen = {.key = key};
  for (uint32_t i = 0; i < count; i++) {
    em_status status = legal(&space->base, key, values[i], error);
    if (status != EM_OK) {
      return status;
    }
    insert(&chosen, values[i]);
  }
  if (lanes != NULL) {
    *lanes = chosen;
  } else {
    depths->least = chosen.values[0];
    depths->most = chosen.values[chosen.count - 1];
  }
  return EM_OK;
}

em_status em_explore_fix(em_explore_space *space, const em_design_key *key, em_error *error) {
  uint32_t value = em_design_get(&space->base, key);
  return em_explore_restrict(space, key, &value, 1, error);
}

double em_explore_lane_designs(const em_explore_space *space) {
  double designs = 1;
  for (uint32_t i = 0; i < space->lane_count; i++) {
    designs *= space->lanes[i].count;
  }
  return designs;
}

double em_explore_count(const em_explore_space *space) {
  double designs = em_explore_lane_designs(space);
  for (uint32_t i = 0; i < space->depth_count; i++) {
    designs *= (space->depths[i].most - space->depths[i].least) / space->depths[i].step + 1;
  }
  return designs;
}
