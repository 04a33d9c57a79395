/*
 * What a part's switching energy is linear in, and what else it did: counted activity times the sizes of the part.
 *
 * Strobes, accesses and cycles are those of the run; toggles are counted ones, or half of the bits where none were
 * counted, as random data do. What one of each costs is not said here (cost_fit.h). Source: docs/calibration.md.
 */
#ifndef EM_WORK_FEATURES_H
#define EM_WORK_FEATURES_H

#include "models/activity/activity.h"
#include "models/cost/size_features.h"

/* A feature's name ("accumulations"), NULL past the last; feature < EM_COST_FEATURES. */
const char *em_work_feature_name(em_cost_kind kind, uint32_t feature);

/* In the order of their names; all 0 for a macro. */
void em_work_features(const em_graph *graph, const em_run_activity *activity, em_part part,
                      double features[EM_COST_FEATURES]);

#endif
