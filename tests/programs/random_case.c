/*
 * Writes a random legal case for the lock-step run of random designs.
 *
 *   random_case SEED OUTDIR [MAX_CYCLES | DESIGN.yaml [FRAMES]]
 *
 * OUTDIR, which must exist, gets design.yaml, network.safetensors and frames.safetensors (2 to 4 frames, or FRAMES).
 * The same seed gives the same files. With MAX_CYCLES, designs are drawn until one needs at most that many cycles for
 * its frames without stalls; with a design file, that design is taken. Run it where configs/technology/gf22.yaml is;
 * the design names that file by its absolute path.
 */
#include "tests/support/random_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "sim/files/design_file.h"
#include "sim/files/frames_file.h"
#include "sim/files/network_file.h"

#define TECHNOLOGY "configs/technology/gf22.yaml"

static const char *join(const char *folder, const char *name, char path[1024]) {
  snprintf(path, 1024, "%s/%s", folder, name);
  return path;
}

/* Cycles that the design needs for so many frames; 0 when memory is short. */
static uint64_t cycles_of(const em_design *design, uint64_t frames) {
  em_graph *graph = malloc(sizeof *graph);
  em_timing *timing = malloc(sizeof *timing);
  uint64_t *workspace = NULL, cycles = 0;
  if (graph != NULL && timing != NULL) {
    em_graph_build(graph, design);
    workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  }
  if (workspace != NULL) {
    em_timing_run(graph, NULL, frames, workspace, timing);
    cycles = timing->cycles;
  }
  free(workspace);
  free(timing);
  free(graph);
  return cycles;
}

static em_status save_network(const char *folder, uint64_t seed, const em_design *design, int32_t *input_exponent,
                              em_error *error) {
  char path[1024];
  em_network network;
  em_random_network(seed, &design->shape, design->silu_segments, design->exp_segments, &network);
  em_status status = em_network_save(join(folder, "network.safetensors", path), &network, error);
  *input_exponent = network.input;
  em_network_free(&network);
  return status;
}

static em_status save_frames(const char *folder, uint64_t seed, const em_shape *shape, uint64_t count, int32_t exponent,
                             em_error *error) {
  char path[1024];
  int8_t *codes = malloc(count * shape->h * shape->w * shape->c);
  if (codes == NULL) {
    return em_fail(error, EM_FAILED, "out of memory");
  }
  em_random_frames(seed, shape, count, codes);
  em_frames frames = {.count = count,
                      .h = shape->h,
                      .w = shape->w,
                      .c = shape->c,
                      .codes = codes,
                      .has_exponent = true,
                      .exponent = exponent,
                      .label_unit = ""};
  em_status status = em_frames_save(join(folder, "frames.safetensors", path), &frames, error);
  free(codes);
  return status;
}

static em_status draw_design(uint64_t seed, uint64_t frames, uint64_t max_cycles, em_design *design, em_error *error) {
  uint64_t attempt = 0;
  do {
    em_random_design(seed + (attempt++ << 32), design);
  } while (cycles_of(design, frames) > max_cycles && attempt < 10000);
  if (attempt == 10000) {
    return em_fail(error, EM_BAD_INPUT, "no design found that needs at most %" PRIu64 " cycles", max_cycles);
  }
  return EM_OK;
}

static em_status write_case(const char *folder, uint64_t seed, uint64_t max_cycles, const char *design_path,
                            uint64_t frames, em_error *error) {
  char path[1024];
  em_design design;
  em_technology unused;
  em_status status = design_path != NULL ? em_design_load(design_path, &design, &unused, error)
                                         : draw_design(seed, frames, max_cycles, &design, error);
  if (status != EM_OK) {
    return status;
  }
  char *technology = realpath(TECHNOLOGY, NULL);
  if (technology == NULL || strlen(technology) >= sizeof design.technology) {
    free(technology);
    return em_fail(error, EM_BAD_INPUT, TECHNOLOGY ": not found from here");
  }
  strcpy(design.technology, technology);
  free(technology);
  int32_t exponent;
  status = em_design_save(join(folder, "design.yaml", path), &design, error);
  status = status == EM_OK ? save_network(folder, seed, &design, &exponent, error) : status;
  return status == EM_OK ? save_frames(folder, seed, &design.shape, frames, exponent, error) : status;
}

int main(int argc, char **argv) {
  char *end = NULL;
  uint64_t seed = argc > 1 ? strtoull(argv[1], &end, 10) : 0;
  bool good = argc >= 3 && argc <= 5 && *end == '\0';
  const char *design = good && argc >= 4 && strstr(argv[3], ".yaml") != NULL ? argv[3] : NULL;
  uint64_t max_cycles = good && argc == 4 && design == NULL ? strtoull(argv[3], &end, 10) : UINT64_MAX;
  uint64_t frames = good && argc == 5 ? strtoull(argv[4], &end, 10) : 2 + seed % 3;
  if (!good || frames == 0 || frames > 100000 || (argc == 5 && design == NULL) || *end != '\0') {
    fprintf(stderr, "usage: random_case SEED OUTDIR [MAX_CYCLES | DESIGN.yaml [FRAMES]]\n");
    return EM_BAD_INPUT;
  }
  em_error error;
  em_status status = write_case(argv[2], seed, max_cycles, design, frames, &error);
  if (status != EM_OK) {
    fprintf(stderr, "random_case: %s\n", error.text);
  }
  return status;
}
