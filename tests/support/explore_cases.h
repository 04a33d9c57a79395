/* What the tests of the explorer share: the shipped constants, and random small spaces whose designs can be counted
 * out. */
#ifndef EM_EXPLORE_CASES_H
#define EM_EXPLORE_CASES_H

#include "models/explore/front.h"
#include "tests/support/random.h"

/* The shipped technology and fit; ends the test where they cannot be read. They last as long as the program. */
const em_explore_rates *em_shipped_rates(void);

/* Kinds of heads, with and without a hidden layer. */
enum { EM_HEAD_KINDS = 7 };

/* A random base design of a kind with random threshold, supply and clock gating. */
void em_random_base(em_random *random, uint32_t kind, em_design *base);

/* A space around it, of about `designs` designs: random values of random lane counts and depths, others fixed. */
void em_random_space(em_random *random, const em_design *base, double designs, em_explore_space *space);

/* Calls `look` with every design of a space. */
void em_each_design(const em_explore_space *space, void (*look)(void *context, const em_design *design), void *context);

#endif
