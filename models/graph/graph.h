/*
 * The dataflow graph of a design: engines joined by token buffers, and every memory they own.
 *
 * Built from a design alone; holds no contents and no state. Engines, buffers and memories have the same names
 * here, in the RTL and in reports. Source: docs/microarchitecture.md (graph, busy cycles, memories).
 * Not modelled: wires, resets, the APB port's own logic.
 */
#ifndef EM_GRAPH_H
#define EM_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "models/design/design.h"

typedef enum { EM_AXIS_IN, EM_LINEAR, EM_NORM, EM_CONV, EM_SSM, EM_POOL, EM_AXIS_OUT } em_kind;

/* What an engine or buffer is called; with the block it names one instance. */
typedef enum {
  EM_ENGINE_AXIS_IN,
  EM_ENGINE_PATCH_EMBED,
  EM_ENGINE_NORM,
  EM_ENGINE_IN_PROJ,
  EM_ENGINE_CONV,
  EM_ENGINE_PARAM_PROJ,
  EM_ENGINE_DELTA_PROJ,
  EM_ENGINE_SSM,
  EM_ENGINE_OUT_PROJ,
  EM_ENGINE_POOL,
  EM_ENGINE_HEAD_0,
  EM_ENGINE_HEAD_1,
  EM_ENGINE_AXIS_OUT,
} em_engine_id;

typedef enum {
  EM_BUFFER_FRAME,
  EM_BUFFER_TOK,
  EM_BUFFER_U,
  EM_BUFFER_SZ,
  EM_BUFFER_X,
  EM_BUFFER_G,
  EM_BUFFER_P,
  EM_BUFFER_DELTA,
  EM_BUFFER_Q,
  EM_BUFFER_STORE,
  EM_BUFFER_POOLED,
  EM_BUFFER_HIDDEN,
  EM_BUFFER_OUT,
} em_buffer_id;

enum {
  EM_MAX_BLOCKS = 64,
  EM_MAX_ENGINES = 7 * EM_MAX_BLOCKS + 6,
  EM_MAX_BUFFERS = 8 * EM_MAX_BLOCKS + 5,
  EM_MAX_MEMORIES = EM_MAX_BUFFERS + 17 * EM_MAX_BLOCKS + 8,
  EM_NAME_CHARS = 64,
  EM_NONE = 0xffff,
};

/* One direction of an engine's conversation with a token buffer, and how it moves a token. */
typedef struct {
  uint16_t buffer;
  uint16_t reader;   /* which of the buffer's readers; 0 for outputs */
  uint32_t lanes;    /* consecutive elements of an access */
  uint32_t accesses; /* of one pass over what the engine moves, from element 0 on (pool writes for a frame's last) */
  uint32_t passes;   /* over the same elements */
} em_port;

/* y[out] = W[out, in] x[in], in_lanes x out_lanes products a cycle, and what its write-back does. */
typedef struct {
  uint32_t in, out, in_lanes, out_lanes;
  bool in_requant; /* x is requantised on its way in (patch_embed, head_0) */
  bool bias, relu, residual;
  uint32_t groups;   /* row groups with a post requant, 0 without */
  uint32_t bound[3]; /* first row past each group */
} em_linear_geometry;

typedef struct {
  em_kind kind;
  em_engine_id id;
  uint16_t block; /* EM_NONE outside blocks */
  uint16_t unit;  /* APB unit number */
  uint16_t input_count, output_count;
  em_port inputs[4]; /* the order is fixed per kind: ssm p x delta g; out_proj q tok */
  em_port outputs[2];
  uint16_t memories[3]; /* indices of own memories in the order of the APB map, then internal ones; EM_NONE without */
  uint32_t lanes;       /* norm units; conv, ssm, pool lanes; axis bytes */
  em_linear_geometry linear;
  uint32_t rows, columns;      /* groups of results, and steps to each: linear rows, else groups of lanes or channels */
  uint32_t loads;              /* ssm: words of B and C that it takes first; else 0 */
  uint32_t channels;           /* ssm: at a time; else 0 */
  uint32_t tokens_per_frame;   /* L, or 1 */
  uint32_t tokens_per_release; /* inputs are released and outputs committed once in so many tokens: */
  bool holds_input;            /* patch_embed: only the input waits */
  bool holds_output;           /* pool: only the output waits */
  uint32_t busy_cycles;        /* T of every token but ... */
  uint32_t busy_last_cycles;   /* ... the last of tokens_per_release (pool); else the same */
} em_engine;

typedef struct {
  em_buffer_id id;
  uint16_t block;
  uint16_t memory;
  uint16_t writer;
  uint16_t reader_count;
  uint16_t readers[2];
  uint32_t elements; /* codes of a token */
  uint32_t depth_tokens;
  uint32_t take_tokens; /* tokens a reader takes at once: L for the store of head flatten, else 1 */
  uint32_t word_lanes;  /* codes of a memory word */
  uint32_t slot_words;  /* words of a token's slot */
} em_buffer;

typedef enum {
  EM_MEMORY_BUFFER,
  EM_MEMORY_WEIGHT,
  EM_MEMORY_BIAS,
  EM_MEMORY_GAMMA,
  EM_MEMORY_BETA,
  EM_MEMORY_HISTORY,
  EM_MEMORY_A,
  EM_MEMORY_D,
  EM_MEMORY_STATE,
  EM_MEMORY_SUM,
} em_memory_role;

typedef struct {
  em_memory_role role;
  uint16_t owner;   /* engine, or buffer for EM_MEMORY_BUFFER */
  uint16_t readers; /* read ports; a macro has one copy for each */
  uint32_t words, lanes, lane_bits;
  bool macro;  /* SRAM macro, else flip-flops */
  bool loaded; /* once, before a run (weights and the like); else it changes while running */
} em_memory;

typedef struct {
  em_design design;
  uint32_t engine_count, buffer_count, memory_count;
  em_engine engines[EM_MAX_ENGINES]; /* in topological order */
  em_buffer buffers[EM_MAX_BUFFERS];
  em_memory memories[EM_MAX_MEMORIES];
} em_graph;

/* `design` has passed em_design_check. About 100 kB: keep it off small stacks. */
void em_graph_build(em_graph *graph, const em_design *design);

/* The same design with another depth of one of its buffers; the graph's design is left as it is. */
void em_graph_set_depth(em_graph *graph, uint32_t buffer, uint32_t depth_tokens);

/* Names: "axis_in", "blocks.0.norm"; "blocks.0.tok", "frame"; a memory: "blocks.0.ssm.state", "blocks.0.tok". */
void em_engine_name(const em_graph *graph, uint32_t engine, char name[EM_NAME_CHARS]);
void em_buffer_name(const em_graph *graph, uint32_t buffer, char name[EM_NAME_CHARS]);
void em_memory_name(const em_graph *graph, uint32_t memory, char name[EM_NAME_CHARS]);

/* Verilator scope of the instance below the top, "em_top.g_block[0].u_block.u_norm"; memories "....u_weight_mem". */
void em_engine_scope(const em_graph *graph, uint32_t engine, char scope[2 * EM_NAME_CHARS]);
void em_buffer_scope(const em_graph *graph, uint32_t buffer, char scope[2 * EM_NAME_CHARS]);
void em_memory_scope(const em_graph *graph, uint32_t memory, char scope[2 * EM_NAME_CHARS]);

/* Limits of the RTL that the C model does not have: 2^20 words a memory, 2 MB of APB space each, 35 blocks. */
em_status em_graph_check_rtl(const em_graph *graph, em_error *error);

#endif
