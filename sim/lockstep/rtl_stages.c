#include "sim/lockstep/rtl_stages.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/files/atomic_file.h"
#include "sim/files/places.h"

enum { PATH = 2 * EM_PATH_BYTES };

static const char *const names[] = {"Verilator translates it", "its C++ is compiled", "it is linked"};

/* BUILD/rtl/last-build: seconds of every stage and bytes of C++. What does not read as that is no estimate. */
static void read_last(em_rtl_stages *s) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/rtl/last-build", s->build_folder);
  FILE *file = fopen(path, "re");
  double v[EM_RTL_STAGES + 1];
  bool read = file != NULL && fscanf(file, "%lf %lf %lf %lf", &v[0], &v[1], &v[2], &v[3]) == 4;
  for (int i = 0; i <= EM_RTL_STAGES; i++) {
    read = read && v[i] >= 0 && v[i] < 1e12;
  }
  if (read) {
    memcpy(s->last_seconds, v, sizeof s->last_seconds);
    s->last_bytes = v[EM_RTL_STAGES];
  }
  if (file != NULL) {
    fclose(file);
  }
}

static void tell_stage(const em_rtl_stages *s) {
  if (!s->quiet && !s->line.shown) {
    fprintf(stderr, "emamba: building the RTL, %d of %d: %s\n", (int)s->stage + 1, EM_RTL_STAGES, names[s->stage]);
  }
}

void em_rtl_stages_begin(em_rtl_stages *s, const char *private_folder, const char *build_folder, bool quiet) {
  *s = (em_rtl_stages){.private_folder = private_folder, .build_folder = build_folder, .quiet = quiet};
  s->line = em_progress_start("", 0, quiet);
  s->begin[0] = em_seconds();
  read_last(s);
  tell_stage(s);
}

static bool is_there(const em_rtl_stages *s, const char *name) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/obj/%s", s->private_folder, name);
  return access(path, F_OK) == 0;
}

static double bytes_written(const em_rtl_stages *s) {
  char path[PATH];
  snprintf(path, sizeof path, "%s/obj", s->private_folder);
  DIR *folder = opendir(path);
  double bytes = 0;
  for (const struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    const char *dot = strrchr(entry->d_name, '.');
    struct stat about;
    if (dot != NULL && strcmp(dot, ".cpp") == 0 && fstatat(dirfd(folder), entry->d_name, &about, 0) == 0) {
      bytes += (double)about.st_size;
    }
  }
  if (folder != NULL) {
    closedir(folder);
  }
  return bytes;
}

/* Seconds that are left, of this stage and those that follow; 0 when nothing is known, or it lasts longer than thought.
 */
static double seconds_left(const em_rtl_stages *s, double now) {
  double scale = s->bytes > 0 && s->last_bytes > 0 ? s->bytes / s->last_bytes : 1, left = 0;
  for (int i = s->stage; i < EM_RTL_STAGES; i++) {
    left += s->last_seconds[i] * (i == EM_RTL_TRANSLATES ? 1 : scale);
  }
  return fmax(0, left - (now - s->begin[s->stage]));
}

static void tell_time(em_rtl_stages *s) {
  double now = em_seconds(), left = seconds_left(s, now);
  char text[120], rest[40] = "";
  if (left > 0) {
    snprintf(rest, sizeof rest, ", about %.0f s left", left);
  }
  snprintf(text, sizeof text, "building the RTL, %d of %d: %s, %.0f s%s", (int)s->stage + 1, EM_RTL_STAGES,
           names[s->stage], now - s->begin[0], rest);
  em_progress_say(&s->line, text);
}

void em_rtl_stages_look(em_rtl_stages *s) {
  static const char *const made[] = {"Vem_top.mk", "Vem_top__ALL.a"}; /* the last file of a stage */
  if (s->stage < EM_RTL_LINKS && is_there(s, made[s->stage])) {
    s->bytes = s->stage == EM_RTL_TRANSLATES ? bytes_written(s) : s->bytes;
    s->begin[++s->stage] = em_seconds();
    tell_stage(s);
  }
  tell_time(s);
}

void em_rtl_stages_end(em_rtl_stages *s, bool well) {
  em_progress_finish(&s->line);
  char path[PATH];
  em_atomic_file file;
  em_error ignored; /* only an estimate is lost */
  snprintf(path, sizeof path, "%s/rtl/last-build", s->build_folder);
  s->begin[EM_RTL_STAGES] = em_seconds();
  if (well && s->stage == EM_RTL_LINKS && em_atomic_file_open(&file, path, &ignored) == EM_OK) {
    for (int i = 0; i < EM_RTL_STAGES; i++) {
      fprintf(file.stream, "%.1f ", s->begin[i + 1] - s->begin[i]);
    }
    fprintf(file.stream, "%.0f\n", s->bytes);
    em_atomic_file_commit(&file, &ignored);
  }
}
