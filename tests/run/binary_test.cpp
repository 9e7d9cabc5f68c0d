// SPDX-License-Identifier: Apache-2.0
// The file: how large it is and how it is put together, elf(5).
#include "tests/support/catch.h"
#include "tests/support/nsjoin.h"

#include <cstdlib>
#include <elf.h>
#include <iostream>

using namespace support;

namespace {

struct Segment {
    uint64_t type;
    uint64_t flags;
    uint64_t file_size;
    uint64_t memory_size;
};

// An ELF file of either class and byte order.
class Binary {
public:
    explicit Binary(std::string bytes) : bytes_(std::move(bytes)) {}

    bool is_elf() const { return bytes_.rfind(ELFMAG, 0) == 0; }
    size_t size() const { return bytes_.size(); }
    uint64_t type() const { return number(EI_NIDENT, 2); }
    uint64_t machine() const { return number(EI_NIDENT + 2, 2); }

    std::vector<Segment> segments() const
    {
        std::vector<Segment> result;
        const size_t table = number(wide() ? 32 : 28, word());
        const size_t entry = number(wide() ? 54 : 42, 2);
        const size_t count = number(wide() ? 56 : 44, 2);
        for (size_t i = 0; i < count; ++i) {
            const size_t at = table + i * entry;
            result.push_back({number(at, 4), number(at + (wide() ? 4 : 24), 4),
                              number(at + (wide() ? 32 : 16), word()),
                              number(at + (wide() ? 40 : 20), word())});
        }
        return result;
    }

private:
    bool wide() const { return bytes_.at(EI_CLASS) == ELFCLASS64; }
    size_t word() const { return wide() ? 8 : 4; }

    uint64_t number(size_t at, size_t size) const
    {
        uint64_t value = 0;
        for (size_t i = 0; i < size; ++i) {
            const bool little = bytes_.at(EI_DATA) == ELFDATA2LSB;
            const auto byte =
                static_cast<unsigned char>(bytes_.at(little ? at + size - 1 - i : at + i));
            value = value << 8 | byte;
        }
        return value;
    }

    std::string bytes_;
};

} // namespace

TEST_CASE("the binaries are as small as promised")
{
    struct Promise {
        std::string path;
        size_t on_x86_64;
        size_t elsewhere;
    };
    const auto promise =
        GENERATE(Promise{pause_path(), 1536, 4096}, Promise{nsjoin_path(), 54 << 10, 76 << 10});
    const Binary binary(contents(promise.path));
    REQUIRE(binary.is_elf());
    std::cout << promise.path << ": " << binary.size() << " bytes\n";
    const size_t limit = binary.machine() == EM_X86_64 ? promise.on_x86_64 : promise.elsewhere;
    const char *const compiler = std::getenv("COMPILER");
    const bool clang = compiler != nullptr && compiler == std::string("clang");
    // It is GCC's size that is promised. clang's are up to a fifth larger.
    CHECK(binary.size() <= (clang ? limit + limit / 5 : limit));
}

TEST_CASE("the binaries are static and nothing in them is both writable and executable")
{
    const Binary binary(contents(GENERATE(pause_path(), nsjoin_path())));
    REQUIRE(binary.is_elf());
    CHECK(binary.type() == ET_EXEC);
    bool stack = false;
    int loaded = 0;
    for (const Segment &segment : binary.segments()) {
        CHECK(segment.type != PT_INTERP);
        CHECK(segment.type != PT_DYNAMIC);
        CHECK((segment.flags & (PF_W | PF_X)) != (PF_W | PF_X));
        if (segment.type == PT_LOAD) {
            ++loaded;
            CHECK(segment.file_size == ((segment.flags & PF_W) != 0 ? 0 : binary.size()));
        }
        if (segment.type == PT_GNU_STACK) {
            stack = true;
            CHECK((segment.flags & PF_X) == 0);
        }
    }
    CHECK(loaded == 2);
    CHECK(stack);
}
