/*
 * A space of designs: one shape at one operating point, with the values that every lane count and depth may take.
 *
 * Clock, supply, technology, the macro threshold and the segments are those of `base`: who compares several makes a
 * space of each. Lanes are elements a cycle, depths tokens.
 */
#ifndef EM_EXPLORE_SPACE_H
#define EM_EXPLORE_SPACE_H

#include "models/explore/judge.h"

enum {
  EM_EXPLORE_LANES = 20,  /* lane counts and beat widths of a design with everything */
  EM_EXPLORE_DEPTHS = 13, /* token buffers */
  EM_EXPLORE_VALUES = 128,
  EM_EXPLORE_MOST_DEPTH = 64, /* tokens; frames of the frame buffer and of the store of head flatten: 8 */
};

/* Values that a lane count may take, rising, each legal by itself. One value: it is fixed. */
typedef struct {
  const em_design_key *key;
  uint32_t count;
  uint32_t values[EM_EXPLORE_VALUES];
} em_explore_lanes;

/* least <= depth <= most, in steps of `step` (L for the store of head flatten, else 1). */
typedef struct {
  const em_design_key *key;
  uint32_t least, most, step;
} em_explore_depths;

typedef struct {
  em_design base;
  em_explore_rates rates;
  uint32_t lane_count, depth_count; /* those that apply to the shape, in the order of em_design_keys */
  em_explore_lanes lanes[EM_EXPLORE_LANES];
  em_explore_depths depths[EM_EXPLORE_DEPTHS];
  uint32_t objectives;               /* bits 1u << em_explore_figure; at least one */
  double limits[EM_EXPLORE_FIGURES]; /* at most that; INFINITY without */
  const uint64_t *targets;           /* intervals that are looked at beside those that an engine can set */
  uint32_t target_count;             /* not owned; may be 0 */
} em_explore_space;

/*
 * The whole space of a base design that has passed em_design_check: every legal lane count, every depth up to
 * EM_EXPLORE_MOST_DEPTH (frames: 2 to 8), objectives interval, area and energy, no limits.
 */
void em_explore_space_of(const em_design *base, const em_explore_rates *rates, em_explore_space *space);

/* NULL where the shape has no such key, or it is no lane count; none that space->lanes does not have. */
em_explore_lanes *em_explore_lanes_of(em_explore_space *space, const em_design_key *key);
em_explore_depths *em_explore_depths_of(em_explore_space *space, const em_design_key *key);

/*
 * The key takes `values` [count] alone. EM_BAD_INPUT, with the key and what is allowed, where one is not legal in the
 * shape; for a lane count each value, for a depth every one between the least and the greatest of them.
 */
em_status em_explore_restrict(em_explore_space *space, const em_design_key *key, const uint32_t *values, uint32_t count,
                              em_error *error);

/* The key keeps the base's value. */
em_status em_explore_fix(em_explore_space *space, const em_design_key *key, em_error *error);

/* How many designs it has: lane counts, and those with depths. Exact below 2^53. */
double em_explore_lane_designs(const em_explore_space *space);
double em_explore_count(const em_explore_space *space);

#endif
