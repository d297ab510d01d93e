# compare.mjs, the reference comparison beside the recordings, runs on node where it is installed.
find_program(NODE node)
if(NOT NODE)
  set(NODE "")
  message(WARNING "node is not installed: recordings are compared by the C++ test alone")
endif()

tickboard_test(exchange_test
  exchange/connect_ledger_test.cpp exchange/decode_test.cpp exchange/hostile_test.cpp
  exchange/last_trades_test.cpp exchange/listing_test.cpp
  exchange/recorded_test.cpp exchange/recording_test.cpp exchange/requests_test.cpp
  exchange/support.cpp)
target_link_libraries(exchange_test PRIVATE tickboard_exchange)
target_compile_definitions(exchange_test PRIVATE
  TICKBOARD_NODE="${NODE}" TICKBOARD_OUTPUT_DIR="${CMAKE_CURRENT_BINARY_DIR}")
tickboard_busy(exchange_test)
tickboard_part(exchange_test)
