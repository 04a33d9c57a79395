#include "sim/run/outputs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/files/output_file.h"

static bool is_output(const em_option *option) {
  return option->kind == EM_OPTION_TEXT_OUTPUT || option->kind == EM_OPTION_BINARY_OUTPUT;
}

/* The text of an option that takes a file or folder; NULL when it was not given. */
static const char **text_of(em_options *options, const em_option *option) {
  return (const char **)(void *)((char *)options + option->offset);
}

static const char *given(const em_options *options, const em_option *option) {
  return option->kind < EM_OPTION_INPUT ? NULL : *text_of((em_options *)options, option);
}

static em_status name_place(const em_option *option, const char *path, em_error *error) {
  char place[256];
  snprintf(place, sizeof place, "--%s %.200s", option->name, path);
  em_error_prefix(error, place);
  return EM_BAD_INPUT;
}

static em_status check_file(const em_option *option, const char *path, em_output_file *file, em_error *error) {
  em_status status = em_output_file_find(path, file, error);
  if (status == EM_OK && file->descriptor >= 0 && option->kind == EM_OPTION_BINARY_OUTPUT) {
    status = em_fail(error, EM_BAD_INPUT, "is not text, and goes to a file only");
  }
  if (status == EM_OK) {
    status = em_output_file_check(file, error);
  }
  return status == EM_OK ? EM_OK : name_place(option, path, error);
}

/* A folder is there and can be written to, or its parent is: then it is made when it is needed. */
static em_status check_folder(const em_option *option, const char *path, em_error *error) {
  char probe[EM_PATH_BYTES];
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') {
    length--;
  }
  bool there = access(path, F_OK) == 0;
  em_output_file file;
  int size = snprintf(probe, sizeof probe, "%.*s%s", (int)length, path, there ? "/.probe" : "");
  em_status status =
      size >= (int)sizeof probe
          ? em_fail(error, EM_BAD_INPUT, "cannot write: the path is longer than %d bytes", EM_PATH_BYTES - 1)
          : em_output_file_find(probe, &file, error);
  if (status == EM_OK) {
    status = em_output_file_check(&file, error);
  }
  return status == EM_OK ? EM_OK : name_place(option, path, error);
}

static em_status refuse_input(const em_option *output, const char *path, const em_output_file *file, const char *input,
                              em_error *error) {
  struct stat info;
  if (!file->exists || stat(input, &info) != 0 || info.st_dev != file->info.st_dev ||
      info.st_ino != file->info.st_ino || (file->descriptor >= 0 && !S_ISREG(info.st_mode))) {
    return EM_OK;
  }
  return em_fail(error, EM_BAD_INPUT, "--%s %.200s: is the input %.200s; nothing was written", output->name, path,
                 input);
}

static em_status check_inputs(const em_options *options, const em_option *output, const char *path,
                              const em_output_file *file, em_error *error) {
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < options->argument_count; i++) {
    status = refuse_input(output, path, file, options->arguments[i], error);
  }
  for (size_t i = 0; status == EM_OK && i < em_option_count; i++) {
    const em_option *input = &em_option_table[i];
    const char *name = given(options, input);
    if (name != NULL && input->kind == EM_OPTION_INPUT) {
      status = refuse_input(output, path, file, name, error);
    }
  }
  return status;
}

/* From here on what is printed goes to standard error; the output keeps standard output. */
static em_status take_standard_output(em_options *options, const em_option *option, em_error *error) {
  int own = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (own < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) {
    return em_fail(error, EM_FAILED, "standard output: %s", strerror(errno));
  }
  snprintf(options->own_descriptor, sizeof options->own_descriptor, "/dev/fd/%d", own);
  *text_of(options, option) = options->own_descriptor;
  return EM_OK;
}

static em_status check_all(em_options *options, em_output_file *files, em_error *error) {
  const em_option *prints = NULL;
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    const char *path = given(options, option);
    if (path != NULL && option->kind == EM_OPTION_OUTPUT_FOLDER) {
      status = check_folder(option, path, error);
    }
    if (path == NULL || !is_output(option)) {
      continue;
    }
    status = check_file(option, path, &files[i], error);
    if (status == EM_OK) {
      status = check_inputs(options, option, path, &files[i], error);
    }
    for (size_t j = 0; status == EM_OK && j < i; j++) {
      const char *other = given(options, &em_option_table[j]);
      if (other != NULL && is_output(&em_option_table[j]) && em_output_file_same(&files[i], &files[j])) {
        status = em_fail(error, EM_BAD_INPUT, "--%s %.200s: is the file of --%s too; nothing was written", option->name,
                         path, em_option_table[j].name);
      }
    }
    prints = files[i].descriptor == STDOUT_FILENO ? option : prints;
  }
  return status == EM_OK && prints != NULL ? take_standard_output(options, prints, error) : status;
}

em_status em_outputs_check(em_options *options, em_error *error) {
  em_output_file *files = calloc(em_option_count, sizeof *files);
  if (files == NULL) {
    return em_fail(error, EM_FAILED, "out of memory for the outputs");
  }
  em_status status = check_all(options, files, error);
  free(files);
  return status;
}

em_status em_outputs_spare(const em_options *options, const char *path, em_error *error) {
  em_status status = EM_OK;
  for (size_t i = 0; status == EM_OK && i < em_option_count; i++) {
    const em_option *option = &em_option_table[i];
    const char *output = given(options, option);
    em_output_file file;
    if (output != NULL && is_output(option) && em_output_file_find(output, &file, error) == EM_OK) {
      status = refuse_input(option, output, &file, path, error);
    }
  }
  return status;
}
