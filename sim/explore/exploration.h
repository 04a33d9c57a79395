/*
 * An exploration: what a space file asks for (docs/explore.md), with every file that it names taken in, so that a store
 * that holds their texts needs no file to be read again.
 *
 * A variant is one design file at one choice of segments, clock, supply and macro threshold: a space of
 * models/explore/space.h. Figures of variants are compared in time, not in cycles.
 */
#ifndef EM_EXPLORATION_H
#define EM_EXPLORATION_H

#include "models/explore/front.h"
#include "sim/files/fit_file.h"
#include "sim/files/price_ranges.h"
#include "sim/files/technology_file.h"

enum {
  EM_EXPLORATION_DESIGNS = 32,
  EM_EXPLORATION_VALUES = 32, /* of each operating value */
  EM_EXPLORATION_KEYS = 64,   /* that are fixed or varied */
  EM_EXPLORATION_FILES = 3 * EM_EXPLORATION_DESIGNS + 2,
  EM_EXPLORATION_ACCURACY = EM_EXPLORE_FIGURES, /* beside the figures of a design */
  EM_EXPLORATION_OBJECTIVES,
};

typedef enum { EM_METHOD_EXACT, EM_METHOD_ENUMERATE, EM_METHOD_SAMPLE, EM_METHOD_NSGA2, EM_METHODS } em_method;

const char *em_method_name(em_method method);

/* A text that the exploration is made of. Names are as written, relative to the folder of the space file. */
typedef struct {
  char name[1024];
  uint8_t *bytes;
  size_t size;
} em_exploration_file;

typedef struct {
  char name[1024];    /* of the file */
  char network[1024]; /* "" without */
  double accuracy;    /* NAN without */
  char accuracy_unit[32];
  em_design design;
  em_technology technology; /* its `file` is the name above */
  em_fit_data *fit;
} em_exploration_design;

/* A design key with the values that it may take, or with one text that it is set to. */
typedef struct {
  char name[64];
  uint32_t line;
  uint32_t count;
  uint32_t values[EM_EXPLORE_VALUES];
  char text[64];
} em_exploration_key;

typedef struct {
  uint32_t count;
  double values[EM_EXPLORATION_VALUES];
} em_exploration_values;

/* A bound as it is written. */
typedef struct {
  bool given, at_least;
  double value;
} em_exploration_limit;

/* Keys of `limits`. */
typedef enum {
  EM_LIMIT_FRAMES_PER_S,
  EM_LIMIT_INTERVAL_US,
  EM_LIMIT_INTERVAL_CYCLES,
  EM_LIMIT_LATENCY_US,
  EM_LIMIT_LATENCY_CYCLES,
  EM_LIMIT_AREA_MM2,
  EM_LIMIT_POWER_MW,
  EM_LIMIT_ENERGY_NJ,
  EM_LIMIT_ACCURACY,
  EM_LIMITS,
} em_limit;

const char *em_limit_name(em_limit limit);

typedef struct {
  char path[EM_PATH_BYTES];   /* of the space file, for texts */
  char folder[EM_PATH_BYTES]; /* absolute: names of files start from it */
  bool from_store;            /* then no file is opened */
  uint32_t file_count;
  em_exploration_file files[EM_EXPLORATION_FILES]; /* the space file is the first */
  uint32_t design_count;
  em_exploration_design *designs;
  bool all_lanes, sufficient_depths; /* else those of the design, but for `varied` */
  uint32_t varied_count, fixed_count;
  em_exploration_key varied[EM_EXPLORATION_KEYS], fixed[EM_EXPLORATION_KEYS];
  uint32_t segment_count; /* 0: those of the design; so for all values */
  uint32_t segments[EM_EXPLORATION_VALUES][2];
  em_exploration_values clock_mhz, vdd_mv, macro_min_bits;
  em_exploration_limit limits[EM_LIMITS];
  uint32_t objectives; /* bits 1u << em_explore_figure, and of EM_EXPLORATION_ACCURACY */
  em_method method;
  uint32_t samples; /* of sample and nsga2: designs that are judged in each variant */
  uint32_t seed;
} em_exploration;

/* `path`: the space file. Texts say file, line, key and what is allowed. On an error there is nothing to free. */
em_status em_exploration_load(const char *path, em_exploration *x, em_error *error);

/* The same from x->files, all of which the caller allocated; x is otherwise zero but for path and folder. */
em_status em_exploration_read(em_exploration *x, em_error *error);
void em_exploration_free(em_exploration *x);

/* The bytes of a file by its name: taken in before, or now, from the disk. */
em_status em_exploration_file_of(em_exploration *x, const char *name, const em_exploration_file **file,
                                 em_error *error);

/* ---- Variants ---- */

typedef struct {
  uint32_t design; /* index of x->designs */
  em_explore_space space;
  em_range ranges[EM_PRICE_CONSTANTS];
  char doubt[EM_CLOCK_CHARS]; /* why its clock may be out of reach, or "" */
} em_variant;

uint32_t em_exploration_variants(const em_exploration *x);

/*
 * Variant `index`; its space has the limits in cycles, um2, pJ and mW. EM_BAD_INPUT where keys and values do not fit
 * the design, with file and line.
 */
em_status em_exploration_variant(const em_exploration *x, uint32_t index, em_variant *variant, em_error *error);

/* Whether the larger accuracy is the better one: its unit begins with "%". */
bool em_exploration_more_is_better(const em_exploration_design *design);

#endif
