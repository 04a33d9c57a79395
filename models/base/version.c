#include "models/base/version.h"

#ifndef EM_VERSION
#error "the Makefile gives EM_VERSION from the file VERSION"
#endif

const char *em_version(void) {
  return EM_VERSION;
}
