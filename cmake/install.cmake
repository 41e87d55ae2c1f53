# Installs headers, both libraries, the CMake package, the pkg-config files and
# the licences.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR})
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/syngan)
foreach(kind static shared)
  install(TARGETS syngan_${kind} EXPORT syngan-${kind}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  install(EXPORT syngan-${kind} NAMESPACE syngan:: DESTINATION ${package_dir})
endforeach()

configure_package_config_file(cmake/syngan-config.cmake.in
  ${PROJECT_BINARY_DIR}/package/syngan-config.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# As the soname: see SYNGAN_ABI.
set(compatible SameMajorVersion)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatible SameMinorVersion)
endif()
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/package/syngan-config-version.cmake
  COMPATIBILITY ${compatible})
install(FILES cmake/dependencies.cmake
  ${PROJECT_BINARY_DIR}/package/syngan-config.cmake
  ${PROJECT_BINARY_DIR}/package/syngan-config-version.cmake
  DESTINATION ${package_dir})

# oneDNN, libgomp and libcsv have no pkg-config file; the others bring their own.
string(REPLACE ";" " " pc_modules "${syngan_modules}")
set(pc_libraries "-ldnnl -lgomp -lpthread -lm")
if(SYNGAN_CSV)
  string(PREPEND pc_libraries "-lcsv ")
endif()
get_filename_component(dnnl_lib_dir "${dnnl_DIR}/../.." ABSOLUTE)
if(NOT dnnl_lib_dir IN_LIST CMAKE_C_IMPLICIT_LINK_DIRECTORIES)
  string(PREPEND pc_libraries "-L${dnnl_lib_dir} ")
endif()
file(RELATIVE_PATH pc_prefix
  /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
foreach(name syngan syngan-static)
  configure_file(cmake/${name}.pc.in
    ${PROJECT_BINARY_DIR}/package/${name}.pc @ONLY)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/package/syngan.pc
  ${PROJECT_BINARY_DIR}/package/syngan-static.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
