/*
 * The driver of the accelerator: loads a network, starts, feeds frames, takes results, tells its status.
 *
 * C99 with <stdint.h> alone; no memory of its own, no C library, no floating point; for firmware as for a host. How the
 * board reaches the accelerator is told by the functions of emamba_board. The register map is emamba_map.h; images are
 * made by `emamba map DESIGN -n NETWORK --image FILE`. See docs/driver.md.
 *
 *     emamba device;
 *     int status = emamba_open(&device, &board);
 *     if (status == EMAMBA_OK) status = emamba_load(&device, image, image_words);
 *     if (status == EMAMBA_OK) status = emamba_start(&device);
 *     ... emamba_feed(&device, frame); emamba_result(&device, result); ...
 */
#ifndef EMAMBA_H
#define EMAMBA_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every function returns. A board's functions return these too: OK, AGAIN or BUS_ERROR. */
enum {
  EMAMBA_OK = 0,
  EMAMBA_AGAIN,        /* nothing was moved: no room for a frame, or no result yet */
  EMAMBA_BUS_ERROR,    /* the slave answered with an error, or the board could not reach it */
  EMAMBA_NO_DEVICE,    /* the id register is not the accelerator's */
  EMAMBA_BAD_IMAGE,    /* not an image, of another version, cut short or damaged */
  EMAMBA_OTHER_DESIGN, /* the image is for another design than this hardware */
  EMAMBA_RUNNING,      /* loading needs a stopped core */
  EMAMBA_STOPPED,      /* feeding and results need a running one */
  EMAMBA_NOT_LOADED    /* no image was loaded */
};

/*
 * How the board reaches the accelerator; `context` is handed through. Addresses are those of the map, from 0 on.
 * Streams move whole packets: send a frame (tlast on its last beat) and receive a result. They may wait, or return
 * EMAMBA_AGAIN at once; then they are called again with the same bytes.
 */
typedef struct {
  void *context;
  int (*read)(void *context, uint32_t address, uint32_t *data);
  int (*write)(void *context, uint32_t address, uint32_t data);
  int (*send)(void *context, const int8_t *frame, uint32_t bytes);
  int (*receive)(void *context, int8_t *result, uint32_t bytes);
} emamba_board;

typedef struct {
  const emamba_board *board;
  uint32_t hash_low, hash_high;       /* of the hardware's design */
  uint32_t frame_bytes, result_bytes; /* of a frame, of a result; 0 before an image is loaded */
  uint32_t in_beat_bytes, out_beat_bytes;
  int running;
} emamba;

/* Finds the accelerator behind `board`, which must stay, and stops it. */
int emamba_open(emamba *device, const emamba_board *board);

/* Writes an image of `words` words to the stopped core; checked before the first word is written. */
int emamba_load(emamba *device, const uint32_t *image, uint32_t words);

/* Starts at cycle 0: counters and status are cleared. Starting again is a restart. */
int emamba_start(emamba *device);

/* Holds the core; what is on its way is lost, contents, counters and status stay. */
int emamba_stop(emamba *device);

/* Sends one frame [frame_bytes]. */
int emamba_feed(emamba *device, const int8_t *frame);

/* Takes the next result [result_bytes], in the order of the frames. */
int emamba_result(emamba *device, int8_t *result);

typedef struct {
  uint32_t running;
  uint32_t cycles;      /* since the start, modulo 2^32 */
  uint32_t tlast_error; /* 1: a frame was cut wrongly since the start */
} emamba_state;

int emamba_status(const emamba *device, emamba_state *state);

typedef struct {
  uint32_t busy, starved, blocked, tokens; /* since the start, modulo 2^32 */
} emamba_counters;

/* Of one engine, by its unit number (`emamba map DESIGN`). */
int emamba_engine(const emamba *device, uint32_t unit, emamba_counters *counters);

/*
 * An image: ten words, then the body, runs of words for consecutive addresses: address, count, `count` words. Stored as
 * little-endian words. CRC: IEEE 802.3's over all that follows it, byte by byte as stored.
 */
enum {
  EMAMBA_IMAGE_MAGIC,
  EMAMBA_IMAGE_VERSION,
  EMAMBA_IMAGE_CRC,
  EMAMBA_IMAGE_HASH_LOW,
  EMAMBA_IMAGE_HASH_HIGH,
  EMAMBA_IMAGE_FRAME_BYTES,
  EMAMBA_IMAGE_IN_BEAT_BYTES,
  EMAMBA_IMAGE_RESULT_BYTES,
  EMAMBA_IMAGE_OUT_BEAT_BYTES,
  EMAMBA_IMAGE_BODY_WORDS,
  EMAMBA_IMAGE_HEADER_WORDS
};
#define EMAMBA_IMAGE_MAGIC_VALUE 0x4d494d45u /* "EMIM" in a file */
#define EMAMBA_IMAGE_VERSION_VALUE 1u

uint32_t emamba_crc(const uint32_t *words, uint32_t count);

#ifdef __cplusplus
}
#endif

#endif
