// The model of the tests checks with doctest what it is given. Here that is no test: a check that
// fails ends the program.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

namespace {

struct out_of_tests {
  out_of_tests() {
    context.setAsDefaultForAssertsOutOfTestCases();
    context.setAssertHandler([](const doctest::AssertData& failed) {
      if (!failed.m_failed)
        return;
      std::fprintf(stderr, "%s:%d: %s is not so\n", failed.m_file, failed.m_line, failed.m_expr);
      std::exit(1);
    });
  }
  doctest::Context context;
} const setup;

} // namespace
