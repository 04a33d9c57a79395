/*
 * Timing of whole runs: counters after any number of frames, and the steady state that they settle into.
 *
 * Without stalls the recurrence (recurrence.h) comes to repeat itself: after some frames everything is as it was
 * `period_frames` before, `period_cycles` later. That is found exactly, in the times themselves, and whatever is left
 * of a run is added at once: a million frames cost what the way into the pattern costs.
 */
#ifndef EM_TIMING_H
#define EM_TIMING_H

#include "models/activity/activity.h"
#include "models/time/recurrence.h"

typedef struct {
  uint64_t frames;
  uint64_t cycles;         /* from cycle 0 to the last output beat, that one included */
  uint64_t latency_cycles; /* of the first frame: first input beat to last output beat, both included */
  em_engine_timing engines[EM_MAX_ENGINES];
} em_timing;

/* The mean interval is period_cycles / period_frames; gaps are between the last output beats of successive frames. */
typedef struct {
  bool exact; /* found; else the mean over the frames that the effort allowed */
  uint64_t warm_up_frames, period_frames, period_cycles;
  uint64_t shortest_gap_cycles, longest_gap_cycles;
  uint64_t steps; /* the effort: tokens of engines */
} em_steady;

/* A copy of the recurrence's state at a power of two of frames, and the gaps between results since. */
typedef struct {
  uint64_t *state;         /* [em_recurrence_state_words] of the caller's */
  uint64_t frames, cycles; /* frames 0: no copy yet */
  uint64_t shortest, longest;
} em_period;

/*
 * To be told after every frame: true when all is as it was at the copy, which else moves with powers of two. `gap`: of
 * the frame's last output beat to that before.
 */
bool em_period_ends(em_period *period, const em_recurrence *r, uint64_t gap);

/* 64-bit words of the workspace that both functions need. */
size_t em_timing_workspace_words(const em_graph *graph);

/* `frames` >= 1 frames back to back; `stalls` may be NULL. Under stalls every frame is computed. */
void em_timing_run(const em_graph *graph, const em_stimulus *stalls, uint64_t frames, uint64_t *workspace,
                   em_timing *timing);

/* What any run without stalls settles into; gives up after about `most_steps` tokens of engines. */
void em_timing_steady(const em_graph *graph, uint64_t most_steps, uint64_t *workspace, em_steady *steady);

/* Effort that finds the steady state of nearly all designs, about a second at worst. */
#define EM_TIMING_STEPS (UINT64_C(1) << 27)

/* The run's activity, without toggles: exactly what the model of the same frames would count. */
void em_timing_activity(const em_graph *graph, const em_timing *timing, em_run_activity *activity);

#endif
