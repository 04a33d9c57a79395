/* manual man|bash|zsh|driver-map: writes the manual page, a shell's completion or sim/driver/emamba_map.h on standard
 * output. */
#include <string.h>

#include "sim/map/map_header.h"
#include "tools/manual/manual.h"

int main(int argc, char **argv) {
  static const struct {
    const char *name;
    void (*write)(FILE *file);
  } texts[] = {{"man", em_manual_page},
               {"bash", em_manual_bash},
               {"zsh", em_manual_zsh},
               {"driver-map", em_map_write_common_header}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (argc == 2 && strcmp(argv[1], texts[i].name) == 0) {
      texts[i].write(stdout);
      return fflush(stdout) == 0 ? 0 : 1;
    }
  }
  fprintf(stderr, "usage: manual man|bash|zsh|driver-map\n");
  return 2;
}
