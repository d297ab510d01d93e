tickboard_test(simulator_test
  simulator/walk_test.cpp simulator/protocol_test.cpp simulator/convergence_test.cpp
  simulator/faults_test.cpp simulator/replay_test.cpp simulator/tls_test.cpp simulator/speed_test.cpp
  simulator/support.cpp)
target_link_libraries(simulator_test PRIVATE tickboard_simulator fmt::fmt)
set_tests_properties(simulator_test PROPERTIES TIMEOUT 300)
tickboard_part(simulator_test)
set_tests_properties(simulator_test PROPERTIES RUN_SERIAL ON)
