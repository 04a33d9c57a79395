#include "sim/map/map_image.h"

#include <stdlib.h>
#include <string.h>

#include "models/network/load_words.h"
#include "sim/driver/emamba.h"
#include "sim/files/atomic_file.h"

/* An image under way; `run` is where the present run's address stands, 0 before the first. */
typedef struct {
  em_map_image *image;
  size_t run;
} maker;

static em_status append(em_map_image *image, uint32_t word, em_error *error) {
  if (image->count == image->room) {
    const size_t room = 2 * image->room + 1024;
    uint32_t *words = realloc(image->words, room * sizeof *words);
    if (words == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for an image");
    }
    image->words = words;
    image->room = room;
  }
  image->words[image->count++] = word;
  return EM_OK;
}

static em_status take_word(void *context, uint32_t address, uint32_t data, em_error *error) {
  maker *m = context;
  em_map_image *image = m->image;
  em_status status = EM_OK;
  if (m->run == 0 || image->words[m->run] + 4 * image->words[m->run + 1] != address) {
    m->run = image->count;
    status = append(image, address, error);
    status = status == EM_OK ? append(image, 0, error) : status;
  }
  if (status == EM_OK) {
    status = append(image, data, error);
  }
  if (status == EM_OK) {
    image->words[m->run + 1]++;
  }
  return status;
}

static void fill_header(const em_graph *graph, em_map_image *image) {
  const em_design *d = &graph->design;
  const em_shape *s = &d->shape;
  const uint64_t hash = em_design_hash(d);
  uint32_t *words = image->words;
  const uint32_t checked = EMAMBA_IMAGE_CRC + 1;
  words[EMAMBA_IMAGE_MAGIC] = EMAMBA_IMAGE_MAGIC_VALUE;
  words[EMAMBA_IMAGE_VERSION] = EMAMBA_IMAGE_VERSION_VALUE;
  words[EMAMBA_IMAGE_HASH_LOW] = (uint32_t)hash;
  words[EMAMBA_IMAGE_HASH_HIGH] = (uint32_t)(hash >> 32);
  words[EMAMBA_IMAGE_FRAME_BYTES] = s->h * s->w * s->c;
  words[EMAMBA_IMAGE_IN_BEAT_BYTES] = d->in_bytes;
  words[EMAMBA_IMAGE_RESULT_BYTES] = em_results_per_frame(s) * s->outputs;
  words[EMAMBA_IMAGE_OUT_BEAT_BYTES] = d->out_bytes;
  words[EMAMBA_IMAGE_BODY_WORDS] = (uint32_t)image->count - EMAMBA_IMAGE_HEADER_WORDS;
  words[EMAMBA_IMAGE_CRC] = emamba_crc(words + checked, (uint32_t)image->count - checked);
}

em_status em_map_image_make(const em_graph *graph, const em_network *network, em_map_image *image, em_error *error) {
  maker m = {image, 0};
  em_status status = EM_OK;
  memset(image, 0, sizeof *image);
  for (int i = 0; i < EMAMBA_IMAGE_HEADER_WORDS && status == EM_OK; i++) {
    status = append(image, 0, error);
  }
  if (status == EM_OK) {
    status = em_load_words(graph, network, take_word, &m, error);
  }
  if (status == EM_OK) {
    fill_header(graph, image);
  }
  return status;
}

void em_map_image_free(em_map_image *image) {
  free(image->words);
  memset(image, 0, sizeof *image);
}

em_status em_map_image_save(const em_map_image *image, const char *path, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  for (size_t i = 0; i < image->count; i++) {
    const uint32_t w = image->words[i];
    const uint8_t bytes[4] = {(uint8_t)w, (uint8_t)(w >> 8), (uint8_t)(w >> 16), (uint8_t)(w >> 24)};
    fwrite(bytes, 1, sizeof bytes, file.stream);
  }
  return em_atomic_file_commit(&file, error);
}
