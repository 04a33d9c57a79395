/*
 * Drives a netlist with values from a file, without a model beside it.
 *
 * The file: a line with the names of input ports, then for every cycle the value of each, little-endian in whole bytes.
 */
#ifndef EM_REPLAY_H
#define EM_REPLAY_H

#include "tools/gate_sim/gates.h"

/* Runs to the file's end. EM_BAD_INPUT names the path and what is wrong. */
em_status em_gates_replay(em_gates *gates, const char *path, em_error *error);

#endif
