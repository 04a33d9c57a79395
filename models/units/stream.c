#include "models/units/stream.h"

#include <string.h>

enum { SIDE = 16 };

typedef int8_t em_square_row __attribute__((vector_size(SIDE)));

/* A square of 16 x 16 codes, transposed: four times the first half of the rows is interleaved with the second. */
static void transpose(em_square_row square[SIDE]) {
  for (int round = 0; round < 4; round++) {
    em_square_row next[SIDE];
    for (int i = 0; i < SIDE / 2; i++) {
      const em_square_row a = square[i], b = square[i + SIDE / 2];
      next[2 * i] = __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
      next[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    }
    memcpy(square, next, sizeof next);
  }
}

/* Codes from..from+elements-1 of every frame, `stride` apart, to rows. */
static void to_rows(const int8_t *from, size_t stride, uint32_t count, uint32_t elements, int8_t *rows) {
  for (uint32_t lane = 0; lane < EM_LANES; lane += SIDE) {
    for (uint32_t element = 0; element < elements; element += SIDE) {
      const uint32_t width = elements - element < SIDE ? elements - element : SIDE;
      em_square_row square[SIDE] = {{0}};
      for (uint32_t i = 0; i < SIDE; i++) {
        memcpy(&square[i], from + (lane + i < count ? lane + i : 0) * stride + element, width);
      }
      transpose(square);
      for (uint32_t i = 0; i < width; i++) {
        memcpy(rows + (size_t)(element + i) * EM_LANES + lane, &square[i], SIDE);
      }
    }
  }
}

void em_stream_patches(const em_shape *s, const int8_t *frames, uint32_t count, uint32_t token, uint32_t tokens,
                       int8_t *rows) {
  const size_t frame = (size_t)s->h * s->w * s->c;
  const uint32_t across = s->w / s->p, row_codes = s->p * s->c;
  for (uint32_t end = token + tokens; token < end; token++) {
    const int8_t *corner = frames + ((size_t)(token / across) * s->p * s->w + (size_t)(token % across) * s->p) * s->c;
    for (uint32_t row = 0; row < s->p; row++, rows += (size_t)row_codes * EM_LANES) {
      to_rows(corner + (size_t)row * s->w * s->c, frame, count, row_codes, rows);
    }
  }
}

void em_stream_results(const int8_t *rows, uint32_t elements, uint32_t count, int8_t *codes, size_t stride) {
  for (uint32_t lane = 0; lane < count; lane += SIDE) {
    for (uint32_t element = 0; element < elements; element += SIDE) {
      const uint32_t width = elements - element < SIDE ? elements - element : SIDE;
      em_square_row square[SIDE] = {{0}};
      for (uint32_t i = 0; i < width; i++) {
        memcpy(&square[i], rows + (size_t)(element + i) * EM_LANES + lane, SIDE);
      }
      transpose(square);
      for (uint32_t i = 0; i < SIDE && lane + i < count; i++) {
        memcpy(codes + (lane + i) * stride + element, &square[i], width);
      }
    }
  }
}
