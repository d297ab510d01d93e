tickboard_test(commands_test commands/asking_test.cpp commands/page_table_test.cpp
  commands/status_text_test.cpp)
target_link_libraries(commands_test PRIVATE tickboard_commands)
tickboard_part(commands_test)
