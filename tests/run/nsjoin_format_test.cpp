// SPDX-License-Identifier: Apache-2.0
// What is no program of this machine is not a script either.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <cstdlib>
#include <elf.h>
#include <sched.h>

using namespace support;

namespace {

// A whole header of an ELF file, and then nothing but zeros.
std::string elf(unsigned char bits, uint16_t machine)
{
    Elf64_Ehdr header{};
    header.e_ident[EI_MAG0] = ELFMAG0;
    header.e_ident[EI_MAG1] = ELFMAG1;
    header.e_ident[EI_MAG2] = ELFMAG2;
    header.e_ident[EI_MAG3] = ELFMAG3;
    header.e_ident[EI_CLASS] = bits;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_EXEC;
    header.e_machine = machine;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof header;
    std::string bytes(reinterpret_cast<const char *>(&header), sizeof header);
    return bytes + std::string(4096, '\0');
}

void check_refused(const Answer &answer, const std::string &path)
{
    CHECK(answer.output.empty());
    CHECK(answer.error == "nsjoin: cannot execute " + path + ": Exec format error\n");
    CHECK(answer.status == Status{126, 0});
}

} // namespace

TEST_CASE("a program of another machine is refused as one, and no shell reads it", "[native]")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::vector<std::pair<std::string, std::string>> programs{
        {"avr", elf(ELFCLASS32, EM_AVR)},
        {"tile", elf(ELFCLASS64, EM_TILEGX)},
        // The shell would run what is behind the header's end.
        {"lines", elf(ELFCLASS64, EM_TILEGX) + "\necho ran\n"},
        {"cut", "\177ELF\2\1\1\n\necho ran\n"},
    };
    for (const auto &[name, bytes] : programs) {
        const std::string path = here.file(name, bytes);
        CAPTURE(path);
        check_refused(nsjoin({holder.name(), "--", path}), path);
        check_refused(
            nsjoin({holder.name(), "--", name}, [&] { setenv("PATH", here.path().c_str(), 1); }),
            name);
    }
}

TEST_CASE("what has a zero byte in its first line is no text, so no shell reads it")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::vector<std::string> junk{
        std::string("\0", 1),
        std::string("\0\necho ran\n", 11),
        std::string("echo\0 ran\necho ran\n", 19),
        "MZ" + std::string(100, '\0') + "\necho ran\n",
    };
    int number = 0;
    for (const auto &bytes : junk) {
        const std::string name = "junk" + std::to_string(++number);
        const std::string path = here.file(name, bytes);
        CAPTURE(number);
        check_refused(nsjoin({holder.name(), "--", path}), path);
        check_refused(
            nsjoin({holder.name(), "--", name}, [&] { setenv("PATH", here.path().c_str(), 1); }),
            name);
    }
}

TEST_CASE("a text without #! goes to the shell, whatever is behind its first line")
{
    const Holder holder(both_ways());
    const Directory here;
    const std::vector<std::string> texts{
        "echo \"ran $1\"\n",
        "\n\necho \"ran $1\"\n",
        "# \xc3\xa9\xff\necho \"ran $1\"",
        ": '" + std::string(4000, 'x') + "'\necho \"ran $1\"\n",
        // As archives that unpack themselves are.
        std::string("echo \"ran $1\"\nexit 0\n\0\1\2\0", 25),
    };
    int number = 0;
    for (const auto &text : texts) {
        const std::string path = here.file("text" + std::to_string(++number), text);
        CAPTURE(number);
        const Answer answer = nsjoin({holder.name(), "--", path, "a b"});
        CHECK(answer.error.empty());
        CHECK(answer.output == "ran a b\n");
        CHECK(answer.status == Status{0, 0});
    }
    const Answer empty = nsjoin({holder.name(), "--", here.file("empty", "")});
    CHECK(empty.error.empty());
    CHECK(empty.status == Status{0, 0});
}
