/* The name that was probably meant: for texts about names that are unknown. */
#ifndef EM_NEAREST_H
#define EM_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* Edits that turn `a` into `b`: a letter more, less, other, or two swapped. Looks at 64 letters of each. */
size_t em_edit_distance(const char *a, const char *b);

/* Whether `name` is a slip of `meant`: at most 1 edit for every 3 letters of `meant`, and at least 1 allowed. */
bool em_is_near(const char *name, const char *meant);

#endif
