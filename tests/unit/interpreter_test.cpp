// SPDX-License-Identifier: Apache-2.0
// The interpreter of scripts and of ELF files, whole ones and hostile ones.
#include "nsjoin/proc.h"
#include "tests/support/catch.h"

#include <cstring>
#include <elf.h>

namespace {

std::string interpreter(const std::string &file)
{
    // Its end is the end of its memory, for AddressSanitizer to watch.
    const std::vector<char> bytes(file.begin(), file.end());
    const sys::TextView found = nsjoin::interpreter({bytes.data(), bytes.size()});
    REQUIRE((found.size == 0 || (found.data >= bytes.data() &&
                                 found.data + found.size <= bytes.data() + bytes.size())));
    return found.size == 0 ? "" : std::string(found.data, found.size);
}

struct Elf64 {
    using Header = Elf64_Ehdr;
    using Program = Elf64_Phdr;
    static constexpr unsigned char type = ELFCLASS64;
};
struct Elf32 {
    using Header = Elf32_Ehdr;
    using Program = Elf32_Phdr;
    static constexpr unsigned char type = ELFCLASS32;
};

// A header, a program header of another kind, one of PT_INTERP, and its name.
template <class Elf>
struct File {
    typename Elf::Header header{};
    typename Elf::Program programs[2]{};
    char name[8] = "/ld.so1";

    File()
    {
        std::memcpy(header.e_ident, ELFMAG, SELFMAG);
        header.e_ident[EI_CLASS] = Elf::type;
        header.e_phoff = offsetof(File, programs);
        header.e_phnum = 2;
        programs[0].p_type = PT_LOAD;
        programs[1].p_type = PT_INTERP;
        programs[1].p_offset = offsetof(File, name);
        programs[1].p_filesz = sizeof name;
    }
    std::string bytes() const { return {reinterpret_cast<const char *>(this), sizeof *this}; }
};

} // namespace

TEST_CASE("a script's interpreter is the first word behind #!")
{
    CHECK(interpreter("#!/bin/sh\n") == "/bin/sh");
    CHECK(interpreter("#!/bin/sh") == "/bin/sh");
    CHECK(interpreter("#! \t /bin/sh -x y\nmore") == "/bin/sh");
    CHECK(interpreter("#!/bin/sh\t-x\n") == "/bin/sh");
    CHECK(interpreter("#!").empty());
    CHECK(interpreter("#!\n/bin/sh").empty());
    CHECK(interpreter("# !/bin/sh").empty());
    CHECK(interpreter("").empty());
    CHECK(interpreter("#").empty());
}

TEMPLATE_TEST_CASE("an ELF file's interpreter is that of PT_INTERP", "", Elf32, Elf64)
{
    File<TestType> file;
    CHECK(interpreter(file.bytes()) == "/ld.so1");
    file.programs[1].p_type = PT_NOTE;
    CHECK(interpreter(file.bytes()).empty());
}

TEMPLATE_TEST_CASE("an ELF file that ends too early has none", "", Elf32, Elf64)
{
    const std::string whole = File<TestType>().bytes();
    for (size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(size);
        CHECK(interpreter(whole.substr(0, size)).empty());
    }
}

TEMPLATE_TEST_CASE("an ELF file whose numbers lead out of it has none", "", Elf32, Elf64)
{
    File<TestType> file;
    auto &program = file.programs[1];
    const auto damage = GENERATE(0, 1, 2, 3, 4, 5, 6, 7);
    CAPTURE(damage);
    switch (damage) {
    case 0:
        program.p_offset = static_cast<decltype(program.p_offset)>(-1);
        break;
    case 1:
        program.p_filesz = static_cast<decltype(program.p_filesz)>(-1);
        break;
    case 2:
        program.p_filesz = 0;
        break;
    case 3:
        program.p_filesz = sizeof file.name + 1;
        break;
    case 4:
        file.header.e_phoff = static_cast<decltype(file.header.e_phoff)>(-1);
        break;
    case 5:
        // So that the sum of it and the size of one is small again.
        file.header.e_phoff = static_cast<decltype(file.header.e_phoff)>(0 - sizeof program);
        break;
    case 6:
        file.header.e_phoff = sizeof file;
        file.header.e_phnum = 65535;
        break;
    default:
        file.header.e_phnum = 0;
        break;
    }
    CHECK(interpreter(file.bytes()).empty());
}
