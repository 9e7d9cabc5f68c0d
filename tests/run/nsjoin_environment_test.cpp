// SPDX-License-Identifier: Apache-2.0
// The command's environment: the caller's, the target's or none, and variables on top.
#include "tests/support/catch.h"
#include "tests/support/command.h"

#include <cstdlib>
#include <sched.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string environment_program = "/usr/bin/env";

// A process with an environment of its own to join, and a mount namespace, without which that is
// not used.
class Target {
public:
    explicit Target(const Words &environment)
        : child_(Child::calling(
              [&]() -> int {
                  std::vector<const char *> pointers;
                  for (const auto &variable : environment) {
                      pointers.push_back(variable.c_str());
                  }
                  pointers.push_back(nullptr);
                  execute({"/bin/sleep", "1000"}, &pointers);
              },
              CLONE_NEWNS | CLONE_NEWUTS | GENERATE(0UL, static_cast<unsigned long>(CLONE_NEWPID))))
    {
        if (!eventually([this] { return contents(child_.proc("comm")) == "sleep\n"; })) {
            throw std::runtime_error("the target did not start");
        }
    }
    std::string name() const { return std::to_string(child_.pid()); }

private:
    Child child_;
};

// What the command's environment is, of a caller that has A=1 and AB=2.
std::string environment(const Words &options, const std::string &target)
{
    const Answer answer = nsjoin(options + Words{target, "--", environment_program}, [] {
        clearenv();
        setenv("A", "1", 1);
        setenv("AB", "2", 1);
    });
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    return answer.output;
}

} // namespace

TEST_CASE("the environment is the caller's, the target's, or none", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({"T=1", "EMPTY=", "U=x=y"});
    CHECK(environment({}, target.name()) == "A=1\nAB=2\n");
    CHECK(environment({"-e"}, target.name()) == "T=1\nEMPTY=\nU=x=y\n");
    CHECK(environment({"--clear-env"}, target.name()).empty());
}

TEST_CASE("--setenv adds to any environment, and the last one of a name counts", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({"T=1", "A=theirs"});
    CHECK(environment({"--setenv=A=new"}, target.name()) == "AB=2\nA=new\n");
    CHECK(environment({"--setenv=C=x=y", "--setenv=D="}, target.name()) ==
          "A=1\nAB=2\nC=x=y\nD=\n");
    CHECK(environment({"--setenv=A=1st", "--setenv=B=b", "--setenv=A=2nd"}, target.name()) ==
          "AB=2\nB=b\nA=2nd\n");
    CHECK(environment({"--setenv=A=new", "-e"}, target.name()) == "T=1\nA=new\n");
    CHECK(environment({"--clear-env", "--setenv=A=new"}, target.name()) == "A=new\n");
    // Those that begin with the same letters are others.
    CHECK(environment({"--setenv=AB=new"}, target.name()) == "A=1\nAB=new\n");
}

TEST_CASE("a target without an environment gives none", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({});
    CHECK(environment({"-e"}, target.name()).empty());
    CHECK(environment({"-e", "--setenv=B=b"}, target.name()) == "B=b\n");
}

TEST_CASE("one that is malformed arrives as it is", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Target target({"no value", "=no name", "TWICE=1", "TWICE=2", "LINE=a\nb"});
    CHECK(environment({"-e"}, target.name()) ==
          "no value\n=no name\nTWICE=1\nTWICE=2\nLINE=a\nb\n");
    CHECK(environment({"-e", "--setenv=TWICE=3", "--setenv=no value=1"}, target.name()) ==
          "no value\n=no name\nLINE=a\nb\nTWICE=3\nno value=1\n");
}

TEST_CASE("a megabyte of environment arrives", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    Words variables;
    std::string expected;
    for (int i = 0; i < 1000; ++i) {
        variables.push_back("V" + std::to_string(i) + "=" + std::string(1000, 'v'));
        expected += variables.back() + "\n";
    }
    variables.push_back("LONG=" + std::string(120'000, 'l'));
    expected += variables.back() + "\n";
    const Target target(variables);
    CHECK((environment({"-e"}, target.name()) == expected));
}

TEST_CASE("the command is looked for in the PATH that it will have", "[native]")
{
    if (geteuid() != 0) {
        SKIP_TEST("wants root");
    }
    const Directory here;
    here.directory("first");
    here.directory("second");
    here.file("first/tool", "#!/bin/sh\necho first $1\n");
    here.file("second/tool", "#!/bin/sh\necho second $1\n");
    const std::string first = "PATH=" + here.path("first");
    const Target target({first});
    const Words command{target.name(), "--", "tool", "argument"};
    const auto in_second = [&] { setenv("PATH", here.path("second").c_str(), 1); };
    CHECK(nsjoin(command, in_second).output == "second argument\n");
    CHECK(nsjoin(Words{"-e"} + command, in_second).output == "first argument\n");
    CHECK(nsjoin(Words{"--setenv=" + first} + command, in_second).output == "first argument\n");
    CHECK(nsjoin(Words{"--clear-env"} + command, in_second).status == Status{127, 0});
}
