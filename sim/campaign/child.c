#include "sim/campaign/child.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

const char *em_run_outcome_name(em_run_outcome outcome) {
  static const char *const names[EM_RUN_OUTCOMES] = {"matched", "diverged", "deadlock", "crashed"};
  return names[outcome];
}

/* ---- The command line ---- */

enum { MOST_WORDS = 32, TEXT_BYTES = 160, TAIL_BYTES = 16384 };

typedef struct {
  const char *words[MOST_WORDS];
  size_t count;
  char numbers[TEXT_BYTES]; /* texts of numbers, one behind the other */
  size_t used;
  char program[EM_PATH_BYTES];
} command_line;

static void add(command_line *line, const char *option, const char *value) {
  if (value != NULL) {
    line->words[line->count++] = option;
    line->words[line->count++] = value;
  }
}

__attribute__((format(printf, 3, 4))) static void add_number(command_line *line, const char *option, const char *format,
                                                             ...) {
  va_list arguments;
  char *text = line->numbers + line->used;
  va_start(arguments, format);
  line->used += (size_t)vsnprintf(text, TEXT_BYTES - line->used, format, arguments) + 1;
  va_end(arguments);
  add(line, option, text);
}

static em_status make_line(const em_child_task *t, command_line *line, em_error *error) {
  memset(line, 0, sizeof *line);
  ssize_t length = readlink("/proc/self/exe", line->program, sizeof line->program - 1);
  if (length < 0) {
    return em_fail(error, EM_FAILED, "the program's own name: %s", strerror(errno));
  }
  line->words[line->count++] = line->program;
  add(line, "cosim", t->design);
  add(line, "--network", t->network);
  add(line, "--input", t->frames);
  add(line, "--bundle", t->bundle);
  add(line, "--rtl", t->rtl);
  add(line, "--build", t->build);
  add_number(line, "--seed", "%" PRIu64, t->seed);
  add_number(line, "--stall-in", "%.4g", t->stall_in);
  add_number(line, "--stall-out", "%.4g", t->stall_out);
  if (t->first_frames > 0) {
    add_number(line, "--frames", "%" PRIu32, t->first_frames);
  }
  line->words[line->count++] = "--quiet";
  return EM_OK;
}

/* ---- The process ---- */

/* Between fork and exec of a program with threads: only what signals may do. */
static void become(const command_line *line, int output, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0) {
    execv(line->program, (char *const *)line->words);
  }
  _exit(127);
}

/* The last bytes that come until the end. */
static void read_tail(int from, char tail[TAIL_BYTES]) {
  size_t used = 0;
  for (;;) {
    if (used == TAIL_BYTES - 1) {
      memmove(tail, tail + TAIL_BYTES / 2, used - TAIL_BYTES / 2);
      used -= TAIL_BYTES / 2;
    }
    ssize_t got = read(from, tail + used, TAIL_BYTES - 1 - used);
    if (got == 0 || (got < 0 && errno != EINTR)) {
      break;
    }
    used += got > 0 ? (size_t)got : 0;
  }
  tail[used] = '\0';
}

static em_status run(const command_line *line, char tail[TAIL_BYTES], int *state, em_error *error) {
  int pipes[2];
  if (pipe(pipes) != 0) {
    return em_fail(error, EM_FAILED, "a pipe: %s", strerror(errno));
  }
  pid_t self = getpid(), child = fork();
  if (child == 0) {
    close(pipes[0]);
    become(line, pipes[1], self);
  }
  close(pipes[1]);
  if (child < 0) {
    close(pipes[0]);
    return em_fail(error, EM_FAILED, "a process: %s", strerror(errno));
  }
  read_tail(pipes[0], tail);
  close(pipes[0]);
  while (waitpid(child, state, 0) < 0 && errno == EINTR) {
  }
  return EM_OK;
}

/* ---- What it said ---- */

/* The last line that the program itself wrote on standard error, without its end; NULL without. */
static char *last_words(char *tail) {
  char *last = NULL;
  for (char *line = tail; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (strncmp(line, "emamba: ", 8) == 0) {
      last = line + 8;
    }
  }
  if (last != NULL) {
    last[strcspn(last, "\n")] = '\0';
  }
  return last;
}

static em_status read_matched(const char *tail, em_child_result *result, em_error *error) {
  const char *at = strstr(tail, "lock-step: matched ");
  return at != NULL && sscanf(at, "lock-step: matched %" SCNu64 " cycles, %" SCNu64 " transactions, %" SCNu64 " frames",
                              &result->cycles, &result->transactions, &result->frames) == 3
             ? EM_OK
             : em_fail(error, EM_FAILED, "a run did not say what it did");
}

static bool is_crash(int signal) {
  return signal == SIGSEGV || signal == SIGABRT || signal == SIGBUS || signal == SIGFPE || signal == SIGILL;
}

em_status em_child_run(const em_child_task *task, em_child_result *result, em_error *error) {
  command_line line;
  char tail[TAIL_BYTES];
  int state = 0;
  memset(result, 0, sizeof *result);
  em_status status = make_line(task, &line, error);
  if (status == EM_OK) {
    status = run(&line, tail, &state, error);
  }
  if (status != EM_OK) {
    return status;
  }
  if (WIFSIGNALED(state)) {
    int number = WTERMSIG(state);
    result->outcome = EM_RUN_CRASHED;
    snprintf(result->text, sizeof result->text, "it ended by signal %d (%s)", number, strsignal(number));
    return is_crash(number) ? EM_OK : em_fail(error, EM_FAILED, "%s", result->text);
  }
  if (WEXITSTATUS(state) == 0) {
    return read_matched(tail, result, error);
  }
  const char *said = last_words(tail);
  bool deadlock = said != NULL && strncmp(said, "lock-step: deadlock", 19) == 0;
  if (WEXITSTATUS(state) != 1 || said == NULL || (!deadlock && strncmp(said, "lock-step: model and RTL", 24) != 0)) {
    return em_fail(error, WEXITSTATUS(state) == 2 ? EM_BAD_INPUT : EM_FAILED, "%.500s",
                   said != NULL ? said : "it could not be started");
  }
  result->outcome = deadlock ? EM_RUN_DEADLOCK : EM_RUN_DIVERGED;
  snprintf(result->text, sizeof result->text, "%.500s", said);
  return EM_OK;
}
