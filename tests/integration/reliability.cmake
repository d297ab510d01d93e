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

tickboard_test(reliability_clients_test reliability/clients_test.cpp reliability/neighbour.cpp
  spine/world.cpp ${PROJECT_SOURCE_DIR}/tests/support/process.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/sockets.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/certificates.cpp)
target_link_libraries(reliability_clients_test PRIVATE tickboard_net tickboard_redis)
target_compile_definitions(reliability_clients_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(reliability_clients_test tickboard)
tickboard_whole(reliability_clients_test reliability_clients_test)
