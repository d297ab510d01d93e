tickboard_test(store_test store/assets_test.cpp store/candles_test.cpp store/client_test.cpp store/keep_test.cpp store/keeper_test.cpp store/familiar_test.cpp store/forget_test.cpp
  store/lane_test.cpp
  store/page_test.cpp store/patience_test.cpp store/query_test.cpp store/search_test.cpp
  store/snapshot_test.cpp store/verify_test.cpp store/writer_test.cpp store/denial_test.cpp store/beside_test.cpp store/verify_daemons_test.cpp store/group_test.cpp)
target_link_libraries(store_test PRIVATE tickboard_actors tickboard_verify)
# The longest of the parts begins first, or the others end before it.
set_tests_properties(store_test PROPERTIES COST 150 TIMEOUT 600)
tickboard_part(store_test)
