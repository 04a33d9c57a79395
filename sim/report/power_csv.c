#include "sim/report/power_csv.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/graph/graph.h"
#include "sim/files/atomic_file.h"
#include "sim/report/report_reader.h"
#include "sim/run/busy_windows.h"

static const uint64_t most_cycles = UINT64_C(1) << 40;
static const double most_mw = 1e18;

/* One engine's place in its row of busy cycles. */
typedef struct {
  const char *name;
  const cJSON *busy;
  double busy_mw;
} column;

typedef struct {
  uint64_t cycles, window_cycles;
  double clock_mhz, constant_mw, units; /* units of the resolution in a milliwatt */
  uint32_t count;
  column columns[EM_MAX_ENGINES];
} power_table;

static void read_column(em_report_reader *r, const cJSON *engine, const cJSON *row, uint64_t windows,
                        power_table *table) {
  const cJSON *item;
  if (!cJSON_IsArray(row) || (uint64_t)cJSON_GetArraySize(row) != windows) {
    em_reader_fail(r, "\"busy_windows\" must have %" PRIu64 " numbers for every engine", windows);
    return;
  }
  const char *name = em_reader_text(r, engine, "name");
  if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._")] != '\0' || !(name[0] >= 'a' && name[0] <= 'z')) {
    em_reader_fail(r, "\"%.60s\" is not the name of an engine: small letters, digits, . and _", name);
    return;
  }
  cJSON_ArrayForEach(item, row) {
    if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble <= (double)table->window_cycles)) {
      em_reader_fail(r, "\"busy_windows\" must hold numbers from 0 to the window's cycles");
      return;
    }
  }
  table->columns[table->count++] = (column){name, row->child, em_reader_within(r, engine, "busy_mw", 0, most_mw)};
}

static void read_table(em_report_reader *r, const cJSON *report, const cJSON *power, power_table *table) {
  const cJSON *windows = em_reader_child(r, report, "busy_windows");
  const cJSON *engines = em_reader_array(r, power, "engines", 0), *engine, *row;
  const int count = cJSON_GetArraySize(engines);
  *table = (power_table){
      .cycles = em_reader_count(r, em_reader_child(r, report, "time"), "cycles", most_cycles),
      .window_cycles = em_reader_count(r, windows, "window_cycles", most_cycles),
      .clock_mhz = em_reader_within(r, em_reader_child(r, report, "design"), "clock_mhz", 0.001, 10000),
      .constant_mw = em_reader_within(r, power, "constant_mw", 0, most_mw),
      .units = 1e9,
  };
  if (r->status == EM_OK && (count == 0 || count > EM_MAX_ENGINES)) {
    em_reader_fail(r, "power over time has %d engines, must have 1 to %d", count, EM_MAX_ENGINES);
  }
  const cJSON *rows = em_reader_array(r, windows, "engines", (uint64_t)count);
  if (r->status == EM_OK && (table->cycles == 0 || table->window_cycles == 0 ||
                             (table->cycles + table->window_cycles - 1) / table->window_cycles > EM_WINDOWS_MOST)) {
    em_reader_fail(r, "\"window_cycles\" is %" PRIu64 ", which does not fit its %" PRIu64 " cycles",
                   table->window_cycles, table->cycles);
  }
  if (r->status != EM_OK) {
    return;
  }
  uint64_t length = (table->cycles + table->window_cycles - 1) / table->window_cycles;
  double most = table->constant_mw;
  for (engine = engines->child, row = rows->child; r->status == EM_OK && engine != NULL;
       engine = engine->next, row = row->next) {
    read_column(r, engine, row, length, table);
    most += r->status == EM_OK ? table->columns[table->count - 1].busy_mw : 0;
  }
  while (most * table->units > 9e14 && table->units > 1) { /* 15 digits print as they are */
    table->units /= 10;
  }
}

/* Powers are rounded before they are added, so that a row sums to its total as it stands. */
static void write_table(power_table *table, const cJSON *failure, FILE *file) {
  if (cJSON_IsString(failure)) {
    fprintf(file, "# the run failed: %s\n", failure->valuestring);
  }
  fputs("cycle,time_us", file);
  for (uint32_t e = 0; e < table->count; e++) {
    fprintf(file, ",%s_mw", table->columns[e].name);
  }
  fputs(",constant_mw,total_mw\n", file);
  double constant = rint(table->constant_mw * table->units);
  int decimals = (int)lround(log10(table->units));
  for (uint64_t start = 0; start < table->cycles; start += table->window_cycles) {
    uint64_t left = table->cycles - start, here = left < table->window_cycles ? left : table->window_cycles;
    double total = constant;
    fprintf(file, "%" PRIu64 ",%.6g", start, (double)start / table->clock_mhz);
    for (uint32_t e = 0; e < table->count; e++) {
      column *c = &table->columns[e];
      double units = rint(c->busy_mw * c->busy->valuedouble / (double)here * table->units);
      c->busy = c->busy->next;
      total += units;
      fprintf(file, ",%.*f", decimals, units / table->units);
    }
    fprintf(file, ",%.*f,%.*f\n", decimals, constant / table->units, decimals, total / table->units);
  }
}

static em_status find_table(const cJSON *report, power_table *table, em_error *error) {
  em_report_reader r = {error, EM_OK};
  bool failed = cJSON_GetObjectItemCaseSensitive(report, "failure") != NULL;
  const cJSON *price = em_reader_child(&r, report, failed ? "price_until_failure" : "price");
  const cJSON *power = em_reader_child(&r, price, "power_over_time");
  if (r.status == EM_OK) {
    read_table(&r, report, power, table);
  }
  return r.status;
}

void em_power_track(em_timeline *timeline, const cJSON *report) {
  power_table table;
  em_error none; /* without a price there is no track */
  if (find_table(report, &table, &none) != EM_OK) {
    return;
  }
  uint64_t end = timeline->cut && timeline->last_cycle < table.cycles ? timeline->last_cycle : table.cycles;
  for (uint64_t start = 0; start < end; start += table.window_cycles) {
    uint64_t left = table.cycles - start, here = left < table.window_cycles ? left : table.window_cycles;
    double total = table.constant_mw;
    for (uint32_t e = 0; e < table.count; e++) {
      column *c = &table.columns[e];
      total += c->busy_mw * c->busy->valuedouble / (double)here;
      c->busy = c->busy->next;
    }
    em_timeline_counter(timeline, start, "power", "mW", total);
  }
  em_timeline_counter(timeline, end, "power", "mW", 0);
}

em_status em_power_csv_save(const char *path, const cJSON *report, em_error *error) {
  power_table table;
  em_atomic_file file;
  em_status status = find_table(report, &table, error);
  if (status != EM_OK) {
    return status;
  }
  status = em_atomic_file_open(&file, path, error);
  if (status == EM_OK) {
    write_table(&table, cJSON_GetObjectItemCaseSensitive(report, "failure"), file.stream);
    status = em_atomic_file_commit(&file, error);
  }
  return status;
}
