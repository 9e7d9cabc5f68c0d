// SPDX-License-Identifier: Apache-2.0
// Runs the tests that are linked to it and ends with 'N passed, N failed, N skipped'.

#define CATCH_CONFIG_RUNNER
#include "catch.h"

#include <csignal>
#include <iostream>

#if CATCH_VERSION_MAJOR >= 3
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

namespace {

std::string skipped_because;
int passed = 0;
int failed = 0;
int skipped = 0;

class Counter : public Listener {
public:
    using Listener::Listener;

    void testCaseStarting(const Catch::TestCaseInfo &test) override
    {
        name_ = test.name;
        skipped_because.clear();
    }

    void testCaseEnded(const Catch::TestCaseStats &stats) override
    {
        if (stats.totals.assertions.failed > 0) {
            ++failed;
        } else if (!skipped_because.empty()) {
            ++skipped;
            std::cout << "skipped: " << name_ << ": " << skipped_because << '\n';
        } else {
            ++passed;
        }
    }

private:
    std::string name_;
};

} // namespace

CATCH_REGISTER_LISTENER(Counter)

void support::skip(const std::string &why)
{
    skipped_because = why;
}

int main(int argc, char **argv)
{
    // Tests write into pipes that programs under test have closed.
    std::signal(SIGPIPE, SIG_IGN);
    const int status = Catch::Session().run(argc, argv);
    std::cout << passed << " passed, " << failed << " failed, " << skipped << " skipped"
              << std::endl;
    return status;
}
