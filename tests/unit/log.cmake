tickboard_test(log_test log/log_test.cpp log/output_test.cpp)
target_link_libraries(log_test PRIVATE tickboard_log tickboard_market)
tickboard_part(log_test)
