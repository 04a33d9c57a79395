/*
 * NSGA-II of libpagmo (Deb et al., IEEE Transactions on Evolutionary Computation 6(2), 2002) over choices: the one
 * place where C meets its C++.
 */
#ifndef EM_NSGA2_H
#define EM_NSGA2_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Minimises `objectives` numbers over `knobs` choices, each 0..choices[k]-1. */
typedef struct {
  uint32_t knobs;
  const uint32_t *choices;
  uint32_t objectives;
  uint32_t population;  /* a multiple of 4, at least 8 */
  uint32_t generations; /* after the first population: population * (generations + 1) evaluations in all */
  uint32_t seed;
  void *context;
  int (*evaluate)(void *context, const uint32_t *choices, double *objectives); /* not 0: stop */
} em_nsga2;

/*
 * 0, or not, with a reason in why[bytes]. The same calls in the same order for the same seed. `run` opens
 * emamba-nsga2.so, which has `search`, because libpagmo takes long to load.
 */
int em_nsga2_run(const em_nsga2 *problem, char *why, size_t bytes);
__attribute__((visibility("default"))) int em_nsga2_search(const em_nsga2 *problem, char *why, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif
