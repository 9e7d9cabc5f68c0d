// SPDX-License-Identifier: Apache-2.0
#include "tests/support/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace support {

std::string contents(const std::string &path)
{
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::string field(const std::string &status, const std::string &key)
{
    std::istringstream lines(status);
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(key + ":", 0) != 0) {
            continue;
        }
        std::istringstream words(line.substr(key.size() + 1));
        std::string all;
        for (std::string word; words >> word;) {
            all += all.empty() ? word : " " + word;
        }
        return all;
    }
    return "there is no " + key;
}

bool has_word(std::string list, const std::string &word)
{
    std::replace(list.begin(), list.end(), ',', ' ');
    std::istringstream words(list);
    for (std::string found; words >> found;) {
        if (found == word) {
            return true;
        }
    }
    return false;
}

std::runtime_error refused(const std::string &what)
{
    return std::runtime_error("cannot " + what + ": " + std::strerror(errno));
}

File::File(const std::string &path, int flags)
    : path_(path), number_(open(path.c_str(), flags | O_CLOEXEC))
{
    if (number_ < 0) {
        throw refused("open " + path);
    }
}

File::~File()
{
    close(number_);
}

void File::write(const std::string &text) const
{
    if (::write(number_, text.data(), text.size()) < 0) {
        throw refused("write " + text + " to " + path_);
    }
}

} // namespace support
