#include <stdlib.h>
#include <string.h>

#include "models/base/version.h"
#include "models/design/design.h"
#include "sim/library/handles.h"

em_call em_call_enter(void) {
  em_call call = {.c = newlocale(LC_ALL_MASK, "C", (locale_t)0)};
  if (call.c != (locale_t)0) {
    call.before = uselocale(call.c);
  }
  return call;
}

emamba_status em_call_leave(em_call *call, em_status status, emamba_error *error) {
  _Static_assert(sizeof error->text == sizeof call->error.text && (int)EMAMBA_BAD_INPUT == (int)EM_BAD_INPUT &&
                     (int)EMAMBA_FAILED == (int)EM_FAILED,
                 "the library hands statuses and texts on as they are");
  if (call->c != (locale_t)0) {
    uselocale(call->before);
    freelocale(call->c);
  }
  if (status != EM_OK && error != NULL) {
    memcpy(error->text, call->error.text, sizeof error->text);
  }
  return (emamba_status)status;
}

em_status em_out_of_memory(em_error *error) {
  return em_fail(error, EM_FAILED, "out of memory");
}

char *em_handle_text(const char *text) {
  size_t bytes = strlen(text) + 1;
  char *copy = malloc(bytes);
  return copy == NULL ? NULL : memcpy(copy, text, bytes);
}

em_status em_handle_graph(const emamba_design *design, em_graph **graph, em_error *error) {
  const em_design_key *blamed;
  *graph = NULL;
  em_status status = em_design_check(&design->design, &blamed, error);
  if (status != EM_OK) {
    em_error_prefix(error, design->path);
    return status;
  }
  *graph = malloc(sizeof **graph);
  if (*graph == NULL) {
    return em_out_of_memory(error);
  }
  em_graph_build(*graph, &design->design);
  return EM_OK;
}

const char *emamba_version(void) {
  return em_version();
}

void emamba_free(char *text) {
  free(text);
}
