# Everything that the library links, in one place. Options switch off what the
# core does not need; the code asks SYNGAN_HAVE_PNG and SYNGAN_HAVE_ZLIB.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(dnnl CONFIG REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
find_library(SYNGAN_GOMP NAMES gomp libgomp.so.1
  PATHS /usr/lib/gcc/x86_64-linux-gnu/12 REQUIRED)

add_library(syngan_dependencies INTERFACE)
target_link_libraries(syngan_dependencies INTERFACE
  DNNL::dnnl PkgConfig::JANSSON PkgConfig::XXHASH ${SYNGAN_GOMP}
  Threads::Threads m)
if(SYNGAN_PNG)
  pkg_check_modules(PNG REQUIRED IMPORTED_TARGET libpng)
  target_link_libraries(syngan_dependencies INTERFACE PkgConfig::PNG)
  target_compile_definitions(syngan_dependencies INTERFACE SYNGAN_HAVE_PNG)
endif()
if(SYNGAN_ZLIB)
  pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
  target_link_libraries(syngan_dependencies INTERFACE PkgConfig::ZLIB)
  target_compile_definitions(syngan_dependencies INTERFACE SYNGAN_HAVE_ZLIB)
endif()
