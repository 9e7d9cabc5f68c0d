// SPDX-License-Identifier: Apache-2.0
#include "tests/support/directory.h"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <stdlib.h>
#include <sys/stat.h>

namespace support {

Directory::Directory()
{
    char name[] = "/tmp/pause-test-XXXXXX";
    if (mkdtemp(name) == nullptr || chmod(name, 0755) != 0) {
        throw std::runtime_error("no directory can be made in /tmp");
    }
    path_ = name;
}

Directory::~Directory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Directory::file(const std::string &name, const std::string &text, unsigned mode) const
{
    std::ofstream(path(name)) << text;
    if (chmod(path(name).c_str(), mode) != 0) {
        throw std::runtime_error("cannot make " + path(name));
    }
    return path(name);
}

std::string Directory::directory(const std::string &name) const
{
    std::filesystem::create_directories(path(name));
    return path(name);
}

} // namespace support
