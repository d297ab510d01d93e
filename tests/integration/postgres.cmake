tickboard_test(postgres_test postgres/assets_test.cpp postgres/client_test.cpp
  postgres/commands_test.cpp postgres/database.cpp postgres/metadata_test.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/private_postgres.cpp
  ${PROJECT_SOURCE_DIR}/tests/support/process.cpp)
target_link_libraries(postgres_test PRIVATE tickboard_actors)
target_compile_definitions(postgres_test PRIVATE TICKBOARD_PROGRAM="$<TARGET_FILE:tickboard>")
add_dependencies(postgres_test tickboard)
# Servers that hang are what some of these tests are about: they must end all the same.
set_tests_properties(postgres_test PROPERTIES TIMEOUT 300 COST 80)
tickboard_part(postgres_test)
