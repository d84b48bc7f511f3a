# Installation: the program, the embedding headers, a static and a shared library with all parts of the VM, and the
# package that find_package(devvm) finds: devvm::devvm and devvm::devvm_shared.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(CMAKE_THREAD_PREFER_PTHREAD ON)
find_package(Threads REQUIRED)

# Each part is an archive of its own in the build; hosts get one. Parts are listed where they are defined, so this
# collects what is there.
set(parts "")
foreach(target ${DEVVM_PARTS})
  if(TARGET ${target})
    get_target_property(kind ${target} TYPE)
    if(kind STREQUAL "STATIC_LIBRARY")
      list(APPEND parts $<TARGET_OBJECTS:${target}>)
    endif()
  endif()
endforeach()
add_library(devvm_library STATIC ${parts})
# The shared library exports devvm.h and nothing else, and brings its own C++ run-time library: hosts may be in C.
add_library(devvm_shared SHARED ${parts})
file(WRITE ${PROJECT_BINARY_DIR}/devvm.map "{ global: devvm_*; local: *; };\n")
set_target_properties(devvm_shared PROPERTIES
  OUTPUT_NAME devvm
  LINKER_LANGUAGE CXX
  VERSION ${PROJECT_VERSION}
  SOVERSION 1  # DEVVM_ABI_VERSION
  LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
  LINK_DEPENDS ${PROJECT_BINARY_DIR}/devvm.map
)
target_link_options(devvm_shared PRIVATE -Wl,--version-script=${PROJECT_BINARY_DIR}/devvm.map)
if(NOT DEVVM_SANITIZE)
  target_link_options(devvm_shared PRIVATE -static-libstdc++ -static-libgcc)
endif()
target_include_directories(devvm_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(devvm_shared PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
set_target_properties(devvm_library PROPERTIES
  OUTPUT_NAME devvm
  EXPORT_NAME devvm
  LINKER_LANGUAGE CXX
  ARCHIVE_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}
)
target_include_directories(devvm_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(devvm_library INTERFACE Threads::Threads ${CMAKE_DL_LIBS})

install(TARGETS devvm_library devvm_shared EXPORT devvmTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
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
