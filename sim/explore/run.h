/* Solving an exploration, or a part of it, into a store; and putting parts together. */
#ifndef EM_EXPLORE_RUN_H
#define EM_EXPLORE_RUN_H

#include "sim/explore/tasks.h"

typedef struct {
  const char *path; /* of the store */
  bool resume;
  uint32_t jobs;        /* threads, 1 or more */
  uint32_t part, parts; /* 1..parts: pieces part-1, part-1+parts, ... of all variants' pieces in a row */
  void *context;
  void (*progress)(void *context, double done); /* 0..1; or NULL */
} em_explore_job;

typedef struct {
  uint32_t pieces, of; /* of this part, of all */
  uint32_t reused;     /* that were there */
} em_explore_done;

/* What --resume finds is looked up by key: what a changed space still needs is kept, what it does not need is not. */
em_status em_explore_run(const em_exploration *x, const em_explore_job *job, em_explore_done *done, em_error *error);

/* The store of parts[count], all of one exploration and together all of it. EM_BAD_INPUT says which part lacks. */
em_status em_explore_merge(const char *path, const char *const *parts, size_t count, em_error *error);

#endif
