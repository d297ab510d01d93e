tickboard_test(spine_test spine/spine_test.cpp spine/faults_test.cpp spine/order_test.cpp
  spine/replay_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(spine_test PRIVATE tickboard_net tickboard_redis)
target_compile_definitions(spine_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(spine_test tickboard)
set_tests_properties(spine_test PROPERTIES TIMEOUT 600)
tickboard_whole(spine_test spine_test)
