/*
 * Where the project stands, and where what is built at run time goes.
 */
#ifndef EM_PLACES_H
#define EM_PLACES_H

#include "models/base/status.h"
#include "sim/files/atomic_file.h"

/*
 * The project's root: the nearest folder above the running program that has rtl/em_pkg.sv, itself or (an installed
 * copy) in share/emamba: as the program was called, so that build/ may be a symbolic link, then as the links lead on.
 */
em_status em_project_root(char root[EM_PATH_BYTES], em_error *error);

/*
 * The build folder: `option` when it is not NULL, else the environment's EMAMBA_BUILD, else build/ of the project, and
 * of an installed program ~/.cache/emamba. Made when it is missing. Absolute, without links.
 */
em_status em_build_folder(const char *option, char folder[EM_PATH_BYTES], em_error *error);

/* Makes the folder and those above it. */
em_status em_make_folders(const char *path, em_error *error);

#endif
