/* Files that appear whole or not at all: after every kind of failure the old file is as it was and nothing is left. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/files/atomic_file.h"
#include "tests/files/file_fixtures.h"

/* The folder holds `count` files, hidden ones included. */
static void assert_files(void **state, int count) {
  char command[128];
  snprintf(command, sizeof command, "test $(ls -A '%s' | wc -l) = %d", (const char *)*state, count);
  assert_int_equal(system(command), 0);
}

static void assert_content(const char *path, const char *text) {
  fixture_bytes file = fixture_read(path);
  assert_string_equal((char *)file.bytes, text);
  free(file.bytes);
}

static void atomic_file_committed_replaces_the_old_one(void **state) {
  char path[128];
  em_atomic_file file;
  em_error error;
  fixture_write(fixture_path(state, "target", path), "old", 3);
  assert_int_equal(em_atomic_file_open(&file, path, &error), EM_OK);
  fputs("new", file.stream);
  assert_content(path, "old");
  assert_int_equal(em_atomic_file_commit(&file, &error), EM_OK);
  assert_content(path, "new");
  em_atomic_file_discard(&file); /* does nothing after a commit */
  assert_content(path, "new");
  assert_files(state, 1);
  remove(path);
}

static void atomic_file_discarded_leaves_the_old_one(void **state) {
  char path[128];
  em_atomic_file file;
  em_error error;
  fixture_write(fixture_path(state, "target", path), "old", 3);
  assert_int_equal(em_atomic_file_open(&file, path, &error), EM_OK);
  fputs("new", file.stream);
  em_atomic_file_discard(&file);
  assert_content(path, "old");
  assert_files(state, 1);
  remove(path);
}

/* Two writers of the same target do not share a temporary; the one that commits last wins. */
static void atomic_file_opened_twice_keeps_the_writers_apart(void **state) {
  char path[128];
  em_atomic_file first, second;
  em_error error;
  fixture_path(state, "target", path);
  assert_int_equal(em_atomic_file_open(&first, path, &error), EM_OK);
  assert_int_equal(em_atomic_file_open(&second, path, &error), EM_OK);
  fputs("first", first.stream);
  fputs("second", second.stream);
  assert_int_equal(em_atomic_file_commit(&second, &error), EM_OK);
  assert_content(path, "second");
  assert_int_equal(em_atomic_file_commit(&first, &error), EM_OK);
  assert_content(path, "first");
  remove(path);
}

/* A limit on the size of files stands in for a full disk. */
static void assert_failed_write(void **state, size_t size) {
  char path[128];
  em_atomic_file file;
  em_error error;
  struct rlimit old_limit;
  fixture_write(fixture_path(state, "target", path), "old", 3);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  signal(SIGXFSZ, SIG_IGN);
  const struct rlimit limit = {1000, old_limit.rlim_max};
  assert_int_equal(em_atomic_file_open(&file, path, &error), EM_OK);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  for (size_t i = 0; i < size; i++) {
    fputc('x', file.stream);
  }
  em_status status = em_atomic_file_commit(&file, &error);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  assert_int_equal(status, EM_FAILED);
  fixture_assert_message(&error, "/target: cannot write: ");
  assert_content(path, "old");
  assert_files(state, 1);
  remove(path);
}

static void atomic_file_failed_write_leaves_the_old_one(void **state) {
  assert_failed_write(state, 100000); /* fails on the way */
  assert_failed_write(state, 2000);   /* fits into the stream's buffer: fails on closing */
}

static void atomic_file_bad_target_names_it(void **state) {
  static char longest[EM_PATH_BYTES + 1];
  char path[128];
  em_atomic_file file;
  em_error error;
  assert_int_equal(em_atomic_file_open(&file, fixture_path(state, "none/target", path), &error), EM_FAILED);
  fixture_assert_message(&error, "none/target: cannot write: No such file or directory");
  em_atomic_file_discard(&file); /* does nothing after a failed open */
  assert_int_equal(em_atomic_file_open(&file, (const char *)*state, &error), EM_FAILED);
  fixture_assert_message(&error, "not a regular file");
  assert_int_equal(em_atomic_file_open(&file, "/dev/null", &error), EM_FAILED);
  fixture_assert_message(&error, "/dev/null: cannot write: not a regular file");
  memset(longest, 'x', EM_PATH_BYTES);
  assert_int_equal(em_atomic_file_open(&file, longest, &error), EM_FAILED);
  fixture_assert_message(&error, "longer than 4095 bytes");
  longest[EM_PATH_BYTES - 2] = '\0';
  assert_int_equal(em_atomic_file_open(&file, longest, &error), EM_FAILED);
  fixture_assert_message(&error, "the path is too long");
  assert_files(state, 0);
}

static void atomic_file_committed_has_the_usual_permissions(void **state) {
  char path[128];
  em_atomic_file file;
  em_error error;
  struct stat info;
  mode_t mask = umask(022);
  assert_int_equal(em_atomic_file_open(&file, fixture_path(state, "target", path), &error), EM_OK);
  assert_int_equal(em_atomic_file_commit(&file, &error), EM_OK);
  umask(mask);
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 0777, 0644);
  remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(atomic_file_committed_replaces_the_old_one),
      cmocka_unit_test(atomic_file_discarded_leaves_the_old_one),
      cmocka_unit_test(atomic_file_opened_twice_keeps_the_writers_apart),
      cmocka_unit_test(atomic_file_failed_write_leaves_the_old_one),
      cmocka_unit_test(atomic_file_bad_target_names_it),
      cmocka_unit_test(atomic_file_committed_has_the_usual_permissions),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
