/*
 * `emamba map DESIGN [--ip-xact FILE] [--header FILE] [-n NETWORK --image FILE]`: the register map of a design, as a
 * table to read, as IP-XACT, as a C header; and a network as an image that the driver loads.
 */
#include <stdlib.h>

#include "models/network/network_fits.h"
#include "sim/commands/commands.h"
#include "sim/files/atomic_file.h"
#include "sim/files/design_file.h"
#include "sim/files/network_file.h"
#include "sim/map/map_header.h"
#include "sim/map/map_image.h"
#include "sim/map/map_ipxact.h"
#include "sim/map/map_page.h"
#include "sim/run/outputs.h"

static em_status save(const em_graph *graph, const char *path, void (*write)(const em_graph *graph, FILE *file),
                      em_error *error) {
  em_atomic_file file;
  em_status status = em_atomic_file_open(&file, path, error);
  if (status != EM_OK) {
    return status;
  }
  write(graph, file.stream);
  return em_atomic_file_commit(&file, error);
}

static em_status save_image(const em_graph *graph, const em_options *options, em_error *error) {
  em_network network;
  em_status status = em_network_load(options->network, &network, error);
  if (status != EM_OK) {
    return status;
  }
  em_map_image image = {0};
  status = em_network_fits(&network, &graph->design, error);
  if (status != EM_OK) {
    em_error_prefix(error, options->network);
  } else {
    status = em_map_image_make(graph, &network, &image, error);
  }
  if (status == EM_OK) {
    status = em_map_image_save(&image, options->image, error);
  }
  em_map_image_free(&image);
  em_network_free(&network);
  return status;
}

/* Network and image go together. */
static em_status check_pair(const em_options *options, em_error *error) {
  if ((options->network == NULL) == (options->image == NULL)) {
    return EM_OK;
  }
  return em_fail(error, EM_BAD_INPUT, "map: --%s needs --%s", options->image != NULL ? "image" : "network",
                 options->image != NULL ? "network NETWORK" : "image FILE");
}

static em_status deliver(const em_graph *graph, const em_options *options, em_error *error) {
  em_status status = EM_OK;
  if (options->image != NULL) {
    status = save_image(graph, options, error);
  }
  if (status == EM_OK && options->ip_xact != NULL) {
    status = save(graph, options->ip_xact, em_map_write_ipxact, error);
  }
  if (status == EM_OK && options->header != NULL) {
    status = save(graph, options->header, em_map_write_design_header, error);
  }
  if (status == EM_OK && !options->quiet) {
    em_map_print(graph, stdout);
  }
  return status;
}

em_status em_cmd_map(const em_options *options, em_error *error) {
  em_design design;
  em_technology technology;
  em_status status = check_pair(options, error);
  if (status == EM_OK) {
    status = em_design_load_set(options->design, options->sets.texts, options->sets.count, &design, &technology, error);
  }
  if (status == EM_OK) {
    status = em_outputs_spare(options, technology.file, error);
  }
  if (status != EM_OK) {
    return status;
  }
  em_graph *graph = malloc(sizeof *graph);
  if (graph == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the graph");
  }
  em_graph_build(graph, &design);
  status = em_graph_check_rtl(graph, error);
  if (status != EM_OK) {
    em_error_prefix(error, options->design);
  } else {
    status = deliver(graph, options, error);
  }
  free(graph);
  return status;
}
