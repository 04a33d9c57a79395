#include "sim/lockstep/upset.h"

#include <stdlib.h>
#include <string.h>

#include "models/machine/batches.h"
#include "models/machine/device_core.h"
#include "models/network/load_words.h"
#include "sim/lockstep/bus_agent.h"
#include "sim/run/interrupt.h"

/* One end of a stream that now and then is not there. */
typedef struct {
  double rate;    /* of cycles without it */
  uint32_t burst; /* mean length of such a while, 1: every cycle for itself */
  bool away;
} staller;

typedef struct {
  em_lockstep *ls;
  em_device *device;
  em_bus_agent bus;
  em_dice dice;
  em_upset_counts *counts;
  const em_job *job;
  const em_options *options;
  em_device_inputs in;
  em_device_outputs out;
  uint32_t *words; /* address and data of every word that loads the network */
  uint64_t word_count, next_word;
  enum { LOADING, HELD, STARTING, RUNNING, STOPPING } phase;
  uint64_t cycles_left; /* of HELD and RUNNING */
  uint64_t patience;    /* cycles that STARTING and STOPPING have waited */
  uint64_t sessions_left;
  uint32_t reset_left;
  bool last;          /* the last session */
  uint64_t beat;      /* the next input beat, counted from the first frame's */
  double wrong_tlast; /* probability */
  staller source, sink;
  int8_t *results; /* of the last session */
  uint64_t result_bytes, results_expected;
  uint64_t span; /* cycles in which a frame certainly passes without stalls */
} upset;

/* ---- Opening ---- */

static em_status keep_word(void *context, uint32_t address, uint32_t data, em_error *error) {
  upset *u = context;
  if ((u->word_count & (u->word_count - 1)) == 0) { /* a power of two: twice as many */
    uint32_t *words = realloc(u->words, (u->word_count * 2 + 2) * 2 * sizeof *words);
    if (words == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for the words of a network");
    }
    u->words = words;
  }
  u->words[2 * u->word_count] = address;
  u->words[2 * u->word_count + 1] = data;
  u->word_count++;
  return EM_OK;
}

static uint64_t span_of(const em_graph *graph) {
  uint64_t cycles = 64;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    cycles += (uint64_t)graph->engines[e].busy_last_cycles * graph->engines[e].tokens_per_frame;
  }
  return cycles;
}

static em_status open_both(upset *u, const em_rtl_library *library, em_error *error) {
  const em_graph *graph = &u->job->core->graph;
  const em_stream_sizes sizes = em_streams_of(&u->job->design);
  u->results_expected = u->job->frame_count * sizes.result_bytes;
  u->results = malloc(u->results_expected + sizes.out_bytes);
  em_status status = u->results == NULL ? em_fail(error, EM_FAILED, "out of memory for the results")
                                        : em_device_open(&u->device, &u->job->design, error);
  if (status == EM_OK) {
    status = em_load_words(graph, &u->job->network, keep_word, u, error);
  }
  if (status == EM_OK) {
    status = em_lockstep_attach(u->ls, &u->device->core, u->device->state, library, error);
  }
  u->bus.graph = graph;
  u->span = span_of(graph);
  return status;
}

/* ---- Sessions ---- */

static void draw_staller(upset *u, staller *s, double given) {
  static const double rates[] = {0, 0.2, 0.5, 0.9, 0.98};
  s->rate = given > 0 ? given : rates[em_dice_range(&u->dice, 0, u->last ? 2 : 4)];
  s->burst = em_dice_chance(&u->dice, 0.5) ? 1 : 1u << em_dice_range(&u->dice, 3, 8);
  s->away = false;
}

static void draw_streams(upset *u) {
  static const double wrongs[] = {0, 0, 0.02, 0.5};
  u->wrong_tlast = u->last ? 0 : wrongs[em_dice_range(&u->dice, 0, 3)];
  draw_staller(u, &u->source, u->options->stall_in);
  draw_staller(u, &u->sink, u->options->stall_out);
}

/* Loads the network through the bus, which is quiet otherwise. */
static void begin_loading(upset *u) {
  u->phase = LOADING;
  u->next_word = 0;
  u->bus.rate = 0;
}

static void begin_held(upset *u) {
  u->phase = HELD;
  u->cycles_left = (uint64_t)em_dice_range(&u->dice, 0, 300);
  u->bus.rate = 0.9;
}

static void begin_starting(upset *u) {
  u->phase = STARTING;
  u->patience = 0;
  draw_streams(u);
  em_bus_agent_ask(&u->bus, EM_APB_CTRL, (uint32_t)em_dice_bits(&u->dice) | 1,
                   (uint8_t)(em_dice_range(&u->dice, 0, 7) << 1 | 1));
}

static void begin_running(upset *u) {
  u->phase = RUNNING;
  u->counts->starts++;
  u->bus.rate = u->options->bus;
  u->cycles_left = 1 + em_dice_bits(&u->dice) % (UINT64_C(1) << em_dice_range(&u->dice, 1, 40));
  u->cycles_left = u->last ? UINT64_MAX : u->cycles_left % (3 * u->span) + 1;
}

/* Whatever is on its way, the last session begins with a clean reset: nothing is offered in it. */
static void begin_last(upset *u) {
  u->last = true;
  u->reset_left = 2;
  u->counts->resets++;
  u->beat = 0;
  u->in.in_valid = false;
  u->result_bytes = 0;
  begin_loading(u);
}

static void ask_to_stop(upset *u) {
  em_bus_agent_ask(&u->bus, EM_APB_CTRL, (uint32_t)em_dice_bits(&u->dice) & ~UINT32_C(1), 0xf);
  u->counts->stops++;
}

static void reset(upset *u) {
  u->reset_left = (uint32_t)em_dice_range(&u->dice, 1, 4);
  u->counts->resets++;
}

static void end_session(upset *u) {
  u->phase = STOPPING;
  u->patience = 0;
  if (u->sessions_left-- == 1) {
    begin_last(u);
    return;
  }
  switch (em_dice_range(&u->dice, 0, 3)) {
    case 0: reset(u); break;
    case 1: ask_to_stop(u), reset(u); break;
    default: ask_to_stop(u); break;
  }
}

/* Decides what this cycle is a part of. A reset may undo what was asked for: then it is asked for again. */
static void move_phase(upset *u) {
  const bool running = em_device_running(u->device), free = em_bus_agent_idle(&u->bus) && u->reset_left == 0;
  switch (u->phase) {
    case LOADING:
      if (free && u->next_word < u->word_count) {
        em_bus_agent_ask(&u->bus, u->words[2 * u->next_word], u->words[2 * u->next_word + 1], 0xf);
        u->next_word++;
      } else if (free) {
        begin_starting(u);
      }
      break;
    case HELD:
      if (u->cycles_left > 0) {
        u->cycles_left--;
      } else if (free) {
        begin_starting(u);
      }
      break;
    case STARTING:
      if (running) {
        begin_running(u);
      } else if (free && ++u->patience > 4) {
        begin_starting(u);
      }
      break;
    case RUNNING:
      if (!running) {
        begin_held(u); /* a reset that came late */
      } else if (u->cycles_left > 0) {
        u->cycles_left--;
      } else if (!u->bus.wants) {
        end_session(u);
      }
      break;
    case STOPPING:
      if (!running && free && em_dice_chance(&u->dice, 0.3)) {
        begin_starting(u); /* back to back */
      } else if (!running) {
        begin_held(u);
      } else if (free && ++u->patience > 4) {
        ask_to_stop(u);
        u->patience = 0;
      }
      break;
  }
}

/* ---- One cycle ---- */

static bool is_away(upset *u, staller *s) {
  if (s->burst <= 1) {
    return em_dice_chance(&u->dice, s->rate);
  }
  /* Whiles of mean length `burst` away, and in between such that `rate` of all cycles are away. */
  const double leave = s->rate / (1 - s->rate) / s->burst;
  s->away = s->away ? !em_dice_chance(&u->dice, 1.0 / s->burst) : em_dice_chance(&u->dice, leave);
  return s->away;
}

/* A beat once offered stays as it is until it is taken, whether the core is held or not. */
static void offer_beat(upset *u) {
  const uint64_t beats = u->job->core->graph.engines[0].busy_cycles;
  const uint32_t bytes = u->job->design.in_bytes;
  const bool any = !u->last || (u->phase == RUNNING && u->beat < beats * u->job->frame_count);
  if (u->in.in_valid || !any || u->reset_left > 0 || is_away(u, &u->source)) {
    return;
  }
  u->in.in_valid = true;
  u->in.in_last = (u->beat % beats == beats - 1) != em_dice_chance(&u->dice, u->wrong_tlast);
  memcpy(u->in.in_data, em_frames_frame(&u->job->frames, 0) + u->beat % (beats * u->job->frame_count) * bytes, bytes);
}

static void drive(upset *u) {
  move_phase(u);
  u->in.rst_n = u->reset_left == 0;
  u->reset_left -= u->reset_left > 0;
  offer_beat(u);
  u->in.out_ready = !is_away(u, &u->sink);
  em_bus_agent_drive(&u->bus, em_device_running(u->device), &u->in);
  em_rtl_inputs *in = &u->ls->driver.in;
  *in = (em_rtl_inputs){u->in.rst_n,  u->in.psel,     u->in.penable, u->in.pwrite,    u->in.pstrb, u->in.paddr,
                        u->in.pwdata, u->in.in_valid, u->in.in_last, u->in.out_ready, {0}};
  memcpy(in->in_data, u->in.in_data, u->job->design.in_bytes);
}

/* The pins of the port, and of the streams while the core is held too. */
static bool same_pins(const upset *u) {
  const em_device_outputs *m = &u->out;
  const em_rtl_outputs *r = &u->ls->driver.out;
  const bool reads = u->in.psel && u->in.penable && !u->in.pwrite;
  const struct {
    const char *unit, *scope, *signal;
    uint32_t bits, model, rtl;
    bool counts;
  } pins[] = {
      {"apb", "em_top.u_apb", "pready", 1, m->pready, r->pready, true},
      {"apb", "em_top.u_apb", "pslverr", 1, m->pslverr, r->pslverr, true},
      {"apb", "em_top.u_apb", "prdata", 32, m->prdata, r->prdata, reads},
      {"apb", "em_top.u_apb", "running", 1, m->running, r->running, true},
      {"axis_in", "em_top.u_axis_in", "tready", 1, m->in_ready, r->in_ready, true},
      {"axis_out", "em_top.u_axis_out", "tvalid", 1, m->out_valid, r->out_valid, true},
      {"axis_out", "em_top.u_axis_out", "tlast", 1, m->out_last, r->out_last, m->out_valid},
  };
  for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
    if (pins[i].counts && pins[i].model != pins[i].rtl) {
      return em_lockstep_diverge(u->ls, pins[i].unit, pins[i].scope, pins[i].signal, pins[i].bits, pins[i].model,
                                 pins[i].rtl);
    }
  }
  return !m->out_valid || memcmp(m->out_data, r->out_data, u->job->design.out_bytes) == 0 ||
         em_lockstep_diverge(u->ls, "axis_out", "em_top.u_axis_out", "tdata", 1, 1, 0);
}

static void count(upset *u) {
  em_upset_counts *c = u->counts;
  const uint64_t beats = u->job->core->graph.engines[0].busy_cycles;
  c->cycles++;
  c->errors += u->out.pslverr;
  if (u->in.in_valid && u->out.in_ready) {
    c->transactions++;
    c->wrong_tlasts += u->in.in_last != (u->beat % beats == beats - 1);
    u->beat++;
    u->in.in_valid = false;
  }
  if (u->out.out_valid && u->in.out_ready) {
    const uint32_t bytes = u->job->design.out_bytes;
    c->transactions++;
    c->results += u->out.out_last;
    if (u->last && u->phase == RUNNING && u->result_bytes < u->results_expected) {
      memcpy(u->results + u->result_bytes, u->out.out_data, bytes);
      u->result_bytes += bytes;
    }
  }
}

/* False at a difference. */
static bool cycle(upset *u, em_status *status, em_error *error) {
  em_lockstep *ls = u->ls;
  drive(u);
  em_device_settle(u->device, &u->in, &u->out);
  em_rtl_driver_settle(&ls->driver);
  const em_pins pins = {u->in.in_valid, u->in.in_data, u->in.out_ready};
  if (!same_pins(u) || (em_device_running(u->device) && !em_lockstep_compare(ls, &pins))) {
    return false;
  }
  const em_device_inputs in = u->in;
  count(u);
  *status = em_device_clock(u->device, &in, error);
  em_rtl_driver_clock(&ls->driver);
  return true;
}

/* What the frames are worth without any time. */
static em_status check_results(const upset *u, em_error *error) {
  const uint64_t bytes = u->results_expected / u->job->frame_count;
  int8_t *output = malloc(bytes);
  em_batches batches;
  if (output == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the results");
  }
  em_status status = em_batches_open(&batches, u->job->core, error);
  for (uint64_t f = 0; f < u->job->frame_count && status == EM_OK; f++) {
    em_batches_compute(&batches, em_frames_frame(&u->job->frames, f), 1, output);
    if (memcmp(output, u->results + f * bytes, bytes) != 0) {
      status = em_fail(error, EM_FAILED, "after the last reset frame %llu has another result than without upsets",
                       (unsigned long long)f);
    }
  }
  em_batches_close(&batches);
  free(output);
  return status;
}

/* More cycles than the last session can need. */
static uint64_t patience_of(const upset *u) {
  const em_options *o = u->options;
  const double open = 1 - (o->stall_in > o->stall_out ? o->stall_in : o->stall_out);
  const double frames = (double)(u->job->frame_count + 2) * (double)u->span;
  return 2 * u->word_count + (uint64_t)(100 * frames / (open > 1e-6 ? open : 1e-6));
}

static em_status run_sessions(upset *u, em_lockstep_outcome *outcome, em_error *error) {
  const uint64_t patience = patience_of(u);
  uint64_t last_cycles = 0;
  em_status status = EM_OK;
  *outcome = EM_LOCKSTEP_DIVERGED;
  while (status == EM_OK && u->result_bytes < u->results_expected) {
    if (em_interrupted() != 0) {
      return em_interrupt_fail(error);
    }
    if (!cycle(u, &status, error)) {
      return EM_OK;
    }
    last_cycles += u->last;
    if (last_cycles > patience) {
      *outcome = EM_LOCKSTEP_DEADLOCKED;
      return EM_OK;
    }
  }
  *outcome = EM_LOCKSTEP_MATCHED;
  return status == EM_OK ? check_results(u, error) : status;
}

em_status em_upset_run(const em_job *job, const em_options *options, const em_rtl_library *library,
                       em_lockstep *lockstep, em_upset_counts *counts, em_lockstep_outcome *outcome, em_error *error) {
  upset u = {.ls = lockstep,
             .counts = counts,
             .job = job,
             .options = options,
             .dice = {options->seed},
             .bus = {.dice = {~options->seed}},
             .sessions_left = options->upset};
  memset(lockstep, 0, sizeof *lockstep);
  memset(counts, 0, sizeof *counts);
  lockstep->stimulus.seed = options->seed;
  em_status status = open_both(&u, library, error);
  if (options->upset == 0) {
    begin_last(&u);
  } else {
    begin_loading(&u);
  }
  if (status == EM_OK) {
    status = run_sessions(&u, outcome, error);
  }
  counts->reads = u.bus.reads;
  counts->writes = u.bus.writes;
  lockstep->cycles = counts->cycles;
  lockstep->transactions = counts->transactions;
  lockstep->core = job->core; /* outlives the device; the graph is the same */
  lockstep->state = job->state;
  em_device_close(u.device);
  free(u.words);
  free(u.results);
  return status;
}
