#include "sim/lockstep/lockstep.h"

#include <stdlib.h>
#include <string.h>

/* ---- Opening ---- */

/* The variable `name` of the probe in `scope`; NULL, with a text, when the RTL has none. */
static const void *find_probe(const em_lockstep *ls, const char *scope, const char *name, em_error *error) {
  char probe[2 * EM_NAME_CHARS + 16];
  snprintf(probe, sizeof probe, "%s.u_probe", scope);
  const void *address = ls->driver.library->probe(ls->driver.rtl, probe, name);
  if (address == NULL) {
    em_fail(error, EM_FAILED, "the RTL has no probe %s.%s", probe, name);
  }
  return address;
}

static em_status bind_probes(em_lockstep *ls, em_error *error) {
  const em_graph *graph = &ls->core->graph;
  char scope[2 * EM_NAME_CHARS];
  bool found = true;
  for (uint32_t e = 0; e < graph->engine_count && found; e++) {
    em_engine_scope(graph, e, scope);
    found = (ls->engine_records[e] = find_probe(ls, scope, "rec", error)) != NULL;
  }
  for (uint32_t b = 0; b < graph->buffer_count && found; b++) {
    em_buffer_scope(graph, b, scope);
    found = (ls->buffer_records[b] = find_probe(ls, scope, "rec", error)) != NULL;
  }
  for (uint32_t m = 0; m < graph->memory_count && found; m++) {
    em_memory_scope(graph, m, scope);
    found = (ls->memory_records[m] = find_probe(ls, scope, "rec", error)) != NULL &&
            (ls->write_data[m] = find_probe(ls, scope, "wdata", error)) != NULL &&
            (ls->write_masks[m] = find_probe(ls, scope, "wmask", error)) != NULL;
  }
  return found ? EM_OK : EM_FAILED;
}

em_status em_lockstep_attach(em_lockstep *ls, const em_core *core, em_state *state, const em_rtl_library *library,
                             em_error *error) {
  const em_graph *graph = &core->graph;
  ls->core = core;
  ls->state = state;
  ls->engine_records = calloc(graph->engine_count, sizeof *ls->engine_records);
  ls->buffer_records = calloc(graph->buffer_count, sizeof *ls->buffer_records);
  ls->memory_records = calloc(graph->memory_count, sizeof *ls->memory_records);
  ls->write_data = calloc(graph->memory_count, sizeof *ls->write_data);
  ls->write_masks = calloc(graph->memory_count, sizeof *ls->write_masks);
  if (ls->engine_records == NULL || ls->buffer_records == NULL || ls->memory_records == NULL ||
      ls->write_data == NULL || ls->write_masks == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the lock-step");
  }
  em_status status = em_rtl_driver_open_seeded(&ls->driver, library, ls->stimulus.seed, error);
  return status == EM_OK ? bind_probes(ls, error) : status;
}

em_status em_lockstep_open(em_lockstep *ls, const em_core *core, em_state *state, const em_network *network,
                           const em_rtl_library *library, em_error *error) {
  em_state_reset(core, state);
  ls->beat = ls->frames;
  em_status status = em_lockstep_attach(ls, core, state, library, error);
  if (status == EM_OK && ls->wave != NULL && ls->wave->from == EM_WAVE_FROM_RESET) {
    em_wave_open(ls->wave, library, ls->driver.rtl);
  }
  if (status == EM_OK) {
    status = em_rtl_load(&ls->driver, &core->graph, network, error);
  }
  if (status == EM_OK) {
    status = em_rtl_release(&ls->driver, error);
  }
  if (status == EM_OK && ls->wave != NULL) {
    ls->wave->first_time = EM_TIMES_PER_CYCLE * ls->driver.cycles + 1; /* the release settled once more */
  }
  return status;
}

void em_lockstep_close(em_lockstep *ls) {
  em_rtl_driver_close(&ls->driver);
  free(ls->engine_records);
  free(ls->buffer_records);
  free(ls->memory_records);
  free(ls->write_data);
  free(ls->write_masks);
}

/* ---- Differences ---- */

static uint64_t writer_tokens(const em_lockstep *ls, uint32_t engine) {
  return em_state_engines(ls->core, ls->state)[engine].tokens;
}

static em_place engine_place(const em_lockstep *ls, uint32_t engine) {
  em_place place;
  em_engine_name(&ls->core->graph, engine, place.unit);
  em_engine_scope(&ls->core->graph, engine, place.scope);
  return place;
}

static em_place buffer_place(const em_lockstep *ls, uint32_t buffer) {
  em_place place;
  em_buffer_name(&ls->core->graph, buffer, place.unit);
  em_buffer_scope(&ls->core->graph, buffer, place.scope);
  return place;
}

static em_place memory_place(const em_lockstep *ls, uint32_t memory) {
  em_place place;
  em_memory_name(&ls->core->graph, memory, place.unit);
  em_memory_scope(&ls->core->graph, memory, place.scope);
  return place;
}

/* `bits` wide values that differ. */
static bool diverge(em_lockstep *ls, const em_place *place, const char *signal, uint32_t bits, uint64_t token,
                    int64_t element, int64_t model, int64_t rtl) {
  em_divergence *d = &ls->divergence;
  *d = (em_divergence){.cycle = ls->state->cycle,
                       .place = *place,
                       .bits = bits,
                       .token = token,
                       .element = element,
                       .model = model,
                       .rtl = rtl};
  snprintf(d->signal, sizeof d->signal, "%s", signal);
  return false;
}

/* The same of a pin of a stream; both stand in the engine's scope. */
static bool diverge_pin(em_lockstep *ls, uint32_t engine, const char *signal, int64_t model, int64_t rtl) {
  em_place place = engine_place(ls, engine);
  return diverge(ls, &place, signal, 1, writer_tokens(ls, engine), -1, model, rtl);
}

/* A field of a record, for naming what differs. */
typedef struct {
  const char *name;
  uint32_t low, bits;
} record_field;

static const record_field buffer_fields[] = {{"commit", 0, 1},   {"release_0", 1, 1}, {"release_1", 2, 1},
                                             {"count_0", 8, 16}, {"count_1", 24, 16}, {"record", 0, 64}};
static const record_field memory_fields[] = {
    {"write enable", 60, 1},    {"read enable 0", 61, 1},   {"read enable 1", 62, 1}, {"write address", 0, 20},
    {"read address 0", 20, 20}, {"read address 1", 40, 20}, {"record", 0, 64}};

static int64_t field_of(uint64_t record, const record_field *field) {
  return (int64_t)(field->bits == 64 ? record : record >> field->low & ((UINT64_C(1) << field->bits) - 1));
}

/* The first field in which two different records differ; the last entry of every table is the whole record. */
static bool diverge_fields(em_lockstep *ls, const em_place *place, const record_field *fields, uint64_t token,
                           uint64_t model, uint64_t rtl) {
  while (field_of(model, fields) == field_of(rtl, fields)) {
    fields++;
  }
  return diverge(ls, place, fields->name, fields->bits, token, -1, field_of(model, fields), field_of(rtl, fields));
}

static bool diverge_engine(em_lockstep *ls, uint32_t index, uint64_t rtl) {
  char signal[EM_NAME_CHARS];
  em_place place = engine_place(ls, index);
  record_field fields[EM_STROBES + 3] = {{"state", 0, 2}, {"last", EM_RECORD_LAST_BIT, 1}};
  for (uint32_t i = 0; i < EM_STROBES; i++) {
    const char *name = em_strobe_name(ls->core->graph.engines[index].kind, i);
    fields[i + 2] = (record_field){name != NULL ? name : "unused strobe", EM_RECORD_STROBE_BIT + i, 1};
  }
  fields[EM_STROBES + 2] = (record_field){"record", 0, 64};
  uint64_t token = writer_tokens(ls, index);
  diverge_fields(ls, &place, fields, token, ls->expected.engines[index], rtl);
  bool strobe = strcmp(ls->divergence.signal, "state") != 0 && strcmp(ls->divergence.signal, "last") != 0;
  snprintf(signal, sizeof signal, "%s%.50s", strobe ? "strobe " : "", ls->divergence.signal);
  snprintf(ls->divergence.signal, sizeof ls->divergence.signal, "%s", signal);
  return false;
}

/* ---- Written words ---- */

/* Bits [low, low + count) of a little-endian bit string, count <= 32. */
static uint32_t bits_at(const uint8_t *bytes, uint32_t low, uint32_t count) {
  uint64_t window = 0;
  memcpy(&window, bytes + low / 8, (low % 8 + count + 7) / 8);
  return (uint32_t)(window >> low % 8 & ((UINT64_C(1) << count) - 1));
}

static int32_t sign_extend(uint32_t value, uint32_t bits) {
  uint32_t sign = UINT32_C(1) << (bits - 1);
  return (int32_t)((value ^ sign) - sign);
}

int32_t em_lockstep_written(const em_lockstep *ls, uint32_t memory, uint32_t lane) {
  uint32_t bits = ls->core->graph.memories[memory].lane_bits;
  return sign_extend(bits_at(ls->write_data[memory], lane * bits, bits), bits);
}

static int64_t element_of(const em_lockstep *ls, const em_memory *memory, uint64_t record, uint32_t lane) {
  uint64_t address = record & ((UINT64_C(1) << EM_RECORD_ADDRESS_BITS) - 1);
  uint64_t words = memory->role == EM_MEMORY_BUFFER ? ls->core->graph.buffers[memory->owner].slot_words : memory->words;
  return (int64_t)(address % words * memory->lanes + lane);
}

static bool diverge_write(em_lockstep *ls, uint32_t index, const char *signal, uint32_t bits, uint32_t lane,
                          int64_t model, int64_t rtl) {
  const em_memory *memory = &ls->core->graph.memories[index];
  em_place place = memory_place(ls, index);
  uint32_t writer = memory->role == EM_MEMORY_BUFFER ? ls->core->graph.buffers[memory->owner].writer : memory->owner;
  return diverge(ls, &place, signal, bits, writer_tokens(ls, writer),
                 element_of(ls, memory, ls->expected.memories[index], lane), model, rtl);
}

/* A variable of the RTL of at most 64 bits: 1, 2, 4 or 8 bytes. */
static uint64_t variable(const uint8_t *bytes, uint32_t bits) {
  uint16_t half;
  uint32_t word;
  uint64_t whole;
  if (bits <= 8) {
    return bytes[0];
  } else if (bits <= 16) {
    return memcpy(&half, bytes, sizeof half), half;
  } else if (bits <= 32) {
    return memcpy(&word, bytes, sizeof word), word;
  }
  return memcpy(&whole, bytes, sizeof whole), whole;
}

static bool same_mask(const uint8_t *mask, uint32_t lanes, const em_write *write) {
  if (lanes <= 64) {
    const uint64_t written = UINT64_MAX >> (64 - write->lanes);
    return variable(mask, lanes) == written << write->first_lane;
  }
  for (uint32_t lane = 0; lane < lanes; lane++) {
    bool inside = lane >= write->first_lane && lane < write->first_lane + write->lanes;
    if ((mask[lane / 8] >> lane % 8 & 1) != (inside ? 1 : 0)) {
      return false;
    }
  }
  return true;
}

/* Bits that are compared 32 at a time. */
typedef struct {
  const uint8_t *rtl;
  uint64_t bits;
  uint32_t count;
  bool same;
} bit_stream;

static void compare_bits(bit_stream *stream, uint32_t value, uint32_t bits) {
  stream->bits |= (uint64_t)value << stream->count;
  stream->count += bits;
  if (stream->count >= 32) {
    uint32_t rtl;
    memcpy(&rtl, stream->rtl, sizeof rtl);
    stream->same = stream->same && rtl == (uint32_t)stream->bits;
    stream->rtl += sizeof rtl;
    stream->bits >>= 32;
    stream->count -= 32;
  }
}

static bool same_rest(const bit_stream *stream) {
  return stream->same && (stream->count == 0 || bits_at(stream->rtl, 0, stream->count) == stream->bits);
}

/* All lanes of a write; false too where they have to be compared one by one. */
static bool same_data(const uint8_t *data, const em_write *write, uint32_t bits) {
  bit_stream stream = {data, 0, 0, true};
  if (write->codes != NULL && write->taps == 0) {
    return memcmp(data + write->first_lane, write->codes, write->lanes) == 0;
  }
  for (uint32_t channel = 0; write->codes != NULL && channel < write->lanes / write->taps; channel++) {
    for (uint32_t tap = 0; tap < write->taps; tap++) {
      compare_bits(&stream, (uint8_t)write->codes[tap * write->stride + channel], 8);
    }
  }
  const uint32_t mask = (uint32_t)((UINT64_C(1) << bits) - 1);
  for (uint32_t lane = 0; write->codes == NULL && lane < write->lanes; lane++) {
    compare_bits(&stream, (uint32_t)write->values[lane] & mask, bits);
  }
  return write->first_lane == 0 && same_rest(&stream);
}

static bool same_write(em_lockstep *ls, uint32_t index) {
  const em_memory *memory = &ls->core->graph.memories[index];
  const em_write *write = &ls->expected.writes[index];
  const uint8_t *data = ls->write_data[index];
  ls->transactions++;
  if (!same_mask(ls->write_masks[index], memory->lanes, write)) {
    return diverge_write(ls, index, "write mask", 1, write->first_lane, 1, 0);
  }
  if (same_data(data, write, memory->lane_bits)) {
    return true;
  }
  for (uint32_t lane = 0; lane < write->lanes; lane++) {
    int32_t model = em_write_value(write, lane), rtl = em_lockstep_written(ls, index, write->first_lane + lane);
    if (rtl != model) {
      return diverge_write(ls, index, "data", memory->lane_bits, write->first_lane + lane, model, rtl);
    }
  }
  return true;
}

/* ---- One cycle ---- */

static bool same_records(em_lockstep *ls) {
  const em_graph *graph = &ls->core->graph;
  const em_records *expected = &ls->expected;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    if (*ls->engine_records[e] != expected->engines[e]) {
      return diverge_engine(ls, e, *ls->engine_records[e]);
    }
  }
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    uint64_t record = *ls->memory_records[m];
    if (record != expected->memories[m]) {
      em_place place = memory_place(ls, m);
      const em_memory *memory = &graph->memories[m];
      uint32_t writer = memory->role == EM_MEMORY_BUFFER ? graph->buffers[memory->owner].writer : memory->owner;
      return diverge_fields(ls, &place, memory_fields, writer_tokens(ls, writer), expected->memories[m], record);
    }
    if ((record >> EM_RECORD_WRITE_BIT & 1) != 0 && !same_write(ls, m)) {
      return false;
    }
  }
  for (uint32_t b = 0; b < graph->buffer_count; b++) {
    if (*ls->buffer_records[b] != expected->buffers[b]) {
      em_place place = buffer_place(ls, b);
      return diverge_fields(ls, &place, buffer_fields, writer_tokens(ls, graph->buffers[b].writer),
                            expected->buffers[b], *ls->buffer_records[b]);
    }
  }
  return true;
}

/* The pins of both streams, as the model has them. */
static bool same_streams(em_lockstep *ls) {
  const em_graph *graph = &ls->core->graph;
  const em_rtl_outputs *out = &ls->driver.out;
  uint32_t last = graph->engine_count - 1, lanes = graph->engines[last].lanes;
  bool ready = (ls->expected.engines[0] & 3) != EM_BLOCKED;
  if ((out->in_ready != 0) != ready) {
    return diverge_pin(ls, 0, "tready", ready, out->in_ready);
  }
  bool valid = ls->state->out_valid != 0;
  uint64_t token = writer_tokens(ls, last);
  if ((out->out_valid != 0) != valid) {
    return diverge_pin(ls, last, "tvalid", valid, out->out_valid);
  }
  if (!valid) {
    return true;
  }
  uint32_t l = em_results_per_frame(&graph->design.shape);
  bool ends = ls->state->out_beat + 2 == graph->engines[last].busy_cycles && (token + 1) % l == 0;
  if ((out->out_last != 0) != ends) {
    return diverge_pin(ls, last, "tlast", ends, out->out_last);
  }
  const int8_t *codes = em_core_output(ls->core, ls->state) + (size_t)ls->state->out_beat * lanes;
  for (uint32_t i = 0; i < lanes; i++) {
    if ((int8_t)out->out_data[i] != codes[i]) {
      em_place place = engine_place(ls, last);
      return diverge(ls, &place, "tdata", 8, token, (int64_t)ls->state->out_beat * lanes + i, codes[i],
                     (int8_t)out->out_data[i]);
    }
  }
  return true;
}

static void remember(em_lockstep *ls, const em_step *step) {
  for (uint32_t word = 0; word < EM_ENGINE_WORDS; word++) {
    for (uint64_t set = step->finished[word]; set != 0; set &= set - 1) {
      uint32_t engine = word * 64 + (uint32_t)__builtin_ctzll(set);
      ls->history[ls->history_count++ % EM_HISTORY] =
          (em_transaction){ls->state->cycle - 1, writer_tokens(ls, engine) - 1, engine};
      ls->cycles_since_progress = 0;
    }
  }
}

/* Drives the stream pins of this cycle on both sides. */
static em_pins drive(em_lockstep *ls) {
  const em_engine *in = &ls->core->graph.engines[0];
  em_pins pins = {false, ls->beat, em_stimulus_ready(&ls->stimulus, ls->state->cycle)};
  if (ls->frames_in < ls->frame_count && em_stimulus_valid(&ls->stimulus, ls->state->cycle)) {
    pins.in_valid = true;
    memcpy(ls->driver.in.in_data, ls->beat, in->lanes);
  }
  ls->driver.in.in_valid = pins.in_valid;
  ls->driver.in.in_last = pins.in_valid && ls->state->in_beat + 1 == in->busy_cycles;
  ls->driver.in.out_ready = pins.out_ready;
  return pins;
}

bool em_lockstep_compare(em_lockstep *ls, const em_pins *pins) {
  em_core_settle(ls->core, ls->state);
  em_schedule_record(ls->core, ls->state, pins, &ls->expected);
  if (ls->records != NULL && ls->state->cycle >= ls->records_from) {
    em_lockstep_print_records(ls, ls->records);
  }
  return same_records(ls) && same_streams(ls);
}

bool em_lockstep_diverge(em_lockstep *ls, const char *unit, const char *scope, const char *signal, uint32_t bits,
                         int64_t model, int64_t rtl) {
  em_place place;
  snprintf(place.unit, sizeof place.unit, "%s", unit);
  snprintf(place.scope, sizeof place.scope, "%s", scope);
  return diverge(ls, &place, signal, bits, 0, -1, model, rtl);
}

bool em_lockstep_cycle(em_lockstep *ls, em_step *step) {
  em_pins pins = drive(ls);
  if (ls->wave != NULL) {
    em_wave_cycle(ls->wave, ls->driver.library, ls->driver.rtl, ls->state->cycle);
  }
  ls->driver.library->settle(ls->driver.rtl, &ls->driver.in, &ls->driver.out);
  if (!em_lockstep_compare(ls, &pins)) {
    return false;
  }
  /* A cycle that the stimulus holds up says nothing about the design: the watchdog does not count it, but for a
   * stimulus that never lets go. */
  bool outside_waits = (ls->frames_in < ls->frame_count && !pins.in_valid && ls->stimulus.stall_in < 1) ||
                       (ls->state->out_valid != 0 && !pins.out_ready && ls->stimulus.stall_out < 1);
  em_core_advance(ls->core, ls->state, &pins, 1, step);
  ls->driver.library->clock(ls->driver.rtl);
  ls->driver.cycles++;
  ls->cycles++;
  ls->cycles_since_progress += !outside_waits;
  ls->transactions += step->in_beats + step->out_beats;
  if (step->in_beats > 0) {
    em_stimulus_accepted(&ls->stimulus);
    ls->beat += (size_t)step->in_beats * ls->core->graph.engines[0].lanes;
    ls->cycles_since_progress = 0;
  }
  if (step->out_beats > 0) {
    ls->cycles_since_progress = 0;
  }
  ls->frames_in += step->frame_in;
  ls->results_out += step->result_out;
  remember(ls, step);
  return true;
}

bool em_lockstep_check_counters(em_lockstep *ls) {
  static const struct {
    const char *name;
    uint32_t offset;
  } registers[] = {{"busy counter", EM_APB_BUSY},
                   {"starved counter", EM_APB_STARVED},
                   {"blocked counter", EM_APB_BLOCKED},
                   {"tokens counter", EM_APB_TOKENS}};
  const em_graph *graph = &ls->core->graph;
  em_rtl_inputs *in = &ls->driver.in;
  em_step step;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    for (uint32_t i = 0; i < 4; i++) {
      in->psel = 1;
      in->pwrite = in->penable = 0;
      in->paddr = em_apb_address(graph->engines[e].unit, 0, registers[i].offset);
      bool same = em_lockstep_cycle(ls, &step);
      in->penable = 1;
      em_engine_state counters = em_core_counters(ls->core, ls->state, e);
      same = same && em_lockstep_cycle(ls, &step);
      in->psel = in->penable = 0;
      if (!same) {
        return false;
      }
      const uint64_t values[] = {counters.busy, counters.starved, counters.blocked, counters.tokens};
      const em_rtl_outputs *out = &ls->driver.out;
      bool ready = out->pready != 0 && out->pslverr == 0;
      if (!ready || out->prdata != (uint32_t)values[i]) {
        em_place place = engine_place(ls, e);
        diverge(ls, &place, ready ? registers[i].name : "counter read-out", ready ? 32 : 1, counters.tokens, -1,
                ready ? (uint32_t)values[i] : 1, ready ? out->prdata : 0);
        ls->divergence.cycle = ls->state->cycle - 1; /* the access is over: that was its cycle */
        return false;
      }
    }
  }
  return true;
}
