# The warnings that all of the project's code is compiled with.
add_library(syngan_warnings INTERFACE)
target_compile_options(syngan_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wvla>
  $<$<BOOL:${SYNGAN_WERROR}>:-Werror>)
