# Client packages for CoinGecko and CoinMarketCap, which others wrote, with nothing but the base URL
# changed.
add_test(NAME familiar_clients
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/clients/run.sh ${CMAKE_CURRENT_SOURCE_DIR}/clients
    ${CMAKE_CURRENT_BINARY_DIR}/clients $<TARGET_FILE:tickboard>)
set_tests_properties(familiar_clients PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 240)
tickboard_whole(familiar_clients tickboard)
