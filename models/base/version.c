#include "models/base/version.h"

#ifndef EM_VERSION
#error "the Makefile gives EM_VERSION from the file VERSION"
#endif

#ifndef EM_COMMIT
#error "the Makefile gives EM_COMMIT from git"
#endif

const char *em_commit(void) {
  return EM_COMMIT;
}

const char *em_version(void) {
  return EM_VERSION;
}
