/*
 * What a design has and its interval does not need: lanes and depths that could each be smaller, the others being as
 * they are, without a frame leaving later. Found by trying, not by argument; latency may still need them.
 */
#ifndef EM_SLACK_H
#define EM_SLACK_H

#include "models/time/throughput.h"

enum { EM_SLACK_KEYS = 40 };

/* A key of lanes or of depth_tokens, its value, and the smallest legal one that keeps the interval. */
typedef struct {
  const em_design_key *key;
  uint32_t value, enough;
} em_slack_key;

typedef struct {
  bool complete; /* false: the effort ended before every key was tried */
  uint32_t count;
  em_slack_key keys[EM_SLACK_KEYS]; /* lanes first, in the order of em_design_keys */
} em_slack;

/* `steady` is that of the graph, exact; otherwise nothing is found. EM_FAILED when memory is short. */
em_status em_slack_find(const em_graph *graph, const em_steady *steady, em_slack *slack, em_error *error);

#endif
