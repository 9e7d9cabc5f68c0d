// SPDX-License-Identifier: Apache-2.0
// It is put together out of pieces that exist already, so it is an array of pointers.

#include "environment.h"

#include "sys/memory.h"
#include "sys/text.h"

namespace nsjoin {

using namespace sys;

namespace {

// Do both set the same variable?
bool same_variable(const char *a, const char *b)
{
    while (*a == *b && *a != '=' && *a != '\0') {
        ++a;
        ++b;
    }
    return *a == '=' && *b == '=';
}

bool is_set_again(const Options &options, size_t from, const char *variable)
{
    for (size_t i = from; i < options.set_count; ++i) {
        if (same_variable(options.set[i], variable)) {
            return true;
        }
    }
    return false;
}

// Puts variables behind each other, but those that --setenv sets, and counts them. Without a place
// to put them it only counts.
class Variables {
public:
    Variables(const Options &options, const char **place) : options_(options), place_(place) {}

    void add(const char *variable)
    {
        if (is_set_again(options_, 0, variable)) {
            return;
        }
        put(variable);
    }

    void put(const char *variable)
    {
        if (place_ != nullptr) {
            place_[count_] = variable;
        }
        ++count_;
    }

    size_t count() const { return count_; }

private:
    const Options &options_;
    const char **place_;
    size_t count_ = 0;
};

size_t collect(const Options &options, TextView of_target, const char *const *of_caller,
               const char **place)
{
    Variables variables(options, place);
    if (options.environment == Environment::caller) {
        for (; *of_caller != nullptr; ++of_caller) {
            variables.add(*of_caller);
        }
    }
    if (options.environment == Environment::target) {
        while (of_target.size != 0) {
            const TextView variable = take_word(of_target, '\0');
            if (variable.size != 0) {
                variables.add(variable.data);
            }
        }
    }
    for (size_t i = 0; i < options.set_count; ++i) {
        if (!is_set_again(options, i + 1, options.set[i])) {
            variables.put(options.set[i]);
        }
    }
    variables.put(nullptr);
    return variables.count();
}

} // namespace

Failure make_environment(const Options &options, TextView of_target,
                         const char *const *&environment)
{
    if (options.environment == Environment::caller && options.set_count == 0) {
        return {};
    }
    const size_t count = collect(options, of_target, environment, nullptr);
    const auto mapped = map_memory(count * sizeof(char *));
    if (!mapped) {
        return Failure("cannot get memory for the environment", nullptr, mapped.error());
    }
    auto *const place = reinterpret_cast<const char **>(mapped.value());
    collect(options, of_target, environment, place);
    environment = place;
    return {};
}

const char *value_of(const char *const *environment, const char *name)
{
    for (; *environment != nullptr; ++environment) {
        if (same_variable(*environment, name)) {
            return *environment + length(name);
        }
    }
    return nullptr;
}

const char *search_path(const char *const *environment)
{
    const char *const path = value_of(environment, "PATH=");
    return path != nullptr ? path : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

namespace {

// Of directories, as in PATH: an empty one is the working directory.
bool has_relative_entry(const char *entry)
{
    for (; *entry == '/'; ++entry) {
        while (*entry != ':') {
            if (*entry++ == '\0') {
                return false;
            }
        }
    }
    return true;
}

} // namespace

bool finds_relatively(const char *command, const char *const *environment)
{
    // ld.so(8)
    if (const char *const libraries = value_of(environment, "LD_LIBRARY_PATH=");
        libraries != nullptr && *libraries != '\0' && has_relative_entry(libraries)) {
        return true;
    }
    if (command == nullptr || *command == '/') {
        return false;
    }
    if (contains(command, '/')) {
        return true;
    }
    return has_relative_entry(search_path(environment));
}

const char *Candidates::next()
{
    if (end_ == nullptr) {
        return nullptr;
    }
    const TextView directory = take_word(rest_, ':');
    if (directory.data + directory.size == end_) {
        end_ = nullptr;
    }
    path_.clear();
    path_.append(directory);
    if (directory.size != 0) {
        path_.append('/');
    }
    path_.append(name_);
    return path_.string();
}

} // namespace nsjoin
