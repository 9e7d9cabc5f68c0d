// SPDX-License-Identifier: Apache-2.0
// What nsjoin says of a command line that it can't make sense of.
#include "nsjoin/option_table.h"
#include "tests/support/catch.h"
#include "tests/unit/options.h"

#include <linux/sched.h>
#include <map>
#include <set>

using namespace nsjoin;
using unit::Parsed;

namespace {

using Words = std::vector<std::string>;

std::vector<const Option *> all_options()
{
    std::vector<const Option *> options;
    while (const Option *option = option_at(options.size())) {
        options.push_back(option);
    }
    return options;
}

} // namespace

TEST_CASE("each mistake in a command line has its own words")
{
    const std::vector<std::pair<Words, std::string>> mistakes{
        {{}, "no process given|nsjoin <pid> -- command"},
        {{"--"}, "no process given|nsjoin <pid> -- command"},
        {{"--list"}, "no process given; one is needed for %|--list|nsjoin <pid> -- command"},
        {{"--list", "--net=f"},
         "no process given; one is needed for %|--list|nsjoin <pid> -- command"},
        {{"-"}, "% is not a process ID|-|nsjoin <pid> -- command"},
        {{""}, "% is not a process ID||nsjoin <pid> -- command"},
        {{"0"}, "% is not a process ID|0|expected 1 to 2147483647"},
        {{"1x"}, "% is not a process ID|1x|expected 1 to 2147483647"},
        {{"+1"}, "% is not a process ID|+1|nsjoin <pid> -- command"},
        {{"2147483648"}, "% is not a process ID|2147483648|expected 1 to 2147483647"},
        {{"18446744073709551617"},
         "% is not a process ID|18446744073709551617|expected 1 to 2147483647"},
        {{"-t", "-1"}, "% is not a process ID|-1|expected 1 to 2147483647"},
        {{"--target="}, "% is not a process ID||expected 1 to 2147483647"},
        {{"1:"}, "invalid inode number of a pidfd: %|"},
        {{"1:0"}, "invalid inode number of a pidfd: %|0"},
        {{"1:2x"}, "invalid inode number of a pidfd: %|2x"},
        {{"1:18446744073709551616"}, "invalid inode number of a pidfd: %|18446744073709551616"},
        {{"-t1", "-t2"}, "more than one process given: %|2"},
        {{"-t1", "--pidfd=2"}, "more than one process given: --pidfd %|2"},
        {{"--pidfd=x"}, "invalid file descriptor: %|x"},
        {{"--keep-fd=-1"}, "invalid file descriptor: %|-1"},
        {{"--status-fd=2147483648"}, "invalid file descriptor: %|2147483648"},
        {{"-N", ""}, "invalid file descriptor: %|"},
        {{"-S4294967295"}, "invalid user or group ID: %|4294967295|expected a number or follow"},
        {{"-G", "root"}, "invalid user or group ID: %|root|expected a number or follow"},
        {{"--setenv=A"}, "invalid variable: %|A|expected <name>=<value>"},
        {{"--setenv==A"}, "invalid variable: %|=A|expected <name>=<value>"},
        {{"--kill-child=9x"}, "unknown signal: %|9x|examples: TERM, SIGTERM, 15"},
        {{"--kill-child=0"}, "unknown signal: %|0|examples: TERM, SIGTERM, 15"},
        {{"--kill-child=65"}, "unknown signal: %|65|examples: TERM, SIGTERM, 15"},
        {{"--env=1"}, "this option takes no value: %|--env=1"},
        {{"--all="}, "this option takes no value: %|--all="},
        {{"--root="}, "the value is empty: %|--root="},
        {{"--net="}, "the value is empty: %|--net="},
        {{"--bring"}, "a value is missing after %|--bring"},
        {{"-aS"}, "a value is missing after %|-aS"},
        {{"-mx"}, "unknown option -& in %|-mx|see --help|x"},
        {{"-mux", "1"}, "unknown option -& in %|-mux|see --help|x"},
        {{"-mount"}, "unknown option %|-mount|did you mean --&?|mount"},
        {{"-pid"}, "unknown option %|-pid|did you mean --&?|pid"},
        {{"-1"}, "unknown option %|-1|see --help"},
        {{"--mout"}, "unknown option %|--mout|did you mean --&?|mount"},
        {{"--Mount=f"}, "unknown option %|--Mount=f|did you mean --&?|mount"},
        {{"--sttenv=A=b"}, "unknown option %|--sttenv=A=b|did you mean --&?|setenv"},
        {{"--nothing-like-it"}, "unknown option %|--nothing-like-it|see --help"},
        {{"--set=1"}, "ambiguous option %|--set=1|it can be &|--setuid, --setgid"},
        {{"--ne"}, "ambiguous option %|--ne|it can be &|--net, --net-socket"},
        {{"--p"}, "ambiguous option %|--p|it can be &|--pid, --preserve-credentials"},
        {{"--="}, "unknown option %|--=|see --help"},
        // What is read as something else than was meant.
        {{"--pid=4113"},
         "--&=<file> was given a number: %|4113|for a process write --& %, for a file ./%|pid"},
        {{"--net=1:2", "1"},
         "--&=<file> was given a number: %|1:2|for a process write --& %, for a file ./%|net"},
        {{"--user=1000", "1"},
         "--&=<file> was given a number: %|1000|for a process write --user %, for a user ID -S %, "
         "for a file ./%|user"},
        {{"--net", "/run/netns/x", "ip"}, "% is not a process ID|/run/netns/x|write --&=%|net"},
        {{"-mun", "/run/netns/x", "1"}, "% is not a process ID|/run/netns/x|write --&=%|net"},
        {{"--root", "/dir", "1"}, "% is not a process ID|/dir|write --&=%|root"},
        {{"--root=/dir", "ls"}, "% is not a process ID|ls|nsjoin <pid> -- command"},
        {{"--root=/dir", "/bin/ls"}, "% is not a process ID|/bin/ls|nsjoin <pid> -- command"},
        {{"-n=/file", "1"},
         "the value of a letter follows it without =: %|-n=/file|or write --&=<value>|net"},
        {{"-S=0", "1"},
         "the value of a letter follows it without =: %|-S=0|or write --&=<value>|setuid"},
        {{"-t=1"},
         "the value of a letter follows it without =: %|-t=1|or write --&=<value>|target"},
        {{"3f4a5b6c7d8e", "ls"},
         "% is not a process ID|3f4a5b6c7d8e|the process of a container: docker inspect -f "
         "'{{.State.Pid}}' %"},
        {{"f0123456789ab", "ls"},
         "% is not a process ID|f0123456789ab|the process of a container: docker inspect -f "
         "'{{.State.Pid}}' %"},
        {{"-t", "abcdefabcdef"},
         "% is not a process ID|abcdefabcdef|the process of a container: docker inspect -f "
         "'{{.State.Pid}}' %"},
        {{"--kill-child", "15", "4113"},
         "more than one process given: & and %|4113|write --kill-child=&|15"},
        {{"--kill-child", "TERM", "4113"}, "% is not a process ID|TERM|write --&=%|kill-child"},
        {{"4113", "--kill-child", "15", "ls"},
         "% would be the command|15|write --&=%, or -- before a command|kill-child"},
        {{"4113", "--kill-child", "TERM", "--", "ls"},
         "% would be the command|TERM|write --&=%, or -- before a command|kill-child"},
        {{"1", "4113"},
         "more than one process given: & and %|4113|write -- before a command that is a number|1"},
        {{"--list", "1", "id"}, "--list runs no command: %|id"},
        {{"--list", "1", "--", "id"}, "--list runs no command: %|id"},
        // What begins the same comes first, and nothing that is mostly other letters.
        {{"--network"}, "unknown option %|--network|did you mean --&?|net"},
        {{"--environment"}, "unknown option %|--environment|did you mean --&?|env"},
        {{"--user-parents"}, "unknown option %|--user-parents|did you mean --&?|user-parent"},
        {{"--bid"}, "unknown option %|--bid|did you mean --&?|pid"},
        {{"--wns"}, "unknown option %|--wns|did you mean --&?|wdns"},
        {{"--xyz"}, "unknown option %|--xyz|see --help"},
        {{"--foo"}, "unknown option %|--foo|see --help"},
        {{"--cmd"}, "unknown option %|--cmd|see --help"},
        {{"-w", "-W/x", "1"}, "--wd and --wdns cannot be combined"},
        {{"-w/y", "-W/x", "--net=f"}, "--wd and --wdns cannot be combined"},
    };
    for (const auto &[words, text] : mistakes) {
        CAPTURE(words);
        const Parsed parsed(words);
        CHECK(parsed.mistake() == text);
        REQUIRE(parsed.failure());
        CHECK(parsed.failure()->status == 125);
        CHECK(parsed.failure()->stage == Stage::none);
        CHECK(parsed.failure()->error == sys::Errno::none);
    }
}

TEST_CASE("an option that needs a process is named where there is none")
{
    for (const std::string word : {"-m", "--user", "-a", "-N3", "-e", "-r", "-w", "-W", "-c", "-Z",
                                   "-FmW", "--join-cgroup"}) {
        CAPTURE(word);
        CHECK(Parsed({word, "--ipc=f"}).mistake() ==
              "no process given; one is needed for %|" + word + "|nsjoin <pid> -- command");
    }
    for (const Words &words : {Words{"-Sfollow"}, Words{"--setgid", "follow"}}) {
        Words with_file = words;
        with_file.emplace_back("--ipc=f");
        CHECK(Parsed(with_file).mistake() ==
              "no process given; one is needed for %|follow|nsjoin <pid> -- command");
    }
    for (const std::string word : {"-S5", "-r/", "-w.", "-W/", "--clear-env", "--user-parent"}) {
        CAPTURE(word);
        CHECK(Parsed({word, "--ipc=f"}).mistake() == "nothing");
    }
}

TEST_CASE("the status descriptor is none that the command gets")
{
    const std::string text = "--status-fd cannot be a descriptor that the command gets: %|";
    const std::string hint = "|use one from 3 up that --keep-fd does not name";
    for (const std::string fd : {"0", "1", "2", "02"}) {
        const Parsed parsed({"--status-fd=" + fd, "1"});
        CHECK(parsed.mistake() == text + fd + hint);
        // It is not reported to those who read the command's output.
        CHECK(parsed.status_fd() == -1);
    }
    const Parsed before({"--keep-fd=4", "--keep-fd=3", "--status-fd=3", "1"});
    CHECK(before.mistake() == text + "3" + hint);
    CHECK(before.status_fd() == 3);
    const Parsed behind({"--status-fd", "4", "--keep-fd", "3", "--keep-fd", "4", "1"});
    CHECK(behind.mistake() == text + "4" + hint);
    CHECK(behind.status_fd() == 4);
    CHECK(Parsed({"--status-fd=3", "--keep-fd=4", "--keep-fd=2", "1"}).good().status_fd == 3);
}

TEST_CASE("256 variables and 64 descriptors are the most")
{
    Words words{"1"};
    words.resize(257, "--setenv=A=b");
    CHECK(Parsed(words).good().set_count == 256);
    words.emplace_back("--setenv=C=d");
    CHECK(Parsed(words).mistake() == "more than 256 --setenv options: %|C=d");

    Words kept{"1"};
    kept.resize(65, "--keep-fd=3");
    CHECK(Parsed(kept).good().keep_count == 64);
    kept.emplace_back("--keep-fd=4");
    CHECK(Parsed(kept).mistake() == "more than 64 --keep-fd options: %|4");
}

TEST_CASE("argv may be empty, and words of any length")
{
    const char *const none[] = {nullptr};
    Options options;
    CHECK(parse(none, options));
    CHECK(Parsed({"--" + std::string(100'000, 'a')}).mistake().find("unknown option") == 0);
    CHECK(Parsed({std::string(100'000, '1')}).mistake().find("% is not a process ID") == 0);
}

TEST_CASE("a long option can be abbreviated, and nsenter's abbreviations keep their meaning")
{
    std::map<std::string, Origin> names;
    for (const Option *option : all_options()) {
        names.emplace(option->name(), option->origin);
    }
    for (const auto &[name, origin] : names) {
        for (size_t size = 1; size < name.size(); ++size) {
            const std::string beginning = name.substr(0, size);
            int of_nsenter = 0;
            int of_ours = 0;
            for (const auto &[other, of_other] : names) {
                if (other.rfind(beginning, 0) == 0) {
                    ++(of_other == Origin::ours ? of_ours : of_nsenter);
                }
            }
            const int candidates = of_nsenter > 0 ? of_nsenter : of_ours;
            CAPTURE(beginning);
            // No option takes this value, so there is always a mistake: which one tells.
            const std::string mistake = Parsed({"--" + beginning + "="}).mistake();
            CHECK(mistake.rfind("unknown option", 0) != 0);
            CHECK((mistake.rfind("ambiguous option", 0) == 0) ==
                  (candidates > 1 && !names.contains(beginning)));
        }
    }
    CHECK(Parsed({"--pi", "1"}).good().from_target.flags() == CLONE_NEWPID);
    CHECK(Parsed({"--c", "1"}).good().from_target.flags() == CLONE_NEWCGROUP);
    CHECK(Parsed({"--keep", "1"}).good().keep_caps);
    CHECK(Parsed({"--keep-f=3", "1"}).good().keep_count == 1);
    CHECK(Parsed({"--r", "1"}).good().root.from == Directory::From::target);
    CHECK(Parsed({"--re", "1"}).good().require_pidfd);
}

TEST_CASE("what nsenter does not have is ours")
{
    const std::set<std::string> ours{"pidfd", "require-pidfd", "clear-env",  "setenv",
                                     "bring", "keep-fd",       "kill-child", "status-fd",
                                     "pty",   "list",          "as-target"};
    for (const Option *option : all_options()) {
        CAPTURE(option->name());
        CHECK((option->origin == Origin::ours) == ours.contains(option->name()));
    }
}

TEST_CASE("every option has a name, a letter if any, and words of its own")
{
    const auto options = all_options();
    CHECK(options.size() > 25);
    std::set<std::string> names;
    std::set<std::string> helps;
    std::string letters;
    CHECK(Parsed({"--re", "1"}).good().require_pidfd);
    for (const Option *option : options) {
        CAPTURE(option->name());
        CHECK(*option->help() != '\0');
        CHECK((option->value == Value::none) == (*option->placeholder() == '\0'));
        CHECK(names.insert(option->name()).second);
        CHECK(helps.insert(option->help()).second);
        if (option->letter != 0) {
            CHECK(letters.find(option->letter) == std::string::npos);
            letters += option->letter;
        }
    }
}
