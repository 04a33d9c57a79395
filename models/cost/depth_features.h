/*
 * What an engine's logic depth is linear in: the longest path between registers that it has most of.
 *
 * Only engines have features: paths of memories and buffers lie mostly in the engines that use them. What one of each
 * adds, in delays of an inverter that drives four (FO4), is not said here (cost_fit.h). Source: docs/calibration.md.
 */
#ifndef EM_DEPTH_FEATURES_H
#define EM_DEPTH_FEATURES_H

#include "models/cost/size_features.h"

/* A feature's name ("chain"), NULL past the last; feature < EM_COST_FEATURES. */
const char *em_depth_feature_name(em_cost_kind kind, uint32_t feature);

/* In the order of their names; all 0 for a part that is no engine. */
void em_depth_features(const em_graph *graph, em_part part, double features[EM_COST_FEATURES]);

#endif
