/*
 * Results of everything that touches input: a status and one line of text.
 *
 * Functions that can meet bad input return em_status and take an em_error. The text says file, place, cause and
 * what is allowed, in one line without a final full stop or newline. On EM_OK the error is left untouched.
 * Programmer errors are asserts. Only main exits.
 */
#ifndef EM_STATUS_H
#define EM_STATUS_H

typedef enum {
  EM_OK = 0,
  EM_FAILED = 1,    /* the run failed: divergence, deadlock, a file that cannot be written */
  EM_BAD_INPUT = 2, /* bad usage or bad input */
} em_status;

typedef struct {
  char text[640];
} em_error;

/* Formats the text (cut to fit) and returns `status`, so that `return em_fail(error, EM_BAD_INPUT, ...)` reads well. */
em_status em_fail(em_error *error, em_status status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the text, for a caller that knows the file while the callee knew only the place. */
void em_error_prefix(em_error *error, const char *prefix);

/*
 * Replaces control characters and marks of text direction by question marks, in place. Names and texts come from
 * files: whatever they hold, what is printed stays one line and sends no escape code to a terminal.
 */
void em_text_clean(char *text);

#endif
