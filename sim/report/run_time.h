/*
 * How long a run took and how often its frames leave: what was counted, beside what the timing model says of the design
 * (models/time/throughput.h).
 *
 * The interval does not depend on the number of frames: it is the steady state, the mean over a period that repeats.
 * Under stalls there is none; then it is the mean of the run's own intervals, but never less than the steady state
 * without them, which no run can better.
 */
#ifndef EM_RUN_TIME_H
#define EM_RUN_TIME_H

#include <cjson/cJSON.h>

#include "models/time/throughput.h"
#include "sim/report/report_reader.h"

enum { EM_BASIS_CHARS = 160 };

typedef struct {
  uint64_t frames, cycles, latency_cycles;
  uint64_t results_cycles; /* from the last beat of the first frame's result to that of the last one's */
  em_stimulus stalls;
  em_throughput throughput; /* this and the next by em_run_time_model */
  uint64_t single_cycles;   /* of one frame alone, without stalls */
} em_run_time;

/* Adds what the timing model knows. EM_FAILED when memory is short. */
em_status em_run_time_model(const em_graph *graph, em_run_time *time, em_error *error);

/* Cycles a frame, and in words what they are. */
double em_run_time_interval(const em_run_time *time);
void em_run_time_basis(const em_run_time *time, char text[EM_BASIS_CHARS]);

/* `*frames` frames take so many cycles at that interval: a multiple of the run's, so that both are whole numbers. */
uint64_t em_run_time_steady(const em_run_time *time, uint64_t *frames);

/* The report's "time", and back from it and the report's "options"; `graph` is that of its design. */
cJSON *em_run_time_report(const em_graph *graph, const em_run_time *time);
void em_run_time_read(em_report_reader *r, const cJSON *report, const em_graph *graph, em_run_time *time);

#endif
