#include "sim/explore/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct em_store {
  sqlite3 *db;
  char path[EM_PATH_BYTES], partial[EM_PATH_BYTES];
};

/* "emxp": what the file is, for `file` and for us. */
enum { APPLICATION = 0x656d7870 };

static const char schema[] =
    "CREATE TABLE about(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE file(place INTEGER PRIMARY KEY, name TEXT NOT NULL, text BLOB NOT NULL);"
    "CREATE TABLE piece(key TEXT PRIMARY KEY, variant INTEGER NOT NULL, piece INTEGER NOT NULL, designs REAL NOT NULL,"
    " judged REAL NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE point(key TEXT NOT NULL, place INTEGER NOT NULL, interval_cycles REAL NOT NULL,"
    " latency_cycles REAL NOT NULL, area_um2 REAL NOT NULL, energy_pj REAL NOT NULL, power_mw REAL NOT NULL,"
    " knobs TEXT NOT NULL, PRIMARY KEY(key, place)) WITHOUT ROWID;";

static em_status fail(const em_store *s, em_error *error) {
  int code = sqlite3_errcode(s->db);
  return em_fail(error, EM_FAILED, "%.255s: %s", s->path,
                 code == SQLITE_FULL ? "cannot write: the disk is full" : sqlite3_errmsg(s->db));
}

static em_status run(em_store *s, const char *sql, em_error *error) {
  return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK ? EM_OK : fail(s, error);
}

/* ---- Statements ---- */

static em_status prepare(em_store *s, const char *sql, sqlite3_stmt **statement, em_error *error) {
  return sqlite3_prepare_v2(s->db, sql, -1, statement, NULL) == SQLITE_OK ? EM_OK : fail(s, error);
}

/* Runs a statement that gives no rows, and readies it for the next. */
static em_status step(em_store *s, sqlite3_stmt *statement, em_error *error) {
  em_status status = sqlite3_step(statement) == SQLITE_DONE ? EM_OK : fail(s, error);
  sqlite3_reset(statement);
  return status;
}

static int64_t number_of(em_store *s, const char *sql) {
  sqlite3_stmt *statement;
  int64_t number = -1;
  if (sqlite3_prepare_v2(s->db, sql, -1, &statement, NULL) == SQLITE_OK) {
    number = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : -1;
    sqlite3_finalize(statement);
  }
  return number;
}

static const char *text_of(sqlite3_stmt *statement, int column) {
  const unsigned char *text = sqlite3_column_text(statement, column);
  return text != NULL ? (const char *)text : "";
}

/* ---- Opening and closing ---- */

static em_status check_format(em_store *s, em_error *error) {
  int64_t application = number_of(s, "PRAGMA application_id"), format = number_of(s, "PRAGMA user_version");
  if (application != APPLICATION) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: not a store of emamba explore or campaign", s->path);
  }
  return format == EM_STORE_FORMAT
             ? EM_OK
             : em_fail(error, EM_BAD_INPUT, "%.255s: has format %lld of another version; this one reads %d", s->path,
                       (long long)format, EM_STORE_FORMAT);
}

static em_status open_at(const char *path, const char *file, int flags, em_store **store, em_error *error) {
  em_store *s = calloc(1, sizeof *s);
  if (s == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the store");
  }
  snprintf(s->path, sizeof s->path, "%s", path);
  snprintf(s->partial, sizeof s->partial, "%s", file);
  if (sqlite3_open_v2(file, &s->db, flags, NULL) != SQLITE_OK) {
    em_fail(error, EM_BAD_INPUT, "%.255s: %s", path, s->db != NULL ? sqlite3_errmsg(s->db) : "out of memory");
    em_store_close(s);
    return EM_BAD_INPUT;
  }
  sqlite3_busy_timeout(s->db, 2000);
  *store = s;
  return EM_OK;
}

static em_status make_new(em_store *s, em_error *error) {
  char sql[96];
  snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION, EM_STORE_FORMAT);
  em_status status = run(s, "BEGIN IMMEDIATE", error);
  if (status == EM_OK) {
    status = run(s, sql, error);
  }
  if (status == EM_OK) {
    status = run(s, schema, error);
  }
  return status == EM_OK ? run(s, "COMMIT", error) : status;
}

/* A store that another process fills would have two writers. */
static em_status lock(em_store *s, em_error *error) {
  if (run(s,
          "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN "
          "IMMEDIATE; COMMIT",
          error) == EM_OK) {
    return EM_OK;
  }
  int code = sqlite3_errcode(s->db);
  return code == SQLITE_BUSY || code == SQLITE_LOCKED
             ? em_fail(error, EM_FAILED, "%.255s: another process is at work on it", s->partial)
             : EM_FAILED;
}

em_status em_store_begin(const char *path, bool resume, em_store **store, em_error *error) {
  char partial[EM_PATH_BYTES];
  if (snprintf(partial, sizeof partial, "%s.partial", path) >= (int)sizeof partial) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: the path is too long", path);
  }
  bool there = access(partial, F_OK) == 0, finished = access(path, F_OK) == 0;
  if (!resume && (there || finished)) {
    return em_fail(error, EM_BAD_INPUT, "%.255s: is there; --resume goes on with it, another name begins anew",
                   there ? partial : path);
  }
  em_status status = open_at(path, partial, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, store, error);
  if (status != EM_OK) {
    return status;
  }
  em_store *s = *store;
  status = lock(s, error);
  if (status == EM_OK) {
    bool empty = number_of(s, "SELECT count(*) FROM sqlite_master") == 0;
    status = empty ? make_new(s, error) : check_format(s, error);
    if (status == EM_OK && empty && finished) {
      status = em_store_take(s, path, error);
    }
  }
  if (status != EM_OK) {
    em_store_close(s);
    *store = NULL;
  }
  return status;
}

bool em_store_is(const char *path) {
  char magic[16] = "";
  FILE *file = fopen(path, "rb");
  if (file != NULL) {
    bool is = fread(magic, 1, sizeof magic, file) == sizeof magic && memcmp(magic, "SQLite format 3", 16) == 0;
    fclose(file);
    return is;
  }
  return false;
}

em_status em_store_open(const char *path, em_store **store, em_error *error) {
  em_status status = open_at(path, path, SQLITE_OPEN_READONLY, store, error);
  if (status == EM_OK) {
    status = check_format(*store, error);
    if (status != EM_OK) {
      em_store_close(*store);
      *store = NULL;
    }
  }
  return status;
}

void em_store_close(em_store *s) {
  if (s != NULL) {
    sqlite3_close_v2(s->db);
    free(s);
  }
}

/* ---- About and files ---- */

em_status em_store_put_about(em_store *s, const char *key, const char *value, em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "INSERT OR REPLACE INTO about VALUES(?, ?)", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, value, -1, SQLITE_STATIC);
    status = step(s, statement, error);
    sqlite3_finalize(statement);
  }
  return status;
}

em_status em_store_about(em_store *s, const char *key, char *value, size_t bytes, em_error *error) {
  sqlite3_stmt *statement;
  value[0] = '\0';
  em_status status = prepare(s, "SELECT value FROM about WHERE key = ?", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    if (sqlite3_step(statement) == SQLITE_ROW) {
      snprintf(value, bytes, "%s", text_of(statement, 0));
    }
    sqlite3_finalize(statement);
  }
  return status;
}

em_status em_store_put_file(em_store *s, uint32_t place, const char *name, const uint8_t *bytes, size_t size,
                            em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "INSERT OR REPLACE INTO file VALUES(?, ?, ?)", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_int64(statement, 1, place);
    sqlite3_bind_text(statement, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_blob64(statement, 3, bytes, size, SQLITE_STATIC);
    status = step(s, statement, error);
    sqlite3_finalize(statement);
  }
  return status;
}

em_status em_store_files(em_store *s, em_store_on_file each, void *context, em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "SELECT name, text FROM file ORDER BY place", &statement, error);
  int code = SQLITE_DONE;
  while (status == EM_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
    const uint8_t *bytes = sqlite3_column_blob(statement, 1);
    status = each(context, text_of(statement, 0), bytes, (size_t)sqlite3_column_bytes(statement, 1), error);
  }
  if (status == EM_OK && code != SQLITE_DONE) {
    status = fail(s, error);
  }
  sqlite3_finalize(statement);
  return status;
}

/* ---- Pieces ---- */

bool em_store_is_empty(em_store *s) {
  return number_of(s, "SELECT count(*) FROM piece") == 0;
}

bool em_store_has(em_store *s, const char *key) {
  sqlite3_stmt *statement;
  bool has = false;
  if (sqlite3_prepare_v2(s->db, "SELECT 1 FROM piece WHERE key = ?", -1, &statement, NULL) == SQLITE_OK) {
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    has = sqlite3_step(statement) == SQLITE_ROW;
    sqlite3_finalize(statement);
  }
  return has;
}

static em_status put_points(em_store *s, const char *key, const em_explore_points *points, em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "INSERT INTO point VALUES(?, ?, ?, ?, ?, ?, ?, ?)", &statement, error);
  for (uint32_t i = 0; status == EM_OK && i < points->count; i++) {
    char knobs[EM_KNOBS_CHARS];
    em_store_knobs(&points->points[i].design, knobs);
    sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, i);
    for (int f = 0; f < EM_EXPLORE_FIGURES; f++) {
      sqlite3_bind_double(statement, 3 + f, points->points[i].figures.values[f]);
    }
    sqlite3_bind_text(statement, 3 + EM_EXPLORE_FIGURES, knobs, -1, SQLITE_STATIC);
    status = step(s, statement, error);
  }
  sqlite3_finalize(statement);
  return status;
}

static em_status put_piece(em_store *s, const em_store_piece *piece, em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "INSERT INTO piece VALUES(?, ?, ?, ?, ?, ?)", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_text(statement, 1, piece->key, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, piece->variant);
    sqlite3_bind_int64(statement, 3, piece->piece);
    sqlite3_bind_double(statement, 4, piece->designs);
    sqlite3_bind_double(statement, 5, piece->judged);
    sqlite3_bind_text(statement, 6, piece->note, -1, SQLITE_STATIC);
    status = step(s, statement, error);
    sqlite3_finalize(statement);
  }
  return status;
}

em_status em_store_put(em_store *s, const em_store_piece *piece, const em_explore_points *points, em_error *error) {
  em_status status = run(s, "BEGIN IMMEDIATE", error);
  if (status == EM_OK) {
    status = put_piece(s, piece, error);
    if (status == EM_OK && points != NULL) {
      status = put_points(s, piece->key, points, error);
    }
    if (status == EM_OK) {
      status = run(s, "COMMIT", error);
    }
    if (status != EM_OK) {
      sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
  }
  return status;
}

static void read_piece(sqlite3_stmt *statement, em_store_piece *piece) {
  snprintf(piece->key, sizeof piece->key, "%s", text_of(statement, 0));
  piece->variant = (uint32_t)sqlite3_column_int64(statement, 1);
  piece->piece = (uint32_t)sqlite3_column_int64(statement, 2);
  piece->designs = sqlite3_column_double(statement, 3);
  piece->judged = sqlite3_column_double(statement, 4);
  snprintf(piece->note, sizeof piece->note, "%s", text_of(statement, 5));
}

static em_status read_points(sqlite3_stmt *points, const em_store_piece *piece, const em_store_reader *reader,
                             em_error *error) {
  em_status status = EM_OK;
  sqlite3_bind_text(points, 1, piece->key, -1, SQLITE_STATIC);
  while (status == EM_OK && sqlite3_step(points) == SQLITE_ROW) {
    em_explore_figures figures;
    for (int f = 0; f < EM_EXPLORE_FIGURES; f++) {
      figures.values[f] = sqlite3_column_double(points, f);
    }
    status = reader->point(reader->context, piece, &figures, text_of(points, EM_EXPLORE_FIGURES), error);
  }
  sqlite3_reset(points);
  return status;
}

em_status em_store_read(em_store *s, const em_store_reader *reader, em_error *error) {
  sqlite3_stmt *pieces = NULL, *points = NULL;
  em_store_piece piece;
  em_status status = prepare(
      s, "SELECT key, variant, piece, designs, judged, note FROM piece ORDER BY variant, piece, key", &pieces, error);
  if (status == EM_OK) {
    status = prepare(s,
                     "SELECT interval_cycles, latency_cycles, area_um2, energy_pj, power_mw, knobs FROM point WHERE "
                     "key = ? ORDER BY place",
                     &points, error);
  }
  int code = SQLITE_DONE;
  while (status == EM_OK && (code = sqlite3_step(pieces)) == SQLITE_ROW) {
    read_piece(pieces, &piece);
    status = reader->piece(reader->context, &piece, error);
    if (status == EM_OK && reader->point != NULL) {
      status = read_points(points, &piece, reader, error);
    }
  }
  if (status == EM_OK && code != SQLITE_DONE) {
    status = fail(s, error);
  }
  sqlite3_finalize(points);
  sqlite3_finalize(pieces);
  return status;
}

em_status em_store_take(em_store *s, const char *path, em_error *error) {
  em_store *other;
  sqlite3_stmt *statement = NULL;
  em_status status = em_store_open(path, &other, error); /* checks the format */
  if (status != EM_OK) {
    return status;
  }
  em_store_close(other);
  status = prepare(s, "ATTACH ? AS other", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    status = step(s, statement, error);
  }
  sqlite3_finalize(statement);
  if (status == EM_OK) {
    status = run(s,
                 "BEGIN IMMEDIATE;"
                 "INSERT OR IGNORE INTO about SELECT * FROM other.about;"
                 "INSERT OR IGNORE INTO file SELECT * FROM other.file;"
                 "INSERT OR IGNORE INTO point SELECT * FROM other.point;"
                 "INSERT OR IGNORE INTO piece SELECT * FROM other.piece;"
                 "COMMIT;",
                 error);
    if (status != EM_OK) {
      sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite3_exec(s->db, "DETACH other", NULL, NULL, NULL);
  }
  return status;
}

static int compare_keys(const void *a, const void *b) {
  return strcmp(a, b);
}

em_status em_store_keep(em_store *s, char (*keys)[EM_STORE_KEY_CHARS], size_t count, em_error *error) {
  sqlite3_stmt *all = NULL, *drop = NULL;
  em_status status = run(s, "BEGIN IMMEDIATE; CREATE TEMP TABLE dropped(key TEXT PRIMARY KEY) WITHOUT ROWID", error);
  if (status == EM_OK) {
    status = prepare(s, "SELECT key FROM piece", &all, error);
  }
  if (status == EM_OK) {
    status = prepare(s, "INSERT INTO dropped VALUES(?)", &drop, error);
  }
  while (status == EM_OK && sqlite3_step(all) == SQLITE_ROW) {
    char key[EM_STORE_KEY_CHARS];
    snprintf(key, sizeof key, "%s", text_of(all, 0));
    if (bsearch(key, keys, count, sizeof keys[0], compare_keys) == NULL) {
      sqlite3_bind_text(drop, 1, key, -1, SQLITE_STATIC);
      status = step(s, drop, error);
    }
  }
  sqlite3_finalize(all);
  sqlite3_finalize(drop);
  if (status == EM_OK) {
    status = run(s,
                 "DELETE FROM point WHERE key IN (SELECT key FROM dropped);"
                 "DELETE FROM piece WHERE key IN (SELECT key FROM dropped); DROP TABLE dropped; COMMIT",
                 error);
  }
  return status;
}

/* ---- The end ---- */

static em_status copy_whole(em_store *s, const char *temporary, em_error *error) {
  sqlite3_stmt *statement;
  em_status status = prepare(s, "VACUUM INTO ?", &statement, error);
  if (status == EM_OK) {
    sqlite3_bind_text(statement, 1, temporary, -1, SQLITE_STATIC);
    status = step(s, statement, error);
  }
  sqlite3_finalize(statement);
  return status;
}

static void remove_partial(const em_store *s) {
  char side[EM_PATH_BYTES + 8];
  unlink(s->partial);
  snprintf(side, sizeof side, "%s-wal", s->partial);
  unlink(side);
  snprintf(side, sizeof side, "%s-shm", s->partial);
  unlink(side);
}

void em_store_drop(em_store *s) {
  remove_partial(s);
  em_store_close(s);
}

em_status em_store_finish(em_store *s, em_error *error) {
  char temporary[EM_PATH_BYTES + 8];
  snprintf(temporary, sizeof temporary, "%s.whole", s->partial);
  unlink(temporary);
  em_status status = copy_whole(s, temporary, error);
  if (status == EM_OK && rename(temporary, s->path) != 0) {
    status = em_fail(error, EM_FAILED, "%.255s: %s", s->path, strerror(errno));
  }
  if (status != EM_OK) {
    unlink(temporary);
  } else {
    remove_partial(s);
  }
  em_store_close(s);
  return status;
}

/* ---- Knobs ---- */

static bool is_knob(const em_design *design, const em_design_key *key) {
  return strcmp(key->section, "shape") != 0 && em_design_key_applies(key, &design->shape);
}

void em_store_knobs(const em_design *design, char knobs[EM_KNOBS_CHARS]) {
  int used = 0;
  knobs[0] = '\0';
  for (size_t i = 0; i < em_design_key_count; i++) {
    if (is_knob(design, &em_design_keys[i])) {
      used += snprintf(knobs + used, (size_t)(EM_KNOBS_CHARS - used), "%s%u", used > 0 ? " " : "",
                       em_design_get(design, &em_design_keys[i]));
    }
  }
}

em_status em_store_set_knobs(em_design *design, const char *knobs, em_error *error) {
  const em_design_key *blamed;
  for (size_t i = 0; i < em_design_key_count; i++) {
    const em_design_key *key = &em_design_keys[i];
    if (!is_knob(design, key)) {
      continue;
    }
    char *end;
    unsigned long value = strtoul(knobs, &end, 10);
    if (end == knobs || value < key->min || value > key->max) {
      return em_fail(error, EM_BAD_INPUT, "a point's knobs do not fit its design");
    }
    em_design_set(design, key, (uint32_t)value);
    knobs = end;
  }
  return *knobs == '\0' ? em_design_check(design, &blamed, error)
                        : em_fail(error, EM_BAD_INPUT, "a point's knobs do not fit its design");
}
