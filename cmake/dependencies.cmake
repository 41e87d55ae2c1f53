# Finds what the library links, in one place: included by the project and, for
# the static library, by the installed package. SYNGAN_CSV, SYNGAN_PNG,
# SYNGAN_SQLITE and SYNGAN_ZLIB say whether those are wanted. Sets
# syngan_libraries and, where something is missing, syngan_missing.
find_package(Threads REQUIRED)
find_package(PkgConfig)
set(syngan_missing)

# A oneDNN of your own, 2.6 or later or 3.x, with the GNU OpenMP runtime: give
# dnnl_DIR, dnnl_ROOT or CMAKE_PREFIX_PATH. The installed package asks for the
# major version that the library was built with.
find_package(dnnl ${SYNGAN_DNNL_VERSION} CONFIG HINTS ${SYNGAN_DNNL_DIR})
if(NOT TARGET DNNL::dnnl OR dnnl_VERSION VERSION_LESS 2.6)
  list(APPEND syngan_missing "oneDNN (Debian: libdnnl-dev ocl-icd-opencl-dev)")
endif()

# The OpenMP runtime that oneDNN links, by its file: no -fopenmp, with which a
# compiler would bring its own.
if(NOT SYNGAN_GOMP)
  foreach(compiler ${CMAKE_C_COMPILER} ${CMAKE_CXX_COMPILER} gcc)
    foreach(name libgomp.so libgomp.so.1)
      if(NOT SYNGAN_GOMP)
        execute_process(COMMAND ${compiler} -print-file-name=${name}
          OUTPUT_VARIABLE file OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
        if(IS_ABSOLUTE "${file}" AND EXISTS "${file}")
          get_filename_component(file "${file}" REALPATH)
          set(SYNGAN_GOMP "${file}" CACHE FILEPATH "libgomp's shared library")
        endif()
      endif()
    endforeach()
  endforeach()
  find_library(SYNGAN_GOMP NAMES gomp libgomp.so.1)
endif()
if(SYNGAN_GOMP AND NOT TARGET syngan::gomp)
  add_library(syngan::gomp SHARED IMPORTED)
  set_target_properties(syngan::gomp PROPERTIES
    IMPORTED_LOCATION ${SYNGAN_GOMP})
elseif(NOT SYNGAN_GOMP)
  list(APPEND syngan_missing "libgomp (Debian: libgomp1)")
endif()

set(syngan_libraries DNNL::dnnl syngan::gomp Threads::Threads m)
set(syngan_modules jansson)
if(SYNGAN_PNG)
  list(APPEND syngan_modules libpng)
endif()
if(SYNGAN_ZLIB)
  list(APPEND syngan_modules zlib)
endif()
if(SYNGAN_SQLITE)
  list(APPEND syngan_modules sqlite3)
endif()
foreach(module ${syngan_modules})
  if(PkgConfig_FOUND)
    pkg_check_modules(SYNGAN_${module} QUIET IMPORTED_TARGET ${module})
  endif()
  if(NOT SYNGAN_${module}_FOUND)
    list(APPEND syngan_missing "${module}.pc")
  endif()
  list(APPEND syngan_libraries PkgConfig::SYNGAN_${module})
endforeach()
# libcsv has no pkg-config file.
if(SYNGAN_CSV)
  find_path(SYNGAN_CSV_INCLUDE_DIR csv.h)
  find_library(SYNGAN_CSV_LIBRARY csv)
  if(SYNGAN_CSV_INCLUDE_DIR AND SYNGAN_CSV_LIBRARY)
    list(APPEND syngan_libraries ${SYNGAN_CSV_LIBRARY})
  else()
    list(APPEND syngan_missing "libcsv (Debian: libcsv-dev)")
  endif()
endif()
list(JOIN syngan_missing ", " syngan_missing)
