/*
 * The ssm engine's arithmetic: the selective scan and the gate product; a frame a lane.
 *
 * The state is INT17 between tokens and INT24 while it is computed; y is taken from the full INT24 value.
 * Source: docs/contract.md, "ssm" and "gate"; eMamba section 4.
 */
#ifndef EM_SSM_H
#define EM_SSM_H

#include <stdbool.h>
#include <stdint.h>

#include "models/network/registers.h"
#include "models/units/pwl.h"
#include "models/units/requant.h"

enum {
  EM_SSM_NODE_EXP_IN,
  EM_SSM_NODE_A_BAR, /* inputs outside the exp table */
  EM_SSM_NODE_B_BAR,
  EM_SSM_NODE_STATE, /* INT24 saturations; the INT17 store cannot saturate after them */
  EM_SSM_NODE_Y,
  EM_SSM_NODE_GATED,
};

/*
 * A_bar depends on two codes alone, A and delta, which is not negative behind the ReLU of delta_proj: a table. What a
 * channel's states count at a delta is another one.
 */
typedef struct {
  uint32_t ed, n, r;
  const int32_t *registers;  /* [EM_MAX_REGISTERS] */
  const int8_t *a, *d;       /* [ed, n], [ed] */
  int8_t (*decay)[128];      /* [256 codes of A as uint8_t][delta], owned, as is counts */
  bool negative;             /* some A_bar is below 0 */
  uint8_t (*counts)[3][128]; /* [ed, em_ssm_count_tables(n)][exp_in saturations, A_bar below, above][delta] */
} em_ssm_unit;

/* Makes the tables from a, n and the registers. False when memory is short. `free` also takes a zeroed unit. */
bool em_ssm_tabulate(em_ssm_unit *unit, const em_pwl *exp);
void em_ssm_free(em_ssm_unit *unit);

/* An entry of a table of counts holds what up to 255 states count. */
static inline uint32_t em_ssm_count_tables(uint32_t n) {
  return (n + 254) / 255;
}

/*
 * The stored states of a channel after each of the step's tokens token .. token + tokens - 1: h [tokens, n], rows of
 * em_words. All channels of some tokens come before those of the next.
 */
typedef struct {
  uint32_t channel, token, tokens;
  const int32_t *h;
} em_states;

typedef void (*em_state_observer)(void *context, const em_states *told);

typedef struct {
  uint32_t tokens;
  bool first; /* of the frame: the state counts as zero */
  const em_valid *valid;
  const int8_t *x, *delta, *g; /* [tokens, ed, EM_LANES]; delta >= 0 */
  const int8_t *p;             /* [tokens, r + 2n, EM_LANES]: delta_in, B, C */
  int32_t *h;                  /* [ed, n], rows of em_words; moves on */
  int8_t *q;                   /* [tokens, ed, EM_LANES] */
  void *scratch;
  em_node_count *nodes;
  em_state_observer observer; /* or NULL */
  void *context;
} em_ssm_io;

size_t em_ssm_scratch_bytes(uint32_t n, uint32_t tokens);

/*
 * Bounds: |a_bar h| <= 2^23, |bx| <= 2^29, so 32 bits hold their sum; the sum over n of C cur is below 2^38 for n <=
 * 256.
 */
void em_ssm_compute(const em_ssm_unit *unit, const em_ssm_io *io);

/* The same of one token of one frame, a channel a lane: A by state, and the table behind A_bar. */
typedef struct {
  int8_t *a; /* [blocks of EM_LANES channels, n, EM_LANES], owned */
  em_pwl_table exp;
} em_ssm_token;

/* False when memory is short; `free` also takes a zeroed one. */
bool em_ssm_token_prepare(em_ssm_token *token, const em_ssm_unit *unit, const em_pwl *exp);
void em_ssm_token_free(em_ssm_token *token);
size_t em_ssm_token_bytes(uint32_t ed, uint32_t n);

/* Takes and gives codes without lanes: x, delta, g, q [ed], p [r + 2n], h [ed, n]. No scratch, no observer. */
void em_ssm_token_compute(const em_ssm_token *token, const em_ssm_unit *unit, const em_ssm_io *io);

#endif
