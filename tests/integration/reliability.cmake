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

tickboard_test(redis_faults_test reliability/redis_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(redis_faults_test PRIVATE tickboard_net tickboard_redis tickboard_hiredis)
target_compile_definitions(redis_faults_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(redis_faults_test tickboard)
set_tests_properties(redis_faults_test PROPERTIES TIMEOUT 600)
tickboard_whole(redis_faults_test redis_faults_test)
tickboard_test(sentinel_test reliability/sentinel_test.cpp spine/truth.cpp spine/world.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp ${PROJECT_SOURCE_DIR}/tests/support/sentinels.cpp)
target_link_libraries(sentinel_test PRIVATE tickboard_net tickboard_redis tickboard_hiredis)
target_compile_definitions(sentinel_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(sentinel_test tickboard)
set_tests_properties(sentinel_test PROPERTIES TIMEOUT 600)
tickboard_whole(sentinel_test sentinel_test)
