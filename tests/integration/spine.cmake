# The world that tests of whole programs share, compiled once.
tickboard_library(tickboard_world spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp ${PROJECT_SOURCE_DIR}/tests/support/tcp_proxy.cpp)
target_link_libraries(tickboard_world PUBLIC tickboard_net tickboard_redis doctest::doctest)
target_compile_definitions(tickboard_world PUBLIC TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")

# Tests that drive whole programs mostly wait for them: optimising takes half of the time of compiling, for
# nothing.
target_compile_options(tickboard_world PRIVATE -O0)

# tickboard_world_test(NAME SOURCES...): a test of whole programs.
function(tickboard_world_test name)
  tickboard_test(${name} ${ARGN})
  target_compile_options(${name} PRIVATE -O0)
  target_link_libraries(${name} PRIVATE tickboard_world)
  add_dependencies(${name} tickboard)
  tickboard_whole(${name} ${name})
endfunction()

tickboard_world_test(spine_test spine/candles_test.cpp spine/spine_test.cpp spine/faults_test.cpp spine/order_test.cpp
  spine/replay_test.cpp)
set_tests_properties(spine_test PROPERTIES TIMEOUT 600)
tickboard_world_test(live_test spine/live_test.cpp ${PROJECT_SOURCE_DIR}/tests/unit/net/sockets.cpp)
set_tests_properties(live_test PROPERTIES TIMEOUT 600)

# Once more with two threads of each kind, where by default one does everything.
add_test(NAME threads_spine_test COMMAND spine_test "-tc=three exchanges*")
add_test(NAME threads_live_test COMMAND live_test)
foreach(one IN ITEMS spine_test live_test)
  tickboard_whole(threads_${one} ${one})
  set_tests_properties(threads_${one} PROPERTIES ENVIRONMENT TICKBOARD_TEST_THREADS=2 TIMEOUT 600)
endforeach()
tickboard_mostly_waits(live_test threads_live_test)
