/* Power over time: every engine's dynamic energy spread over its busy cycles, the rest constant. */
#include <math.h>
#include <stdlib.h>

#include "sim/report/price_report.h"

/*
 * The peak is looked for in windows that do not depend on the run's length, in the timing of its first frames: those
 * that follow repeat them, or under stalls are like them.
 */
enum {
  PEAK_WINDOW_CYCLES = 1024,
  PEAK_FRAMES = 256,
  PEAK_STEPS = 1 << 22,
  PEAK_CYCLES = 1 << 24,
  PEAK_WINDOWS = 1 << 20
};

/* Milliwatts of one picojoule a cycle. */
static double milliwatts(const em_pricing *pricing) {
  return pricing->point.clock_mhz * 1e-3;
}

static double busy_mw(const em_pricing *pricing, uint32_t engine) {
  uint64_t busy = pricing->activity->times[engine].busy;
  return busy > 0 ? pricing->engines[engine].dynamic_pj / (double)busy * milliwatts(pricing) : 0;
}

/* Clock (unless gated), leakage, and what belongs to no engine. */
static double constant_mw(const em_pricing *pricing) {
  double pj = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  for (uint32_t e = 0; e < pricing->graph->engine_count; e++) {
    pj -= pricing->activity->times[e].busy > 0 ? pricing->engines[e].dynamic_pj : 0;
  }
  return fmax(0, pj) / (double)pricing->point.cycles * milliwatts(pricing);
}

/* Milliwatts to a picowatt. */
static double rounded(double value) {
  return rint(value * 1e9) / 1e9;
}

/* ---- The peak ---- */

typedef struct {
  const em_graph *graph;
  uint64_t window_cycles;
  double busy_mw[EM_MAX_ENGINES];
  double *mw_cycles; /* [PEAK_WINDOWS] */
} profile;

/* A stream's token is busy with single beats: they count as if they came without bubbles before its last. */
static void add_token(void *context, const em_token_time *t) {
  profile *p = context;
  uint64_t start = t->start + t->pause_cycles;
  while (start < t->finish && start / p->window_cycles < PEAK_WINDOWS) {
    uint64_t window = start / p->window_cycles, end = (window + 1) * p->window_cycles;
    end = end < t->finish ? end : t->finish;
    p->mw_cycles[window] += p->busy_mw[t->engine] * (double)(end - start);
    start = end;
  }
}

/* Windows that the walked frames fill; with a run shorter than a window its only one. */
static void find_peak(const profile *p, const em_recurrence *r, bool all, double *peak, uint64_t *peak_cycle) {
  uint64_t windows = r->cycles / p->window_cycles;
  if (all && r->cycles % p->window_cycles != 0) {
    windows++;
  }
  windows = windows < PEAK_WINDOWS ? windows : PEAK_WINDOWS;
  *peak = -1;
  for (uint64_t w = 0; w < windows; w++) {
    uint64_t left = r->cycles - w * p->window_cycles, here = left < p->window_cycles ? left : p->window_cycles;
    double mw = p->mw_cycles[w] / (double)here;
    if (mw > *peak) {
      *peak = mw;
      *peak_cycle = w * p->window_cycles;
    }
  }
}

/* Adds peak_mw, peak_cycle, peak_frames and window_cycles. False when memory is short. */
static bool add_peak(const em_pricing *pricing, const em_run_time *time, const em_busy_windows *windows,
                     cJSON *object) {
  const em_graph *graph = pricing->graph;
  profile *p = malloc(sizeof *p);
  double *mw_cycles = calloc(PEAK_WINDOWS, sizeof *mw_cycles), peak = 0;
  uint64_t *workspace = malloc(em_recurrence_words(graph) * sizeof *workspace), peak_cycle = 0;
  bool enough = p != NULL && mw_cycles != NULL && workspace != NULL;
  if (enough) {
    p->graph = graph;
    p->mw_cycles = mw_cycles;
    p->window_cycles = windows->asked_cycles > 0 ? windows->window_cycles : PEAK_WINDOW_CYCLES;
    for (uint32_t e = 0; e < graph->engine_count; e++) {
      p->busy_mw[e] = busy_mw(pricing, e);
    }
    em_recurrence r;
    em_recurrence_start(&r, graph, &time->stalls, workspace, add_token, p);
    do {
      em_recurrence_frame(&r);
    } while (r.frames < time->frames && r.frames < PEAK_FRAMES && r.steps < PEAK_STEPS && r.cycles < PEAK_CYCLES);
    find_peak(p, &r, r.frames == time->frames || r.cycles < p->window_cycles, &peak, &peak_cycle);
    cJSON_AddNumberToObject(object, "window_cycles", (double)p->window_cycles);
    cJSON_AddNumberToObject(object, "peak_mw", rounded(constant_mw(pricing) + peak));
    cJSON_AddNumberToObject(object, "peak_cycle", (double)peak_cycle);
    cJSON_AddNumberToObject(object, "peak_frames", (double)r.frames);
  }
  free(workspace);
  free(mw_cycles);
  free(p);
  return enough;
}

cJSON *em_price_power_over_time(const em_pricing *pricing, const em_run_time *time, const em_busy_windows *windows) {
  const em_graph *graph = pricing->graph;
  double energy = pricing->bounds.totals[EM_PRICE_ENERGY].value;
  cJSON *object = cJSON_CreateObject(), *engines = cJSON_CreateArray();
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    char name[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    cJSON *engine = cJSON_CreateObject();
    const em_engine_price *price = &pricing->engines[e];
    cJSON_AddStringToObject(engine, "name", name);
    cJSON_AddNumberToObject(engine, "busy_mw", rounded(busy_mw(pricing, e)));
    cJSON_AddNumberToObject(engine, "macs", price->macs);
    cJSON_AddNumberToObject(engine, "moved_bits", price->moved_bits);
    cJSON_AddItemToArray(engines, engine);
  }
  bool enough = time->frames == 0 || add_peak(pricing, time, windows, object); /* no frame: it failed before */
  cJSON_AddNumberToObject(object, "average_mw", rounded(energy / (double)pricing->point.cycles * milliwatts(pricing)));
  cJSON_AddNumberToObject(object, "constant_mw", rounded(constant_mw(pricing)));
  cJSON_AddItemToObject(object, "engines", engines);
  if (!enough) {
    cJSON_Delete(object);
    return NULL;
  }
  return object;
}
