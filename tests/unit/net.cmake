tickboard_test(net_http_test net/text_test.cpp net/http_server_test.cpp net/http_limits_test.cpp
  net/http_client_test.cpp net/sockets.cpp)
target_link_libraries(net_http_test PRIVATE tickboard_net ZLIB::ZLIB)
tickboard_test(net_stream_test net/stream_test.cpp net/tls_test.cpp net/https_test.cpp net/certificates.cpp
  net/ws_peer.cpp net/sockets.cpp net/live_test.cpp)
target_link_libraries(net_stream_test PRIVATE tickboard_net)
# A peer that hangs is what these tests are about: they must end all the same.
set_tests_properties(net_http_test net_stream_test PROPERTIES TIMEOUT 300)
tickboard_part(net_http_test)
tickboard_part(net_stream_test)
# They measure time limits.
set_tests_properties(net_http_test net_stream_test PROPERTIES RUN_SERIAL ON)
