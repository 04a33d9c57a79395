#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "sim/explore/nsga2.h"

/* It stays open: libpagmo is not made to be unloaded. */
int em_nsga2_run(const em_nsga2 *problem, char *why, size_t bytes) {
  void *library = dlopen("emamba-nsga2.so", RTLD_NOW | RTLD_LOCAL);
  void *symbol = library == NULL ? NULL : dlsym(library, "em_nsga2_search");
  if (symbol == NULL) {
    snprintf(why, bytes, "%s", dlerror());
    return 1;
  }
  int (*search)(const em_nsga2 *, char *, size_t);
  memcpy(&search, &symbol, sizeof search); /* ISO C has no cast from data to functions */
  return search(problem, why, bytes);
}
