# How every target is compiled: strict warnings, ccache, a fast linker, sanitizers on request.
find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need these to be cacheable (ccache(1), "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(tickboard_flags INTERFACE)
target_include_directories(tickboard_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tickboard_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror)
# RapidJSON reads strings 16 bytes at a time where every processor of the kind can. For all files, since they share its
# templates.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  target_compile_definitions(tickboard_flags INTERFACE RAPIDJSON_SSE2)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  target_compile_definitions(tickboard_flags INTERFACE RAPIDJSON_NEON)
endif()

# What either sanitizer finds ends a test (CMakePresets.json). AddressSanitizer ends the test at the first
# access through a null pointer. -O1 takes twice as long to compile, and is for targets that loop much
# (tickboard_busy).
if(TICKBOARD_SANITIZE)
  add_compile_options(
    -fsanitize=address,undefined
    -fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizers.ignore -fno-omit-frame-pointer -O0 -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

# The headers of CAF, Asio and doctest take most of the time: files of one target share them, in groups
# (a third of the time of single files for all of it). The preset `dev` compiles each file alone, which
# is faster after a small change and finds what a file forgot to include.
option(TICKBOARD_TOGETHER "Compile files of one target in groups" ON)
set(CMAKE_UNITY_BUILD ${TICKBOARD_TOGETHER})

# tickboard_busy(TARGET...): the sanitizer build optimises these.
function(tickboard_busy)
  if(TICKBOARD_SANITIZE)
    foreach(name IN LISTS ARGN)
      target_compile_options(${name} PRIVATE -O1)
    endforeach()
  endif()
endfunction()

# tickboard_fuzzed(TARGET...): the sanitizer build counts the branches that they take (tests/fuzz).
function(tickboard_fuzzed)
  if(TICKBOARD_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    foreach(name IN LISTS ARGN)
      target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
    endforeach()
  endif()
endfunction()

# tickboard_library(NAME SOURCES... ) declares one area's static library with our flags.
function(tickboard_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC tickboard_flags)
endfunction()
