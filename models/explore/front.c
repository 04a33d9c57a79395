#include "models/explore/front.h"

#include <stdlib.h>

struct em_explore_plan {
  em_explore_space space;
};

em_status em_explore_plan_make(const em_explore_space *space, em_explore_plan **plan, em_error *error) {
  *plan = NULL;
  (void)space;
  return em_fail(error, EM_FAILED, "exact fronts are not there yet");
}

void em_explore_plan_free(em_explore_plan *plan) {
  free(plan);
}

uint32_t em_explore_piece_count(const em_explore_plan *plan) {
  (void)plan;
  return 1;
}

uint64_t em_explore_piece_interval(const em_explore_plan *plan, uint32_t piece) {
  (void)plan;
  (void)piece;
  return 0;
}

em_status em_explore_solve(const em_explore_plan *plan, uint32_t piece, em_explore_points *points,
                           em_explore_effort *effort, em_error *error) {
  (void)plan;
  (void)piece;
  (void)points;
  (void)effort;
  return em_fail(error, EM_FAILED, "exact fronts are not there yet");
}

em_status em_explore_front(const em_explore_space *space, em_explore_points *front, em_explore_effort *effort,
                           em_error *error) {
  (void)space;
  (void)front;
  (void)effort;
  return em_fail(error, EM_FAILED, "exact fronts are not there yet");
}
