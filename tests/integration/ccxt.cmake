# ccxt, which traders use with the real exchanges, judges the simulated ones.
foreach(exchange binance coinbaseexchange kraken)
  add_test(NAME ccxt_${exchange}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/ccxt/run.sh ${CMAKE_CURRENT_SOURCE_DIR}/ccxt
      ${CMAKE_CURRENT_BINARY_DIR}/ccxt $<TARGET_FILE:tickboard> ${exchange})
  # One npm ci at a time; 77 is "skipped, and said so".
  set_tests_properties(ccxt_${exchange} PROPERTIES
    SKIP_RETURN_CODE 77 RESOURCE_LOCK ccxt_node_modules TIMEOUT 240)
  tickboard_whole(ccxt_${exchange} tickboard)
endforeach()
