#include "models/design/design.h"

#include <inttypes.h>
#include <string.h>

#include "models/base/text_hash.h"

#define AT(field) offsetof(em_design, field)

/* clang-format off */
const em_design_key em_design_keys[] = {
  {"shape", "H", "H", AT(shape.h), 1, 1u << 22, EM_ALWAYS, 0, "frame rows"},
  {"shape", "W", "W", AT(shape.w), 1, 4096, EM_ALWAYS, 0, "frame columns"},
  {"shape", "C", "C", AT(shape.c), 1, 4096, EM_ALWAYS, 0, "frame channels"},
  {"shape", "P", "P", AT(shape.p), 1, 256, EM_ALWAYS, 0, "patch side"},
  {"shape", "L", "L", AT(shape.l), 1, 1u << 22, EM_ALWAYS, 0, "tokens of a frame, (H/P)(W/P)"},
  {"shape", "D", "D", AT(shape.d), 1, 8192, EM_ALWAYS, 0, "model width"},
  {"shape", "ED", "ED", AT(shape.ed), 1, 16384, EM_ALWAYS, 0, "inner width, a multiple of D"},
  {"shape", "N", "N", AT(shape.n), 1, 256, EM_ALWAYS, 0, "states of a channel"},
  {"shape", "R", "R", AT(shape.r), 1, 1024, EM_ALWAYS, 0, "delta rank"},
  {"shape", "K", "K", AT(shape.k), 2, 16, EM_ALWAYS, 0, "convolution taps"},
  {"shape", "M", "M", AT(shape.m), 1, 64, EM_ALWAYS, 0, "blocks"},
  {"shape", "conv_silu", "ConvSilu", AT(shape.conv_silu), 0, 1, EM_ALWAYS, 0, "SiLU after the convolution"},
  {"shape", "head", "Head", AT(shape.head), 0, 3, EM_ALWAYS, 0, "none, flatten, mean or token"},
  {"shape", "head_hidden", "HeadHidden", AT(shape.head_hidden), 0, 65536, EM_ALWAYS, 0, "hidden head width, 0 without"},
  {"shape", "outputs", "Outputs", AT(shape.outputs), 1, 65536, EM_ALWAYS, 0, "codes of a result"},
  {"stream", "in_bytes", "InBytes", AT(in_bytes), 1, 64, EM_ALWAYS, 0, "input beat width, bytes"},
  {"stream", "out_bytes", "OutBytes", AT(out_bytes), 1, 64, EM_ALWAYS, 0, "output beat width, bytes"},
  {"engines.patch_embed", "in_lanes", "PatchEmbedInLanes", AT(patch_embed.in), 1, 4096, EM_ALWAYS, 0, "elements read a cycle"},
  {"engines.patch_embed", "out_lanes", "PatchEmbedOutLanes", AT(patch_embed.out), 1, 4096, EM_ALWAYS, 0, "elements computed together"},
  {"engines.norm", "units", "NormUnits", AT(norm_units), 1, 4096, EM_ALWAYS, 0, "dividers"},
  {"engines.in_proj", "in_lanes", "InProjInLanes", AT(in_proj.in), 1, 4096, EM_ALWAYS, 0, "elements read a cycle"},
  {"engines.in_proj", "out_lanes", "InProjOutLanes", AT(in_proj.out), 1, 4096, EM_ALWAYS, 0, "elements computed together"},
  {"engines.conv", "lanes", "ConvLanes", AT(conv_lanes), 1, 4096, EM_ALWAYS, 0, "channels a cycle"},
  {"engines.param_proj", "in_lanes", "ParamProjInLanes", AT(param_proj.in), 1, 4096, EM_ALWAYS, 0, "elements read a cycle"},
  {"engines.param_proj", "out_lanes", "ParamProjOutLanes", AT(param_proj.out), 1, 4096, EM_ALWAYS, 0, "elements computed together"},
  {"engines.delta_proj", "in_lanes", "DeltaProjInLanes", AT(delta_proj.in), 1, 4096, EM_ALWAYS, 0, "elements read a cycle"},
  {"engines.delta_proj", "out_lanes", "DeltaProjOutLanes", AT(delta_proj.out), 1, 4096, EM_ALWAYS, 0, "elements computed together"},
  {"engines.ssm", "lanes", "SsmLanes", AT(ssm_lanes), 1, 65536, EM_ALWAYS, 0, "states a cycle"},
  {"engines.out_proj", "in_lanes", "OutProjInLanes", AT(out_proj.in), 1, 4096, EM_ALWAYS, 0, "elements read a cycle"},
  {"engines.out_proj", "out_lanes", "OutProjOutLanes", AT(out_proj.out), 1, 4096, EM_ALWAYS, 0, "elements computed together"},
  {"engines.pool", "lanes", "PoolLanes", AT(pool_lanes), 1, 4096, EM_WITH_POOL, 0, "elements a cycle"},
  {"engines.head_0", "in_lanes", "Head0InLanes", AT(head_0.in), 1, 4096, EM_WITH_HEAD, 0, "elements read a cycle"},
  {"engines.head_0", "out_lanes", "Head0OutLanes", AT(head_0.out), 1, 4096, EM_WITH_HEAD, 0, "elements computed together"},
  {"engines.head_1", "in_lanes", "Head1InLanes", AT(head_1.in), 1, 4096, EM_WITH_HIDDEN, 0, "elements read a cycle"},
  {"engines.head_1", "out_lanes", "Head1OutLanes", AT(head_1.out), 1, 4096, EM_WITH_HIDDEN, 0, "elements computed together"},
  {"depth_tokens", "frame", "FrameDepth", AT(depth_tokens.frame), 1, 16, EM_ALWAYS, 0, "frames in the frame buffer"},
  {"depth_tokens", "tok", "TokDepth", AT(depth_tokens.tok), 1, 1024, EM_ALWAYS, 0, "block input and residual"},
  {"depth_tokens", "u", "UDepth", AT(depth_tokens.u), 1, 1024, EM_ALWAYS, 0, "normalised token"},
  {"depth_tokens", "sz", "SzDepth", AT(depth_tokens.sz), 1, 1024, EM_ALWAYS, 0, "in_proj's result"},
  {"depth_tokens", "x", "XDepth", AT(depth_tokens.x), 1, 1024, EM_ALWAYS, 0, "convolved channels"},
  {"depth_tokens", "g", "GDepth", AT(depth_tokens.g), 1, 1024, EM_ALWAYS, 0, "gate"},
  {"depth_tokens", "p", "PDepth", AT(depth_tokens.p), 1, 1024, EM_ALWAYS, 0, "delta_in, B and C"},
  {"depth_tokens", "delta", "DeltaDepth", AT(depth_tokens.delta), 1, 1024, EM_ALWAYS, 0, "delta"},
  {"depth_tokens", "q", "QDepth", AT(depth_tokens.q), 1, 1024, EM_ALWAYS, 0, "gated result"},
  {"depth_tokens", "store", "StoreDepth", AT(depth_tokens.store), 1, 65536, EM_ALWAYS, 0, "last block's tokens, before the head"},
  {"depth_tokens", "pooled", "PooledDepth", AT(depth_tokens.pooled), 1, 1024, EM_WITH_POOL, 0, "mean of the tokens"},
  {"depth_tokens", "hidden", "HiddenDepth", AT(depth_tokens.hidden), 1, 1024, EM_WITH_HIDDEN, 0, "hidden head layer"},
  {"depth_tokens", "out", "OutDepth", AT(depth_tokens.out), 1, 1024, EM_WITH_HEAD, 0, "results"},
  {"pwl", "silu_segments", "SiluSegments", AT(silu_segments), 1, 32, EM_ALWAYS, 17, "segments of a SiLU unit"},
  {"pwl", "exp_segments", "ExpSegments", AT(exp_segments), 1, 32, EM_ALWAYS, 11, "segments of an exp unit"},
};
/* clang-format on */

const size_t em_design_key_count = sizeof em_design_keys / sizeof em_design_keys[0];

const em_design_number em_design_numbers[EM_DESIGN_NUMBERS] = {
    {"clock_mhz", offsetof(em_design, clock_mhz), 0.001, 10000},
    {"vdd_mv", offsetof(em_design, vdd_mv), 100, 2000},
    {"temperature_c", offsetof(em_design, temperature_c), -55, 150},
};

bool em_design_key_applies(const em_design_key *key, const em_shape *shape) {
  switch (key->condition) {
    case EM_ALWAYS: return true;
    case EM_WITH_HEAD: return shape->head != EM_HEAD_NONE;
    case EM_WITH_POOL: return shape->head == EM_HEAD_MEAN;
    case EM_WITH_HIDDEN: return shape->head_hidden > 0;
  }
  return false;
}

uint32_t em_design_get(const em_design *design, const em_design_key *key) {
  uint32_t value;
  memcpy(&value, (const char *)design + key->offset, sizeof value);
  return value;
}

void em_design_set(em_design *design, const em_design_key *key, uint32_t value) {
  memcpy((char *)design + key->offset, &value, sizeof value);
}

const char *em_head_name(em_head head) {
  switch (head) {
    case EM_HEAD_NONE: return "none";
    case EM_HEAD_FLATTEN: return "flatten";
    case EM_HEAD_MEAN: return "mean";
    case EM_HEAD_TOKEN: return "token";
  }
  return "?";
}

uint32_t em_results_per_frame(const em_shape *shape) {
  return shape->head == EM_HEAD_NONE || shape->head == EM_HEAD_TOKEN ? shape->l : 1;
}

em_status em_shape_check(const em_shape *s, em_error *error) {
  if (s->p == 0 || s->h % s->p != 0 || s->w % s->p != 0) {
    return em_fail(error, EM_BAD_INPUT, "shape.P: patches of side %u do not tile a frame of %u x %u", s->p, s->h, s->w);
  }
  uint64_t tokens = (uint64_t)(s->h / s->p) * (s->w / s->p);
  if (tokens != s->l) {
    return em_fail(error, EM_BAD_INPUT, "shape.L: %u, but (H/P)(W/P) is %" PRIu64, s->l, tokens);
  }
  if (s->d == 0 || s->ed % s->d != 0) {
    return em_fail(error, EM_BAD_INPUT, "shape.ED: %u is not a multiple of D = %u", s->ed, s->d);
  }
  if ((uint64_t)s->h * s->w * s->c > 1u << 30) {
    return em_fail(error, EM_BAD_INPUT, "shape.H: a frame of more than 2^30 codes (H*W*C)");
  }
  if ((uint64_t)s->p * s->p * s->c > 65536) {
    return em_fail(error, EM_BAD_INPUT, "shape.P: a patch of more than 65536 codes (P*P*C)");
  }
  if (s->head == EM_HEAD_NONE && (s->head_hidden != 0 || s->outputs != s->d)) {
    return em_fail(error, EM_BAD_INPUT, "shape.outputs: head none needs head_hidden 0 and outputs = D = %u", s->d);
  }
  if (s->head == EM_HEAD_FLATTEN && (uint64_t)s->l * s->d > 65536) {
    return em_fail(error, EM_BAD_INPUT, "shape.L: head flatten takes at most 65536 codes (L*D)");
  }
  return EM_OK;
}

bool em_shape_equal(const em_shape *a, const em_shape *b) {
  return memcmp(a, b, sizeof *a) == 0;
}

/* A lane count and the dimension it must divide. */
typedef struct {
  size_t offset;
  uint32_t dimension;
  const char *dimension_name;
} lane_rule;

static const em_design_key *key_at(size_t offset) {
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (em_design_keys[i].offset == offset) {
      return &em_design_keys[i];
    }
  }
  return NULL;
}

/* The divisors of `dimension` next below and above `lanes`; above is 0 when none is left up to `max`. */
static void nearest_divisors(uint32_t dimension, uint32_t lanes, uint32_t max, uint32_t *below, uint32_t *above) {
  *below = lanes < dimension ? lanes : dimension;
  while (dimension % *below != 0) {
    (*below)--;
  }
  *above = 0;
  for (uint32_t candidate = lanes; candidate <= dimension && candidate <= max; candidate++) {
    if (dimension % candidate == 0) {
      *above = candidate;
      break;
    }
  }
}

static em_status misfit(const em_design_key *key, uint32_t lanes, uint32_t dimension, const char *name,
                        em_error *error) {
  uint32_t below, above;
  nearest_divisors(dimension, lanes, key->max, &below, &above);
  if (above != 0) {
    return em_fail(error, EM_BAD_INPUT, "%s.%s: %u does not divide %s = %u; the nearest that do are %u and %u",
                   key->section, key->key, lanes, name, dimension, below, above);
  }
  return em_fail(error, EM_BAD_INPUT, "%s.%s: %u does not divide %s = %u; the nearest that does is %u", key->section,
                 key->key, lanes, name, dimension, below);
}

/* Part of a channel's states, or whole channels. */
static bool ssm_lanes_fit(const em_shape *s, uint32_t lanes) {
  return lanes <= s->n ? s->n % lanes == 0 : lanes % s->n == 0 && s->ed % (lanes / s->n) == 0;
}

static em_status check_ssm_lanes(const em_design *design, const em_design_key *key, em_error *error) {
  const em_shape *s = &design->shape;
  uint32_t lanes = design->ssm_lanes;
  if (ssm_lanes_fit(s, lanes)) {
    return EM_OK;
  }
  if (lanes < s->n) {
    return misfit(key, lanes, s->n, "N", error);
  }
  uint32_t below = lanes, above = lanes, all = s->ed * s->n, most = all < key->max ? all : key->max;
  while (!ssm_lanes_fit(s, below)) {
    below--;
  }
  while (above <= most && !ssm_lanes_fit(s, above)) {
    above++;
  }
  char more[24] = "";
  if (above <= most) {
    snprintf(more, sizeof more, " and %u", above);
  }
  return em_fail(error, EM_BAD_INPUT,
                 "%s.%s: %u is neither a divisor of N = %u nor N times one of ED = %u; the nearest that fit: %u%s",
                 key->section, key->key, lanes, s->n, s->ed, below, more);
}

uint32_t em_design_most_depth(const em_design *design, const em_design_key *key) {
  const em_shape *s = &design->shape;
  if (key->offset == AT(depth_tokens.frame)) { /* a memory's words are counted in 32 bits */
    uint64_t frames = UINT32_MAX / ((uint64_t)s->h * s->w * s->c);
    return frames < key->max ? (uint32_t)frames : key->max;
  }
  if (key->offset == AT(depth_tokens.store) && s->head == EM_HEAD_FLATTEN) {
    return key->max / s->l * s->l;
  }
  return key->max;
}

/* Cycles of a token, which are counted in 32 bits; only heads are so large. */
static em_status check_head(const em_design_key *key, uint32_t in, uint32_t out, em_lanes lanes, em_error *error) {
  const uint64_t most = UINT32_MAX - 3, cycles = (uint64_t)(in / lanes.in) * (out / lanes.out);
  return cycles <= most ? EM_OK
                        : em_fail(error, EM_BAD_INPUT,
                                  "%s.%s: %u, with %u out_lanes %u x %u products take %" PRIu64
                                  " cycles; at most %" PRIu64 ": more lanes, or a smaller head",
                                  key->section, key->key, lanes.in, lanes.out, in, out, cycles, most);
}

static em_status check_heads(const em_design *design, const em_design_key **key, em_error *error) {
  const em_shape *s = &design->shape;
  uint32_t in = s->head == EM_HEAD_FLATTEN ? s->l * s->d : s->d;
  uint32_t middle = s->head_hidden > 0 ? s->head_hidden : s->outputs;
  *key = key_at(AT(head_0.in));
  em_status status = s->head == EM_HEAD_NONE ? EM_OK : check_head(*key, in, middle, design->head_0, error);
  if (status == EM_OK && s->head_hidden > 0) {
    *key = key_at(AT(head_1.in));
    status = check_head(*key, s->head_hidden, s->outputs, design->head_1, error);
  }
  return status;
}

em_status em_design_check(const em_design *design, const em_design_key **key, em_error *error) {
  const em_shape *s = &design->shape;
  *key = NULL;
  em_status status = em_shape_check(s, error);
  if (status != EM_OK) {
    return status;
  }
  uint32_t head_outputs = s->head_hidden > 0 ? s->head_hidden : s->outputs;
  const lane_rule rules[] = {
      {AT(in_bytes), s->h * s->w * s->c, "H*W*C"},
      {AT(out_bytes), s->outputs, "outputs"},
      {AT(patch_embed.in), s->p * s->c, "P*C"},
      {AT(patch_embed.out), s->d, "D"},
      {AT(norm_units), s->d, "D"},
      {AT(in_proj.in), s->d, "D"},
      {AT(in_proj.out), 2 * s->ed, "2*ED"},
      {AT(conv_lanes), s->ed, "ED"},
      {AT(param_proj.in), s->ed, "ED"},
      {AT(param_proj.out), s->r + 2 * s->n, "R+2N"},
      {AT(delta_proj.in), s->r, "R"},
      {AT(delta_proj.out), s->ed, "ED"},
      {AT(out_proj.in), s->ed, "ED"},
      {AT(out_proj.out), s->d, "D"},
      {AT(pool_lanes), s->d, "D"},
      {AT(head_0.in), s->d, "D"},
      {AT(head_0.out), head_outputs, s->head_hidden > 0 ? "head_hidden" : "outputs"},
      {AT(head_1.in), s->head_hidden, "head_hidden"},
      {AT(head_1.out), s->outputs, "outputs"},
  };
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
    *key = key_at(rules[i].offset);
    uint32_t lanes = em_design_get(design, *key);
    if (em_design_key_applies(*key, s) && rules[i].dimension % lanes != 0) {
      return misfit(*key, lanes, rules[i].dimension, rules[i].dimension_name, error);
    }
  }
  *key = key_at(AT(ssm_lanes));
  status = check_ssm_lanes(design, *key, error);
  if (status != EM_OK) {
    return status;
  }
  *key = key_at(AT(depth_tokens.store));
  uint32_t store = design->depth_tokens.store;
  if (s->head == EM_HEAD_FLATTEN && store % s->l != 0) {
    uint32_t below = store / s->l * s->l;
    return em_fail(
        error, EM_BAD_INPUT,
        "depth_tokens.store: %u is not a multiple of L = %u, which head flatten needs; the nearest are %u and %u",
        store, s->l, below > 0 ? below : s->l, below > 0 ? below + s->l : 2 * s->l);
  }
  *key = key_at(AT(depth_tokens.frame));
  if (design->depth_tokens.frame > em_design_most_depth(design, *key)) {
    return em_fail(error, EM_BAD_INPUT, "depth_tokens.frame: %u frames of %u codes; a memory holds at most %u of them",
                   design->depth_tokens.frame, s->h * s->w * s->c, em_design_most_depth(design, *key));
  }
  status = check_heads(design, key, error);
  *key = status == EM_OK ? NULL : *key;
  return status;
}

uint64_t em_design_hash(const em_design *design) {
  uint64_t hash = EM_TEXT_HASH_START;
  char line[96];
  for (size_t i = 0; i < em_design_key_count; i++) {
    snprintf(line, sizeof line, "%s=%u\n", em_design_keys[i].sv_name, em_design_get(design, &em_design_keys[i]));
    hash = em_text_hash(hash, line);
  }
  snprintf(line, sizeof line, "MacroMinBits=%u\n", design->macro_min_bits);
  return em_text_hash(hash, line);
}

void em_design_write_package(const em_design *design, FILE *file) {
  fprintf(file, "// The numbers of design \"%s\", written by emamba from its design file. Do not edit.\n",
          design->name);
  fprintf(file, "package em_design_pkg;\n");
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    fprintf(file, "  localparam int unsigned %s = %u;  // %s\n", key->sv_name, em_design_get(design, key),
            key->meaning);
  }
  fprintf(file, "  localparam int unsigned MacroMinBits = %u;  // memories at least this large are SRAM macros\n",
          design->macro_min_bits);
  fprintf(file, "  localparam logic [63:0] DesignHash = 64'h%016" PRIx64 ";\n", em_design_hash(design));
  fprintf(file, "endpackage\n");
}
