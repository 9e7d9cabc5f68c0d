// SPDX-License-Identifier: Apache-2.0
// Command lines: words that zeros separate.
#include "fuzz.h"

#include <cstring>
#include <string>

#include "nsjoin/options.h"

using namespace nsjoin;

namespace {

// Each word apart, so that reading beyond its end is noticed.
std::vector<std::vector<char>> split(const std::vector<char> &input)
{
    std::vector<std::vector<char>> words(1);
    for (const char byte : input) {
        words.back().push_back(byte);
        if (byte == '\0') {
            words.emplace_back();
        }
    }
    words.back().push_back('\0');
    return words;
}

bool is_same(const char *a, const char *b)
{
    return a == b || (a != nullptr && b != nullptr && std::strcmp(a, b) == 0);
}

void require_same(const Cause &a, const Cause &b)
{
    fuzz::require(is_same(a.text, b.text) && is_same(a.subject, b.subject) &&
                  is_same(a.hint, b.hint) && is_same(a.detail, b.detail));
}

void require_sound(const Options &options, const std::vector<const char *> &argv)
{
    using fuzz::require;
    require(options.set_count <= max_set);
    require(options.keep_count <= max_kept);
    require(options.status_fd == -1 || options.status_fd > 2);
    for (size_t i = 0; i < options.keep_count; ++i) {
        require(options.keep[i] >= 0 && options.keep[i] != options.status_fd);
    }
    for (size_t i = 0; i < options.set_count; ++i) {
        const char *const sign = std::strchr(options.set[i], '=');
        require(sign != nullptr && sign != options.set[i]);
    }
    require((options.from_target.flags() & ~NamespaceSet::all().flags()) == 0);
    require(options.kill_child >= 0 && options.kill_child <= 64);
    if (options.action == Action::help || options.action == Action::version) {
        return;
    }
    // There is something to join, and one process at most.
    require(options.has_target() || (options.action == Action::run && options.has_files()));
    require(!options.has_target() || (options.pid > 0) != (options.pidfd >= 0));
    require(options.inode == 0 || options.pid > 0);
    const bool wants_target =
        !options.from_target.empty() || options.environment == Environment::target ||
        options.root.from == Directory::From::target ||
        options.wd.from == Directory::From::target || options.join_cgroup ||
        options.follow_context || options.net_socket >= 0 || options.uid.from == Id::From::target ||
        options.gid.from == Id::From::target;
    require(options.has_target() || !wants_target);
    require(options.wdns == nullptr || options.wd.from == Directory::From::none);
    // The command is the end of what was given.
    const auto *const begin = argv.data();
    require(options.command >= begin && options.command < begin + argv.size());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const auto words = split(fuzz::bytes(data, size));
    std::vector<const char *> argv;
    for (const auto &word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    Options options;
    const Failure failure = parse(argv.data(), options);
    if (failure) {
        fuzz::require(failure->stage == Stage::none && failure->status == status_failed);
    } else {
        require_sound(options, argv);
    }
    // The next failure takes its place.
    const Cause cause = failure ? *failure : Cause();
    Options again;
    const Failure second = parse(argv.data(), again);
    fuzz::require(static_cast<bool>(failure) == static_cast<bool>(second));
    if (failure) {
        require_same(cause, *second);
    } else {
        fuzz::require(options.pid == again.pid && options.inode == again.inode &&
                      options.command == again.command &&
                      options.from_target.flags() == again.from_target.flags());
    }
    return 0;
}
