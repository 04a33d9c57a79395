/* What a reader of a price should know besides its figures. */
#include <inttypes.h>
#include <stdio.h>

#include "sim/files/price_ranges.h"
#include "sim/report/price_report.h"

/* Beyond the middle of what the estimate allows; certain only beyond its high. */
static void add_clock_note(const em_pricing *pricing, cJSON *notes) {
  char text[EM_CLOCK_CHARS];
  if (em_clock_is_doubtful(pricing->graph, &pricing->clock_limit, pricing->point.clock_mhz, text)) {
    cJSON_AddItemToArray(notes, cJSON_CreateString(text));
  }
}

/* Less is beyond by widths of counters alone. */
static const double share_worth_a_note = 1e-3;

/* What was never synthesised as large, and what that does to the bounds. */
static void add_reach_note(const em_pricing *pricing, cJSON *notes) {
  const em_fit_beyond *beyond = &pricing->beyond;
  if (beyond->share < share_worth_a_note) {
    return;
  }
  const em_fit_excess *worst = &beyond->worst;
  em_cost_kind kind = em_part_cost_kind(pricing->graph, em_part_at(pricing->graph, worst->part));
  char name[EM_NAME_CHARS], text[512];
  em_part_name(pricing->graph, worst->part, name);
  snprintf(text, sizeof text,
           "%.2g %% of the gates lie beyond the designs that the fit has seen, most of them %s of %s (%.6g, seen up to "
           "%.6g): bounds of gates, flip-flops and switching are wider by %.2g %%",
           100 * beyond->share, em_cost_feature_name(kind, EM_COST_GATES, worst->feature), name, worst->value,
           worst->largest, 100 * beyond->share * pricing->fit->extrapolation);
  cJSON_AddItemToArray(notes, cJSON_CreateString(text));
}

/* From here on few chips would hold the weights (assumed). */
static const double weights_worth_a_note_bytes = 8 << 20;

/* Weights are priced where the hardware has them; what it would take to have them elsewhere. */
static void add_weights_note(const em_pricing *pricing, cJSON *notes) {
  const em_graph *graph = pricing->graph;
  double bytes = 0, read_bytes = 0;
  for (uint32_t m = 0; m < graph->memory_count; m++) {
    const em_memory *memory = &graph->memories[m];
    double word_bytes = (double)memory->lanes * memory->lane_bits / 8;
    if (memory->loaded) {
      bytes += memory->words * word_bytes;
      read_bytes += (double)pricing->activity->memories[m].reads[0] * word_bytes;
    }
  }
  if (bytes < weights_worth_a_note_bytes) {
    return;
  }
  char text[256];
  double seconds = (double)pricing->activity->cycles / (pricing->point.clock_mhz * 1e6);
  snprintf(text, sizeof text,
           "%.4g MB of weights are memories on the chip, and priced as such; streamed from outside for every token "
           "instead they would need %.3g GB/s at this rate (not modelled)",
           bytes * 1e-6, read_bytes / seconds * 1e-9);
  cJSON_AddItemToArray(notes, cJSON_CreateString(text));
}

cJSON *em_price_notes(const em_pricing *pricing, const em_busy_windows *windows) {
  const em_constant *valid = em_technology_find(pricing->technology, "supply_valid_mv");
  const em_constant *macro = em_technology_find(pricing->technology, "sram_macro_min_bits");
  const em_design *design = &pricing->graph->design;
  cJSON *notes = cJSON_CreateArray();
  char text[256];
  add_clock_note(pricing, notes);
  add_reach_note(pricing, notes);
  add_weights_note(pricing, notes);
  if (design->vdd_mv < valid->low || design->vdd_mv > valid->high) {
    snprintf(text, sizeof text, "the supply of %g mV is outside %g..%g mV, where the scaling laws were compared",
             design->vdd_mv, valid->low, valid->high);
    cJSON_AddItemToArray(notes, cJSON_CreateString(text));
  }
  if ((uint32_t)macro->value != design->macro_min_bits) {
    snprintf(text, sizeof text, "memories stand as the design was built, macros from %u bits; this technology says %g",
             design->macro_min_bits, macro->value);
    cJSON_AddItemToArray(notes, cJSON_CreateString(text));
  }
  if (!design->clock_gating) {
    snprintf(text, sizeof text, "the clock is not gated: %.4g mW of it reach flip-flops that take nothing new",
             em_price_clock_mw(pricing, false) - em_price_clock_mw(pricing, true));
    cJSON_AddItemToArray(notes, cJSON_CreateString(text));
  }
  if (!pricing->activity->toggles) {
    cJSON_AddItemToArray(notes, cJSON_CreateString("toggles were not counted: switching energies are those of random "
                                                   "data (--toggles counts them)"));
  }
  if (windows != NULL && windows->asked_cycles > 0 && windows->asked_cycles != windows->window_cycles) {
    snprintf(text, sizeof text,
             "power over time: windows of %" PRIu64 " cycles would be more than %d; they were merged to %" PRIu64
             " cycles each",
             windows->asked_cycles, EM_WINDOWS_MOST, windows->window_cycles);
    cJSON_AddItemToArray(notes, cJSON_CreateString(text));
  }
  return notes;
}
