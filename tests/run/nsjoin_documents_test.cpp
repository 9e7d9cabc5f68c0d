// SPDX-License-Identifier: Apache-2.0
// --help, the manual page and the completions name the same options, each with the same letter and
// the same kind of value. All but the manual page are made from the table that nsjoin parses by.
#include "nsjoin/completions/fill.h"
#include "tests/support/catch.h"
#include "tests/support/directory.h"
#include "tests/support/nsjoin.h"

#include <algorithm>
#include <cstdlib>
#include <regex>
#include <sstream>

using namespace support;

namespace {

struct Option {
    std::string name;
    std::string letter;
    /// none, optional or required.
    std::string value;
    std::string text;

    bool operator==(const Option &) const = default;
};
using Options = std::vector<Option>;

std::ostream &operator<<(std::ostream &out, const Option &option)
{
    return out << '-' << option.letter << " --" << option.name << ' ' << option.value << ": "
               << option.text;
}

std::string source(const std::string &path)
{
    const char *const root = std::getenv("SOURCE");
    REQUIRE(root != nullptr);
    std::string text = contents(root + ("/" + path));
    REQUIRE_FALSE(text.empty());
    return text;
}

// An option for each line that `pattern` is found in. Its groups are letter, name, mark and text;
// the mark says which kind of value there is: as `required`, another one, or empty for none.
Options find(const std::string &text, const std::string &pattern, const std::string &required)
{
    const std::regex expression(pattern);
    Options options;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        std::smatch found;
        if (std::regex_search(line, found, expression)) {
            const std::string mark = found[3];
            options.push_back({found[2], found[1],
                               mark.empty()                                   ? "none"
                               : std::regex_match(mark, std::regex(required)) ? "required"
                                                                              : "optional",
                               std::regex_replace(found[4].str(), std::regex("'\\\\''"), "'")});
        }
    }
    return options;
}

Options of_help()
{
    return find(nsjoin({"--help"}).output, "^  (?:-(.), |    )--([a-z-]+)(\\[?=)?[^ ]* {2,}(.*)$",
                "=");
}

Options without_text(Options options)
{
    for (Option &option : options) {
        option.text.clear();
    }
    return options;
}

const std::string directory = "nsjoin/completions/";

// What bash offers for the last of `words`.
std::vector<std::string> complete(const std::vector<std::string> &words)
{
    source(directory + "nsjoin");
    std::vector<std::string> command{"bash",
                                     "--norc",
                                     "-c",
                                     "source \"$SOURCE/nsjoin/completions/nsjoin\"\n"
                                     "COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))\n"
                                     "_nsjoin\n"
                                     "((${#COMPREPLY[@]} == 0)) || printf '%s\\n' "
                                     "\"${COMPREPLY[@]}\"",
                                     "bash",
                                     "nsjoin"};
    command.insert(command.end(), words.begin(), words.end());
    const Answer answer = run(command);
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
    std::vector<std::string> offered;
    std::istringstream lines(answer.output);
    for (std::string line; std::getline(lines, line);) {
        offered.push_back(line);
    }
    return offered;
}

bool has(const std::vector<std::string> &offered, const std::string &word)
{
    return std::find(offered.begin(), offered.end(), word) != offered.end();
}

bool installed(const std::string &program)
{
    return run({"sh", "-c", "command -v " + program}).status == Status{0, 0};
}

} // namespace

TEST_CASE("the manual page has every option of --help, in its order")
{
    const std::string page = source("nsjoin/nsjoin.1");
    const std::string described = page.substr(0, page.find(".Ss Stages"));
    const Options options =
        find(described, "^\\.It Fl (?:(.) , )?-([a-z-]+)(?: (Ns Op|Ns) = Ns .*)?()$", "Ns");
    REQUIRE(options.size() > 30);
    CHECK(options == without_text(of_help()));
}

TEST_CASE("the manual page says of every option of nsenter how it is treated", "[native]")
{
    const std::string page = source("nsjoin/nsjoin.1");
    const size_t begin = page.find(".Sh DIFFERENCES");
    const std::string differences = page.substr(begin, page.find(".Sh EXAMPLES") - begin);
    // Those of util-linux 2.42.
    for (const std::string name : {"all",         "target",
                                   "mount",       "uts",
                                   "ipc",         "net",
                                   "net-socket",  "pid",
                                   "user",        "user-parent",
                                   "cgroup",      "time",
                                   "setgid",      "setuid",
                                   "keep-caps",   "preserve-credentials",
                                   "root",        "wd",
                                   "wdns",        "env",
                                   "no-fork",     "follow-context",
                                   "join-cgroup", "help",
                                   "version"}) {
        CAPTURE(name);
        CHECK(std::regex_search(differences, std::regex("\n\\.It Fl (.* , )?-" + name +
                                                        "( .*)?\n(Same|Fixed|Differs)")));
    }
}

TEST_CASE("the page for tldr has at most eight examples, with options of --help", "[native]")
{
    const std::string page = source("packaging/tldr/nsjoin.md");
    const Options options = of_help();
    const auto is_option = [&](const std::string &name) {
        return std::any_of(options.begin(), options.end(),
                           [&](const Option &option) { return option.name == name; });
    };
    const std::regex example("\n- [^\n]+:\n\n`sudo nsjoin ([^`]+)`\n");
    const std::regex name("(?:^|\\s)--([a-z-]+)");
    int examples = 0;
    for (std::sregex_iterator at(page.begin(), page.end(), example), end; at != end; ++at) {
        const std::string arguments = (*at)[1];
        CAPTURE(arguments);
        for (std::sregex_iterator word(arguments.begin(), arguments.end(), name); word != end;
             ++word) {
            CHECK(is_option((*word)[1]));
        }
        ++examples;
    }
    CHECK(examples > 0);
    CHECK(examples <= 8);
}

TEST_CASE("the completions are current: what `make completions` makes")
{
    for (const std::string file : {"nsjoin", "_nsjoin", "nsjoin.fish"}) {
        CAPTURE(file);
        CHECK(source(directory + file) == completions::fill(source(directory + file + ".in")));
    }
}

TEST_CASE("a word that the completions do not have is refused")
{
    CHECK(completions::fill("a@b @ @(x) $@") == "a@b @ @(x) $@");
    CHECK(completions::fill("<@fish_targets@>") == "<-t --target --pidfd>");
    CHECK_THROWS(completions::fill("@nothing@"));
}

TEST_CASE("zsh completes every option of --help, with its words")
{
    CHECK(find(source(directory + "_nsjoin"),
               "^ +(?:'\\([^)]*\\)'\\{-(.)[-+]?,|'\\*?)--([a-z-]+)(=-?)?(?:\\}')?\\[([^\\]]*)\\]",
               "=") == of_help());
}

TEST_CASE("fish completes every option of --help, with its words")
{
    CHECK(find(source(directory + "nsjoin.fish"),
               "^complete -c nsjoin -n \\$options(?: -s (.))? -l ([a-z-]+)(?: (-[rxFa]) ?.*)? -d "
               "'(.*)'$",
               "-[rx]") == of_help());
}

TEST_CASE("bash completes every option of --help")
{
    std::vector<std::string> expected;
    for (const Option &option : of_help()) {
        if (!option.letter.empty()) {
            expected.push_back("-" + option.letter);
        }
        if (option.value != "required") {
            expected.push_back("--" + option.name);
        }
        if (option.value != "none") {
            expected.push_back("--" + option.name + "=");
        }
    }
    std::vector<std::string> offered = complete({"-"});
    std::sort(expected.begin(), expected.end());
    std::sort(offered.begin(), offered.end());
    CHECK(offered == expected);
}

TEST_CASE("bash completes a process by its number and by what it is called", "[native]")
{
    const Holder holder(0);
    CHECK(has(complete({holder.name()}), holder.name()));
    const std::vector<std::string> named = complete({"holde"});
    CHECK((has(named, holder.name()) || has(named, holder.name() + " (holder)")));
    CHECK(has(complete({"-t", holder.name()}), holder.name()));
    CHECK(has(complete({"--target", "=", holder.name()}), holder.name()));
}

TEST_CASE("bash completes values: files, directories, signals and follow", "[native]")
{
    using Words = std::vector<std::string>;
    const Directory place;
    const std::string beginning = place.path("one");
    place.directory("one directory");
    place.file("one file", "");

    for (const Words &words : {Words{"--net", "=", beginning}, Words{"--bring", beginning},
                               Words{"-t", "1", "--mount", "=", beginning}}) {
        CAPTURE(words);
        CHECK(complete(words).size() == 2);
    }
    CHECK(complete({"-n" + beginning}).size() == 2);
    CHECK(complete({"--root", "=", beginning}) == Words{beginning + " directory"});
    CHECK(complete({"-w" + beginning}) == Words{"-w" + beginning + " directory"});
    CHECK(complete({"--kill-child", "=", "TER"}) == Words{"SIGTERM"});
    CHECK(complete({"-S", ""}) == Words{"follow"});
    CHECK(complete({"--setgid", "=", "f"}) == Words{"follow"});
}

TEST_CASE("bash completes a command where one begins, and options of nsjoin before it", "[native]")
{
    using Words = std::vector<std::string>;
    const auto before =
        GENERATE(Words{"1"}, Words{"-t", "1"}, Words{"--target", "=", "1", "-S", "0"},
                 Words{"1", "--"}, Words{"--net", "=", "/proc/self/ns/net"});
    CAPTURE(before);
    Words words = before;
    words.push_back("readlin");
    CHECK(has(complete(words), "readlink"));
    words.back() = "--lis";
    CHECK(complete(words) == (before.back() == "--" ? Words{} : Words{"--list"}));
    words.back() = "readlink";
    words.push_back("--lis");
    CHECK_FALSE(has(complete(words), "--list"));
}

TEST_CASE("fish takes its completions", "[native]")
{
    if (!installed("fish")) {
        SKIP_TEST("there is no fish");
    }
    const Holder holder(0);
    const auto offers = [](const std::string &line) {
        const std::string script = "source $SOURCE/nsjoin/completions/nsjoin.fish\n"
                                   "complete -C \"$argv[1]\"";
        const Answer answer = run({"fish", "--no-config", "-c", script, line});
        CHECK(answer.error.empty());
        return answer.output;
    };
    CHECK(offers("nsjoin --preserve").rfind("--preserve-credentials\t", 0) == 0);
    CHECK(offers("nsjoin " + holder.name()) == holder.name() + "\tholder\n");
    CHECK(offers("nsjoin 1 readlin").rfind("readlink", 0) == 0);
    CHECK(offers("nsjoin -S f").rfind("follow\t", 0) == 0);
}

TEST_CASE("zsh takes its completions", "[native]")
{
    if (!installed("zsh")) {
        SKIP_TEST("there is no zsh");
    }
    const Answer answer =
        run({"zsh", "-f", "-n", std::getenv("SOURCE") + ("/" + directory + "_nsjoin")});
    CHECK(answer.error.empty());
    CHECK(answer.status == Status{0, 0});
}
