#include "sim/explore/run.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "models/base/version.h"

typedef struct {
  char (*keys)[EM_STORE_KEY_CHARS];
  size_t count, room;
} key_list;

static em_status add_key(key_list *list, const char *key, em_error *error) {
  if (list->count == list->room) {
    size_t room = list->room > 0 ? 2 * list->room : 256;
    void *keys = realloc(list->keys, room * sizeof list->keys[0]);
    if (keys == NULL) {
      return em_fail(error, EM_FAILED, "out of memory for the pieces");
    }
    list->keys = keys;
    list->room = room;
  }
  memcpy(list->keys[list->count++], key, EM_STORE_KEY_CHARS);
  return EM_OK;
}

static int compare_keys(const void *a, const void *b) {
  return strcmp(a, b);
}

/* ---- One variant, by several threads ---- */

typedef struct {
  const em_explore_job *job;
  const em_tasks *tasks;
  em_store *store;
  key_list *keys;
  em_explore_done *done;
  uint32_t first;      /* number of the variant's first piece among all */
  double begun, share; /* of the progress */
  pthread_mutex_t lock;
  uint32_t next;    /* piece */
  em_status status; /* the first that failed */
  em_error *error;
} crew;

/* Under the lock: the next piece of this part that is not there yet. */
static bool take_piece(crew *c, uint32_t *piece) {
  while (c->status == EM_OK && c->next < c->tasks->pieces) {
    char key[EM_STORE_KEY_CHARS];
    *piece = c->next++;
    if ((c->first + *piece) % c->job->parts != c->job->part - 1) {
      continue;
    }
    em_tasks_key(c->tasks, *piece, key);
    c->done->pieces++;
    c->status = add_key(c->keys, key, c->error);
    if (c->status == EM_OK && em_store_has(c->store, key)) {
      c->done->reused++;
      continue;
    }
    return c->status == EM_OK;
  }
  return false;
}

static void *work(void *context) {
  crew *c = context;
  uint32_t piece;
  pthread_mutex_lock(&c->lock);
  while (take_piece(c, &piece)) {
    pthread_mutex_unlock(&c->lock);
    em_store_piece solved;
    em_explore_points points = {0};
    em_error error;
    em_status status = em_tasks_solve(c->tasks, piece, &solved, &points, &error);
    pthread_mutex_lock(&c->lock);
    if (status == EM_OK && c->status == EM_OK) {
      status = em_store_put(c->store, &solved, &points, &error);
    }
    if (status != EM_OK && c->status == EM_OK) {
      c->status = status;
      *c->error = error;
    }
    em_explore_points_free(&points);
    if (c->job->progress != NULL) {
      c->job->progress(c->job->context, c->begun + c->share * c->next / c->tasks->pieces);
    }
  }
  pthread_mutex_unlock(&c->lock);
  return NULL;
}

enum { MOST_JOBS = 256 };

static em_status solve_variant(crew *c) {
  pthread_t threads[MOST_JOBS];
  uint32_t started = 0, wanted = c->job->jobs - 1;
  pthread_mutex_init(&c->lock, NULL);
  while (started < wanted && pthread_create(&threads[started], NULL, work, c) == 0) {
    started++;
  }
  work(c);
  for (uint32_t i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
  }
  pthread_mutex_destroy(&c->lock);
  return c->status;
}

/* ---- The whole ---- */

static em_status put_text(em_store *store, const char *key, em_error *error, const char *format, unsigned a,
                          unsigned b) {
  char text[64];
  snprintf(text, sizeof text, format, a, b);
  return em_store_put_about(store, key, text, error);
}

static em_status tell_about(const em_exploration *x, const em_explore_job *job, em_store *store, uint32_t pieces,
                            em_error *error) {
  char program[160];
  snprintf(program, sizeof program, "emamba %s (%s)", em_version(), em_commit());
  em_status status = em_store_put_about(store, "program", program, error);
  if (status == EM_OK) {
    status = em_store_put_about(store, "folder", x->folder, error);
  }
  if (status == EM_OK) {
    status = put_text(store, "part", error, "%u/%u", job->part, job->parts);
  }
  if (status == EM_OK) {
    status = put_text(store, "pieces", error, "%u", pieces, 0);
  }
  for (uint32_t i = 0; status == EM_OK && i < x->file_count; i++) {
    status = em_store_put_file(store, i, x->files[i].name, x->files[i].bytes, x->files[i].size, error);
  }
  return status;
}

static em_status solve_all(const em_exploration *x, const em_explore_job *job, em_store *store, key_list *keys,
                           em_explore_done *done, em_error *error) {
  uint32_t variants = em_exploration_variants(x);
  em_tasks *tasks = malloc(sizeof *tasks);
  em_status status = tasks == NULL ? em_fail(error, EM_FAILED, "out of memory for the pieces") : EM_OK;
  for (uint32_t v = 0; status == EM_OK && v < variants; v++) {
    status = em_tasks_open(x, v, tasks, error);
    if (status != EM_OK) {
      break;
    }
    crew c = {.job = job, .tasks = tasks, .store = store, .keys = keys, .done = done, .first = done->of};
    c.begun = (double)v / variants;
    c.share = 1.0 / variants;
    c.error = error;
    done->of += tasks->pieces;
    status = solve_variant(&c);
    em_tasks_close(tasks);
  }
  free(tasks);
  return status;
}

em_status em_explore_run(const em_exploration *x, const em_explore_job *job, em_explore_done *done, em_error *error) {
  em_store *store;
  key_list keys = {0};
  *done = (em_explore_done){0};
  em_status status = em_store_begin(job->path, job->resume, &store, error);
  if (status != EM_OK) {
    return status;
  }
  status = solve_all(x, job, store, &keys, done, error);
  if (status == EM_OK) {
    qsort(keys.keys, keys.count, sizeof keys.keys[0], compare_keys);
    status = em_store_keep(store, keys.keys, keys.count, error);
  }
  if (status == EM_OK) {
    status = tell_about(x, job, store, done->of, error);
  }
  free(keys.keys);
  if (status == EM_OK) {
    return em_store_finish(store, error);
  }
  if (em_store_is_empty(store)) { /* what was asked for could not even begin */
    em_store_drop(store);
  } else {
    em_store_close(store);
  }
  return status;
}

/* ---- Parts ---- */

/* What parts of one exploration have in common. */
enum { ABOUT_CHARS = 200 };

static em_status check_same(const char *path, const char *key, em_store *store, char first[ABOUT_CHARS],
                            em_error *error) {
  char value[ABOUT_CHARS];
  em_status status = em_store_about(store, key, value, sizeof value, error);
  if (status == EM_OK && first[0] == '\0') {
    strcpy(first, value);
  } else if (status == EM_OK && strcmp(first, value) != 0) {
    status = em_fail(error, EM_BAD_INPUT, "%.255s: %s is %s, that of the parts before it %s: not of one exploration",
                     path, key, value, first);
  }
  return status;
}

typedef struct {
  char program[ABOUT_CHARS], pieces[ABOUT_CHARS]; /* "" at first */
} common;

static em_status count_piece(void *context, const em_store_piece *piece, em_error *error) {
  (void)piece;
  (void)error;
  ++*(size_t *)context;
  return EM_OK;
}

static em_status check_part(const char *path, common *c, size_t *pieces, em_error *error) {
  em_store *store;
  em_status status = em_store_open(path, &store, error);
  if (status != EM_OK) {
    return status;
  }
  em_store_reader counter = {pieces, count_piece, NULL};
  status = check_same(path, "program", store, c->program, error);
  if (status == EM_OK) {
    status = check_same(path, "pieces", store, c->pieces, error);
  }
  if (status == EM_OK) {
    status = em_store_read(store, &counter, error);
  }
  em_store_close(store);
  return status;
}

em_status em_explore_merge(const char *path, const char *const *parts, size_t count, em_error *error) {
  common c = {"", ""};
  size_t pieces = 0;
  em_store *store;
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < count; i++) {
    status = check_part(parts[i], &c, &pieces, error);
  }
  if (status == EM_OK) {
    status = em_store_begin(path, false, &store, error);
  }
  if (status != EM_OK) {
    return status;
  }
  for (size_t i = 0; status == EM_OK && i < count; i++) {
    status = em_store_take(store, parts[i], error);
  }
  pieces = 0;
  em_store_reader counter = {&pieces, count_piece, NULL};
  if (status == EM_OK) {
    status = em_store_read(store, &counter, error);
  }
  if (status == EM_OK && pieces != strtoul(c.pieces, NULL, 10)) {
    status = em_fail(error, EM_BAD_INPUT, "%.255s: the parts have %zu of %s pieces; give all parts of one exploration",
                     path, pieces, c.pieces);
  }
  if (status == EM_OK) {
    status = em_store_put_about(store, "part", "1/1", error);
  }
  if (status == EM_OK) {
    return em_store_finish(store, error);
  }
  em_store_drop(store);
  return status;
}
