/*
 * The features of every part of a design as JSON: what tools/calibrate.py fits coefficients to.
 *
 * {"design", "parts": [{"name", "part": "engine", "kind": "linear", "scope": "em_top.u_patch_embed", "macros",
 * "gates": {"products": 7, ...}, "flops": {...}, "depth": {...}, "clock_groups": [[gates, flip-flops of each], ...]}]}.
 * The apb part has the scope "em_top": all that no other part has.
 */
#ifndef EM_FEATURES_FILE_H
#define EM_FEATURES_FILE_H

#include "models/base/status.h"
#include "models/graph/graph.h"

/* Writes `path`, whole or not at all. */
em_status em_features_save(const em_graph *graph, const char *path, em_error *error);

#endif
