/* The failure bundle: everything needed to look at a failed lock-step run without running it again. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/lockstep/cosim.h"

enum { WAVE_CYCLES_BEFORE = 200, WAVE_CYCLES_AFTER = 100 };

static em_status open_part(const char *folder, const char *name, em_atomic_file *file, em_error *error) {
  char path[EM_PATH_BYTES];
  snprintf(path, sizeof path, "%.4000s/%s", folder, name);
  return em_atomic_file_open(file, path, error);
}

static void print_failure(const em_job *job, const em_lockstep *failed, em_lockstep_outcome outcome, FILE *file) {
  fprintf(file, "design %s (hash %016" PRIx64 "), network %s, frames %s\n", job->design.name,
          em_design_hash(&job->design), job->network_path, job->frames_path);
  if (outcome == EM_LOCKSTEP_DIVERGED) {
    em_lockstep_print_divergence(failed, file);
  } else {
    fprintf(file, "deadlock: nothing happened for %" PRIu64 " cycles, up to cycle %" PRIu64 "\n",
            failed->watchdog_cycles, failed->state->cycle);
    em_lockstep_print_waits(failed, file);
  }
}

/* Quotes for a shell. */
static void print_word(const char *word, FILE *file) {
  fputs(" '", file);
  for (; *word != '\0'; word++) {
    fputs(*word == '\'' ? "'\\''" : (const char[]){*word, '\0'}, file);
  }
  fputc('\'', file);
}

static void print_command(const em_options *o, FILE *file) {
  fputs("build/emamba cosim", file);
  const char *const words[] = {o->design, "-n", o->network, "-i", o->frames};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    print_word(words[i], file);
  }
  fprintf(file, " --seed %" PRIu64 " --stall-in %.17g --stall-out %.17g", o->seed, o->stall_in, o->stall_out);
  if (o->frame_limit > 0) {
    fprintf(file, " --frames %" PRIu64, o->frame_limit);
  }
  if (o->watchdog_cycles > 0) {
    fprintf(file, " --watchdog %" PRIu64, o->watchdog_cycles);
  }
  if (o->rtl != NULL) {
    fputs(" --rtl", file);
    print_word(o->rtl, file);
  }
  fputc('\n', file);
}

/* Runs again to the same failure with records and a wave. */
static em_status replay(em_job *job, const em_options *options, uint64_t failed_cycle, const char *folder,
                        em_error *error) {
  char wave[EM_PATH_BYTES];
  snprintf(wave, sizeof wave, "%.4000s/wave.fst", folder);
  em_rtl_library library;
  em_status status = em_rtl_library_open(&library, &job->design, options->rtl, EM_RTL_WAVES, options->quiet, error);
  if (status != EM_OK) {
    return status;
  }
  em_atomic_file records;
  status = open_part(folder, "records.txt", &records, error);
  if (status == EM_OK) {
    em_tracker tracker = {.job = job};
    em_lockstep lockstep;
    em_lockstep_outcome outcome;
    uint64_t from = failed_cycle > WAVE_CYCLES_BEFORE ? failed_cycle - WAVE_CYCLES_BEFORE : 0;
    em_cosim_setup setup = {&library, &tracker, NULL, wave, records.stream, from, WAVE_CYCLES_AFTER};
    status = em_cosim_run(job, options, &setup, &lockstep, &outcome, error);
    em_lockstep_close(&lockstep);
    if (status == EM_OK) {
      status = em_atomic_file_commit(&records, error);
    } else {
      em_atomic_file_discard(&records);
    }
  }
  em_rtl_library_close(&library);
  return status;
}

em_status em_bundle_write(em_job *job, const em_options *options, const em_lockstep *failed,
                          em_lockstep_outcome outcome, char *folder, size_t folder_bytes, em_error *error) {
  if (options->bundle != NULL) {
    snprintf(folder, folder_bytes, "%s", options->bundle);
  } else {
    char root[EM_PATH_BYTES];
    em_status status = em_project_root(root, sizeof root, error);
    if (status != EM_OK) {
      return status;
    }
    snprintf(folder, folder_bytes, "%s/build/failures/", root);
    mkdir(folder, 0777);
    snprintf(folder, folder_bytes, "%s/build/failures/%s-seed%" PRIu64 "-cycle%" PRIu64, root, job->design.name,
             options->seed, failed->state->cycle);
  }
  if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
    return em_fail(error, EM_FAILED, "%.400s: %s", folder, strerror(errno));
  }
  em_atomic_file part;
  em_status status = open_part(folder, "report.txt", &part, error);
  if (status == EM_OK) {
    print_failure(job, failed, outcome, part.stream);
    status = em_atomic_file_commit(&part, error);
  }
  if (status == EM_OK) {
    status = open_part(folder, "command.txt", &part, error);
  }
  if (status == EM_OK) {
    print_command(options, part.stream);
    status = em_atomic_file_commit(&part, error);
  }
  return status == EM_OK ? replay(job, options, failed->state->cycle, folder, error) : status;
}
