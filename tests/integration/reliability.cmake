# Whole programs, and what goes wrong with them.
tickboard_world_test(reliability_test reliability/stop_test.cpp reliability/watchdog_test.cpp)
tickboard_world_test(reload_test reliability/reload_test.cpp)
tickboard_world_test(access_test reliability/access_test.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/sockets.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/certificates.cpp)
tickboard_world_test(connects_test reliability/connects_test.cpp)
target_link_libraries(connects_test PRIVATE tickboard_exchange)
tickboard_world_test(mute_test reliability/mute_test.cpp)
set_tests_properties(mute_test PROPERTIES TIMEOUT 600)
tickboard_world_test(kill_test reliability/kill_test.cpp)
tickboard_world_test(verify_test reliability/verify_test.cpp)

# The disk that is full is that of what PostgreSQL said.
tickboard_world_test(limits_test reliability/limits_test.cpp postgres/database.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/private_postgres.cpp)
target_link_libraries(limits_test PRIVATE tickboard_actors)

tickboard_world_test(soak_test reliability/soak_test.cpp)
tickboard_world_test(reliability_clients_test reliability/clients_test.cpp reliability/neighbour.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/sockets.cpp
  ${PROJECT_SOURCE_DIR}/tests/unit/net/certificates.cpp)

tickboard_world_test(redis_faults_test reliability/redis_test.cpp reliability/cluster_test.cpp)
target_link_libraries(redis_faults_test PRIVATE tickboard_hiredis)
set_tests_properties(redis_faults_test PROPERTIES TIMEOUT 600)
tickboard_world_test(sentinel_test reliability/sentinel_test.cpp reliability/sentinel_client_test.cpp ${PROJECT_SOURCE_DIR}/tests/support/sentinels.cpp)
target_link_libraries(sentinel_test PRIVATE tickboard_hiredis)
set_tests_properties(sentinel_test PROPERTIES TIMEOUT 600)

tickboard_world_test(reliability_actors_test reliability/actors_test.cpp)
target_link_libraries(reliability_actors_test PRIVATE tickboard_actors)

tickboard_world_test(feeds_faults_test reliability/feeds_test.cpp)
tickboard_world_test(feeds_order_test reliability/feeds_order_test.cpp)
tickboard_world_test(feeds_load_test reliability/feeds_load_test.cpp)
tickboard_world_test(two_daemons_test reliability/two_daemons_test.cpp)
tickboard_world_test(postgres_faults_test reliability/postgres_faults_test.cpp postgres/database.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/private_postgres.cpp)
target_link_libraries(postgres_faults_test PRIVATE tickboard_actors)

tickboard_mostly_waits(reliability_test reload_test access_test connects_test mute_test limits_test
  reliability_actors_test postgres_faults_test)

tickboard_world_test(rights_test reliability/rights_test.cpp)
target_link_libraries(rights_test PRIVATE tickboard_hiredis)
set_tests_properties(rights_test PROPERTIES TIMEOUT 600)
