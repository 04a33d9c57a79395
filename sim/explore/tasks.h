/*
 * The pieces of an exploration, whatever its method: solved in any order, by any thread, process or machine, they give
 * the same rows of a store.
 */
#ifndef EM_TASKS_H
#define EM_TASKS_H

#include "sim/explore/exploration.h"
#include "sim/explore/store.h"

/* One variant ready to be solved. Read by any number of threads. */
typedef struct {
  const em_exploration *x;
  uint32_t index;
  em_variant variant;
  em_explore_plan *plan; /* of method exact */
  uint32_t pieces;
  char empty[EM_STORE_NOTE_CHARS]; /* not "": the limit that leaves nothing; then one piece without points */
} em_tasks;

/*
 * EM_BAD_INPUT where the method does not cover the space; the text names what does. On an error there is nothing to
 * free.
 */
em_status em_tasks_open(const em_exploration *x, uint32_t variant, em_tasks *tasks, em_error *error);
void em_tasks_close(em_tasks *tasks);

/* SHA-256, half of it, of the program and of all that makes a piece: base design, values, prices, limits, method. */
void em_tasks_key(const em_tasks *tasks, uint32_t piece, char key[EM_STORE_KEY_CHARS]);

/* Solves one piece. `points` is zero before, and to be freed. */
em_status em_tasks_solve(const em_tasks *tasks, uint32_t piece, em_store_piece *solved, em_explore_points *points,
                         em_error *error);

#endif
