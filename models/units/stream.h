/* Frames and results between their files, a frame after another, and lanes, a frame a lane. */
#ifndef EM_STREAM_H
#define EM_STREAM_H

#include "models/design/design.h"
#include "models/units/lanes.h"

/*
 * Patches token .. token + tokens - 1 of frames [count, H, W, C] -> rows [tokens, P*P*C, EM_LANES], content in (row,
 * column, channel) order. 1 <= count <= EM_LANES; lanes past the count repeat the first frame.
 */
void em_stream_patches(const em_shape *shape, const int8_t *frames, uint32_t count, uint32_t token, uint32_t tokens,
                       int8_t *rows);

/* rows [elements, EM_LANES] -> codes[frame * stride + element] of `count` frames. */
void em_stream_results(const int8_t *rows, uint32_t elements, uint32_t count, int8_t *codes, size_t stride);

#endif
