# Commands that ask a running daemon.
tickboard_world_test(asking_test commands/asking_test.cpp commands/pty.cpp)
target_link_libraries(asking_test PRIVATE tickboard_terminal util)
