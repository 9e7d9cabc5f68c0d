// SPDX-License-Identifier: Apache-2.0
#include "cgroup.h"

#include "tests/support/process.h"

#include <fcntl.h>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace support {

namespace {

bool move(const std::string &directory, const std::string &pid)
{
    const int file = open((directory + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
    const bool moved = file >= 0 && write(file, pid.data(), pid.size()) > 0;
    close(file);
    return moved;
}

// A child of this process can be moved there.
bool takes_processes(const std::string &directory)
{
    const Child child = Child::calling([] {
        for (;;) {
            pause();
        }
        return 0;
    });
    return move(directory, std::to_string(child.pid()));
}

struct Hierarchy {
    std::string mount;
    std::string line;
};

// Of each the first mount that shows its root. Controllers that are on their own, or named.
std::vector<Hierarchy> hierarchies(const std::string &type)
{
    const std::set<std::string> known{"pids",    "memory",  "freezer",     "cpu,cpuacct",
                                      "devices", "cpuacct", "name=systemd"};
    std::vector<Hierarchy> found;
    std::set<std::string> lines;
    std::istringstream mounts(contents("/proc/self/mountinfo"));
    for (std::string mount; std::getline(mounts, mount);) {
        std::istringstream words(mount);
        std::string word;
        std::string root;
        std::string point;
        words >> word >> word >> word >> root >> point;
        while (words >> word && word != "-") {
        }
        std::string options;
        words >> word >> options >> options;
        if (word != type || root != "/") {
            continue;
        }
        std::string line = "0::";
        if (type == "cgroup") {
            line.clear();
            for (const auto &each : known) {
                if (("," + options + ",").find("," + each + ",") != std::string::npos) {
                    line = ":" + each + ":";
                }
            }
        }
        if (!line.empty() && lines.insert(line).second) {
            found.push_back({point, line});
        }
    }
    return found;
}

Cgroups make_cgroups(const std::string &type, const std::string &name)
{
    Cgroups cgroups;
    if (geteuid() != 0) {
        return cgroups;
    }
    for (const auto &each : hierarchies(type)) {
        auto cgroup = std::make_unique<Cgroup>(each.mount, each.line, name);
        if (cgroup->made()) {
            cgroups.push_back(std::move(cgroup));
        }
    }
    return cgroups;
}

} // namespace

Cgroup::Cgroup(const std::string &mount, const std::string &line, const std::string &name)
    : mount_(mount), line_(line)
{
    const std::string own = cgroup_in(contents("/proc/self/cgroup"), line);
    path_ = (own == "/" ? "" : own) + "/" + name + "-" + std::to_string(getpid());
    directory_ = mount + path_;
    made_ = mkdir(directory_.c_str(), 0755) == 0 && takes_processes(directory_);
}

Cgroup::~Cgroup()
{
    std::ifstream processes(directory_ + "/cgroup.procs");
    for (std::string pid; processes >> pid;) {
        move(directory_ + "/..", pid);
    }
    // A process that has ended may take a moment to leave.
    eventually(
        [this] { return rmdir(directory_.c_str()) == 0 || access(directory_.c_str(), F_OK); });
}

bool Cgroup::add(pid_t pid) const
{
    return move(directory_, std::to_string(pid));
}

Cgroups make_cgroups_2(const std::string &name)
{
    return make_cgroups("cgroup2", name);
}

Cgroups make_cgroups_1(const std::string &name)
{
    return make_cgroups("cgroup", name);
}

std::string cgroup_in(const std::string &text, const std::string &line)
{
    std::istringstream lines(text);
    for (std::string each; std::getline(lines, each);) {
        const size_t at = each.find(line);
        if (at != std::string::npos && (at != 0 || line[0] != ':') &&
            each.find(':') == (line[0] == ':' ? at : at + 1)) {
            return each.substr(at + line.size());
        }
    }
    return "not there";
}

} // namespace support
