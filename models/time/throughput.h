/*
 * How often frames leave in the end, and what keeps them from leaving more often: the engines that are busy longest, or
 * buffers too shallow for the engines to be so busy. Which buffers is found by trying other depths, not by argument.
 */
#ifndef EM_THROUGHPUT_H
#define EM_THROUGHPUT_H

#include "models/time/timing.h"

enum { EM_DEPTH_KEYS = 16, EM_LIMIT_CHARS = 400 };

/* A depth of the design, and the smallest that gives freed_cycles / freed_frames, the other depths being as here. */
typedef struct {
  const em_design_key *key;
  uint32_t depth, freeing_depth;
} em_depth_limit;

typedef struct {
  em_steady steady;
  uint64_t busiest_cycles; /* a frame, of the engines that are busy longest */
  bool busiest[EM_MAX_ENGINES];
  bool engines_limit; /* the interval is busiest_cycles, and no depth would better it */
  uint32_t depth_count;
  em_depth_limit depths[EM_DEPTH_KEYS]; /* that limit, where engines do not; none where the search was given up */
  uint64_t freed_cycles, freed_frames;  /* the interval with the freeing depths */
} em_throughput;

/* EM_FAILED when memory is short. */
em_status em_throughput_find(const em_graph *graph, em_throughput *throughput, em_error *error);

/* Cycles a frame. */
double em_throughput_interval(const em_throughput *throughput);

/*
 * "patch_embed, blocks.*.norm, each busy 3248 cycles a frame"; "buffers, freed by depth_tokens.tok 4
 * instead of 3: then 104 cycles; the busiest: ...". One line, without its end.
 */
void em_throughput_limit(const em_graph *graph, const em_throughput *throughput, char text[EM_LIMIT_CHARS]);

#endif
