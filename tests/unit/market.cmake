tickboard_test(market_test
  market/answer_text_test.cpp market/asset_board_test.cpp market/asset_csv_test.cpp market/asset_markets_test.cpp
  market/asset_query_test.cpp market/asset_test.cpp market/base_choice_test.cpp market/candle_test.cpp market/coingecko_test.cpp
  market/coinmarketcap_test.cpp market/contract_test.cpp market/decimal_test.cpp market/familiar_notes_test.cpp market/injection_test.cpp market/page_change_test.cpp
  market/price_history_test.cpp market/quiet_watch_test.cpp market/rates_test.cpp
  market/search_test.cpp
  market/search_text_test.cpp market/term_dictionary_test.cpp market/stored_row_test.cpp market/symbol_table_test.cpp market/ticker_test.cpp market/token_bucket_test.cpp
  market/valuation_test.cpp market/view_query_test.cpp market/view_shape_test.cpp market/word_filter_test.cpp)
target_link_libraries(market_test PRIVATE tickboard_market)
tickboard_busy(market_test)
tickboard_part(market_test)
