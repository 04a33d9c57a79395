/*
 * How the first frames of a run go through, for the report's "first_frames": when each of them is finished, and every
 * engine's work for frame 0, token by token. From the recurrence, which is cycle-exact.
 */
#ifndef EM_FIRST_FRAMES_H
#define EM_FIRST_FRAMES_H

#include <cjson/cJSON.h>

#include "sim/report/run_time.h"

/*
 * {"finish_cycles": cycles after which the first frames are out, at most 64; "tokens_per_span": tokens of frame 0 that
 * stand in one span; "engines": per engine of the graph [from, to, from, to, ...] in cycles}. NULL without a frame, or
 * where memory is short.
 */
cJSON *em_first_frames(const em_graph *graph, const em_run_time *time);

#endif
