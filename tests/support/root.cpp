// SPDX-License-Identifier: Apache-2.0
#include "tests/support/root.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace support {

bool enter_new_root(const std::string &path)
{
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("test", path.c_str(), "tmpfs", 0, nullptr) != 0) {
        return false;
    }
    for (const std::string name :
         {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr", "/dev", "/proc", "/tmp"}) {
        struct stat found {};
        const std::string here = path + name;
        if (lstat(name.c_str(), &found) != 0) {
            continue;
        }
        if (S_ISLNK(found.st_mode)) {
            if (symlink(read_link(name).c_str(), here.c_str()) != 0) {
                return false;
            }
        } else if (mkdir(here.c_str(), 0755) != 0 ||
                   mount(name.c_str(), here.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0) {
            return false;
        }
    }
    return chroot(path.c_str()) == 0 && chdir("/") == 0;
}

} // namespace support
