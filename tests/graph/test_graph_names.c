/* Names and scopes of what a graph holds, and the limits of the RTL. */
#include <stdlib.h>
#include <string.h>

#include "models/graph/graph.h"
#include "tests/support/check.h"
#include "tests/support/random_case.h"

enum { TEXT = 2 * EM_NAME_CHARS };

static em_graph *random_graph(uint64_t seed) {
  em_design design;
  em_random_design(seed, &design);
  em_graph *graph = malloc(sizeof *graph);
  em_graph_build(graph, &design);
  return graph;
}

static void assert_distinct(char (*texts)[TEXT], uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t j = 0; j < i; j++) {
      assert_string_not_equal(texts[i], texts[j]);
    }
  }
}

static void graph_names_and_scopes_are_distinct(void **state) {
  (void)state;
  char(*names)[TEXT] = malloc(EM_MAX_MEMORIES * sizeof *names),
  (*scopes)[TEXT] = malloc(EM_MAX_MEMORIES * sizeof *scopes);
  for (uint64_t seed = 1; seed <= EM_REPEAT(60); seed++) {
    em_graph *graph = random_graph(seed);
    for (uint32_t i = 0; i < graph->engine_count; i++) {
      em_engine_name(graph, i, names[i]);
      em_engine_scope(graph, i, scopes[i]);
      assert_int_equal(strncmp(scopes[i], "em_top.", 7), 0);
    }
    assert_distinct(names, graph->engine_count);
    assert_distinct(scopes, graph->engine_count);
    for (uint32_t i = 0; i < graph->buffer_count; i++) {
      em_buffer_name(graph, i, names[i]);
      em_buffer_scope(graph, i, scopes[i]);
    }
    assert_distinct(names, graph->buffer_count);
    assert_distinct(scopes, graph->buffer_count);
    for (uint32_t i = 0; i < graph->memory_count; i++) {
      em_memory_name(graph, i, names[i]);
      em_memory_scope(graph, i, scopes[i]);
    }
    assert_distinct(names, graph->memory_count);
    assert_distinct(scopes, graph->memory_count);
    free(graph);
  }
  free(names);
  free(scopes);
}

/* Examples of the comment in models/graph/graph.h. */
static void graph_names_are_the_documented_ones(void **state) {
  (void)state;
  em_graph *graph = random_graph(1);
  char text[TEXT];
  em_engine_name(graph, 0, text);
  assert_string_equal(text, "axis_in");
  em_engine_name(graph, 2, text);
  assert_string_equal(text, "blocks.0.norm");
  em_engine_scope(graph, 2, text);
  assert_string_equal(text, "em_top.g_block[0].u_block.u_norm");
  em_buffer_name(graph, 0, text);
  assert_string_equal(text, "frame");
  em_memory_name(graph, graph->engines[7].memories[2], text);
  assert_string_equal(text, "blocks.0.ssm.state");
  em_memory_scope(graph, graph->engines[3].memories[0], text);
  assert_string_equal(text, "em_top.g_block[0].u_block.u_in_proj.u_weight_mem");
  em_memory_name(graph, graph->buffers[1].memory, text);
  assert_string_equal(text, "blocks.0.tok");
  free(graph);
}

static void graph_check_rtl_accepts_35_blocks_and_no_more(void **state) {
  (void)state;
  em_design design;
  em_random_design(1, &design);
  em_graph *graph = malloc(sizeof *graph);
  em_error error;
  for (uint32_t m = 34; m <= EM_MAX_BLOCKS; m++) {
    design.shape.m = m;
    em_graph_build(graph, &design);
    assert_true(graph->engine_count <= EM_MAX_ENGINES && graph->buffer_count <= EM_MAX_BUFFERS);
    assert_true(graph->memory_count <= EM_MAX_MEMORIES);
    assert_int_equal(em_graph_check_rtl(graph, &error), m <= 35 ? EM_OK : EM_BAD_INPUT);
  }
  assert_non_null(strstr(error.text, "shape.M: 64 blocks"));
  free(graph);
}

/* 2^20 words; and 2 MiB of address space, in which a word takes a power of two of at least 4 bytes. */
static void graph_check_rtl_names_the_memory_that_is_too_large(void **state) {
  (void)state;
  em_graph *graph = random_graph(2);
  em_error error;
  uint32_t weight = graph->engines[1].memories[0], buffer = graph->buffers[0].memory;
  graph->memories[buffer].words = 1u << 20;
  assert_int_equal(em_graph_check_rtl(graph, &error), EM_OK);
  graph->memories[buffer].words++;
  assert_int_equal(em_graph_check_rtl(graph, &error), EM_BAD_INPUT);
  assert_non_null(strstr(error.text, "memory frame: 1048577 words"));
  graph->memories[buffer].words = 1;
  for (uint32_t lanes = 1; lanes <= 9; lanes++) {
    uint32_t stride = lanes <= 4 ? 4 : lanes <= 8 ? 8 : 16;
    graph->memories[weight].lanes = lanes;
    graph->memories[weight].words = (1u << 21) / stride;
    assert_int_equal(em_graph_check_rtl(graph, &error), EM_OK);
    graph->memories[weight].words++;
    assert_int_equal(em_graph_check_rtl(graph, &error), EM_BAD_INPUT);
    assert_non_null(strstr(error.text, "memory patch_embed.weight: "));
  }
  free(graph);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(graph_names_and_scopes_are_distinct),
      cmocka_unit_test(graph_names_are_the_documented_ones),
      cmocka_unit_test(graph_check_rtl_accepts_35_blocks_and_no_more),
      cmocka_unit_test(graph_check_rtl_names_the_memory_that_is_too_large),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
