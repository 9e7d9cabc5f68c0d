// SPDX-License-Identifier: Apache-2.0
#include "sys/start.h"
#include "tests/support/catch.h"

#include <cstdint>
#include <vector>

using sys::InitialStack;

namespace {

// Words as the kernel would leave them on a stack.
class Words {
public:
    explicit Words(std::vector<uintptr_t> words) : words_(std::move(words)) {}
    const InitialStack &stack() const
    {
        return *reinterpret_cast<const InitialStack *>(words_.data());
    }

private:
    std::vector<uintptr_t> words_;
};

uintptr_t word(const char *text)
{
    return reinterpret_cast<uintptr_t>(text);
}

const char *const program = "program";
const char *const argument = "argument";
const char *const variable = "A=b";

} // namespace

TEST_CASE("the initial stack gives arguments, environment and auxiliary vector")
{
    const Words words({2, word(program), word(argument), 0, word(variable), 0, AT_PAGESZ, 4096,
                       AT_EXECFN, 77, AT_NULL, 0});
    const InitialStack &stack = words.stack();
    CHECK(stack.argc == 2);
    CHECK(stack.argv[1] == argument);
    CHECK(stack.environment()[0] == variable);
    CHECK(stack.environment()[1] == nullptr);
    CHECK(stack.auxiliary(AT_PAGESZ) == 4096);
    CHECK(stack.auxiliary(AT_EXECFN) == 77);
    CHECK(stack.auxiliary(AT_SYSINFO_EHDR) == 0);
}

TEST_CASE("the initial stack may have neither arguments nor environment")
{
    const Words words({0, 0, 0, AT_EXECFN, 77, AT_NULL, 0});
    const InitialStack &stack = words.stack();
    CHECK(stack.argv[0] == nullptr);
    CHECK(stack.environment()[0] == nullptr);
    CHECK(stack.auxiliary(AT_EXECFN) == 77);
}
