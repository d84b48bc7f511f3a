# Installation: the program, the embedding headers, one static library with all parts of the VM, and the package that
# find_package(devvm) finds.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)

# Each part is an archive of its own in the build; hosts get one. Parts are listed where they are defined, so this
# collects what is there.
set(parts "")
foreach(target devvm_events devvm_bytecode devvm_heap devvm_runtime devvm_interpreter devvm_frontend devvm_lua_compiler
               devvm_lua devvm_embed)
  if(TARGET ${target})
    get_target_property(kind ${target} TYPE)
    if(kind STREQUAL "STATIC_LIBRARY")
      list(APPEND parts $<TARGET_OBJECTS:${target}>)
    endif()
  endif()
endforeach()
add_library(devvm_library STATIC ${parts})
set_target_properties(devvm_library PROPERTIES
  OUTPUT_NAME devvm
  EXPORT_NAME devvm
  LINKER_LANGUAGE CXX
  ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
)
target_include_directories(devvm_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(devvm_library INTERFACE Threads::Threads ${CMAKE_DL_LIBS})

install(TARGETS devvm_library EXPORT devvmTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET devvm)
  install(TARGETS devvm RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/devvm DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h" PATTERN "*.hpp")
install(EXPORT devvmTargets NAMESPACE devvm:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/devvm)
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/devvmConfig.cmake.in ${PROJECT_BINARY_DIR}/devvmConfig.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/devvm)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/devvmConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/devvmConfig.cmake ${PROJECT_BINARY_DIR}/devvmConfigVersion.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/devvm)
