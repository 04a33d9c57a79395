#include "sim/run/interrupt.h"

#include <signal.h>
#include <stddef.h>

#include "sim/files/temporaries.h"

static volatile sig_atomic_t caught;

static void remember(int number) {
  if (caught != 0) {
    em_temporaries_die(number);
  }
  caught = number;
}

void em_interrupt_catch(void) {
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART}, before;
    if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN) {
      sigaction(numbers[i], &action, NULL);
    }
  }
}

int em_interrupted(void) {
  return caught;
}

em_status em_interrupt_fail(em_error *error) {
  const char *name = caught == SIGINT ? "SIGINT" : caught == SIGHUP ? "SIGHUP" : "SIGTERM";
  return em_fail(error, EM_FAILED, "interrupted (%s)", name);
}
