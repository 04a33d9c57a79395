/* What `explore` shows of a finished store, and the files that it writes of it. */
#ifndef EM_EXPLORE_SHOW_H
#define EM_EXPLORE_SHOW_H

#include "models/base/status.h"
#include "sim/run/options.h"

/* A store without points is EM_FAILED with what leaves nothing. */
em_status em_explore_show(const em_options *options, const char *path, em_error *error);

#endif
