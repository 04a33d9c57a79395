/*
 * `emamba bench`: the speeds that matter, measured side by side in one process.
 *
 * Every contest alternates its two sides for a few rounds and takes the median of the ratios, so that a machine that
 * slows down slows both; of one thread it is processor time that counts, so that other programs do not. Frames per
 * second of the model and the RTL count whole frames in steady state.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "models/time/timing.h"
#include "sim/commands/commands.h"
#include "sim/files/json_text.h"
#include "sim/lockstep/cosim.h"
#include "sim/report/report.h"
#include "sim/report/report_restore.h"
#include "sim/report/run_price.h"
#include "sim/run/job.h"
#include "sim/run/run.h"

enum { ROUNDS = 5, RUN_FRAMES = 4096, SINGLE_FRAMES = 1024, RTL_FRAMES = 20 };

/* Everything a measurement needs; results are seconds for one unit of work. */
typedef struct {
  em_job job, toggling; /* the same job; toggling counts toggles */
  em_rtl_library probed, bare;
  em_rtl_driver driver;    /* of the bare RTL, loaded and running */
  em_rtl_driver unchecked; /* of the probed RTL, likewise */
  uint64_t *timing_workspace;
  em_timing *timing;
  em_graph *graph;
  int8_t *frames;      /* of both jobs: those of the file over and over, RUN_FRAMES */
  uint64_t rtl_frames; /* that one measurement of the RTL runs */
  char *report;        /* JSON of a run of all frames; NULL without a fit */
} bench;

typedef double (*measurement)(bench *b);

/* Of the process: what one thread needs, whoever else uses the processor. */
static double processor_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* All frames, from the first beat on; `windows` (or NULL) are told. Returns seconds for one frame. */
static double run_frames(em_job *job, em_busy_windows *windows, uint64_t threads, double (*seconds)(void)) {
  const em_stimulus stimulus = {0};
  uint64_t frames = 0;
  double start = seconds(), elapsed = 0;
  while (elapsed < 0.2) {
    em_tracker tracker = {.job = job, .windows = windows};
    em_progress progress = em_progress_start("frames", job->frame_count, true);
    em_error error;
    em_state_reset(job->core, job->state);
    if (em_run(&tracker, &stimulus, threads, &progress, &error) != EM_OK) {
      return NAN;
    }
    frames += job->frame_count;
    elapsed = seconds() - start;
  }
  return elapsed / (double)frames;
}

static double seconds_per_run(bench *b) {
  return run_frames(&b->job, NULL, 1, processor_seconds);
}

static double seconds_per_run_in_one_thread(bench *b) {
  return run_frames(&b->job, NULL, 1, em_seconds);
}

static double seconds_per_run_in_two_threads(bench *b) {
  return run_frames(&b->job, NULL, 2, em_seconds);
}

/* A frame after another through the core, as lock-step and the device move it. */
static double seconds_per_single_frame(bench *b) {
  const em_job *job = &b->job;
  const em_engine *in = &job->core->graph.engines[0];
  uint64_t fed = 0, results = 0;
  const double start = processor_seconds();
  em_state_reset(job->core, job->state);
  while (results < SINGLE_FRAMES) {
    const uint64_t frame = fed / in->busy_cycles, beat = fed % in->busy_cycles;
    const em_pins pins = {frame < SINGLE_FRAMES,
                          em_frames_frame(&job->frames, frame % job->frame_count) + beat * in->lanes, true};
    em_step step;
    em_core_advance(job->core, job->state, &pins, pins.in_valid ? in->busy_cycles - beat : UINT64_MAX / 4, &step);
    fed += step.in_beats;
    results += step.result_out;
  }
  return (processor_seconds() - start) / SINGLE_FRAMES;
}

static double seconds_per_toggling_run(bench *b) {
  return run_frames(&b->toggling, NULL, 1, processor_seconds);
}

/* What `run` does beyond the simulation: busy windows, and the price once in the end. */
static double seconds_per_accounted_run(bench *b) {
  em_job *job = &b->job;
  em_busy_windows windows;
  em_error error;
  em_run_activity *activity = malloc(sizeof *activity);
  if (activity == NULL || em_busy_windows_open(&windows, job->core->graph.engine_count, 0, &error) != EM_OK) {
    free(activity);
    return NAN;
  }
  double seconds = run_frames(job, &windows, 1, processor_seconds), start = processor_seconds();
  em_core_activity(job->core, job->state, activity);
  uint64_t frames = activity->times[0].tokens;
  em_run_time time = {.frames = frames, .cycles = activity->cycles};
  em_priced_run run = {&job->core->graph, activity, &time, &job->technology, job->fit, &windows, false};
  cJSON *price;
  if (em_run_time_model(run.graph, &time, &error) == EM_OK && em_run_price(&run, &price, NULL, &error) == EM_OK) {
    cJSON_Delete(price);
  }
  seconds += (processor_seconds() - start) / (double)frames;
  em_busy_windows_close(&windows);
  free(activity);
  return seconds;
}

static double seconds_per_whole_run(bench *b) {
  return run_frames(&b->job, NULL, 1, processor_seconds) * (double)b->job.frame_count;
}

/* From the report's text on, technology and fit files included. */
static double seconds_per_reprice(bench *b) {
  uint64_t count = 0;
  double start = processor_seconds(), elapsed = 0;
  while (elapsed < 0.1) {
    cJSON *report;
    em_error error;
    em_status status = em_report_parse((const uint8_t *)b->report, strlen(b->report), &report, &error);
    if (status == EM_OK) {
      em_report_reprice(report, b->job.technology.file, &error);
      cJSON_Delete(report);
    }
    count++;
    elapsed = processor_seconds() - start;
  }
  return elapsed / (double)count;
}

/* Runs all frames and keeps their report. */
static em_status make_report(bench *b, em_error *error) {
  em_job *job = &b->job;
  const em_stimulus stimulus = {0};
  em_busy_windows windows;
  em_status status = em_busy_windows_open(&windows, job->core->graph.engine_count, 0, error);
  if (status != EM_OK) {
    return status;
  }
  em_tracker tracker = {.job = job, .windows = &windows};
  em_progress progress = em_progress_start("frames", job->frame_count, true);
  cJSON *report = NULL;
  em_state_reset(job->core, job->state);
  status = em_run(&tracker, &stimulus, 1, &progress, error);
  if (status == EM_OK) {
    status = em_report_build(&tracker, "run", 0, &report, error);
  }
  if (status == EM_OK) {
    b->report = em_json_print(report, true);
  }
  cJSON_Delete(report);
  em_busy_windows_close(&windows);
  return status;
}

static double seconds_per_timing(bench *b) {
  uint64_t count = 0;
  double start = processor_seconds(), elapsed = 0;
  while (elapsed < 0.2) {
    for (uint64_t end = count + 100; count < end; count++) { /* asking for the time takes as long as one */
      em_graph_build(b->graph, &b->job.design);
      em_timing_run(b->graph, NULL, 1, b->timing_workspace, b->timing);
    }
    elapsed = processor_seconds() - start;
  }
  return elapsed / (double)count;
}

/* Frames through an RTL instance without looking at anything but the streams. Returns seconds for one frame. */
static double drive_frames(const bench *b, em_rtl_driver *driver, uint64_t *cycles) {
  const em_job *job = &b->job;
  const em_engine *in = &job->core->graph.engines[0];
  uint64_t beats = in->busy_cycles, fed = 0, results = 0, results_wanted = b->rtl_frames, began = driver->cycles;
  double start = processor_seconds();
  while (results < results_wanted) {
    uint64_t frame = fed / beats;
    driver->in.in_valid = frame < b->rtl_frames;
    driver->in.in_last = fed % beats == beats - 1;
    driver->in.out_ready = 1;
    if (driver->in.in_valid) {
      memcpy(driver->in.in_data, em_frames_frame(&job->frames, frame % job->frame_count) + fed % beats * in->lanes,
             in->lanes);
    }
    em_rtl_driver_cycle(driver);
    fed += driver->in.in_valid && driver->out.in_ready;
    results += driver->out.out_valid && driver->out.out_last;
  }
  *cycles = driver->cycles - began;
  return (processor_seconds() - start) / (double)b->rtl_frames;
}

static double seconds_per_rtl_frame(bench *b) {
  uint64_t cycles;
  return drive_frames(b, &b->driver, &cycles);
}

static double seconds_per_unchecked_cycle(bench *b) {
  uint64_t cycles;
  double seconds = drive_frames(b, &b->unchecked, &cycles);
  return seconds * (double)b->rtl_frames / (double)cycles;
}

static double seconds_per_lockstep_cycle(bench *b) {
  uint64_t all = b->job.frame_count;
  b->job.frame_count = b->rtl_frames < all ? b->rtl_frames : all;
  em_tracker tracker = {.job = &b->job};
  em_lockstep *ls = calloc(1, sizeof *ls);
  em_error error;
  double elapsed = 0;
  if (ls != NULL) {
    ls->frames = em_frames_frame(&b->job.frames, 0);
    ls->frame_count = b->job.frame_count;
    if (em_lockstep_open(ls, b->job.core, b->job.state, &b->job.network, &b->probed, &error) == EM_OK) {
      em_step step;
      double start = processor_seconds();
      while (!em_tracker_done(&tracker) && em_lockstep_cycle(ls, &step)) {
        em_tracker_step(&tracker, &step);
      }
      elapsed = (processor_seconds() - start) / (double)ls->cycles;
    }
    em_lockstep_close(ls);
  }
  free(ls);
  b->job.frame_count = all;
  return elapsed;
}

static int compare_doubles(const void *a, const void *b) {
  double x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}

static double median(double *values) {
  qsort(values, ROUNDS, sizeof *values, compare_doubles);
  return values[ROUNDS / 2];
}

/* Measures two sides in turn; gives both medians and the median of the pairwise ratios. */
static double contest(bench *b, measurement one, measurement other, double *one_seconds, double *other_seconds) {
  double ones[ROUNDS], others[ROUNDS], ratios[ROUNDS];
  for (int i = 0; i < ROUNDS; i++) {
    ones[i] = one(b);
    others[i] = other(b);
    ratios[i] = others[i] / ones[i];
  }
  *one_seconds = median(ones);
  *other_seconds = median(others);
  return median(ratios);
}

static em_status open_running(em_rtl_driver *driver, const em_rtl_library *library, const em_job *job,
                              em_error *error) {
  em_status status = em_rtl_driver_open(driver, library, error);
  if (status == EM_OK) {
    status = em_rtl_load(driver, &job->core->graph, &job->network, error);
  }
  return status == EM_OK ? em_rtl_release(driver, error) : status;
}

static long peak_memory_kib(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

static void measure(bench *b, long model_kib) {
  double one, other, ratio;
  printf("design %s, %s; medians of %d rounds, both sides in turn\n", b->job.design.name, b->job.network_path, ROUNDS);
  ratio = contest(b, seconds_per_run, seconds_per_rtl_frame, &one, &other);
  printf(
      "run against the bare Verilated RTL: %.2f against %.1f us a frame: %.0f times (wanted 800 with AVX-512, 350 with "
      "AVX2)\n",
      one * 1e6, other * 1e6, ratio);
  ratio = contest(b, seconds_per_single_frame, seconds_per_run, &one, &other);
  printf("one frame at a time through the core: %.1f us, %.0f a second (wanted 15000): a batch is %.1f times as fast\n",
         one * 1e6, 1 / one, 1 / ratio);
  ratio = contest(b, seconds_per_timing, seconds_per_rtl_frame, &one, &other);
  printf(
      "timing only against the bare Verilated RTL, one frame: %.2f against %.1f us: %.0f times (wanted 2000); "
      "%.0f designs a second\n",
      one * 1e6, other * 1e6, ratio, 1 / one);
  ratio = contest(b, seconds_per_unchecked_cycle, seconds_per_lockstep_cycle, &one, &other);
  printf(
      "lock-step against the same Verilated model unchecked: %.0f against %.0f ns a cycle: %.2f times (at most 1.2)\n",
      other * 1e9, one * 1e9, ratio);
  ratio = contest(b, seconds_per_run, seconds_per_toggling_run, &one, &other);
  printf("run that counts toggles against one that does not: %.2f against %.2f us a frame: %.2f times (at most 1.6)\n",
         other * 1e6, one * 1e6, ratio);
  ratio = contest(b, seconds_per_run_in_two_threads, seconds_per_run_in_one_thread, &one, &other);
  printf(
      "run in two threads against one: %.2f against %.2f us a frame: %.2f times its speed (wanted 1.8 on free cores)\n",
      one * 1e6, other * 1e6, ratio);
  if (b->report != NULL) {
    ratio = contest(b, seconds_per_run, seconds_per_accounted_run, &one, &other);
    printf(
        "run with area and energy accounting against without: %.2f against %.2f us a frame: %.1f %% more (at most "
        "10)\n",
        other * 1e6, one * 1e6, 100 * (ratio - 1));
    ratio = contest(b, seconds_per_reprice, seconds_per_whole_run, &one, &other);
    printf(
        "pricing a stored run again against running its %llu frames: %.2f against %.2f ms: %.2f times (at most 10 "
        "ms)\n",
        (unsigned long long)b->job.frame_count, one * 1e3, other * 1e3, ratio);
  }
  printf("peak memory of the C model alone, network and frames loaded: %.1f MB (at most 64)\n",
         (double)model_kib / 1024);
}

/* The frames of the file over and over, so that a run is long enough; `frames` [RUN_FRAMES, H, W, C] holds them. */
static em_status repeat_frames(em_job *job, int8_t *frames, em_error *error) {
  const size_t frame = (size_t)job->frames.h * job->frames.w * job->frames.c;
  for (uint64_t i = 0; i < RUN_FRAMES; i++) {
    memcpy(frames + i * frame, em_frames_frame(&job->frames, i % job->frame_count), frame);
  }
  free(job->outputs);
  job->outputs = calloc(RUN_FRAMES, em_result_width(&job->design.shape));
  job->frames.codes = frames;
  job->frames.count = job->frame_count = RUN_FRAMES;
  job->frames.label_kind = EM_LABELS_NONE;
  return job->outputs != NULL ? EM_OK : em_fail(error, EM_FAILED, "out of memory for the results");
}

static em_status open_job(bench *b, const em_options *o, em_job *job, bool toggles, em_error *error) {
  em_status status = em_job_open(job, o->design, o->network, o->frames, o->frame_limit, toggles, error);
  if (status == EM_OK && b->frames == NULL) {
    b->frames = malloc((size_t)RUN_FRAMES * job->frames.h * job->frames.w * job->frames.c);
  }
  if (status == EM_OK && b->frames == NULL) {
    status = em_fail(error, EM_FAILED, "out of memory for the frames");
  }
  return status == EM_OK ? repeat_frames(job, b->frames, error) : status;
}

static em_status prepare(bench *b, em_error *error) {
  em_job *job = &b->job;
  b->graph = malloc(sizeof *b->graph);
  b->timing = malloc(sizeof *b->timing);
  b->timing_workspace = malloc(em_timing_workspace_words(&job->core->graph) * sizeof *b->timing_workspace);
  if (b->graph == NULL || b->timing == NULL || b->timing_workspace == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the benchmark");
  }
  b->rtl_frames = RTL_FRAMES;
  seconds_per_run(b);
  return EM_OK;
}

static void release(bench *b) {
  em_rtl_driver_close(&b->driver);
  em_rtl_driver_close(&b->unchecked);
  em_rtl_library_close(&b->bare);
  em_rtl_library_close(&b->probed);
  free(b->graph);
  free(b->timing);
  free(b->timing_workspace);
  free(b->report);
  em_job_close(&b->job);
  em_job_close(&b->toggling);
  free(b->frames);
}

em_status em_cmd_bench(const em_options *o, em_error *error) {
  bench b = {0};
  em_status status = open_job(&b, o, &b.job, false, error);
  if (status != EM_OK) {
    release(&b);
    return status;
  }
  if (b.job.design.shape.head == EM_HEAD_NONE) {
    release(&b);
    return em_fail(error, EM_BAD_INPUT, "%s: bench needs a design with a head", o->design);
  }
  status = prepare(&b, error);
  long model_kib = peak_memory_kib();
  if (status == EM_OK) {
    status = open_job(&b, o, &b.toggling, true, error);
  }
  if (status == EM_OK && b.job.fit != NULL) {
    status = make_report(&b, error);
  }
  if (status == EM_OK) {
    status = em_rtl_library_open(&b.probed, &b.job.design, NULL, o->build, EM_RTL_PROBED, o->quiet, error);
  }
  if (status == EM_OK) {
    status = em_rtl_library_open(&b.bare, &b.job.design, NULL, o->build, EM_RTL_BARE, o->quiet, error);
  }
  if (status == EM_OK) {
    status = open_running(&b.driver, &b.bare, &b.job, error);
  }
  if (status == EM_OK) {
    status = open_running(&b.unchecked, &b.probed, &b.job, error);
  }
  if (status == EM_OK) {
    measure(&b, model_kib);
  }
  release(&b);
  return status;
}
