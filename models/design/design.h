/*
 * A design: the network shape a chip is built for, and the knobs of its engines and buffers.
 *
 * Every number has one home, the design file; this struct, the SystemVerilog package and the checks all come from
 * the table em_design_keys. Source: the architecture page (docs/microarchitecture.md) and the integer contract.
 */
#ifndef EM_DESIGN_H
#define EM_DESIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "models/base/status.h"

typedef enum { EM_HEAD_NONE = 0, EM_HEAD_FLATTEN = 1, EM_HEAD_MEAN = 2, EM_HEAD_TOKEN = 3 } em_head;

/* The shape of a network. Letters as in the integer contract. */
typedef struct {
  uint32_t h, w, c;     /* frame rows, columns, channels */
  uint32_t p;           /* patch side, pixels */
  uint32_t l;           /* tokens of a frame: (h/p)(w/p) */
  uint32_t d, ed;       /* model and inner width */
  uint32_t n, r, k, m;  /* states, delta rank, convolution taps, blocks */
  uint32_t conv_silu;   /* 0 or 1: SiLU after the convolution */
  uint32_t head;        /* em_head */
  uint32_t head_hidden; /* width of the hidden head layer, 0 without one */
  uint32_t outputs;     /* codes of a result; equal to d with head none */
} em_shape;

typedef struct {
  uint32_t in, out;
} em_lanes;

/* Lanes are elements a cycle; depths are tokens. Fields of engines and buffers that the head does not have are 1. */
typedef struct {
  char name[64];
  em_shape shape;
  uint32_t in_bytes, out_bytes; /* AXI4-Stream beat widths */
  em_lanes patch_embed, in_proj, param_proj, delta_proj, out_proj, head_0, head_1;
  uint32_t norm_units, conv_lanes, ssm_lanes, pool_lanes;
  struct {
    uint32_t frame, tok, u, sz, x, g, p, delta, q, store, pooled, hidden, out;
  } depth_tokens;
  uint32_t silu_segments, exp_segments;
  uint32_t macro_min_bits; /* from the technology: memories at least this large are SRAM macros */
  double clock_mhz;
  double vdd_mv;
  double temperature_c;
  bool clock_gating;    /* flip-flops are clocked only in cycles in which they may take new data; for the price alone */
  char technology[256]; /* path, relative to the design file */
} em_design;

/* When a key applies; a key that does not apply must be absent and its field is 1. */
typedef enum { EM_ALWAYS, EM_WITH_HEAD, EM_WITH_POOL, EM_WITH_HIDDEN } em_key_condition;

/* One integer of a design: where the file has it, what SystemVerilog calls it, and its range. */
typedef struct {
  const char *section; /* path in the file, "shape" or "engines.conv" */
  const char *key;
  const char *sv_name;
  size_t offset; /* of the uint32_t in em_design */
  uint32_t min, max;
  em_key_condition condition;
  uint32_t fallback; /* of a design without the key, so that those from before it go on working; 0: it must be there */
  const char *meaning;
} em_design_key;

extern const em_design_key em_design_keys[];
extern const size_t em_design_key_count;

/* One number of the operating point, at the top of the file. */
typedef struct {
  const char *key;
  size_t offset; /* of the double in em_design */
  double min, max;
} em_design_number;

enum { EM_DESIGN_NUMBERS = 3 };
extern const em_design_number em_design_numbers[EM_DESIGN_NUMBERS];

bool em_design_key_applies(const em_design_key *key, const em_shape *shape);
uint32_t em_design_get(const em_design *design, const em_design_key *key);
void em_design_set(em_design *design, const em_design_key *key, uint32_t value);

/* The greatest legal depth of a key of depth_tokens, in a design whose shape is legal. */
uint32_t em_design_most_depth(const em_design *design, const em_design_key *key);

/* Name used in files: "none", "flatten", "mean", "token". */
const char *em_head_name(em_head head);

/* L with the heads none and token, which have a result a token; else 1. */
uint32_t em_results_per_frame(const em_shape *shape);

/*
 * Checks what single ranges cannot: derived sizes, lanes that divide their dimension (the message names the nearest
 * that do), the store's depth. The offending key is returned through `key` (NULL when it is not one key's fault), so
 * that a loader can add its line. Texts start with the key's full name.
 */
em_status em_design_check(const em_design *design, const em_design_key **key, em_error *error);

/* The same for a shape alone: what the integer contract and the 32-bit accumulators need. */
em_status em_shape_check(const em_shape *shape, em_error *error);
bool em_shape_equal(const em_shape *a, const em_shape *b);

/* FNV-1a over all keys that the RTL depends on. Two designs with the same hash have the same RTL. */
uint64_t em_design_hash(const em_design *design);

/* Writes em_design_pkg.sv. */
void em_design_write_package(const em_design *design, FILE *file);

#endif
