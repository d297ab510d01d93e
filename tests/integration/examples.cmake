# examples/clients, each run as it is.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME examples_clients
  COMMAND ${Python3_EXECUTABLE} -B ${CMAKE_CURRENT_SOURCE_DIR}/examples/check.py $<TARGET_FILE:tickboard>
    ${TICKBOARD_BOARD_WORK}/node_modules/.bin/esbuild ${CMAKE_CURRENT_BINARY_DIR}/examples)
set_tests_properties(examples_clients PROPERTIES TIMEOUT 180)
tickboard_whole(examples_clients tickboard)
tickboard_mostly_waits(examples_clients)
