#include "sim/report/report_fields.h"

#include <stdio.h>
#include <string.h>

#include "models/machine/core.h"

/* ---- Engines ---- */

static void engine_name(const em_report_row *row, char text[EM_NAME_CHARS]) {
  em_engine_name(row->graph, row->index, text);
}

static double tokens(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)row->time->tokens;
}

static double cycles_per_token(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return row->graph->engines[row->index].busy_cycles;
}

enum { BUSY, STARVED, BLOCKED };

static double status_cycles(const em_report_row *row, uint32_t status) {
  const uint64_t counts[] = {row->time->busy, row->time->starved, row->time->blocked};
  return (double)counts[status];
}

static double total_cycles(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)(row->time->busy + row->time->starved + row->time->blocked);
}

static double status_percent(const em_report_row *row, uint32_t status) {
  return 100.0 * status_cycles(row, status) / total_cycles(row, 0);
}

static double actions(const em_report_row *row, uint32_t action) {
  return (double)row->engine->actions[action];
}

/* clang-format off */
#define NUMBER(key, title, kind, total, rare, argument, number, present) \
  {{title, key, kind, 1}, total, rare, argument, NULL, number, present}
#define COUNT(key, title, argument, number) NUMBER(key, title, EM_FIELD_COUNT, false, false, argument, number, NULL)
#define SUM(key, title, argument, number) NUMBER(key, title, EM_FIELD_COUNT, true, false, argument, number, NULL)
#define WORK(key, title, argument) NUMBER(key, title, EM_FIELD_COUNT, true, true, argument, actions, NULL)
#define PERCENT(key, title, argument, number) NUMBER(key, title, EM_FIELD_FIGURE, false, false, argument, number, NULL)
#define TEXT(key, title, text) {{title, key, EM_FIELD_TEXT, 1}, false, false, 0, text, NULL, NULL}

static const em_report_field engine_fields[] = {
    TEXT("name", "engine", engine_name),
    COUNT("tokens", "tokens", 0, tokens),
    COUNT("cycles_per_token", "cycles/token", 0, cycles_per_token),
    SUM("busy_cycles", "busy", BUSY, status_cycles),
    SUM("starved_cycles", "starved", STARVED, status_cycles),
    SUM("blocked_cycles", "blocked", BLOCKED, status_cycles),
    COUNT("total_cycles", NULL, 0, total_cycles),
    PERCENT("utilisation_percent", "used %", BUSY, status_percent),
    WORK("mac_8x8_ops", "mac 8x8", EM_MAC_8X8),
    WORK("mul_8x8_ops", "mul 8x8", EM_MUL_8X8),
    WORK("mul_8x17_ops", "mul 8x17", EM_MUL_8X17),
    WORK("mac_8x24_ops", "mac 8x24", EM_MAC_8X24),
    WORK("mul_norm_ops", "norm mul", EM_MUL_NORM),
    WORK("add_ops", "add", EM_ADD),
    WORK("compare_ops", "compare", EM_COMPARE),
    WORK("round_ops", "round", EM_ROUND),
    WORK("pwl_ops", "pwl", EM_PWL),
    WORK("div_step_ops", "div step", EM_DIV_STEP),
    WORK("register_bits", NULL, EM_REG_BIT),
};
/* clang-format on */

/* ---- Memories ---- */

static const em_memory *memory_of(const em_report_row *row) {
  return &row->graph->memories[row->index];
}

static void memory_name(const em_report_row *row, char text[EM_NAME_CHARS]) {
  em_memory_name(row->graph, row->index, text);
}

static void memory_kind(const em_report_row *row, char text[EM_NAME_CHARS]) {
  strcpy(text, memory_of(row)->macro ? "sram_macro" : "flip_flops");
}

static double words(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return memory_of(row)->words;
}

static double word_bits(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)((uint64_t)memory_of(row)->lanes * memory_of(row)->lane_bits);
}

static double read_ports(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return memory_of(row)->readers;
}

static double bits(const em_report_row *row, uint32_t unused) {
  return words(row, unused) * word_bits(row, unused);
}

static double reads(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)(row->memory->reads[0] + row->memory->reads[1]);
}

static double writes(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)row->memory->writes;
}

static double read_bits(const em_report_row *row, uint32_t unused) {
  return reads(row, unused) * word_bits(row, unused);
}

static double read_toggles(const em_report_row *row, uint32_t first_port) {
  return (double)((first_port == 0 ? row->memory->read_toggles[0] : 0) + row->memory->read_toggles[1]);
}

static double write_toggles(const em_report_row *row, uint32_t unused) {
  (void)unused;
  return (double)row->memory->write_toggles;
}

static bool counted(const em_report_row *row) {
  return row->toggles;
}

static bool has_second_port(const em_report_row *row) {
  return row->toggles && memory_of(row)->readers == 2;
}

/* clang-format off */
static const em_report_field memory_fields[] = {
    TEXT("name", "memory", memory_name),
    TEXT("kind", "kind", memory_kind),
    COUNT("words", "words", 0, words),
    COUNT("word_bits", "word bits", 0, word_bits),
    COUNT("read_ports", NULL, 0, read_ports),
    SUM("bits", "bits", 0, bits),
    SUM("reads", "reads", 0, reads),
    SUM("writes", "writes", 0, writes),
    SUM("read_bits", "bits read", 0, read_bits),
    NUMBER("read_toggle_bits", "toggles read", EM_FIELD_COUNT, true, false, 0, read_toggles, counted),
    NUMBER("second_port_read_toggle_bits", NULL, EM_FIELD_COUNT, false, false, 1, read_toggles, has_second_port),
    NUMBER("write_toggle_bits", "toggles written", EM_FIELD_COUNT, true, false, 0, write_toggles, counted),
};
/* clang-format on */

/* ---- Nodes ---- */

static void node_name(const em_report_row *row, char text[EM_NAME_CHARS]) {
  const char *name = em_engine_node_name(row->graph, row->index, row->place);
  uint16_t block = row->graph->engines[row->index].block;
  if (block == EM_NONE) {
    snprintf(text, EM_NAME_CHARS, "%s", name);
  } else {
    snprintf(text, EM_NAME_CHARS, "blocks.%u.%s", block, name);
  }
}

enum { SATURATIONS, BELOW, ABOVE };

static double node_count(const em_report_row *row, uint32_t which) {
  const uint64_t counts[] = {row->node->saturations, row->node->below, row->node->above};
  return (double)counts[which];
}

static const em_report_field node_fields[] = {
    TEXT("name", "node", node_name),
    SUM("saturations", "saturations", SATURATIONS, node_count),
    SUM("pwl_inputs_below", "pwl input below", BELOW, node_count),
    SUM("pwl_inputs_above", "pwl input above", ABOVE, node_count),
};

/* ---- Modules and parts: price_report.c writes them, in its own rounding ---- */

/* clang-format off */
#define AMOUNT(key, title, scale) {{title, key, EM_FIELD_FIGURE, scale}, true, false, 0, NULL, NULL, NULL}
#define PRICES \
  AMOUNT("gates_ge", "GE", 1), AMOUNT("flops", NULL, 1), AMOUNT("logic_area_um2", NULL, 1), \
  AMOUNT("macro_area_um2", NULL, 1), AMOUNT("area_um2", "area", 1), AMOUNT("switching_pj", NULL, 1), \
  AMOUNT("clock_pj", NULL, 1), AMOUNT("sram_pj", NULL, 1), AMOUNT("leakage_pj", NULL, 1), \
  AMOUNT("energy_pj", NULL, 1), AMOUNT("switching_mw", "switching", 1e3), AMOUNT("clock_mw", "clock", 1e3), \
  AMOUNT("sram_mw", "SRAM", 1e3), AMOUNT("leakage_mw", "leakage", 1e3), AMOUNT("power_mw", "power", 1e3)

static const em_report_field module_fields[] = {TEXT("name", "module", NULL), PRICES};
static const em_report_field part_fields[] = {TEXT("name", "part", NULL), TEXT("module", "module", NULL),
                                              TEXT("kind", "kind", NULL), COUNT("macros", "macros", 0, NULL), PRICES};

#define FIELDS(fields) fields, sizeof fields / sizeof fields[0]
const em_report_table em_report_tables[EM_TABLES] = {
    [EM_TABLE_ENGINES] = {"engines", NULL, "engines", "engine_totals", FIELDS(engine_fields)},
    [EM_TABLE_MEMORIES] = {"memories", NULL, "memories", "memory_totals", FIELDS(memory_fields)},
    [EM_TABLE_NODES] = {"nodes", NULL, "nodes", "node_totals", FIELDS(node_fields)},
    [EM_TABLE_MODULES] = {"modules", "price", "modules", "totals", FIELDS(module_fields)},
    [EM_TABLE_PARTS] = {"parts", "price", "parts", "totals", FIELDS(part_fields)},
};
/* clang-format on */

uint32_t em_report_shown(em_table_kind table, const cJSON *totals, em_field fields[EM_MOST_FIELDS]) {
  uint32_t count = 0;
  for (uint32_t i = 1; i < em_report_tables[table].count && count < EM_MOST_FIELDS; i++) {
    const em_report_field *field = &em_report_tables[table].fields[i];
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(totals, field->shown.key);
    bool missing = field->present != NULL && total == NULL;
    bool nothing = field->rare && cJSON_IsNumber(total) && !(total->valuedouble > 0);
    if (field->shown.title != NULL && !missing && !nothing) {
      fields[count++] = field->shown;
    }
  }
  return count;
}

/* ---- JSON ---- */

static void add_sum(cJSON *totals, const char *key, double number) {
  cJSON *item = cJSON_GetObjectItemCaseSensitive(totals, key);
  if (item == NULL) {
    cJSON_AddNumberToObject(totals, key, number);
  } else {
    cJSON_SetNumberValue(item, item->valuedouble + number);
  }
}

cJSON *em_report_row_make(em_table_kind table, const em_report_row *row, cJSON *totals) {
  cJSON *object = cJSON_CreateObject();
  for (uint32_t i = 0; i < em_report_tables[table].count; i++) {
    const em_report_field *field = &em_report_tables[table].fields[i];
    char text[EM_NAME_CHARS];
    if (field->present != NULL && !field->present(row)) {
      continue;
    }
    if (field->shown.kind == EM_FIELD_TEXT) {
      field->text(row, text);
      cJSON_AddStringToObject(object, field->shown.key, text);
      continue;
    }
    double number = field->number(row, field->argument);
    cJSON_AddNumberToObject(object, field->shown.key, number);
    if (field->total) {
      add_sum(totals, field->shown.key, number);
    }
  }
  return object;
}

cJSON *em_report_fields_json(void) {
  static const char *const kinds[] = {
      [EM_FIELD_COUNT] = "count", [EM_FIELD_FIGURE] = "figure", [EM_FIELD_TEXT] = "text"};
  cJSON *tables = cJSON_CreateArray();
  for (uint32_t t = 0; t < EM_TABLES; t++) {
    const em_report_table *table = &em_report_tables[t];
    cJSON *object = cJSON_CreateObject(), *fields = cJSON_CreateArray();
    cJSON_AddStringToObject(object, "name", table->name);
    cJSON_AddItemToObject(object, "fields", fields);
    for (uint32_t i = 0; i < table->count; i++) {
      if (table->fields[i].shown.title == NULL) {
        continue;
      }
      cJSON *field = cJSON_CreateObject();
      cJSON_AddStringToObject(field, "key", table->fields[i].shown.key);
      cJSON_AddStringToObject(field, "title", table->fields[i].shown.title);
      cJSON_AddStringToObject(field, "kind", kinds[table->fields[i].shown.kind]);
      cJSON_AddItemToArray(fields, field);
    }
    cJSON_AddItemToArray(tables, object);
  }
  return tables;
}
