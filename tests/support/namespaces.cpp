// SPDX-License-Identifier: Apache-2.0
#include "tests/support/namespaces.h"

#include <cstdlib>
#include <filesystem>

namespace support {

std::vector<std::string> and_print_namespaces(std::vector<std::string> arguments)
{
    arguments.insert(arguments.end(), {"--", "readlink"});
    for (const auto &kind : kinds) {
        arguments.push_back("/proc/self/ns/" + kind.file);
    }
    return arguments;
}

std::string namespaces_of(const Holder &holder, unsigned long flags)
{
    std::string lines;
    for (const auto &kind : kinds) {
        const std::string file = "ns/" + kind.file;
        lines += (flags & kind.flag) != 0 ? holder.link(file) : read_link("/proc/self/" + file);
        lines += '\n';
    }
    return lines;
}

Answer nsjoin_as(uid_t id, const std::vector<std::string> &arguments,
                 const std::function<void()> &before_exec)
{
    // That user may not be able to get to where it was built.
    const Directory directory;
    std::vector<std::string> words{directory.path("nsjoin")};
    std::filesystem::copy_file(nsjoin_path(), words[0]);
    words.insert(words.end(), arguments.begin(), arguments.end());
    return run(words, [&] {
        become(id);
        if (before_exec) {
            before_exec();
        }
    });
}

bool is_one_line(const std::string &error)
{
    return error.rfind("nsjoin: ", 0) == 0 && error.find('\n') == error.size() - 1;
}

} // namespace support
