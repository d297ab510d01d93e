# How every target is compiled: strict warnings, ccache, a fast linker, sanitizers on request.
find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need these to be cacheable (ccache(1), "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(tickboard_flags INTERFACE)
target_include_directories(tickboard_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(tickboard_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Werror)

# AddressSanitizer's findings end a test. UBSan's are printed: CAF 0.17 and doctest's headers have some of
# their own. Leaks are not looked for yet (the asan test preset): hiredis contexts that are open when a
# test's io thread stops count as such. End-to-end programs run in the release build only.
if(TICKBOARD_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -O1 -g1)
  add_link_options(-fsanitize=address,undefined)
endif()

# tickboard_library(NAME SOURCES... ) declares one area's static library with our flags.
function(tickboard_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PUBLIC tickboard_flags)
endfunction()
