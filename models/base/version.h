/*
 * The version of the program, the library and everything that they write. Its home is the file VERSION; the commit is
 * git's at the time of the build.
 */
#ifndef EM_VERSION_H
#define EM_VERSION_H

/* "0.1.0" */
const char *em_version(void);

/* The commit that it was built from, "-dirty" behind it where files had changed; "unknown" without git. */
const char *em_commit(void);

#endif
