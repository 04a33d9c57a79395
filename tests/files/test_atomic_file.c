/* Files that appear whole or not at all: after every kind of failure the old file is as it was and nothing is left. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/files/atomic_file.h"
#include "sim/files/temporaries.h"
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
  fixture_assert_message(&error, "none/target: cannot write: there is no folder ");
  em_atomic_file_discard(&file); /* does nothing after a failed open */
  assert_int_equal(em_atomic_file_open(&file, (const char *)*state, &error), EM_FAILED);
  fixture_assert_message(&error, "it is a folder");
  assert_int_equal(em_atomic_file_open(&file, "/dev/null", &error), EM_FAILED);
  fixture_assert_message(&error, "/dev/null: cannot write: not a regular file");
  memset(longest, 'x', EM_PATH_BYTES);
  assert_int_equal(em_atomic_file_open(&file, longest, &error), EM_FAILED);
  fixture_assert_message(&error, "longer than 4095 bytes");
  longest[EM_PATH_BYTES - 2] = '\0';
  assert_int_equal(em_atomic_file_open(&file, longest, &error), EM_FAILED);
  fixture_assert_message(&error, "File name too long");
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

static void atomic_file_at_a_link_replaces_its_target(void **state) {
  char target[128], link[128], dangling[128], fresh[128];
  em_atomic_file file;
  em_error error;
  struct stat info;
  fixture_write(fixture_path(state, "target", target), "old", 3);
  assert_int_equal(symlink("target", fixture_path(state, "link", link)), 0);
  assert_int_equal(symlink("fresh", fixture_path(state, "dangling", dangling)), 0);
  const char *const links[] = {link, dangling};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(em_atomic_file_open(&file, links[i], &error), EM_OK);
    fputs("new", file.stream);
    assert_int_equal(em_atomic_file_commit(&file, &error), EM_OK);
    assert_int_equal(lstat(links[i], &info), 0);
    assert_true(S_ISLNK(info.st_mode));
  }
  assert_content(target, "new");
  assert_content(fixture_path(state, "fresh", fresh), "new");
  const char *const all[] = {target, link, dangling, fresh};
  for (int i = 0; i < 4; i++) {
    remove(all[i]);
  }
}

static void atomic_file_keeps_the_mode_and_refuses_what_is_write_protected(void **state) {
  char path[128];
  em_atomic_file file;
  em_error error;
  struct stat info;
  fixture_write(fixture_path(state, "target", path), "old", 3);
  assert_int_equal(chmod(path, 0640), 0);
  assert_int_equal(em_atomic_file_open(&file, path, &error), EM_OK);
  assert_int_equal(em_atomic_file_commit(&file, &error), EM_OK);
  assert_int_equal(stat(path, &info), 0);
  assert_int_equal(info.st_mode & 07777, 0640);
  assert_int_equal(chmod(path, 0444), 0);
  assert_int_equal(em_atomic_file_open(&file, path, &error), EM_FAILED); /* also for root */
  fixture_assert_message(&error, "write-protected");
  assert_files(state, 1);
  remove(path);
}

/* What follows what a descriptor holds already. */
static void atomic_file_of_a_descriptor_writes_through(void **state) {
  char path[128], name[32];
  em_atomic_file file;
  em_error error;
  FILE *stream = fopen(fixture_path(state, "log", path), "w");
  fputs("before ", stream);
  fflush(stream);
  snprintf(name, sizeof name, "/dev/fd/%d", fileno(stream));
  assert_int_equal(em_atomic_file_open(&file, name, &error), EM_OK);
  fputs("within ", file.stream);
  assert_int_equal(em_atomic_file_commit(&file, &error), EM_OK);
  fputs("after", stream);
  fclose(stream);
  assert_content(path, "before within after");
  assert_int_equal(em_atomic_file_open(&file, name, &error), EM_FAILED);
  fixture_assert_message(&error, "Bad file descriptor");
  assert_files(state, 1);
  remove(path);
}

/* A signal removes the temporaries and then does what it always does. */
static void atomic_file_of_a_program_that_is_ended_leaves_nothing(void **state) {
  static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
    pid_t child = fork();
    if (child == 0) {
      char path[128];
      em_atomic_file file, second;
      em_error error;
      signal(signals[i], SIG_DFL); /* where the caller ignores it, as nohup does */
      em_temporaries_guard();
      em_atomic_file_open(&file, fixture_path(state, "target", path), &error);
      em_atomic_file_open(&second, fixture_path(state, "second", path), &error);
      raise(signals[i]);
      _exit(0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signals[i]);
    assert_files(state, 0);
  }
}

static em_output_file find(void **state, const char *name) {
  char path[128];
  em_output_file file;
  em_error error;
  assert_int_equal(em_output_file_find(fixture_path(state, name, path), &file, &error), EM_OK);
  return file;
}

static void output_file_of_two_names_is_one(void **state) {
  char path[128], other[128];
  fixture_write(fixture_path(state, "a", path), "", 0);
  assert_int_equal(link(path, fixture_path(state, "hard", other)), 0);
  assert_int_equal(symlink("none", fixture_path(state, "soft", other)), 0);
  em_output_file a = find(state, "a"), hard = find(state, "./hard"), soft = find(state, "soft");
  em_output_file none = find(state, ".//none"), nil = find(state, "nil");
  assert_true(em_output_file_same(&a, &hard));
  assert_true(em_output_file_same(&soft, &none));
  assert_false(em_output_file_same(&a, &none));
  assert_false(em_output_file_same(&nil, &none));
  static const char *const names[] = {"a", "hard", "soft"};
  for (int i = 0; i < 3; i++) {
    remove(fixture_path(state, names[i], path));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(atomic_file_committed_replaces_the_old_one),
      cmocka_unit_test(atomic_file_discarded_leaves_the_old_one),
      cmocka_unit_test(atomic_file_opened_twice_keeps_the_writers_apart),
      cmocka_unit_test(atomic_file_failed_write_leaves_the_old_one),
      cmocka_unit_test(atomic_file_bad_target_names_it),
      cmocka_unit_test(atomic_file_committed_has_the_usual_permissions),
      cmocka_unit_test(atomic_file_at_a_link_replaces_its_target),
      cmocka_unit_test(atomic_file_keeps_the_mode_and_refuses_what_is_write_protected),
      cmocka_unit_test(atomic_file_of_a_descriptor_writes_through),
      cmocka_unit_test(atomic_file_of_a_program_that_is_ended_leaves_nothing),
      cmocka_unit_test(output_file_of_two_names_is_one),
  };
  return cmocka_run_group_tests(tests, fixture_make_folder, fixture_remove_folder);
}
