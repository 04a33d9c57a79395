/* Networks and frames. */
#include <stdlib.h>

#include "sim/files/network_file.h"
#include "sim/library/handles.h"

static emamba_status open_network(const char *path, const void *bytes, size_t size, emamba_network **network,
                                  emamba_error *error) {
  em_call call = em_call_enter();
  emamba_network *made = calloc(1, sizeof *made);
  em_status status = made == NULL   ? em_out_of_memory(&call.error)
                     : path != NULL ? em_network_load(path, &made->network, &call.error)
                                    : em_network_parse(bytes, size, &made->network, &call.error);
  if (status == EM_OK && path != NULL) {
    made->path = em_handle_text(path);
    status = made->path == NULL ? em_out_of_memory(&call.error) : EM_OK;
  }
  if (status == EM_OK) {
    *network = made;
  } else {
    emamba_network_close(made);
  }
  return em_call_leave(&call, status, error);
}

emamba_status emamba_network_open(const char *path, emamba_network **network, emamba_error *error) {
  return open_network(path, NULL, 0, network, error);
}

emamba_status emamba_network_parse(const void *bytes, size_t size, emamba_network **network, emamba_error *error) {
  return open_network(NULL, bytes, size, network, error);
}

void emamba_network_close(emamba_network *network) {
  if (network != NULL) {
    em_network_free(&network->network);
    free(network->path);
    free(network);
  }
}

int emamba_network_input_exponent(const emamba_network *network) {
  return network->network.input;
}

int emamba_network_output_exponent(const emamba_network *network) {
  return network->network.output;
}

emamba_status emamba_frames_open(const char *path, emamba_frames **frames, emamba_error *error) {
  em_call call = em_call_enter();
  emamba_frames *made = calloc(1, sizeof *made);
  em_status status =
      made == NULL ? em_out_of_memory(&call.error) : em_frames_load(path, NULL, &made->frames, &call.error);
  if (status == EM_OK) {
    made->path = em_handle_text(path);
    status = made->path == NULL ? em_out_of_memory(&call.error) : EM_OK;
  }
  if (status == EM_OK) {
    *frames = made;
  } else {
    emamba_frames_close(made);
  }
  return em_call_leave(&call, status, error);
}

emamba_status emamba_frames_lend(const int8_t *codes, uint64_t count, uint64_t h, uint64_t w, uint64_t c,
                                 emamba_frames **frames, emamba_error *error) {
  em_call call = em_call_enter();
  em_status status = EM_OK;
  emamba_frames *made = calloc(1, sizeof *made);
  if (count == 0 || h == 0 || w == 0 || c == 0) {
    status = em_fail(&call.error, EM_BAD_INPUT, "frames: must be codes [n, H, W, C] with at least one frame");
  } else if (made == NULL) {
    status = em_out_of_memory(&call.error);
  } else {
    made->frames = (em_frames){.count = count, .h = h, .w = w, .c = c, .codes = codes};
    made->frames.label_unit = em_handle_text("");
    status = made->frames.label_unit == NULL ? em_out_of_memory(&call.error) : EM_OK;
  }
  if (status == EM_OK) {
    *frames = made;
  } else {
    emamba_frames_close(made);
  }
  return em_call_leave(&call, status, error);
}

/* Labels that are wrong in themselves leave the frames without any. */
static em_status label(emamba_frames *frames, em_label_kind kind, const void *labels, uint64_t columns,
                       em_error *error) {
  frames->frames.label_kind = kind;
  frames->frames.label_bytes = labels;
  frames->frames.label_width = columns;
  em_status status = em_frames_check(&frames->frames, NULL, error);
  if (status != EM_OK) {
    frames->frames.label_kind = EM_LABELS_NONE;
    frames->frames.label_width = 0;
  }
  return status;
}

emamba_status emamba_frames_lend_classes(emamba_frames *frames, const int64_t *classes, emamba_error *error) {
  em_call call = em_call_enter();
  return em_call_leave(&call, label(frames, EM_LABELS_CLASSES, classes, 1, &call.error), error);
}

emamba_status emamba_frames_lend_values(emamba_frames *frames, const float *values, uint64_t columns, const char *unit,
                                        emamba_error *error) {
  em_call call = em_call_enter();
  char *copy = em_handle_text(unit == NULL ? "" : unit);
  em_status status = copy == NULL ? em_out_of_memory(&call.error)
                     : columns == 0
                         ? em_fail(&call.error, EM_BAD_INPUT, "labels: must have as many columns as there are outputs")
                         : label(frames, EM_LABELS_VALUES, values, columns, &call.error);
  if (status == EM_OK) {
    free(frames->frames.label_unit);
    frames->frames.label_unit = copy;
  } else {
    free(copy);
  }
  return em_call_leave(&call, status, error);
}

uint64_t emamba_frames_count(const emamba_frames *frames) {
  return frames->frames.count;
}

void emamba_frames_close(emamba_frames *frames) {
  if (frames != NULL) {
    em_frames_free(&frames->frames);
    free(frames->path);
    free(frames);
  }
}
