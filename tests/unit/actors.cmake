tickboard_test(actors_test actors/admission_test.cpp actors/answer_cache_test.cpp
  actors/connect_gate_test.cpp actors/connect_wait_test.cpp actors/connection_test.cpp actors/error_test.cpp actors/feed_test.cpp actors/listing_test.cpp actors/share_plan_test.cpp actors/io_scheduler_test.cpp actors/lifecycle_test.cpp
  actors/derivation_test.cpp actors/metadata_test.cpp actors/rates_test.cpp
  actors/market_sources_test.cpp actors/mute_test.cpp actors/normalizer_test.cpp actors/operations_session_test.cpp actors/quarantine_test.cpp actors/renewal_test.cpp actors/route_figures_test.cpp actors/routes_test.cpp actors/scrape_test.cpp actors/session_test.cpp
  actors/status_test.cpp actors/strategy_test.cpp actors/subscription_test.cpp actors/supervisor_test.cpp
  actors/asset_route_test.cpp actors/asset_session_test.cpp actors/assets_test.cpp
  actors/familiar_test.cpp actors/fair_queue_test.cpp actors/known_pages_test.cpp actors/live_hub_test.cpp actors/live_route_test.cpp actors/live_session_test.cpp actors/query_test.cpp actors/search_test.cpp actors/search_route_test.cpp actors/vital_signs_test.cpp)
target_link_libraries(actors_test PRIVATE tickboard_actors)

# CAF alone is seconds in every file.
target_precompile_headers(actors_test PRIVATE <caf/all.hpp>)
tickboard_part(actors_test)
