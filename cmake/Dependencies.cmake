# Debian 12's packages. Headers of libraries are SYSTEM: our warnings are for our code.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
if(TICKBOARD_TESTS)
  find_package(doctest REQUIRED)
endif()
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(Boost 1.74 REQUIRED)
# Without the server's own headers, which are another package.
set(PostgreSQL_TYPE_INCLUDE_DIR /usr/include/postgresql)
find_package(PostgreSQL REQUIRED)
# Its registry and its server are not used: the text format alone.
find_package(prometheus-cpp CONFIG REQUIRED COMPONENTS core)

# Debian ships CAF without a CMake package.
find_path(CAF_INCLUDE_DIR caf/all.hpp REQUIRED)
find_library(CAF_CORE_LIBRARY caf_core REQUIRED)
add_library(tickboard_caf INTERFACE)
target_include_directories(tickboard_caf SYSTEM INTERFACE ${CAF_INCLUDE_DIR})
target_link_libraries(tickboard_caf INTERFACE ${CAF_CORE_LIBRARY} Threads::Threads)
target_compile_definitions(tickboard_caf INTERFACE CAF_ENABLE_TYPE_ID_CHECKS)

find_path(HIREDIS_INCLUDE_DIR hiredis/async.h REQUIRED)
find_library(HIREDIS_LIBRARY hiredis REQUIRED)
add_library(tickboard_hiredis INTERFACE)
target_include_directories(tickboard_hiredis SYSTEM INTERFACE ${HIREDIS_INCLUDE_DIR})
target_link_libraries(tickboard_hiredis INTERFACE ${HIREDIS_LIBRARY})

find_path(SYSTEMD_INCLUDE_DIR systemd/sd-daemon.h REQUIRED)
find_library(SYSTEMD_LIBRARY systemd REQUIRED)
add_library(tickboard_libsystemd INTERFACE)
target_include_directories(tickboard_libsystemd SYSTEM INTERFACE ${SYSTEMD_INCLUDE_DIR})
target_link_libraries(tickboard_libsystemd INTERFACE ${SYSTEMD_LIBRARY})

# Asio and Beast are compiled once (adapters/net/boost_impl.cpp), not in every file that uses them.
add_library(tickboard_asio INTERFACE)
target_link_libraries(tickboard_asio INTERFACE Boost::headers Threads::Threads OpenSSL::SSL OpenSSL::Crypto)
target_compile_definitions(tickboard_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
# Boost 1.74 knows clang's coroutines only as those of the Coroutines TS.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_definitions(tickboard_asio INTERFACE BOOST_ASIO_HAS_CO_AWAIT BOOST_ASIO_HAS_STD_COROUTINE)
endif()
