tickboard_test(views_test store/views_test.cpp)
target_link_libraries(views_test PRIVATE tickboard_actors)
tickboard_whole(views_test views_test)
