#include "models/map/register_map.h"

#include <stddef.h>
#include <string.h>

#include "models/network/apb.h"

/* Bits, sign, and the values that docs/microarchitecture.md ("Shift registers") defines. */
#define REQUANT 7, true, -8, 63
#define BX 6, true, -15, 16
#define ACC 3, false, 0, 7
#define ALIGN 4, false, 0, 15
#define DX 5, false, 0, 31
#define THRESHOLD 9, true, -256, 255
#define SLOPE 16, true, INT16_MIN, INT16_MAX
#define INTERCEPT 32, true, INT32_MIN, INT32_MAX
#define PWL_SHIFT 5, false, 0, 31
#define WORD 32, false, 0, 0
#define BIT 1, false, 0, 1

#define READ EM_MAP_READ_ONLY
#define WRITE EM_MAP_WRITE_ONLY
#define ONE EM_MAP_ONE
#define ALWAYS EM_MAP_ALWAYS

/* A piecewise-linear table: `silu` or `exp` says how long it is. */
#define TABLE(kind, index, name, curve, when)                                                                 \
  {kind,                                                                                                      \
   name "_threshold",                                                                                         \
   EM_APB_TABLE * (index + 1),                                                                                \
   EM_MAP_##curve##_THRESHOLDS,                                                                               \
   THRESHOLD,                                                                                                 \
   WRITE,                                                                                                     \
   when,                                                                                                      \
   NULL,                                                                                                      \
   "a region begins at this code",                                                                            \
   NULL},                                                                                                     \
      {kind,                                                                                                  \
       name "_slope",                                                                                         \
       EM_APB_TABLE * (index + 1) + EM_APB_SLOPE,                                                             \
       EM_MAP_##curve##_REGIONS,                                                                              \
       SLOPE,                                                                                                 \
       WRITE,                                                                                                 \
       when,                                                                                                  \
       NULL,                                                                                                  \
       "slope of a region",                                                                                   \
       NULL},                                                                                                 \
      {kind,                                                                                                  \
       name "_intercept",                                                                                     \
       EM_APB_TABLE * (index + 1) + EM_APB_INTERCEPT,                                                         \
       EM_MAP_##curve##_REGIONS,                                                                              \
       INTERCEPT,                                                                                             \
       WRITE,                                                                                                 \
       when,                                                                                                  \
       NULL,                                                                                                  \
       "intercept of a region",                                                                               \
       NULL},                                                                                                 \
  {                                                                                                           \
    kind, name "_pwl_shift", EM_APB_TABLE *(index + 1) + EM_APB_PWL_SHIFT, ONE, PWL_SHIFT, WRITE, when, NULL, \
        "right shift of slope * code + intercept", NULL                                                       \
  }

/* clang-format off */
const em_map_row em_map_rows[] = {
  {EM_MAP_GLOBAL, "id", EM_APB_ID, ONE, WORD, READ, ALWAYS, NULL, "0x454d414d, \"EMAM\"", NULL},
  {EM_MAP_GLOBAL, "hash_low", EM_APB_HASH_LOW, ONE, WORD, READ, ALWAYS, NULL, "hash of the design, bits 31:0", NULL},
  {EM_MAP_GLOBAL, "hash_high", EM_APB_HASH_HIGH, ONE, WORD, READ, ALWAYS, NULL, "hash of the design, bits 63:32", NULL},
  {EM_MAP_GLOBAL, "ctrl", EM_APB_CTRL, ONE, BIT, EM_MAP_READ_WRITE, ALWAYS, "run", "1: the core runs; 0: it is held in reset",
   "0 to 1 clears cycles, status and every engine's counters, and the next cycle is cycle 0; 1 to 0 drops what is on its way; "
   "the only register that is written while the core runs"},
  {EM_MAP_GLOBAL, "cycles", EM_APB_CYCLES, ONE, WORD, READ, ALWAYS, NULL, "cycles since the core started, modulo 2^32", NULL},
  {EM_MAP_GLOBAL, "status", EM_APB_STATUS, ONE, BIT, READ, ALWAYS, "tlast_error", "an input frame's tlast was wrong since the core started",
   NULL},

  {EM_MAP_ENGINE, "busy", EM_APB_BUSY, ONE, WORD, READ, ALWAYS, NULL, "cycles in which it worked, modulo 2^32", NULL},
  {EM_MAP_ENGINE, "starved", EM_APB_STARVED, ONE, WORD, READ, ALWAYS, NULL, "cycles in which it lacked an input, modulo 2^32", NULL},
  {EM_MAP_ENGINE, "blocked", EM_APB_BLOCKED, ONE, WORD, READ, ALWAYS, NULL, "cycles in which it lacked room for its output, modulo 2^32", NULL},
  {EM_MAP_ENGINE, "tokens", EM_APB_TOKENS, ONE, WORD, READ, ALWAYS, NULL, "tokens done, modulo 2^32", NULL},

  {EM_LINEAR, "x_shift", 0x00, ONE, REQUANT, WRITE, EM_MAP_IN_REQUANT, NULL, "requant of every input", NULL},
  {EM_LINEAR, "acc_shift", 0x04, ONE, ACC, WRITE, EM_MAP_BIAS, NULL, "left shift of the accumulator", NULL},
  {EM_LINEAR, "bias_shift", 0x08, ONE, ALIGN, WRITE, EM_MAP_BIAS, NULL, "left shift of the bias", NULL},
  {EM_LINEAR, "out_shift", 0x0c, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of the sum", NULL},
  {EM_LINEAR, "post_shift0", 0x10, ONE, REQUANT, WRITE, EM_MAP_GROUP_0, NULL, "requant of the first row group", NULL},
  {EM_LINEAR, "post_shift1", 0x14, ONE, REQUANT, WRITE, EM_MAP_GROUP_1, NULL, "requant of the second row group", NULL},
  {EM_LINEAR, "post_shift2", 0x18, ONE, REQUANT, WRITE, EM_MAP_GROUP_2, NULL, "requant of the third row group", NULL},
  {EM_LINEAR, "res_tok_shift", 0x1c, ONE, ALIGN, WRITE, EM_MAP_RESIDUAL, NULL, "left shift of the residual", NULL},
  {EM_LINEAR, "res_out_shift", 0x20, ONE, ALIGN, WRITE, EM_MAP_RESIDUAL, NULL, "left shift of what the residual is added to", NULL},
  {EM_LINEAR, "res_shift", 0x24, ONE, REQUANT, WRITE, EM_MAP_RESIDUAL, NULL, "requant of their sum", NULL},

  {EM_NORM, "gamma_shift", 0x00, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the scaled deviation", NULL},
  {EM_NORM, "beta_shift", 0x04, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the offset", NULL},
  {EM_NORM, "out_shift", 0x08, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the divisor", NULL},

  {EM_CONV, "acc_shift", 0x00, ONE, ACC, WRITE, ALWAYS, NULL, "left shift of the accumulator", NULL},
  {EM_CONV, "bias_shift", 0x04, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the bias", NULL},
  {EM_CONV, "conv_shift", 0x08, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of the sum", NULL},
  {EM_CONV, "x_shift", 0x0c, ONE, REQUANT, WRITE, EM_MAP_NO_SILU, NULL, "requant of x where there is no SiLU", NULL},
  TABLE(EM_CONV, 0, "x", SILU, EM_MAP_SILU),
  TABLE(EM_CONV, 1, "gate", SILU, ALWAYS),

  {EM_SSM, "exp_in_shift", 0x00, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of delta * A", NULL},
  {EM_SSM, "b_bar_shift", 0x04, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of delta * B", NULL},
  {EM_SSM, "bx_shift", 0x08, ONE, BX, WRITE, ALWAYS, NULL, "alignment of B_bar * x with the state, negative left", NULL},
  {EM_SSM, "cur_shift", 0x0c, ONE, ACC, WRITE, ALWAYS, NULL, "left shift of the sum of C * state", NULL},
  {EM_SSM, "dx_shift", 0x10, ONE, DX, WRITE, ALWAYS, NULL, "left shift of D * x", NULL},
  {EM_SSM, "y_shift", 0x14, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of y", NULL},
  {EM_SSM, "gated_shift", 0x18, ONE, REQUANT, WRITE, ALWAYS, NULL, "requant of y * gate", NULL},
  TABLE(EM_SSM, 0, "a_bar", EXP, ALWAYS),

  {EM_POOL, "num_shift", 0x00, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the sum", NULL},
  {EM_POOL, "den_shift", 0x04, ONE, ALIGN, WRITE, ALWAYS, NULL, "left shift of the divisor", NULL},

  {EM_AXIS_OUT, "out_shift", 0x00, ONE, REQUANT, WRITE, EM_MAP_NO_HEAD, NULL, "requant of every output", NULL},
};
/* clang-format on */

const uint32_t em_map_row_count = sizeof em_map_rows / sizeof em_map_rows[0];

static bool condition_holds(const em_graph *graph, const em_engine *engine, em_map_condition condition) {
  const em_shape *s = &graph->design.shape;
  switch (condition) {
    case EM_MAP_ALWAYS: return true;
    case EM_MAP_IN_REQUANT: return engine->linear.in_requant;
    case EM_MAP_BIAS: return engine->linear.bias;
    case EM_MAP_GROUP_0:
    case EM_MAP_GROUP_1:
    case EM_MAP_GROUP_2: return engine->linear.groups > condition - EM_MAP_GROUP_0;
    case EM_MAP_RESIDUAL: return engine->linear.residual;
    case EM_MAP_SILU: return s->conv_silu != 0;
    case EM_MAP_NO_SILU: return s->conv_silu == 0;
    case EM_MAP_NO_HEAD: return s->head == EM_HEAD_NONE;
  }
  return false;
}

bool em_map_has(const em_graph *graph, uint32_t engine, const em_map_row *row) {
  if (engine == EM_NONE || row->owner == EM_MAP_GLOBAL) {
    return engine == EM_NONE && row->owner == EM_MAP_GLOBAL;
  }
  const em_engine *e = &graph->engines[engine];
  return (row->owner == EM_MAP_ENGINE || row->owner == (uint32_t)e->kind) && condition_holds(graph, e, row->condition);
}

static uint32_t count_of(const em_graph *graph, em_map_count count) {
  switch (count) {
    case EM_MAP_ONE: return 1;
    case EM_MAP_SILU_THRESHOLDS: return graph->design.silu_segments + 1;
    case EM_MAP_SILU_REGIONS: return graph->design.silu_segments + 2;
    case EM_MAP_EXP_THRESHOLDS: return graph->design.exp_segments + 1;
    case EM_MAP_EXP_REGIONS: return graph->design.exp_segments + 2;
  }
  return 0;
}

const em_map_row *em_map_find(const em_graph *graph, uint32_t engine, uint32_t byte) {
  for (const em_map_row *row = em_map_rows; row < em_map_rows + em_map_row_count; row++) {
    if (byte >= row->byte && (byte - row->byte) / 4 < count_of(graph, row->count) && em_map_has(graph, engine, row)) {
      return row;
    }
  }
  return NULL;
}

int32_t em_map_value(const em_map_row *row, uint32_t data) {
  const uint32_t value = data & UINT32_MAX >> (32 - row->bits);
  const uint32_t sign = row->is_signed ? UINT32_C(1) << (row->bits - 1) : 0;
  return (int32_t)((value ^ sign) - sign);
}

static uint32_t reset_of(const em_graph *graph, uint32_t byte) {
  const uint64_t hash = em_design_hash(&graph->design);
  switch (byte) {
    case EM_APB_ID: return EM_APB_ID_VALUE;
    case EM_APB_HASH_LOW: return (uint32_t)hash;
    case EM_APB_HASH_HIGH: return (uint32_t)(hash >> 32);
    default: return 0;
  }
}

static em_map_entry register_entry(const em_graph *graph, uint32_t engine, const em_map_row *row) {
  const bool has_reset = row->access != EM_MAP_WRITE_ONLY;
  return (em_map_entry){.row = row,
                        .name = row->name,
                        .address = em_apb_address(em_map_unit(graph, engine), 0, row->byte),
                        .count = count_of(graph, row->count),
                        .stride = 4,
                        .bits = row->bits,
                        .access = row->access,
                        .has_reset = has_reset,
                        .reset = has_reset && engine == EM_NONE ? reset_of(graph, row->byte) : 0};
}

/* In its place among the entries so far, by address. */
static uint32_t insert(em_map_entry entries[EM_MAP_MAX_ENTRIES], uint32_t count, em_map_entry entry) {
  uint32_t place = count;
  for (; place > 0 && entries[place - 1].address > entry.address; place--) {
    entries[place] = entries[place - 1];
  }
  entries[place] = entry;
  return count + 1;
}

uint32_t em_map_entries(const em_graph *graph, uint32_t engine, em_map_entry entries[EM_MAP_MAX_ENTRIES]) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < em_map_row_count; i++) {
    if (em_map_has(graph, engine, &em_map_rows[i])) {
      count = insert(entries, count, register_entry(graph, engine, &em_map_rows[i]));
    }
  }
  for (uint32_t place = 0; engine != EM_NONE && place < 2; place++) {
    const uint16_t index = graph->engines[engine].memories[place];
    if (index == EM_NONE || !graph->memories[index].loaded) {
      continue;
    }
    const em_memory *memory = &graph->memories[index];
    entries[count++] = (em_map_entry){.memory = memory,
                                      .name = em_map_memory_name(memory),
                                      .address = em_apb_address(em_map_unit(graph, engine), place + 1, 0),
                                      .count = memory->words,
                                      .stride = em_apb_stride(memory->lanes),
                                      .bits = memory->lanes * memory->lane_bits,
                                      .access = EM_MAP_WRITE_ONLY};
  }
  return count;
}

uint32_t em_map_unit(const em_graph *graph, uint32_t engine) {
  return engine == EM_NONE ? 0 : graph->engines[engine].unit;
}

void em_map_unit_name(const em_graph *graph, uint32_t engine, char name[EM_NAME_CHARS]) {
  if (engine == EM_NONE) {
    strcpy(name, "global");
  } else {
    em_engine_name(graph, engine, name);
  }
}

uint32_t em_map_last_unit(const em_graph *graph) {
  return graph->engines[graph->engine_count - 1].unit;
}

const char *em_map_memory_name(const em_memory *memory) {
  switch (memory->role) {
    case EM_MEMORY_WEIGHT: return "weight";
    case EM_MEMORY_BIAS: return "bias";
    case EM_MEMORY_GAMMA: return "gamma";
    case EM_MEMORY_BETA: return "beta";
    case EM_MEMORY_A: return "a";
    case EM_MEMORY_D: return "d";
    case EM_MEMORY_BUFFER:
    case EM_MEMORY_HISTORY:
    case EM_MEMORY_STATE:
    case EM_MEMORY_SUM: break;
  }
  return "?";
}
