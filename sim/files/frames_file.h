/*
 * Frames files and results files, both safetensors.
 *
 * Frames: `frames` I8 [n, H, W, C]; optional `labels`, I64 [n] (classes) or F32 [n, outputs] (values); optional
 * metadata `exponent` (of the frames' codes) and `label_unit` (free text). Results: `outputs` I8 [n, outputs]; metadata
 * `exponent` (of the codes). With head none a frame yields L tokens, so that its result has L*D codes. Other tensors
 * are errors, other metadata keys are ignored. Codes stay in the mapped file. Source: "Frames and results" in the file
 * formats (docs/formats.md).
 */
#ifndef EM_FRAMES_FILE_H
#define EM_FRAMES_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/design/design.h"
#include "sim/files/safetensors.h"

typedef enum { EM_LABELS_NONE, EM_LABELS_CLASSES, EM_LABELS_VALUES } em_label_kind;

typedef struct {
  uint64_t count;      /* n, at least 1 */
  uint64_t h, w, c;    /* at least 1 each */
  const int8_t *codes; /* [n, h, w, c] */
  bool has_exponent;
  int32_t exponent; /* value = code * 2^exponent; 0 without */
  em_label_kind label_kind;
  uint64_t label_width;       /* values a frame; 1 with classes, 0 without labels */
  const uint8_t *label_bytes; /* not aligned: use the functions below */
  char *label_unit;           /* "" when the file has none; owned */
  em_safetensors file;        /* empty when parsed from memory */
} em_frames;

/* The number of codes that one frame yields: outputs, or L*outputs with the heads none and token. */
uint64_t em_result_width(const em_shape *shape);

/*
 * Loads `path`. With a `shape` the frames must be [n, H, W, C] of it, classes lie in 0..outputs-1 and values have one
 * column an output; NULL skips these checks. On an error there is nothing to free; texts name the path.
 */
em_status em_frames_load(const char *path, const em_shape *shape, em_frames *frames, em_error *error);

/* The same from bytes[size], which must outlive `frames`. Texts do not name a path. */
em_status em_frames_parse(const uint8_t *bytes, size_t size, const em_shape *shape, em_frames *frames, em_error *error);

/*
 * What the loaders check of frames with a shape, and of labels without one (NULL), for frames made elsewhere: the
 * arrays, count, h, w, c and the labels. Texts do not name a path.
 */
em_status em_frames_check(const em_frames *frames, const em_shape *shape, em_error *error);

/*
 * What the loaders check of frames with a shape, and of labels without one (NULL), for frames made elsewhere: the
 * arrays, count, h, w, c and the labels. Texts do not name a path.
 */
em_status em_frames_check(const em_frames *frames, const em_shape *shape, em_error *error);

/* Also takes a zeroed struct. */
void em_frames_free(em_frames *frames);

/* Frame `index`: codes [h, w, c]. */
const int8_t *em_frames_frame(const em_frames *frames, uint64_t index);

/* Whether the first `count` frames, and their labels, are the same in two files. */
uint64_t em_frames_hash(const em_frames *frames, uint64_t count);

/* The class of frame `index` (label_kind EM_LABELS_CLASSES); its value `column` (EM_LABELS_VALUES), finite. */
int64_t em_frames_class(const em_frames *frames, uint64_t index);
float em_frames_value(const em_frames *frames, uint64_t index, uint64_t column);

/*
 * Writes `frames` (label_kind, label_bytes and label_width say which labels; `file` is not looked at), atomically.
 * EM_FAILED names the path.
 */
em_status em_frames_save(const char *path, const em_frames *frames, em_error *error);

typedef struct {
  uint64_t count, width; /* n, codes a frame; at least 1 */
  const int8_t *codes;   /* [count, width] */
  bool has_exponent;
  int32_t exponent; /* value = code * 2^exponent; 0 without */
  em_safetensors file;
} em_results;

/* Loads results. On an error there is nothing to free; texts name the path. */
em_status em_results_load(const char *path, em_results *results, em_error *error);
void em_results_free(em_results *results);

/* Writes codes [count, width] with their exponent, atomically. EM_FAILED names the path. */
em_status em_results_save(const char *path, const int8_t *codes, uint64_t count, uint64_t width, int32_t exponent,
                          em_error *error);

#endif
