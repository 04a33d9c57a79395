/*
 * `emamba check DESIGN [--json FILE] [--package FILE] [--features FILE]`: is the design legal, how long does it take,
 * and what does it cost? From the timing model alone, so with switching as of random data. The package is the
 * SystemVerilog one that the RTL of the design is built with; the features are those of the cost model.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "models/time/timing.h"
#include "sim/commands/commands.h"
#include "sim/files/atomic_file.h"
#include "sim/files/design_file.h"
#include "sim/files/features_file.h"
#include "sim/files/fit_beside.h"
#include "sim/files/json_text.h"
#include "sim/report/check_report.h"
#include "sim/report/price_print.h"
#include "sim/report/run_price.h"
#include "sim/run/outputs.h"

enum { CHECK_FRAMES = 8 };

static void print_timing(const em_graph *graph, const em_timing *timing, const em_run_time *time) {
  double interval = em_run_time_interval(time);
  double us = 1.0 / graph->design.clock_mhz;
  uint64_t slowest = 1;
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    slowest = timing->engines[e].busy > slowest ? timing->engines[e].busy : slowest;
  }
  printf("%-22s %9s %14s %8s %9s %9s\n", "engine", "cyc/tok", "busy/frame", "of max", "starved", "blocked");
  for (uint32_t e = 0; e < graph->engine_count; e++) {
    const em_engine_timing *t = &timing->engines[e];
    char name[EM_NAME_CHARS];
    em_engine_name(graph, e, name);
    double cycles = (double)timing->cycles / 100;
    printf("%-22s %9u %14.0f %7.0f%% %8.1f%% %8.1f%%\n", name, graph->engines[e].busy_cycles,
           (double)t->busy / CHECK_FRAMES, 100.0 * (double)t->busy / (double)slowest, (double)t->starved / cycles,
           (double)t->blocked / cycles);
  }
  char basis[EM_BASIS_CHARS], limit[EM_LIMIT_CHARS];
  em_run_time_basis(time, basis);
  em_throughput_limit(graph, &time->throughput, limit);
  em_terminal terminal = em_terminal_of(stdout, stdout);
  em_terminal_line(&terminal, "latency",
                   "%" PRIu64 " cycles (%.2f us), interval %.10g cycles (%.2f us, %.0f frames/s) at %g MHz",
                   timing->latency_cycles, (double)timing->latency_cycles * us, interval, interval * us,
                   1e6 / (interval * us), graph->design.clock_mhz);
  em_terminal_line(&terminal, "interval", "%s", basis);
  em_terminal_line(&terminal, "limit", "%s", limit);
}

static void print_slack(const em_slack *slack) {
  char text[EM_SLACK_CHARS];
  em_slack_text(slack, text);
  em_terminal terminal = em_terminal_of(stdout, stdout);
  em_terminal_line(&terminal, "slack", "%s%s", text, slack->count > 0 ? "; each alone, at this interval" : "");
}

static void print_limits(const em_graph *graph) {
  em_error rtl;
  if (em_graph_check_rtl(graph, &rtl) != EM_OK) {
    printf("C model only: %s\n", rtl.text);
  }
}

/* Where there is no price, one line says why. */
static em_status print_price(const em_priced_run *run, em_error *error) {
  em_error why;
  cJSON *price = NULL;
  em_status status = em_fit_needed(run->technology, run->fit, &why);
  if (status == EM_OK) {
    status = em_run_price(run, &price, NULL, &why);
  }
  em_report_reader reader = {error, EM_OK};
  if (status == EM_OK) {
    em_price_print_short(&reader, price, stdout);
  } else if (status == EM_BAD_INPUT) {
    printf("no area, power or energy: %s\n", why.text);
  } else {
    *error = why;
    reader.status = status;
  }
  cJSON_Delete(price);
  return reader.status;
}

static em_status write_package(const em_design *design, const char *path, em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  em_design_write_package(design, file.stream);
  return em_atomic_file_commit(&file, error);
}

static em_status write_json(const em_checked *checked, const char *path, em_error *error) {
  cJSON *report;
  em_status status = em_check_report(checked, &report, error);
  if (status == EM_OK) {
    status = em_json_save(path, report, error);
    cJSON_Delete(report);
  }
  return status;
}

em_status em_cmd_check(const em_options *options, em_error *error) {
  em_design design;
  em_technology technology;
  const em_option_list *sets = &options->sets;
  em_status status = em_design_load_set(options->design, sets->texts, sets->count, &design, &technology, error);
  if (status == EM_OK) {
    status = em_outputs_spare(options, technology.file, error);
  }
  if (status != EM_OK) {
    return status;
  }
  em_fit_data *fit;
  status = em_fit_beside(technology.file, &fit, error);
  if (status != EM_OK) {
    return status;
  }
  em_graph *graph = malloc(sizeof *graph);
  em_timing *timing = malloc(sizeof *timing);
  em_run_activity *activity = malloc(sizeof *activity);
  uint64_t *workspace = NULL;
  if (graph != NULL && timing != NULL && activity != NULL) {
    em_graph_build(graph, &design);
    workspace = malloc(em_timing_workspace_words(graph) * sizeof *workspace);
  }
  em_run_time time = {.frames = CHECK_FRAMES};
  status = workspace == NULL ? em_fail(error, EM_FAILED, "out of memory") : em_run_time_model(graph, &time, error);
  if (status == EM_OK) {
    em_timing_run(graph, NULL, CHECK_FRAMES, workspace, timing);
    em_timing_activity(graph, timing, activity);
    time.cycles = timing->cycles;
    time.latency_cycles = timing->latency_cycles;
  }
  em_slack slack = {0};
  em_priced_run run = {graph, activity, &time, &technology, fit, NULL, true};
  if (status == EM_OK) {
    status = em_slack_find(graph, &time.throughput.steady, &slack, error);
  }
  if (status == EM_OK && options->json != NULL) {
    em_checked checked = {options->design, &run, timing, &slack};
    status = write_json(&checked, options->json, error);
  }
  if (status == EM_OK && options->package != NULL) {
    status = write_package(&design, options->package, error);
  }
  if (status == EM_OK && options->features != NULL) {
    status = em_features_save(graph, options->features, error);
  }
  if (status == EM_OK) {
    em_terminal terminal = em_terminal_of(stdout, stdout);
    em_terminal_line(&terminal, "legal", "%s: design %s, hash %016" PRIx64 "; %d frames back to back", options->design,
                     design.name, em_design_hash(&design), CHECK_FRAMES);
    print_timing(graph, timing, &time);
    print_slack(&slack);
    print_limits(graph);
    status = print_price(&run, error);
  }
  free(fit);
  free(workspace);
  free(activity);
  free(timing);
  free(graph);
  return status;
}
