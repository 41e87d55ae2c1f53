# The library, static and shared, from the same objects.
include(CheckLinkerFlag)

# Only its header is used, which holds the code.
find_path(XXHASH_INCLUDE_DIR xxhash.h)
if(NOT XXHASH_INCLUDE_DIR)
  string(APPEND syngan_missing " xxhash.h")
endif()
if(syngan_missing)
  message(FATAL_ERROR "syngan: not found: ${syngan_missing}\n"
    "On Debian: apt-get install pkg-config libdnnl-dev ocl-icd-opencl-dev "
    "libjansson-dev libxxhash-dev libpng-dev zlib1g-dev "
    "libcsv-dev libsqlite3-dev")
endif()

# Two storeys: lib/core, which knows nothing of tables, and lib/tables upon it.
file(GLOB syngan_sources CONFIGURE_DEPENDS
  lib/storeys.c lib/core/*/*.c lib/core/*/*/*.c)
set(syngan_storeys ${PROJECT_SOURCE_DIR}/lib/core)
if(SYNGAN_TABLES)
  file(GLOB table_sources CONFIGURE_DEPENDS lib/tables/*/*.c)
  list(APPEND syngan_sources ${table_sources})
  list(APPEND syngan_storeys ${PROJECT_SOURCE_DIR}/lib/tables)
endif()
set(simd_sources ${syngan_sources})
list(FILTER syngan_sources EXCLUDE REGEX "_simd\\.c$")
list(FILTER simd_sources INCLUDE REGEX "_simd\\.c$")

# Vector kernels are compiled once for each instruction set; the suffix of
# their functions' names tells which, and they are chosen at run time. Those
# of bf16 products, *_bf16_simd.c, are for one set only.
set(simd_sources_avx512_bf16 ${simd_sources})
list(FILTER simd_sources_avx512_bf16 INCLUDE REGEX "_bf16_simd\\.c$")
list(FILTER simd_sources EXCLUDE REGEX "_bf16_simd\\.c$")
foreach(isa sse41 avx2 avx512)
  set(simd_sources_${isa} ${simd_sources})
endforeach()
set(simd_flags_sse41 -msse4.1)
set(simd_flags_avx2 -mavx2 -mfma)
set(simd_flags_avx512 -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx2 -mfma
    -mprefer-vector-width=512)
set(simd_flags_avx512_bf16 ${simd_flags_avx512} -mavx512bf16)
set(object_libraries syngan_objects)
add_library(syngan_objects OBJECT ${syngan_sources})
foreach(isa sse41 avx2 avx512 avx512_bf16)
  add_library(syngan_${isa} OBJECT ${simd_sources_${isa}})
  target_compile_options(syngan_${isa} PRIVATE ${simd_flags_${isa}})
  target_compile_definitions(syngan_${isa} PRIVATE SG_SIMD_SUFFIX=_${isa})
  list(APPEND object_libraries syngan_${isa})
endforeach()
set(syngan_objects)
foreach(library ${object_libraries})
  list(APPEND syngan_objects $<TARGET_OBJECTS:${library}>)
  target_link_libraries(${library} PRIVATE syngan_warnings ${syngan_libraries})
  target_include_directories(${library} PRIVATE
    ${PROJECT_SOURCE_DIR}/include ${syngan_storeys})
  target_include_directories(${library} SYSTEM PRIVATE ${XXHASH_INCLUDE_DIR})
  if(SYNGAN_CSV)
    target_include_directories(${library} SYSTEM PRIVATE
      ${SYNGAN_CSV_INCLUDE_DIR})
  endif()
  target_compile_definitions(${library} PRIVATE _GNU_SOURCE
    $<$<BOOL:${SYNGAN_TABLES}>:SYNGAN_HAVE_TABLES>
    $<$<BOOL:${SYNGAN_CSV}>:SYNGAN_HAVE_CSV>
    $<$<BOOL:${SYNGAN_PNG}>:SYNGAN_HAVE_PNG>
    $<$<BOOL:${SYNGAN_ZLIB}>:SYNGAN_HAVE_ZLIB>
    $<$<BOOL:${SYNGAN_SQLITE}>:SYNGAN_HAVE_SQLITE>)
  # Assertions are for tests and debuggers; CMake itself drops them in Release
  # and RelWithDebInfo, other types of build are packagers'.
  if(NOT SYNGAN_TESTS)
    target_compile_definitions(${library} PRIVATE
      $<$<NOT:$<CONFIG:Debug>>:NDEBUG>)
  endif()
  # Contraction of a * b + c would make results depend on how a loop is split.
  target_compile_options(${library} PRIVATE -ffp-contract=off)
endforeach()
# Smaller: -O3 is for the vector kernels, of which those for the oldest machines
# can do without.
foreach(library syngan_objects syngan_sse41)
  target_compile_options(${library} PRIVATE $<$<CONFIG:Release>:-O2>)
endforeach()
# What describes, plans, reads and writes files, and writes reports has no inner
# loops.
file(GLOB small_sources CONFIGURE_DEPENDS
  lib/core/compile/*.c lib/core/file/*.c lib/core/graph/*.c lib/core/model/*.c lib/core/op/*.c
  lib/tables/synth/*.c lib/core/train/*.c
  lib/tables/eval/evaluat*.c lib/tables/eval/html.c lib/tables/eval/measure.c lib/tables/eval/page*.c
  lib/tables/eval/pictures.c
  lib/tables/eval/quality.c lib/tables/eval/report.c lib/tables/eval/rows.c lib/tables/eval/verdict.c
  lib/tables/exchange/*.c lib/tables/encode/encoder_file.c lib/tables/encode/encoder_order_file.c
  lib/tables/table/schema*.c lib/tables/table/retype.c lib/tables/table/transactions*.c)
set_source_files_properties(${small_sources} PROPERTIES
  COMPILE_OPTIONS $<$<CONFIG:Release>:-Os>)

add_library(syngan_static STATIC ${syngan_objects})
add_library(syngan_shared SHARED ${syngan_objects})
foreach(kind static shared)
  add_library(syngan::${kind} ALIAS syngan_${kind})
  set_target_properties(syngan_${kind} PROPERTIES
    OUTPUT_NAME syngan EXPORT_NAME ${kind})
  target_include_directories(syngan_${kind} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(syngan_${kind} PRIVATE ${syngan_libraries})
  if(NOT SYNGAN_INSTALL) # inside another project: built if it is used
    set_target_properties(syngan_${kind} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endforeach()

# Only the listed symbols are visible, each with the interface's version, and
# none may be missing. clang links its sanitizers' runtime into programs only,
# so that their symbols stay open in a library.
set(symbol_map ${PROJECT_BINARY_DIR}/package/syngan.map)
configure_file(cmake/syngan.map ${symbol_map} @ONLY)
target_link_options(syngan_shared PRIVATE
  -Wl,--version-script=${symbol_map} -Wl,--as-needed)
if(NOT (CMAKE_C_COMPILER_ID MATCHES "Clang" AND CMAKE_C_FLAGS MATCHES "-fsanit"))
  target_link_options(syngan_shared PRIVATE -Wl,--no-undefined)
endif()
# Relocations in a twentieth of the size (DT_RELR): 40 KB less, and no program
# starts with a glibc before 2.36.
if(SYNGAN_PACK_RELOCATIONS)
  check_linker_flag(C -Wl,-z,pack-relative-relocs syngan_packs_relocations)
  if(NOT syngan_packs_relocations)
    message(FATAL_ERROR "syngan: SYNGAN_PACK_RELOCATIONS needs a linker that "
      "knows -z pack-relative-relocs (binutils 2.38 or later)")
  endif()
  target_link_options(syngan_shared PRIVATE -Wl,-z,pack-relative-relocs)
endif()
set_target_properties(syngan_shared PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON
  VERSION ${PROJECT_VERSION} SOVERSION ${SYNGAN_ABI} LINK_DEPENDS ${symbol_map})

# Inside another project the static one, as everywhere in CMake, so that a
# program that it installs starts; asked for the shared one, it is installed,
# too, and the program looks for it from where it lies itself.
if(NOT DEFINED BUILD_SHARED_LIBS)
  set(syngan_is_shared ${top_level})
else()
  set(syngan_is_shared ${BUILD_SHARED_LIBS})
endif()
if(NOT syngan_is_shared)
  add_library(syngan::syngan ALIAS syngan_static)
else()
  add_library(syngan::syngan ALIAS syngan_shared)
  if(NOT top_level AND NOT DEFINED CMAKE_INSTALL_RPATH)
    file(RELATIVE_PATH syngan_from_bin
      /${CMAKE_INSTALL_BINDIR} /${CMAKE_INSTALL_LIBDIR})
    set(CMAKE_INSTALL_RPATH "$ORIGIN/${syngan_from_bin}" CACHE STRING
      "Where installed programs look for libraries")
  endif()
  if(NOT SYNGAN_INSTALL)
    set_target_properties(syngan_shared PROPERTIES EXCLUDE_FROM_ALL OFF)
    install(TARGETS syngan_shared LIBRARY
      DESTINATION ${CMAKE_INSTALL_LIBDIR} NAMELINK_SKIP)
  endif()
endif()
