tickboard_test(reliability_test reliability/stop_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(reliability_test PRIVATE tickboard_net tickboard_redis)
target_compile_definitions(reliability_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(reliability_test tickboard)
tickboard_whole(reliability_test reliability_test)

tickboard_test(reload_test reliability/reload_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(reload_test PRIVATE tickboard_net tickboard_redis)
target_compile_definitions(reload_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(reload_test tickboard)
tickboard_whole(reload_test reload_test)

tickboard_test(soak_test reliability/soak_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(soak_test PRIVATE tickboard_net tickboard_redis)
target_compile_definitions(soak_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(soak_test tickboard)
tickboard_whole(soak_test soak_test)

tickboard_test(reliability_actors_test reliability/actors_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(reliability_actors_test PRIVATE tickboard_actors)
target_compile_definitions(reliability_actors_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(reliability_actors_test tickboard)
tickboard_whole(reliability_actors_test reliability_actors_test)
