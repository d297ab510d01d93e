# tickboard_reliability(NAME SOURCES...): whole programs, and what goes wrong with them.
function(tickboard_reliability name)
  tickboard_test(${name} ${ARGN} spine/truth.cpp spine/world.cpp
    ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
  target_link_libraries(${name} PRIVATE tickboard_net tickboard_redis)
  target_compile_definitions(${name} PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
  add_dependencies(${name} tickboard)
  tickboard_whole(${name} ${name})
endfunction()

tickboard_reliability(reliability_test reliability/stop_test.cpp reliability/watchdog_test.cpp)
tickboard_reliability(reload_test reliability/reload_test.cpp)
tickboard_reliability(kill_test reliability/kill_test.cpp)
tickboard_reliability(verify_test reliability/verify_test.cpp)

# The disk that is full is that of what PostgreSQL said.
tickboard_reliability(limits_test reliability/limits_test.cpp postgres/database.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/private_postgres.cpp)
target_link_libraries(limits_test PRIVATE tickboard_actors)

tickboard_reliability(soak_test reliability/soak_test.cpp)
tickboard_reliability(reliability_clients_test reliability/clients_test.cpp reliability/neighbour.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/sockets.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/certificates.cpp)

tickboard_reliability(redis_faults_test reliability/redis_test.cpp)
target_link_libraries(redis_faults_test PRIVATE tickboard_hiredis)
set_tests_properties(redis_faults_test PROPERTIES TIMEOUT 600)
tickboard_reliability(sentinel_test reliability/sentinel_test.cpp ${PROJECT_SOURCE_DIR}/tests/support/sentinels.cpp)
target_link_libraries(sentinel_test PRIVATE tickboard_hiredis)
set_tests_properties(sentinel_test PROPERTIES TIMEOUT 600)

tickboard_reliability(reliability_actors_test reliability/actors_test.cpp)
target_link_libraries(reliability_actors_test PRIVATE tickboard_actors)
