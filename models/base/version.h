/* The version of the program, the library and everything that they write. Its home is the file VERSION. */
#ifndef EM_VERSION_H
#define EM_VERSION_H

/* "0.1.0" */
const char *em_version(void);

#endif
