// SPDX-License-Identifier: Apache-2.0
#include "tests/support/cgroup.h"

#include "tests/support/process.h"

#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace support {

namespace {

// A child of this process can be moved there.
bool takes_processes(const Cgroup &cgroup)
{
    const Child child = Child::calling([] {
        for (;;) {
            pause();
        }
        return 0;
    });
    return cgroup.add(child.pid());
}

// The line of /proc/self/cgroup that is for a mount of version 1 with these options.
std::string line_for(const std::string &options)
{
    std::istringstream lines(contents("/proc/self/cgroup"));
    std::string controllers;
    while (std::getline(lines, controllers, ':') && std::getline(lines, controllers, ':')) {
        const bool named = ("," + options + ",").find("," + controllers + ",") != std::string::npos;
        if (!controllers.empty() && named) {
            return ":" + controllers + ":";
        }
        std::getline(lines, controllers);
    }
    return "";
}

Cgroups make_cgroups(int version, const std::string &name)
{
    Cgroups cgroups;
    if (geteuid() != 0) {
        return cgroups;
    }
    // Controllers that are on their own, or named.
    const std::set<std::string> known{":pids:",    ":memory:",  ":freezer:",      ":cpu,cpuacct:",
                                      ":devices:", ":cpuacct:", ":name=systemd:", "0::"};
    std::set<std::string> lines;
    for (const Hierarchy &each : hierarchies()) {
        if (each.version != version || each.root != "/" || !known.contains(each.line) ||
            !lines.insert(each.line).second) {
            continue;
        }
        try {
            auto cgroup = std::make_unique<Cgroup>(each, cgroup_below(each.own, name));
            if (takes_processes(*cgroup)) {
                cgroups.push_back(std::move(cgroup));
            }
        } catch (const std::runtime_error &) {
            // The others may do.
            continue;
        }
    }
    return cgroups;
}

} // namespace

std::string Hierarchy::directory(const std::string &path) const
{
    const std::filesystem::path below = std::filesystem::path(path).lexically_relative(root);
    return below == "." ? mount : mount + "/" + below.string();
}

std::vector<Hierarchy> hierarchies()
{
    std::vector<Hierarchy> found;
    const std::string cgroups = contents("/proc/self/cgroup");
    std::istringstream mounts(contents("/proc/self/mountinfo"));
    for (std::string mount; std::getline(mounts, mount);) {
        std::istringstream words(mount);
        Hierarchy each;
        std::string word;
        words >> word >> word >> word >> each.root >> each.mount;
        while (words >> word && word != "-") {
        }
        std::string type;
        std::string options;
        words >> type >> word >> options;
        each.version = type == "cgroup" ? 1 : 2;
        each.line = type == "cgroup" ? line_for(options) : "0::";
        each.own = cgroup_in(cgroups, each.line);
        const auto below = std::filesystem::path(each.own).lexically_relative(each.root);
        if (type.rfind("cgroup", 0) == 0 && !each.line.empty() && !below.empty() &&
            *below.begin() != "..") {
            found.push_back(each);
        }
    }
    return found;
}

std::optional<Hierarchy> hierarchy_of(const std::string &controller)
{
    for (const Hierarchy &each : hierarchies()) {
        const bool has_it =
            each.version == 1
                ? has_word(each.line.substr(1, each.line.size() - 2), controller)
                : controller.empty() ||
                      has_word(contents(each.mount + "/cgroup.controllers"), controller);
        if (has_it) {
            return each;
        }
    }
    return {};
}

bool move_to_cgroup(const std::string &directory, pid_t pid)
{
    try {
        File(directory + "/cgroup.procs", O_WRONLY).write(std::to_string(pid));
        return true;
    } catch (const std::runtime_error &) {
        return false;
    }
}

Cgroup::Cgroup(const Hierarchy &hierarchy, const std::string &path)
    : hierarchy_(hierarchy), path_(path), directory_(hierarchy.directory(path))
{
    if (mkdir(directory_.c_str(), 0755) != 0) {
        throw refused("make " + directory_);
    }
}

Cgroup::~Cgroup()
{
    std::ifstream processes(directory_ + "/cgroup.procs");
    for (pid_t pid = 0; processes >> pid;) {
        move_to_cgroup(directory_ + "/..", pid);
    }
    // A process that has ended may take a moment to leave.
    if (!eventually([this] {
            return rmdir(directory_.c_str()) == 0 || access(directory_.c_str(), F_OK);
        })) {
        std::perror(directory_.c_str());
    }
}

Cgroups make_cgroups_2(const std::string &name)
{
    return make_cgroups(2, name);
}

Cgroups make_cgroups_1(const std::string &name)
{
    return make_cgroups(1, name);
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

std::string cgroup_below(const std::string &parent, const std::string &name)
{
    return (parent == "/" ? "" : parent) + "/" + name + "-" + std::to_string(getpid());
}

} // namespace support
