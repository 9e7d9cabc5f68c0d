// SPDX-License-Identifier: Apache-2.0
#include "sys/memory.h"
#include "tests/support/catch.h"

#include <fstream>
#include <string>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace sys;

TEST_CASE("the vdso ends where the kernel says it does")
{
    const Address vdso = getauxval(AT_SYSINFO_EHDR);
    if (vdso == 0) {
        SKIP_TEST("there is no vdso here");
    }
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        if (line.find("[vdso]") != std::string::npos) {
            const Address begin = std::stoul(line, nullptr, 16);
            const Address end = std::stoul(line.substr(line.find('-') + 1), nullptr, 16);
            CHECK(begin == vdso);
            CHECK(vdso_end(vdso) > begin);
            CHECK(vdso_end(vdso) <= end);
            CHECK(end - vdso_end(vdso) < static_cast<Address>(sysconf(_SC_PAGESIZE)));
            return;
        }
    }
    FAIL("no vdso in /proc/self/maps");
}

TEST_CASE("unmap takes exactly its pages away")
{
    const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    void *const mapping = mmap(nullptr, 3 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(mapping != MAP_FAILED);
    const auto begin = reinterpret_cast<Address>(mapping);
    REQUIRE(unmap(begin + page, begin + 2 * page));
    unsigned char resident = 0;
    CHECK(mincore(mapping, page, &resident) == 0);
    CHECK(mincore(reinterpret_cast<void *>(begin + page), page, &resident) == -1);
    CHECK(mincore(reinterpret_cast<void *>(begin + 2 * page), page, &resident) == 0);
    REQUIRE(unmap(begin, begin + 3 * page));
}

TEST_CASE("new memory is zeros, and can be written")
{
    const auto mapped = map_memory(2);
    REQUIRE(mapped);
    char *const memory = mapped.value();
    CHECK(memory[1] == 0);
    memory[1] = 1;
    CHECK(memory[1] == 1);
    REQUIRE(unmap(reinterpret_cast<Address>(memory), reinterpret_cast<Address>(memory + 1)));
}
