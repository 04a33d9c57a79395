#include "tools/gate_sim/replay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { MOST_PORTS = 16, MOST_BYTES = 64 };

typedef struct {
  const em_gate_port *ports[MOST_PORTS];
  uint32_t count;
} row;

static uint32_t bytes_of(const em_gate_port *port) {
  return (port->width + 7) / 8;
}

static em_status read_names(FILE *file, const em_gates *gates, const char *path, row *r, em_error *error) {
  char line[1024];
  if (fgets(line, sizeof line, file) == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s: has no line of port names", path);
  }
  for (char *name = strtok(line, " \n"); name != NULL; name = strtok(NULL, " \n")) {
    const em_gate_port *port = em_gates_port(gates, name);
    if (port == NULL || r->count == MOST_PORTS || bytes_of(port) > MOST_BYTES) {
      return em_fail(error, EM_BAD_INPUT, "%s: %s is no port of the netlist, too wide, or one too many", path, name);
    }
    r->ports[r->count++] = port;
  }
  return EM_OK;
}

/* Sets one row; false at the file's end. */
static bool set_row(FILE *file, em_gates *gates, const row *r) {
  uint8_t bytes[MOST_BYTES];
  for (uint32_t i = 0; i < r->count; i++) {
    uint32_t count = bytes_of(r->ports[i]);
    if (fread(bytes, 1, count, file) != count) {
      return false;
    }
    em_gates_set(gates, r->ports[i], bytes, count);
  }
  return r->count > 0;
}

em_status em_gates_replay(em_gates *gates, const char *path, em_error *error) {
  FILE *file = fopen(path, "rb");
  row r = {.count = 0};
  if (file == NULL) {
    return em_fail(error, EM_BAD_INPUT, "%s: %s", path, strerror(errno));
  }
  em_status status = read_names(file, gates, path, &r, error);
  while (status == EM_OK && set_row(file, gates, &r)) {
    em_gates_settle(gates);
    em_gates_clock(gates);
  }
  fclose(file);
  return status;
}
