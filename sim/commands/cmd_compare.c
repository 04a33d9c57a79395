/* `emamba compare A.json B.json ...`: figures of reports side by side, with ratios to the first, and what differs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/commands/commands.h"
#include "sim/files/json_text.h"
#include "sim/report/conditions.h"
#include "sim/report/quantities.h"
#include "sim/report/report.h"
#include "sim/report/report_export.h"
#include "sim/report/report_html.h"
#include "sim/report/report_reader.h"
#include "sim/report/table.h"
#include "sim/report/terminal.h"

enum { MOST_REPORTS = 64, BAR_CHARS = 28 };

typedef struct {
  const char *paths[MOST_REPORTS];
  cJSON *reports[MOST_REPORTS];
  size_t count;
  em_terminal terminal;
  uint32_t unlike[MOST_REPORTS]; /* in what each differs from the first: EM_NEEDS_... */
} comparison;

static void print_bar(double part, FILE *file) {
  int length = isfinite(part) ? (int)lround(fmin(part, 1) * BAR_CHARS) : 0;
  for (int i = 0; i < length; i++) {
    fputc('#', file);
  }
}

/* "x 1.2" to the first, where that means something. */
static bool has_ratio(const comparison *c, const em_quantity *q, size_t i, const em_figure *figures) {
  return figures[0].nominal > 0 && (q->needs & c->unlike[i]) == 0 && figures[i].known;
}

static void print_figure(const comparison *c, const em_quantity *q, size_t i, const em_figure *figures, double most,
                         FILE *file) {
  const em_figure *f = &figures[i];
  char nominal[EM_FIGURE_CHARS], low[EM_FIGURE_CHARS], high[EM_FIGURE_CHARS] = "unbounded";
  char text[2 * EM_FIGURE_CHARS + 8] = "", ratio[32] = "no ratio";
  if (!f->known || f->nominal == 0) {
    fprintf(file, "  %zu %12s\n", i + 1, "-");
    return;
  }
  em_figure_text(f->nominal, nominal);
  em_figure_text(f->low, low);
  if (isfinite(f->high)) {
    em_figure_text(f->high, high);
  }
  if (q->bounds) {
    snprintf(text, sizeof text, "(%s..%s)", low, high);
  } else {
    snprintf(nominal, sizeof nominal, "%.7g", f->nominal);
  }
  if (strcmp(q->section, "accuracy") == 0) {
    ratio[0] = '\0';
  } else if (has_ratio(c, q, i, figures)) {
    snprintf(ratio, sizeof ratio, "x %.3g", f->nominal / figures[0].nominal);
  }
  fprintf(file, "  %zu %12s %-20s %-9s ", i + 1, nominal, text, ratio);
  print_bar(most > 0 ? f->nominal / most : 0, file);
  fputc('\n', file);
}

static void print_quantity(em_report_reader *r, const comparison *c, const em_quantity *q, FILE *file) {
  em_figure figures[MOST_REPORTS];
  double most = 0;
  bool known = false;
  for (size_t i = 0; i < c->count; i++) {
    figures[i] = em_figure_read(r, c->reports[i], q);
    most = figures[i].nominal > most ? figures[i].nominal : most;
    known = known || figures[i].known;
  }
  if (!known) {
    return;
  }
  fprintf(file, "\n%s%s%s\n", q->name, q->unit[0] == '\0' ? "" : ", ", em_terminal_unit(&c->terminal, q->unit));
  for (size_t i = 0; i < c->count; i++) {
    print_figure(c, q, i, figures, most, file);
  }
}

/* ---- Keys of the designs that are not the same, and modules ---- */

static void put_value(em_table *table, const cJSON *item) {
  if (cJSON_IsNumber(item)) {
    em_table_count(table, item->valuedouble);
  } else {
    em_table_text(table, "-");
  }
}

/* Every key that some design has, once: in the order of the first report that has it. */
static cJSON *all_names(const comparison *c, const cJSON *(*list)(const cJSON *report), bool by_name) {
  cJSON *names = cJSON_CreateObject();
  for (size_t i = 0; i < c->count; i++) {
    const cJSON *item;
    cJSON_ArrayForEach(item, list(c->reports[i])) {
      const cJSON *name = by_name ? cJSON_GetObjectItemCaseSensitive(item, "name") : NULL;
      const char *text = by_name ? cJSON_GetStringValue(name) : item->string;
      if (text != NULL && !cJSON_HasObjectItem(names, text)) {
        cJSON_AddNullToObject(names, text);
      }
    }
  }
  return names;
}

static const cJSON *keys_of(const cJSON *report) {
  return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(report, "design"), "keys");
}

static const cJSON *modules_of(const cJSON *report) {
  return cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(report, "price"), "modules");
}

static bool same_in_all(const comparison *c, const char *key) {
  const cJSON *first = cJSON_GetObjectItemCaseSensitive(keys_of(c->reports[0]), key);
  for (size_t i = 1; i < c->count; i++) {
    const cJSON *other = cJSON_GetObjectItemCaseSensitive(keys_of(c->reports[i]), key);
    if ((first == NULL) != (other == NULL) || (first != NULL && !cJSON_Compare(first, other, true))) {
      return false;
    }
  }
  return true;
}

static em_table *head_table(const comparison *c, const char *what) {
  static char numbers[MOST_REPORTS][24];
  const char *titles[1 + MOST_REPORTS] = {what};
  for (size_t i = 0; i < c->count; i++) {
    snprintf(numbers[i], sizeof numbers[i], "%zu", i + 1);
    titles[1 + i] = numbers[i];
  }
  return em_table_new(titles, 1 + (uint32_t)c->count);
}

static void end_table(em_report_reader *r, const comparison *c, em_table *table) {
  em_error error;
  em_status status = em_table_print(table, &c->terminal, &error);
  if (status != EM_OK && r->status == EM_OK) {
    r->status = em_fail(r->error, status, "%s", error.text);
  }
}

static void print_keys(em_report_reader *r, const comparison *c) {
  cJSON *names = all_names(c, keys_of, false), *key;
  em_table *table = NULL;
  cJSON_ArrayForEach(key, names) {
    if (same_in_all(c, key->string)) {
      continue;
    }
    table = table == NULL ? head_table(c, "keys that differ") : table;
    em_table_text(table, key->string);
    for (size_t i = 0; i < c->count; i++) {
      put_value(table, cJSON_GetObjectItemCaseSensitive(keys_of(c->reports[i]), key->string));
    }
  }
  if (table != NULL) {
    end_table(r, c, table);
    fputc('\n', c->terminal.file);
  }
  cJSON_Delete(names);
}

static const cJSON *find_module(const cJSON *report, const char *name) {
  const cJSON *module;
  cJSON_ArrayForEach(module, modules_of(report)) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(module, "name"));
    if (text != NULL && strcmp(text, name) == 0) {
      return module;
    }
  }
  return NULL;
}

/* One figure of every module; `per_frame`: over the frames of the price. */
static void print_modules(em_report_reader *r, const comparison *c, const char *what, const char *key, double scale,
                          bool per_frame) {
  cJSON *names = all_names(c, modules_of, true), *name;
  em_table *table = names->child != NULL ? head_table(c, what) : NULL;
  cJSON_ArrayForEach(name, names) {
    em_table_text(table, name->string);
    for (size_t i = 0; i < c->count; i++) {
      const cJSON *module = find_module(c->reports[i], name->string);
      if (module == NULL) {
        em_table_text(table, "-");
        continue;
      }
      const cJSON *point = em_reader_child(r, em_reader_child(r, c->reports[i], "price"), "point");
      double frames = per_frame ? em_reader_within(r, point, "frames", 1, 1e18) : 1;
      em_table_figure(table, em_reader_number(r, module, key) * scale / frames);
    }
  }
  if (table != NULL) {
    end_table(r, c, table);
  }
  cJSON_Delete(names);
}

/* One line of what is not the same in all; returns whether they share technology and fit. */
static bool print_differences(em_report_reader *r, comparison *c, FILE *file) {
  bool differ[EM_CONDITIONS] = {false}, any = false, ratios = true;
  em_conditions first = em_conditions_read(r, c->reports[0]);
  for (size_t i = 1; i < c->count; i++) {
    bool here[EM_CONDITIONS] = {false};
    em_conditions other = em_conditions_read(r, c->reports[i]);
    em_conditions_differ(&first, &other, here);
    c->unlike[i] = (here[EM_CONDITION_NETWORK] ? EM_NEEDS_NETWORK : 0) |
                   (here[EM_CONDITION_COUNT] ? EM_NEEDS_FRAMES : 0) |
                   (here[EM_CONDITION_STALLS] ? EM_NEEDS_STALLS : 0) | (here[EM_CONDITION_SHAPE] ? EM_NEEDS_SHAPE : 0);
    ratios = ratios && (c->unlike[i] & ~(uint32_t)EM_NEEDS_NETWORK) == 0;
    for (uint32_t k = 0; k < EM_CONDITIONS; k++) {
      differ[k] |= here[k];
    }
  }
  char text[600] = "";
  for (uint32_t i = 0; i < EM_CONDITIONS; i++) {
    if (differ[i]) {
      size_t used = strlen(text);
      snprintf(text + used, sizeof text - used, "%s%s", any ? ", " : "", em_condition_name((em_condition)i));
      any = true;
    }
  }
  if (any) {
    em_terminal_line(&c->terminal, "unlike",
                     "not the same in all reports: %s; ratios hold for designs and conditions together, not for the "
                     "designs alone",
                     text);
  }
  fputs(ratios ? "" : "no ratio where frames, stalls or shape make the figures those of different work\n", file);
  return first.priced && !differ[EM_CONDITION_PRICE] && !differ[EM_CONDITION_TECHNOLOGY] && !differ[EM_CONDITION_FIT];
}

static void print_heads(em_report_reader *r, const comparison *c, FILE *file) {
  for (size_t i = 0; i < c->count; i++) {
    const cJSON *design = em_reader_child(r, c->reports[i], "design");
    em_conditions at = em_conditions_read(r, c->reports[i]);
    char number[24];
    snprintf(number, sizeof number, "%zu", i + 1);
    em_terminal_line(&c->terminal, number, "%s: design %s, %.0f frames; emamba %s, commit %s", c->paths[i],
                     em_reader_text(r, design, "name"), at.frames, at.version, at.commit);
    fprintf(file, "   network %s, frames %s", at.network, at.data);
    if (at.stall_in > 0 || at.stall_out > 0) {
      fprintf(file, "; stalls in %g, out %g, seed %.0f", at.stall_in, at.stall_out, at.seed);
    }
    if (at.priced) {
      fprintf(file, "\n   %s (hash %s), fit %s;\n   %g MHz, %g mV, %g C, clock %s, %s\n", at.technology, at.hash,
              at.fit_hash, at.clock_mhz, at.vdd_mv, at.temperature_c, at.gating ? "gated" : "not gated",
              at.toggles ? "toggles counted" : "random data");
    } else {
      fprintf(file, "\n   no area, power or energy: %s\n", em_reader_text(r, c->reports[i], "no_price"));
    }
  }
}

static void print_all(em_report_reader *r, comparison *c, FILE *file) {
  print_heads(r, c, file);
  bool one_technology = print_differences(r, c, file);
  print_keys(r, c);
  fputs("nominal (low..high), in the steady state; ratios to the first.", file);
  fputs(one_technology ? "\nAll are of one technology and fit: a constant that is off is off for all;\n"
                         "ratios are more certain.\n"
                       : "\n",
        file);
  for (size_t q = 0; q < em_quantity_count; q++) {
    print_quantity(r, c, &em_quantities[q], file);
  }
  char what[32];
  snprintf(what, sizeof what, "area, %s", em_terminal_unit(&c->terminal, "um2"));
  print_modules(r, c, what, "area_um2", 1, false);
  print_modules(r, c, "energy a frame, nJ", "energy_pj", 1e-3, true);
}

static em_status check(const comparison *c, em_error *error) {
  for (size_t i = 0; i < c->count; i++) {
    em_report_reader reader = {error, EM_OK};
    for (size_t q = 0; q < em_quantity_count; q++) {
      em_figure_read(&reader, c->reports[i], &em_quantities[q]);
    }
    em_reader_text(&reader, em_reader_child(&reader, c->reports[i], "design"), "name");
    em_conditions_read(&reader, c->reports[i]);
    em_reader_number(&reader, c->reports[i], "frames");
    if (reader.status != EM_OK) {
      em_error_prefix(error, c->paths[i]);
      return reader.status;
    }
  }
  return EM_OK;
}

/* ---- JSON ---- */

static cJSON *figure_json(const comparison *c, const em_quantity *q, size_t i, const em_figure *figures) {
  const em_figure *f = &figures[i];
  cJSON *object = cJSON_CreateObject();
  cJSON_AddNumberToObject(object, "nominal", f->nominal / q->scale);
  if (q->bounds) {
    cJSON_AddNumberToObject(object, "low", f->low / q->scale);
    cJSON_AddItemToObject(object, "high",
                          isfinite(f->high) ? cJSON_CreateNumber(f->high / q->scale) : cJSON_CreateNull());
  }
  if (strcmp(q->section, "accuracy") != 0 && has_ratio(c, q, i, figures)) {
    cJSON_AddNumberToObject(object, "ratio_to_first", f->nominal / figures[0].nominal);
  }
  return object;
}

static cJSON *comparison_json(em_report_reader *r, const comparison *c) {
  cJSON *root = cJSON_CreateObject(), *key;
  cJSON_AddStringToObject(root, "format", "emamba-comparison-1");
  cJSON *reports = cJSON_AddArrayToObject(root, "reports");
  for (size_t i = 0; i < c->count; i++) {
    cJSON *object = cJSON_CreateObject();
    const cJSON *design = em_reader_child(r, c->reports[i], "design");
    cJSON_AddStringToObject(object, "file", c->paths[i]);
    cJSON_AddStringToObject(object, "design", em_reader_text(r, design, "name"));
    cJSON_AddStringToObject(object, "hash", em_reader_text(r, design, "hash"));
    cJSON_AddObjectToObject(object, "figures");
    cJSON_AddItemToArray(reports, object);
  }
  for (size_t q = 0; q < em_quantity_count; q++) {
    em_figure figures[MOST_REPORTS];
    for (size_t i = 0; i < c->count; i++) {
      figures[i] = em_figure_read(r, c->reports[i], &em_quantities[q]);
    }
    cJSON *object = reports->child;
    for (size_t i = 0; i < c->count; i++, object = object->next) {
      if (figures[i].known) {
        cJSON_AddItemToObject(cJSON_GetObjectItemCaseSensitive(object, "figures"), em_quantities[q].key,
                              figure_json(c, &em_quantities[q], i, figures));
      }
    }
  }
  cJSON *differ = cJSON_AddObjectToObject(root, "keys_that_differ"), *names = all_names(c, keys_of, false);
  cJSON_ArrayForEach(key, names) {
    if (!same_in_all(c, key->string)) {
      cJSON *values = cJSON_AddArrayToObject(differ, key->string);
      for (size_t i = 0; i < c->count; i++) {
        const cJSON *value = cJSON_GetObjectItemCaseSensitive(keys_of(c->reports[i]), key->string);
        cJSON_AddItemToArray(values, value != NULL ? cJSON_Duplicate(value, true) : cJSON_CreateNull());
      }
    }
  }
  cJSON_Delete(names);
  return root;
}

static em_status write_json(const comparison *c, const char *path, em_error *error) {
  em_report_reader r = {error, EM_OK};
  cJSON *root = comparison_json(&r, c);
  em_status status = r.status == EM_OK ? em_json_save(path, root, error) : r.status;
  cJSON_Delete(root);
  return status;
}

/* ---- The command ---- */

static double place_of(em_report_reader *r, const cJSON *report, const em_quantity *q) {
  em_figure f = em_figure_read(r, report, q);
  return f.known ? f.nominal : INFINITY;
}

/* Least first; equal ones stay as they were given. */
static void order_by(comparison *c, const char *word, em_error *error) {
  em_report_reader r = {error, EM_OK};
  for (size_t q = 0; q < em_quantity_count; q++) {
    for (size_t i = 1; em_quantities[q].order != NULL && strcmp(em_quantities[q].order, word) == 0 && i < c->count;
         i++) {
      for (size_t j = i;
           j > 0 && place_of(&r, c->reports[j], &em_quantities[q]) < place_of(&r, c->reports[j - 1], &em_quantities[q]);
           j--) {
        cJSON *report = c->reports[j];
        const char *path = c->paths[j];
        c->reports[j] = c->reports[j - 1];
        c->paths[j] = c->paths[j - 1];
        c->reports[j - 1] = report;
        c->paths[j - 1] = path;
      }
    }
  }
}

static em_status write_files(const comparison *c, const em_options *o, em_error *error) {
  em_report_set set = {c->reports, c->paths, c->count};
  em_status status = o->html != NULL ? em_report_html_save(o->html, c->reports, c->count, error) : EM_OK;
  if (status == EM_OK && o->csv != NULL) {
    status = em_report_csv_save(o->csv, &set, error);
  }
  if (status == EM_OK && o->latex != NULL) {
    status = em_report_latex_save(o->latex, &set, error);
  }
  return status == EM_OK && o->json != NULL ? write_json(c, o->json, error) : status;
}

/* Before anything is written: the text finds what the reports lack, and what is unlike in them. */
static em_status tell(comparison *c, const em_options *options, em_error *error) {
  char *text = NULL;
  size_t size = 0;
  FILE *memory = open_memstream(&text, &size);
  if (memory == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the comparison");
  }
  em_report_reader reader = {error, EM_OK};
  c->terminal = em_terminal_of(memory, stdout);
  print_all(&reader, c, memory);
  fclose(memory);
  em_status status = reader.status == EM_OK ? write_files(c, options, error) : reader.status;
  if (status == EM_OK) {
    fwrite(text, 1, size, stdout);
  }
  free(text);
  return status;
}

em_status em_cmd_compare(const em_options *options, em_error *error) {
  comparison c = {.count = options->argument_count};
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < c.count; i++) {
    c.paths[i] = options->arguments[i];
    status = em_report_load(c.paths[i], &c.reports[i], error);
  }
  if (status == EM_OK) {
    status = check(&c, error);
  }
  if (status == EM_OK && options->order != NULL) {
    order_by(&c, options->order, error);
  }
  if (status == EM_OK) {
    status = tell(&c, options, error);
  }
  for (size_t i = 0; i < c.count; i++) {
    cJSON_Delete(c.reports[i]);
  }
  return status;
}
