tickboard_test(config_test
  config/schema_test.cpp config/messages_test.cpp config/files_test.cpp config/hostile_test.cpp
  config/text_values_test.cpp config/tls_files_test.cpp net/certificates.cpp)
target_link_libraries(config_test PRIVATE tickboard_config OpenSSL::Crypto)
tickboard_part(config_test)
