# What operators see.
tickboard_world_test(operations_test operations/examples_test.cpp operations/log_test.cpp operations/metrics_test.cpp)
set_tests_properties(operations_test PROPERTIES TIMEOUT 600)
