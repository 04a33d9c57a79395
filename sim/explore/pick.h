/* A point of a front as a design file that every command takes. */
#ifndef EM_PICK_H
#define EM_PICK_H

#include "sim/explore/found.h"

/*
 * Writes point `number` (from 1) to `path`, with comments that say what it is the best of and what limits it. Its
 * technology is the exploration's file where that is still there and has the point's macro threshold; else a copy from
 * the store beside it, STEM.technology.yaml (then `technology` is its name, "" otherwise).
 */
em_status em_pick_save(const em_found *found, uint32_t number, const char *path, char technology[EM_PATH_BYTES],
                       em_error *error);

#endif
