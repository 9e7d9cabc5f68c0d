// SPDX-License-Identifier: Apache-2.0
// Files of /proc, as they are and as somebody hostile would like them to be.
#include "nsjoin/proc.h"
#include "tests/support/catch.h"
#include "tests/unit/exact.h"

using namespace nsjoin;
using sys::TextView;
using unit::Exact;

namespace {

std::string string(TextView text)
{
    return text.size == 0 ? "" : std::string(text.data, text.size);
}

} // namespace

TEST_CASE("a value is found by its whole name")
{
    const Exact status("Name:\tPid: 1\nUmask:\t0022\nTgid:\t7\nPid:\t8\nPPid:\t9\nEmpty:\nEnd:  x");
    CHECK(string(field(status, "Pid")) == "8");
    CHECK(string(field(status, "Tgid")) == "7");
    CHECK(string(field(status, "Empty")).empty());
    CHECK(string(field(status, "End")) == "x");
    CHECK(string(field(status, "Pi")).empty());
    CHECK(string(field(status, "Umask:\t0022\nTgid")).empty());
    CHECK(string(field(Exact(""), "Pid")).empty());
    CHECK(string(field(Exact("pos:\t0\nflags:\t02\nPid:\t-1\nNSpid:\t-1\n"), "Pid")) == "-1");
}

TEST_CASE("lines of /proc/PID/cgroup, of version 2, 1, and both")
{
    struct {
        std::string line;
        uint32_t hierarchy;
        std::string controllers;
        std::string path;
    } const lines[] = {
        {"0::/", 0, "", "/"},
        {"0::/user.slice/a b", 0, "", "/user.slice/a b"},
        {"4:cpu,cpuacct:/x", 4, "cpu,cpuacct", "/x"},
        {"1:name=systemd:/init.scope", 1, "name=systemd", "/init.scope"},
        {"0::/with:colons::in/it:", 0, "", "/with:colons::in/it:"},
        {"9:pids:/0::/nested", 9, "pids", "/0::/nested"},
        {"0::/../../above", 0, "", "/../../above"},
    };
    for (const auto &each : lines) {
        CAPTURE(each.line);
        const Exact line(each.line);
        CgroupLine cgroup;
        REQUIRE(parse_cgroup(line, cgroup));
        CHECK(cgroup.hierarchy == each.hierarchy);
        CHECK(string(cgroup.controllers) == each.controllers);
        CHECK(string(cgroup.path) == each.path);
    }
    for (const std::string text : {"", ":", "::", "0:", "0::", "0::relative", "x::/", "-1::/",
                                   "4294967296::/", "0:/", "::/"}) {
        CAPTURE(text);
        CgroupLine cgroup;
        CHECK(!parse_cgroup(Exact(text), cgroup));
    }
}

TEST_CASE("lines of mountinfo, with any number of optional fields")
{
    for (const std::string optional : {"", "shared:1 ", "shared:1 master:2 propagate_from:3 "}) {
        CAPTURE(optional);
        const Exact line("36 35 98:0 /ro\\040ot /point rw,noatime " + optional +
                         "- cgroup2 none rw,nsdelegate");
        MountLine mount;
        REQUIRE(parse_mount(line, mount));
        CHECK(string(mount.root) == "/ro\\040ot");
        CHECK(string(mount.point) == "/point");
        CHECK(string(mount.type) == "cgroup2");
        CHECK(string(mount.super_options) == "rw,nsdelegate");
    }
    const Exact minus("1 2 3:4 /- /- - - - -");
    MountLine mount;
    CHECK(parse_mount(minus, mount));
    CHECK(string(mount.root) == "/-");
    for (const std::string text : {"", " ", "36 35 98:0 / /point rw", "36 35 98:0 / /point rw -",
                                   "36 35 98:0 / /point rw shared:1 cgroup2 none rw"}) {
        CAPTURE(text);
        CHECK(!parse_mount(Exact(text), mount));
    }
}

TEST_CASE("all controllers have to be among the options, whole")
{
    CHECK(has_controllers(Exact("rw,cpu,cpuacct"), Exact("cpu,cpuacct")));
    CHECK(has_controllers(Exact("rw,cpuacct,cpu"), Exact("cpu,cpuacct")));
    CHECK(has_controllers(Exact("rw,name=systemd"), Exact("name=systemd")));
    CHECK(!has_controllers(Exact("rw,cpuacct"), Exact("cpu")));
    CHECK(!has_controllers(Exact("rw,cpu"), Exact("cpu,cpuacct")));
    CHECK(!has_controllers(Exact(""), Exact("cpu")));
    CHECK(has_controllers(Exact("rw"), Exact("")));
}

TEST_CASE("octal escapes are decoded, and nothing else is")
{
    const std::vector<std::pair<std::string, std::string>> texts{
        {"", ""},           {"/a\\040b\\011c\\012d\\134e", "/a b\tc\nd\\e"},
        {"\\", "\\"},       {"\\04", "\\04"},
        {"\\048", "\\048"}, {"\\x40", "\\x40"},
        {"\\\\040", "\\ "}, {"\\377", "\xff"},
    };
    for (const auto &[text, decoded] : texts) {
        CAPTURE(text);
        std::vector<char> buffer(decoded.size() + 1, 'x');
        REQUIRE(decode(Exact(text), buffer.data(), buffer.size()));
        CHECK(std::string(buffer.data()) == decoded);
        CHECK(!decode(Exact(text), buffer.data(), buffer.size() - 1));
    }
}

TEST_CASE("a path is under a root only at a slash")
{
    const auto under = [](const std::string &path, const char *root) -> std::string {
        const Exact exact(path);
        TextView rest;
        return path_under(exact, root, rest) ? "[" + string(rest) + "]" : "no";
    };
    CHECK(under("/a/b", "/") == "[a/b]");
    CHECK(under("/", "/") == "[]");
    CHECK(under("/a/b", "/a") == "[b]");
    CHECK(under("/a", "/a") == "[]");
    CHECK(under("/a//b", "/a") == "[b]");
    CHECK(under("/ab", "/a") == "no");
    CHECK(under("/a", "/a/b") == "no");
    CHECK(under("", "/a") == "no");
    CHECK(under("b", "/") == "no");
}
