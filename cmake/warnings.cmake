# The warnings that all of the project's C code is compiled with.
add_library(syngan_warnings INTERFACE)
target_compile_options(syngan_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
  -Wstrict-prototypes -Wmissing-prototypes -Wvla
  $<$<BOOL:${SYNGAN_WERROR}>:-Werror>)
