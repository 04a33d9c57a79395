/*
 * A store of solved pieces: an SQLite database that any number of threads of one process fill, and that a killed
 * process leaves whole, without at most the piece that was under way.
 *
 * While it grows it is FILE.partial, in WAL mode; finished it is FILE, one file whose bytes depend on its content
 * alone: rows are written in the order of their keys, and nothing of time or machine is kept. Tables: `about` (key,
 * value), `file` (place, name, text), `piece` (key, ...), `point` (key of its piece, place, figures, knobs).
 */
#ifndef EM_STORE_H
#define EM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "models/base/status.h"
#include "models/explore/front.h"
#include "sim/files/output_file.h"

#define EM_STORE_FORMAT 1

typedef struct em_store em_store;

enum { EM_STORE_KEY_CHARS = 41, EM_STORE_NOTE_CHARS = 2048 };

typedef struct {
  char key[EM_STORE_KEY_CHARS]; /* of all that makes the piece */
  uint32_t variant, piece;
  double designs;                 /* covered */
  double judged;                  /* by timing and price */
  char note[EM_STORE_NOTE_CHARS]; /* "" where it has points; else why not. Of a campaign: the outcome, JSON */
} em_store_piece;

/* FILE.partial: a new one, or with `resume` the one that is there; with neither FILE nor FILE.partial, a new one. */
em_status em_store_begin(const char *path, bool resume, em_store **store, em_error *error);

/* Whether `path` is a finished store; false for anything else. */
bool em_store_is(const char *path);

/* A finished store, to be read. EM_BAD_INPUT for another format, and for one that was not finished. */
em_status em_store_open(const char *path, em_store **store, em_error *error);
void em_store_close(em_store *store);

/* Closes and removes FILE.partial. */
void em_store_drop(em_store *store);

/* Texts of table `about`; value "" where there is none. */
em_status em_store_put_about(em_store *store, const char *key, const char *value, em_error *error);
em_status em_store_about(em_store *store, const char *key, char *value, size_t bytes, em_error *error);

em_status em_store_put_file(em_store *store, uint32_t place, const char *name, const uint8_t *bytes, size_t size,
                            em_error *error);

/* Called with each file in the order of places; `bytes` only until it returns. */
typedef em_status (*em_store_on_file)(void *context, const char *name, const uint8_t *bytes, size_t size,
                                      em_error *error);
em_status em_store_files(em_store *store, em_store_on_file each, void *context, em_error *error);

bool em_store_is_empty(em_store *store); /* no piece */
bool em_store_has(em_store *store, const char *key);

/* A piece with its points, whole or not at all. Points are given by the values of their knobs (em_store_knobs). */
em_status em_store_put(em_store *store, const em_store_piece *piece, const em_explore_points *points, em_error *error);

/* Called with every piece, in the order of variants and pieces, then with its points. */
typedef struct {
  void *context;
  em_status (*piece)(void *context, const em_store_piece *piece, em_error *error);
  em_status (*point)(void *context, const em_store_piece *piece, const em_explore_figures *figures, const char *knobs,
                     em_error *error); /* or NULL */
} em_store_reader;
em_status em_store_read(em_store *store, const em_store_reader *reader, em_error *error);

/* Copies what another finished store has under a key that is not here. */
em_status em_store_take(em_store *store, const char *path, em_error *error);

/* Removes pieces whose key is not in keys[count], sorted by strcmp. */
em_status em_store_keep(em_store *store, char (*keys)[EM_STORE_KEY_CHARS], size_t count, em_error *error);

/* FILE.partial becomes FILE. Closes the store in any case; after an error FILE.partial is as it was. */
em_status em_store_finish(em_store *store, em_error *error);

/* Values of all integer keys but the shape's, blanks between: what a point's design adds to its variant. */
enum { EM_KNOBS_CHARS = 512 };
void em_store_knobs(const em_design *design, char knobs[EM_KNOBS_CHARS]);
em_status em_store_set_knobs(em_design *design, const char *knobs, em_error *error);

#endif
