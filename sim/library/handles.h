/* What stands behind the opaque handles of include/emamba.h, and what every call of the library does alike. */
#ifndef EM_LIBRARY_HANDLES_H
#define EM_LIBRARY_HANDLES_H

#include <locale.h>

#include "include/emamba.h"
#include "models/base/status.h"
#include "models/graph/graph.h"
#include "models/network/network.h"
#include "sim/files/fit_file.h"
#include "sim/files/frames_file.h"
#include "sim/files/technology_file.h"

struct emamba_design {
  char *path;       /* owned, as is: */
  em_fit_data *fit; /* NULL: nothing is priced */
  em_design design;
  em_technology technology;
};

struct emamba_network {
  char *path; /* owned; NULL when it came from memory, as is that of frames */
  em_network network;
};

struct emamba_frames {
  char *path;
  em_frames frames;
};

/*
 * Inside a call numbers have a decimal point, whatever the program's locale is; other threads are not touched. Every
 * public function that reads or writes text stands between these two; `leave` hands status and text on.
 */
typedef struct {
  locale_t before, c;
  em_error error;
} em_call;

em_call em_call_enter(void);
emamba_status em_call_leave(em_call *call, em_status status, emamba_error *error);

em_status em_out_of_memory(em_error *error);

/* Legal, and fitting each other; network and frames may be NULL. */
em_status em_check_parts(const emamba_design *design, const emamba_network *network, const emamba_frames *frames,
                         em_error *error);

/* The graph of a design that may have been changed: EM_BAD_INPUT when it is not legal. The caller frees it. */
em_status em_handle_graph(const emamba_design *design, em_graph **graph, em_error *error);

/* A copy of a text on the heap; NULL when memory is short. */
char *em_handle_text(const char *text);

#endif
