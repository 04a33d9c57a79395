#include "sim/campaign/run.h"

#include <cjson/cJSON.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "models/base/version.h"
#include "sim/campaign/keys.h"
#include "sim/explore/run.h"
#include "sim/files/json_text.h"
#include "sim/files/places.h"
#include "sim/run/interrupt.h"

typedef struct {
  uint32_t run, seed; /* indices */
  char key[EM_STORE_KEY_CHARS];
  bool there;
} piece;

typedef struct {
  const em_campaign *c;
  const em_campaign_job *job;
  const em_campaign_digests *digests;
  em_campaign_done *done;
  em_store *store;
  piece *pieces; /* of this part */
  uint64_t count;
  uint32_t *left; /* [run_count]: pieces to be made */
  bool *kept;     /* [run_count]: builds of its design were there before */
  char builds[EM_PATH_BYTES];
  pthread_mutex_t lock;
  uint64_t next, ended;
  em_status status; /* of the store: the first that failed */
  em_error *error;
  em_error undone; /* the first run that could not be made */
} crew;

/* ---- One run ---- */

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where) {
  (void)info, (void)kind, (void)where;
  return remove(path);
}

static void remove_tree(const char *folder) {
  nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static em_status cosimulate(const crew *w, const piece *p, em_child_task *task, em_child_result *result,
                            em_error *error) {
  const em_campaign *c = w->c;
  const em_campaign_run *run = &c->runs[p->run];
  char design[EM_PATH_BYTES], network[EM_PATH_BYTES], frames[EM_PATH_BYTES], bundle[EM_PATH_BYTES + 64];
  em_status status = em_campaign_path(c, run->design, design, error);
  if (status == EM_OK) {
    status = em_campaign_path(c, run->network, network, error);
  }
  if (status == EM_OK) {
    status = em_campaign_path(c, run->frames, frames, error);
  }
  if (status != EM_OK) {
    return status;
  }
  snprintf(bundle, sizeof bundle, "%s.failures/run%06" PRIu32 "-seed%" PRIu64, w->job->path, p->run + 1, task->seed);
  task->design = design;
  task->network = network;
  task->frames = frames;
  task->rtl = w->job->rtl != NULL ? w->job->rtl : c->rtl[0] != '\0' ? c->rtl : NULL;
  task->build = w->job->build;
  task->bundle = bundle;
  task->first_frames = c->first_frames;
  return em_child_run(task, result, error);
}

static em_status put(crew *w, const piece *p, const em_child_task *task, const em_child_result *result,
                     em_error *error) {
  em_store_piece row = {.variant = p->run, .piece = p->seed, .designs = 1, .judged = (double)result->cycles};
  const em_explore_points none = {0};
  cJSON *note = cJSON_CreateObject();
  cJSON_AddNumberToObject(note, "seed", (double)task->seed);
  cJSON_AddNumberToObject(note, "stall_in", task->stall_in);
  cJSON_AddNumberToObject(note, "stall_out", task->stall_out);
  cJSON_AddStringToObject(note, "outcome", em_run_outcome_name(result->outcome));
  if (result->outcome == EM_RUN_MATCHED) {
    cJSON_AddNumberToObject(note, "cycles", (double)result->cycles);
    cJSON_AddNumberToObject(note, "transactions", (double)result->transactions);
    cJSON_AddNumberToObject(note, "frames", (double)result->frames);
  } else {
    cJSON_AddStringToObject(note, "text", result->text);
  }
  char *text = em_json_print(note, false);
  cJSON_Delete(note);
  if (text == NULL || strlen(text) >= sizeof row.note) {
    free(text);
    return em_fail(error, EM_FAILED, "out of memory for a run's outcome");
  }
  strcpy(row.note, text);
  strcpy(row.key, p->key);
  free(text);
  return em_store_put(w->store, &row, &none, error);
}

/* ---- All runs, side by side ---- */

/* Under the lock. */
static piece *take(crew *w) {
  while (w->status == EM_OK && em_interrupted() == 0 && w->next < w->count) {
    piece *p = &w->pieces[w->next++];
    if (!p->there) {
      return p;
    }
  }
  return NULL;
}

static void build_of(const crew *w, uint32_t run, char path[EM_PATH_BYTES + 64]) {
  snprintf(path, EM_PATH_BYTES + 64, "%s/rtl/%016" PRIx64, w->builds, w->digests->designs[run]);
}

/* Under the lock: when no run of its design is left to be made, the RTL's builds go, unless they are to be kept. */
static void drop_build(const crew *w, uint32_t run) {
  bool used = w->c->keep_builds || w->kept[run];
  for (uint32_t i = 0; i < w->c->run_count && !used; i++) {
    used = w->left[i] > 0 && w->digests->designs[i] == w->digests->designs[run];
  }
  if (!used) {
    char build[EM_PATH_BYTES + 64];
    build_of(w, run, build);
    remove_tree(build);
  }
}

/* Under the lock. */
static void end_piece(crew *w, const piece *p, em_status status, const em_child_task *task,
                      const em_child_result *result, const em_error *why) {
  const em_campaign_run *run = &w->c->runs[p->run];
  em_error error;
  if (status == EM_OK && w->status == EM_OK) {
    w->status = put(w, p, task, result, &error);
    if (w->status != EM_OK) {
      *w->error = error;
    }
  } else if (status != EM_OK && em_interrupted() == 0) {
    if (w->done->undone++ == 0) {
      w->undone = *why;
    }
  }
  if (w->job->failed != NULL && em_interrupted() == 0 && (status != EM_OK || result->outcome != EM_RUN_MATCHED)) {
    w->job->failed(w->job->context, run, task->seed, status == EM_OK ? result->text : why->text);
  }
  w->left[p->run]--;
  drop_build(w, p->run);
  w->ended++;
  if (w->job->progress != NULL) {
    w->job->progress(w->job->context, w->ended);
  }
}

static void *work(void *context) {
  crew *w = context;
  piece *p;
  pthread_mutex_lock(&w->lock);
  while ((p = take(w)) != NULL) {
    pthread_mutex_unlock(&w->lock);
    em_child_task task = {.seed = w->c->seeds[p->seed]};
    em_child_result result = {0};
    em_error why = {""};
    em_campaign_stalls(w->c, task.seed, &task.stall_in, &task.stall_out);
    em_status status = cosimulate(w, p, &task, &result, &why);
    pthread_mutex_lock(&w->lock);
    end_piece(w, p, status, &task, &result, &why);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

enum { MOST_JOBS = 256 };

static em_status run_pieces(crew *w) {
  pthread_t threads[MOST_JOBS];
  uint32_t started = 0, wanted = w->job->jobs - 1;
  pthread_mutex_init(&w->lock, NULL);
  while (started < wanted && pthread_create(&threads[started], NULL, work, w) == 0) {
    started++;
  }
  work(w);
  for (uint32_t i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
  }
  pthread_mutex_destroy(&w->lock);
  if (em_interrupted() != 0) {
    return em_interrupt_fail(w->error);
  }
  if (w->status == EM_OK && w->done->undone > 0) {
    return em_fail(w->error, EM_FAILED, "%.255s: %" PRIu64 " runs could not be made, --resume tries them again: %.300s",
                   w->c->path, w->done->undone, w->undone.text);
  }
  return w->status;
}

/* ---- What is to be made ---- */

/* Whole runs to a part, so that the RTL of a design is built once; single pieces where there are more parts than runs.
 */
static bool is_mine(const crew *w, uint32_t run, uint32_t seed) {
  const em_campaign_job *job = w->job;
  uint64_t number = job->parts <= w->c->run_count ? run : (uint64_t)run * w->c->seed_count + seed;
  return number % job->parts == job->part - 1;
}

static em_status list_pieces(crew *w) {
  const em_campaign *c = w->c;
  w->done->of = (uint64_t)c->run_count * c->seed_count;
  w->pieces = calloc(w->done->of, sizeof *w->pieces);
  w->left = calloc(c->run_count, sizeof *w->left);
  if (w->pieces == NULL || w->left == NULL) {
    return em_fail(w->error, EM_FAILED, "out of memory for the runs");
  }
  for (uint32_t run = 0; run < c->run_count; run++) {
    for (uint32_t seed = 0; seed < c->seed_count; seed++) {
      if (is_mine(w, run, seed)) {
        piece *p = &w->pieces[w->count++];
        *p = (piece){.run = run, .seed = seed};
        em_campaign_key(c, w->digests, run, c->seeds[seed], p->key);
        p->there = em_store_has(w->store, p->key);
        w->done->reused += p->there;
        w->left[run] += !p->there;
      }
    }
  }
  w->done->pieces = w->count;
  return EM_OK;
}

static int compare_keys(const void *a, const void *b) {
  return strcmp(a, b);
}

static em_status keep_pieces(crew *w) {
  char(*keys)[EM_STORE_KEY_CHARS] = malloc(w->count * sizeof *keys + 1);
  if (keys == NULL) {
    return em_fail(w->error, EM_FAILED, "out of memory for the runs");
  }
  for (uint64_t i = 0; i < w->count; i++) {
    memcpy(keys[i], w->pieces[i].key, sizeof keys[i]);
  }
  qsort(keys, w->count, sizeof *keys, compare_keys);
  em_status status = em_store_keep(w->store, keys, w->count, w->error);
  free(keys);
  return status;
}

/* ---- The store ---- */

/* "design\nnetwork\nframes\n" of every run. */
static em_status put_runs(const em_campaign *c, em_store *store, em_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  for (uint32_t i = 0; file != NULL && i < c->run_count; i++) {
    fprintf(file, "%s\n%s\n%s\n", c->runs[i].design, c->runs[i].network, c->runs[i].frames);
  }
  em_status status = file != NULL && fclose(file) == 0
                         ? em_store_put_file(store, 1, "runs", (uint8_t *)text, size, error)
                         : em_fail(error, EM_FAILED, "out of memory for the runs");
  free(text);
  return status;
}

static em_status tell_about(const crew *w) {
  char program[160], part[64], pieces[32];
  snprintf(program, sizeof program, "emamba %s (%s)", em_version(), em_commit());
  snprintf(part, sizeof part, "%" PRIu32 "/%" PRIu32, w->job->part, w->job->parts);
  snprintf(pieces, sizeof pieces, "%" PRIu64, w->done->of);
  em_status status = em_store_put_about(w->store, "program", program, w->error);
  if (status == EM_OK) {
    status = em_store_put_about(w->store, "part", part, w->error);
  }
  if (status == EM_OK) {
    status = em_store_put_about(w->store, "pieces", pieces, w->error);
  }
  if (status == EM_OK) {
    status = em_store_put_file(w->store, 0, "campaign", (const uint8_t *)w->c->text, w->c->text_size, w->error);
  }
  return status == EM_OK ? put_runs(w->c, w->store, w->error) : status;
}

static em_status make_folder(const char *path, em_error *error) {
  return mkdir(path, 0777) == 0 || errno == EEXIST ? EM_OK
                                                   : em_fail(error, EM_FAILED, "%.300s: %s", path, strerror(errno));
}

static em_status note_builds(crew *w) {
  w->kept = calloc(w->c->run_count, sizeof *w->kept);
  if (w->kept == NULL) {
    return em_fail(w->error, EM_FAILED, "out of memory for the runs");
  }
  for (uint32_t i = 0; i < w->c->run_count; i++) {
    char build[EM_PATH_BYTES + 64];
    build_of(w, i, build);
    w->kept[i] = access(build, F_OK) == 0;
  }
  return EM_OK;
}

static em_status fill(crew *w) {
  char failures[EM_PATH_BYTES + 16];
  em_status status = list_pieces(w);
  snprintf(failures, sizeof failures, "%s.failures", w->job->path);
  if (status == EM_OK) {
    status = make_folder(failures, w->error);
  }
  if (status == EM_OK) {
    status = note_builds(w);
  }
  if (status == EM_OK && w->job->begin != NULL) {
    w->job->begin(w->job->context, w->done->pieces - w->done->reused);
  }
  if (status == EM_OK) {
    status = run_pieces(w);
  }
  rmdir(failures); /* when it is empty */
  if (status == EM_OK) {
    status = keep_pieces(w);
  }
  return status == EM_OK ? tell_about(w) : status;
}

em_status em_campaign_run_all(const em_campaign *c, const em_campaign_job *job, em_campaign_done *done,
                              em_error *error) {
  em_campaign_digests digests;
  *done = (em_campaign_done){0};
  crew w = {.c = c, .job = job, .digests = &digests, .done = done, .error = error};
  em_status status = em_campaign_digest(c,
                                        job->rtl != NULL    ? job->rtl
                                        : c->rtl[0] != '\0' ? c->rtl
                                                            : NULL,
                                        job->build, &digests, error);
  if (status == EM_OK) {
    status = em_build_folder(job->build, w.builds, error);
  }
  if (status == EM_OK) {
    status = em_store_begin(job->path, job->resume, &w.store, error);
  }
  if (status == EM_OK) {
    status = fill(&w);
    if (status == EM_OK) {
      status = em_store_finish(w.store, error);
    } else if (em_store_is_empty(w.store)) {
      em_store_drop(w.store);
    } else {
      em_store_close(w.store);
    }
  }
  em_campaign_digests_free(&digests);
  free(w.pieces);
  free(w.left);
  free(w.kept);
  return status;
}

/* ---- Parts ---- */

/* Each bundle of a part to a place beside the whole; what was moved by a merge before stays there. */
static em_status move_bundles(const char *from, const char *to, em_error *error) {
  char command[2][EM_PATH_BYTES + 16];
  snprintf(command[0], sizeof command[0], "%s.failures", from);
  snprintf(command[1], sizeof command[1], "%s.failures", to);
  struct dirent **names;
  int count = access(command[0], F_OK) == 0 ? scandir(command[0], &names, NULL, alphasort) : 0;
  em_status status = count > 0 ? make_folder(command[1], error) : EM_OK;
  for (int i = 0; i < count; i++) {
    char old[EM_PATH_BYTES + 300], new[EM_PATH_BYTES + 300];
    snprintf(old, sizeof old, "%s/%s", command[0], names[i]->d_name);
    snprintf(new, sizeof new, "%s/%s", command[1], names[i]->d_name);
    if (status == EM_OK && names[i]->d_name[0] != '.' && rename(old, new) != 0) {
      status = em_fail(error, EM_FAILED, "%.250s: cannot be moved to %.250s: %s", old, new, strerror(errno));
    }
    free(names[i]);
  }
  if (count > 0) {
    free(names);
    rmdir(command[0]);
  }
  return status;
}

em_status em_campaign_merge(const char *path, const char *const *parts, size_t count, em_error *error) {
  em_status status = em_explore_merge(path, parts, count, error);
  for (size_t i = 0; status == EM_OK && i < count; i++) {
    status = move_bundles(parts[i], path, error);
  }
  return status;
}
