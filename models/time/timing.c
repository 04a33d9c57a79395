#include "models/time/timing.h"

#include <string.h>

size_t em_timing_workspace_words(const em_graph *graph) {
  return em_recurrence_words(graph) + em_recurrence_state_words(graph);
}

bool em_period_ends(em_period *m, const em_recurrence *r, uint64_t gap) {
  m->shortest = gap < m->shortest ? gap : m->shortest;
  m->longest = gap > m->longest ? gap : m->longest;
  if (m->frames > 0 && em_recurrence_repeats(r, m->state, r->cycles - m->cycles)) {
    return true;
  }
  if ((r->frames & (r->frames - 1)) == 0) {
    memcpy(m->state, r->state, r->state_words * sizeof *r->state);
    m->frames = r->frames;
    m->cycles = r->cycles;
    m->shortest = UINT64_MAX;
    m->longest = 0;
  }
  return false;
}

static uint64_t first_beat(const em_stimulus *stalls) {
  uint64_t cycle = 0;
  while (stalls != NULL && !em_stimulus_offers(stalls, cycle)) {
    cycle++;
  }
  return cycle;
}

void em_timing_run(const em_graph *graph, const em_stimulus *stalls, uint64_t frames, uint64_t *workspace,
                   em_timing *timing) {
  em_recurrence r;
  em_period m = {.state = workspace + em_recurrence_words(graph)};
  em_recurrence_start(&r, graph, stalls, workspace, NULL, NULL);
  em_recurrence_frame(&r);
  timing->latency_cycles = r.cycles - first_beat(r.stalls);
  bool looking = r.stalls == NULL && frames > 2;
  while (r.frames < frames) {
    if (looking && em_period_ends(&m, &r, 0)) {
      uint64_t period = r.frames - m.frames;
      em_recurrence_leap(&r, m.state, period, r.cycles - m.cycles, (frames - r.frames) / period);
      looking = false;
    } else {
      em_recurrence_frame(&r);
    }
  }
  timing->frames = frames;
  timing->cycles = r.cycles;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    timing->engines[e] = em_recurrence_counters(&r, e);
  }
}

void em_timing_steady(const em_graph *graph, uint64_t most_steps, uint64_t *workspace, em_steady *steady) {
  em_recurrence r;
  em_period m = {.state = workspace + em_recurrence_words(graph)};
  em_recurrence_start(&r, graph, NULL, workspace, NULL, NULL);
  bool ends = false;
  while (!ends && (r.steps < most_steps || r.frames == m.frames)) {
    uint64_t before = r.cycles;
    em_recurrence_frame(&r);
    ends = em_period_ends(&m, &r, r.cycles - before);
  }
  *steady = (em_steady){.exact = ends,
                        .warm_up_frames = m.frames,
                        .period_frames = r.frames - m.frames,
                        .period_cycles = r.cycles - m.cycles,
                        .shortest_gap_cycles = m.shortest,
                        .longest_gap_cycles = m.longest,
                        .steps = r.steps};
}

void em_timing_activity(const em_graph *graph, const em_timing *timing, em_run_activity *activity) {
  em_activity_clear(graph, activity);
  activity->cycles = timing->cycles;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    activity->times[e] = timing->engines[e];
    em_activity_add(graph, e, timing->engines[e].tokens, &activity->engines[e], activity->memories);
  }
}
