/*
 * Writes the seed corpora of fuzz_network and fuzz_frames: `make_seeds FOLDER` fills FOLDER/network and FOLDER/frames,
 * which must be there. The smallest files with every part are the best seeds: a mutation then hits something. Seeds of
 * fuzz_design and fuzz_technology are the files in configs/.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/files/frames_file.h"
#include "sim/files/network_file.h"
#include "tests/support/smallest.h"

/* Rewrites a safetensors file as the fuzz targets take it (fuzz.h): header, NUL, data. */
static void unwrap(const char *path) {
  em_file_bytes file;
  em_error error;
  uint64_t header;
  char seed[300];
  if (em_file_bytes_open(path, &file, &error) != EM_OK) {
    exit(1);
  }
  memcpy(&header, file.bytes, sizeof header);
  snprintf(seed, sizeof seed, "%s.seed", path);
  FILE *out = fopen(seed, "wb");
  if (out == NULL) {
    exit(1);
  }
  fwrite(file.bytes + 8, 1, header, out);
  fputc(0, out);
  fwrite(file.bytes + 8 + header, 1, file.size - 8 - header, out);
  if (fclose(out) != 0) {
    exit(1);
  }
  em_file_bytes_close(&file);
}

static void require(em_status status, const em_error *error) {
  if (status != EM_OK) {
    fprintf(stderr, "make_seeds: %s\n", error->text);
    exit(1);
  }
}

static void fill_pwl(em_pwl *pwl) {
  pwl->segments = 1;
  pwl->thresholds[0] = -8;
  pwl->thresholds[1] = 8;
  pwl->slopes[1] = 3;
  pwl->intercepts[2] = 100;
  pwl->shift = 4;
}

static void write_network(const char *folder, const char *name, const em_shape *shape) {
  em_network network;
  em_error error;
  char path[256];
  require(em_network_init(&network, shape, &error), &error);
  for (uint32_t b = 0; b < shape->m; b++) {
    fill_pwl(&network.blocks[b].pwl_x);
    fill_pwl(&network.blocks[b].pwl_gate);
    fill_pwl(&network.blocks[b].pwl_a_bar);
  }
  snprintf(path, sizeof path, "%s/network/%s", folder, name);
  require(em_network_save(path, &network, &error), &error);
  em_network_free(&network);
  unwrap(path);
}

static void write_networks(const char *folder) {
  em_shape shape = smallest_shape(EM_HEAD_FLATTEN);
  shape.conv_silu = 1;
  shape.head_hidden = 1;
  write_network(folder, "flatten", &shape);
  shape.head = EM_HEAD_MEAN;
  shape.head_hidden = 0;
  write_network(folder, "mean", &shape);
  shape.head = EM_HEAD_NONE;
  shape.conv_silu = 0;
  write_network(folder, "none", &shape);
}

static void write_frames(const char *folder) {
  static const int8_t codes[4] = {0};
  static const int64_t label = 2;
  static const float values[3] = {0};
  char unit[] = "m", path[256];
  em_error error;
  em_frames frames = {.count = 1, .h = 1, .w = 2, .c = 2, .codes = codes, .has_exponent = true, .label_unit = unit};
  const em_label_kind kinds[] = {EM_LABELS_NONE, EM_LABELS_CLASSES, EM_LABELS_VALUES};
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    frames.label_kind = kinds[i];
    frames.label_width = kinds[i] == EM_LABELS_VALUES ? 3 : 1;
    frames.label_bytes = kinds[i] == EM_LABELS_VALUES ? (const uint8_t *)values : (const uint8_t *)&label;
    snprintf(path, sizeof path, "%s/frames/%zu", folder, i);
    require(em_frames_save(path, &frames, &error), &error);
    unwrap(path);
  }
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  write_networks(argv[1]);
  write_frames(argv[1]);
  return 0;
}
