tickboard_test(files_test files/file_watch_test.cpp files/whole_file_test.cpp)
target_link_libraries(files_test PRIVATE tickboard_files tickboard_net)
tickboard_part(files_test)
