// SPDX-License-Identifier: Apache-2.0
#include "fill.h"

#include <algorithm>
#include <functional>
#include <map>
#include <regex>
#include <stdexcept>
#include <vector>

#include "nsjoin/option_table.h"

namespace completions {

namespace {

using nsjoin::Kind;
using nsjoin::Option;
using nsjoin::Value;

using Options = std::vector<const Option *>;
using Words = std::vector<std::string>;

Options options_where(const std::function<bool(const Option &)> &is_meant)
{
    Options options;
    for (size_t i = 0; const Option *option = nsjoin::option_at(i); ++i) {
        if (is_meant(*option)) {
            options.push_back(option);
        }
    }
    return options;
}

Options options_of(std::initializer_list<Kind> kinds)
{
    return options_where([&](const Option &option) {
        return std::find(kinds.begin(), kinds.end(), option.kind) != kinds.end();
    });
}

std::string letter_of(const Option &option)
{
    return {'-', option.letter};
}

std::string name_of(const Option &option)
{
    return std::string("--") + option.name();
}

// -t --target. `behind` is put after a letter, and after a name.
Words words_of(const Options &options, const std::string &behind_letter = "",
               const std::string &behind_name = "")
{
    Words words;
    for (const Option *option : options) {
        if (option->letter != '\0') {
            words.push_back(letter_of(*option) + behind_letter);
        }
        words.push_back(name_of(*option) + behind_name);
    }
    return words;
}

std::string join(const Words &words, const std::string &separator)
{
    std::string joined;
    for (const std::string &word : words) {
        joined += (joined.empty() ? "" : separator) + word;
    }
    return joined;
}

// Lines that are indented by `indent`.
std::string wrap(const Words &words, const std::string &indent)
{
    constexpr size_t width = 90;
    std::string lines;
    std::string line = indent;
    for (const std::string &word : words) {
        if (line.size() + 1 + word.size() > width) {
            lines += line + "\n";
            line = indent;
        }
        line += (line == indent ? "" : " ") + word;
    }
    return lines + line;
}

// In single quotes, which all three shells understand.
std::string quoted(const std::string &text)
{
    return "'" + std::regex_replace(text, std::regex("'"), "'\\''") + "'";
}

// For bash.

std::string letters_of(const Options &options)
{
    std::string letters;
    for (const Option *option : options) {
        letters += option->letter != '\0' ? std::string(1, option->letter) : "";
    }
    return letters;
}

// A pattern of `case`.
std::string pattern_of(const Options &options)
{
    Words words;
    if (const std::string letters = letters_of(options); letters.size() > 1) {
        words.push_back("-[" + letters + "]");
    } else if (letters.size() == 1) {
        words.push_back("-" + letters);
    }
    for (const Option *option : options) {
        words.push_back(name_of(*option));
    }
    return join(words, " | ");
}

// For zsh: an argument of _arguments, zshcompsys(1).

std::string zsh_value(const Option &option)
{
    static const std::map<Kind, std::string> actions{
        {Kind::nothing, ""},
        {Kind::process, "process:_nsjoin_processes"},
        {Kind::pidfd, "descriptor: "},
        {Kind::descriptor, "descriptor: "},
        {Kind::file, "file:_files"},
        {Kind::directory, "directory:_directories"},
        {Kind::inside, "directory inside: "},
        {Kind::signal, "signal:_signals -s"},
        {Kind::user, "user:(follow)"},
        {Kind::group, "group:(follow)"},
        {Kind::variable, "name=value: "},
        {Kind::effort, "effort:(best-effort)"},
    };
    const std::string before = option.value == Value::none       ? ""
                               : option.value == Value::optional ? "::"
                                                                 : ":";
    return before + actions.at(option.kind);
}

std::string zsh_spec(const Option &option)
{
    const std::string letter = letter_of(option);
    const std::string name = name_of(option);
    const bool has_value = option.value != Value::none;
    const bool is_optional = option.value == Value::optional;
    const std::string for_letter = is_optional ? "-" : has_value ? "+" : "";
    const std::string for_name = is_optional ? "=-" : has_value ? "=" : "";
    const std::string rest = std::string("[") + option.help() + "]" + zsh_value(option);
    if (option.letter == '\0') {
        const std::string repeated = option.value == Value::repeated ? "*" : "";
        return quoted(repeated + name + for_name + rest);
    }
    // After these nothing else matters.
    const bool is_last = name == "--help" || name == "--version";
    const std::string excluded = is_last ? "- *" : letter + " " + name;
    return quoted("(" + excluded + ")") + "{" + letter + for_letter + "," + name + for_name + "}" +
           quoted(rest);
}

std::string zsh_specs()
{
    Words specs;
    for (const Option *option : options_where([](const Option &) { return true; })) {
        specs.push_back("    " + zsh_spec(*option) + " \\");
    }
    return join(specs, "\n");
}

// For fish: a line of complete(1).

std::string fish_value(const Option &option)
{
    const bool is_optional = option.value == Value::optional;
    switch (option.kind) {
    case Kind::nothing:
        return "";
    case Kind::process:
        return " -x -a '(__nsjoin_processes)'";
    case Kind::pidfd:
    case Kind::descriptor:
    case Kind::variable:
        return " -x";
    case Kind::file:
    case Kind::inside:
        return is_optional ? " -F" : " -r -F";
    case Kind::directory:
        return " -a '(__nsjoin_directories)'";
    case Kind::signal:
        return " -a 'HUP INT QUIT USR1 USR2 ALRM TERM KILL'";
    case Kind::user:
    case Kind::group:
        return " -x -a follow";
    case Kind::effort:
        return " -a best-effort";
    }
    throw std::runtime_error("a kind of value that fish is not told about");
}

std::string fish_lines()
{
    Words lines;
    for (const Option *option : options_where([](const Option &) { return true; })) {
        const std::string letter =
            option->letter != '\0' ? std::string(" -s ") + option->letter : "";
        lines.push_back("complete -c nsjoin -n $options" + letter + " -l " + option->name() +
                        fish_value(*option) + " -d " + quoted(option->help()));
    }
    return join(lines, "\n");
}

std::map<std::string, std::string> make_words()
{
    const Options targets = options_where([](const Option &option) { return option.is_target(); });
    const Options required =
        options_where([](const Option &option) { return option.needs_value(); });
    const auto with = [](Value value) {
        return options_where([=](const Option &option) { return option.value == value; });
    };
    Words quoted_targets;
    for (const std::string &word : words_of(targets, "*", "=*")) {
        quoted_targets.push_back(quoted(word));
    }
    return {
        {"bash_plain", wrap(words_of(with(Value::none)), "    ")},
        {"bash_optional", wrap(words_of(with(Value::optional)), "    ")},
        {"bash_required", wrap(words_of(required), "    ")},
        {"bash_process", pattern_of(options_of({Kind::process}))},
        {"bash_file", pattern_of(options_of({Kind::file}))},
        {"bash_directory", pattern_of(options_of({Kind::directory}))},
        {"bash_id", pattern_of(options_of({Kind::user, Kind::group}))},
        {"bash_signal", pattern_of(options_of({Kind::signal}))},
        {"bash_path_letters", letters_of(options_of({Kind::file, Kind::directory}))},
        {"target_patterns", join(words_of(targets, "*", "*"), "|")},
        {"zsh_specs", zsh_specs()},
        {"fish_targets", join(words_of(targets), " ")},
        {"fish_target_patterns", join(quoted_targets, " ")},
        {"fish_required", join(words_of(options_where([](const Option &option) {
                                   return option.needs_value() && !option.is_target();
                               })),
                               " ")},
        {"fish_lines", fish_lines()},
    };
}

} // namespace

std::string fill(const std::string &text)
{
    const auto words = make_words();
    const std::regex place("@([a-z_]+)@");
    std::string filled;
    auto rest = text.cbegin();
    for (std::smatch found; std::regex_search(rest, text.cend(), found, place);
         rest = found[0].second) {
        const auto word = words.find(found[1]);
        if (word == words.end()) {
            throw std::runtime_error("there is no " + found.str());
        }
        filled.append(rest, found[0].first);
        filled += word->second;
    }
    return filled.append(rest, text.cend());
}

} // namespace completions
