// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "names.h"
#include "option_table.h"
#include "sys/poll.h"
#include "sys/text.h"

namespace nsjoin {

using namespace sys;

namespace {

using Line = Text<>;

// Whatever it is: one line stays one line, and a terminal shows just that. 80 to 9F are controls of
// 8-bit terminals, whatever stands before them; in UTF-8 they are parts of characters, which are
// lost. An empty word is shown as it is written in a shell.
void append_foreign(Line &line, const char *string)
{
    constexpr size_t longest = 256;
    if (*string == '\0') {
        line.append("''");
    }
    for (size_t i = 0; string[i] != '\0'; ++i) {
        if (i == longest) {
            line.append("...");
            return;
        }
        const auto byte = static_cast<unsigned char>(string[i]);
        line.append((byte & 0x60) == 0 || byte == 0x7f ? '?' : string[i]);
    }
}

// A literal of ours, in which % stands for the subject and & for the detail.
void append_phrase(Line &line, const char *phrase, const Cause &cause)
{
    for (; *phrase != '\0'; ++phrase) {
        if (*phrase == '%') {
            append_foreign(line, cause.subject);
        } else if (*phrase == '&') {
            append_foreign(line, cause.detail);
        } else {
            line.append(*phrase);
        }
    }
}

void append(Line &line, long number)
{
    line.append(Decimal(static_cast<uint32_t>(number)).string());
}

Result<long> write_line(FdRef fd, Line &line)
{
    line.append('\n');
    return write(fd, line.view());
}

// All of it, in as many pieces as it takes.
bool write_all(FdRef fd, TextView text)
{
    while (text.size != 0) {
        const auto written = write(fd, text);
        if (!written) {
            return false;
        }
        const auto count = static_cast<size_t>(written.value());
        text = {text.data + count, text.size - count};
    }
    return true;
}

void append_string(Line &line, const char *key, const char *value)
{
    if (value != nullptr) {
        line.append(key);
        line.append(value);
        line.append('"');
    }
}

// A line of JSON: an event, the step it happened in, a number, and the name of that. No step and no
// name: null.
bool tell(FdRef fd, const char *event, const char *step, const char *key, int number,
          const char *name)
{
    Line line;
    append_string(line, "{\"event\":\"", event);
    append_string(line, ",\"step\":\"", step);
    append_string(line, ",\"", key);
    line.append(':');
    append(line, number);
    append_string(line, ",\"name\":\"", name);
    line.append('}');
    return static_cast<bool>(write_line(fd, line));
}

} // namespace

bool has_room(FdRef fd, Patience patience)
{
    Poll room(fd, Poll::out);
    const auto ready =
        patience == Patience::none ? poll_now(&room, 1) : poll_with_signals(&room, 1, SignalSet());
    return !ready || ready.value() != 0;
}

void print_failure(const Failure &failure, const char *prefix)
{
    Line line;
    line.append(prefix);
    append_phrase(line, failure->text, *failure);
    if (failure->error != Errno::none) {
        line.append(": ");
        if (const char *text = error_text(failure->error); text != nullptr) {
            line.append(text);
        } else {
            line.append("errno ");
            append(line, static_cast<long>(failure->error));
        }
    }
    if (failure->hint != nullptr) {
        line.append(" (");
        append_phrase(line, failure->hint, *failure);
        line.append(')');
    }
    static_cast<void>(write_line(standard_error, line));
}

bool print_help()
{
    Line help;
    help.append(
        "usage: nsjoin [options] <pid>[:<inode>] [--] [command [argument...]]\n"
        "       nsjoin [options] --pidfd=<fd> [--] [command [argument...]]\n"
        "       nsjoin [options] --net=<file> --mount=<file> ... [--] [command [argument...]]\n"
        "       nsjoin --list <pid>\n\n"
        "Runs a command in the namespaces of a process, or in those of files.\n\n");
    for (size_t i = 0; const Option *option = option_at(i); ++i) {
        const char letter[] = {'-', option->letter, ',', ' ', '\0'};
        help.append("  ");
        help.append(option->letter != '\0' ? letter : "    ");
        help.append("--");
        const size_t begin = help.view().size;
        help.append(option->name());
        if (option->value != Value::none) {
            const bool optional = option->value == Value::optional;
            help.append(optional ? "[=" : "=");
            help.append(option->placeholder());
            help.append(optional ? "]" : "");
        }
        while (help.view().size < begin + 25) {
            help.append(' ');
        }
        help.append("  ");
        help.append(option->help());
        help.append('\n');
    }
    return write_all(standard_output, help.view());
}

bool print_version()
{
    return write_all(standard_output, "nsjoin " VERSION "\n");
}

bool tell_started(FdRef fd, Pid pid)
{
    return tell(fd, "started", nullptr, "pid", static_cast<int>(pid), nullptr);
}

void tell_failed(FdRef fd, const Failure &failure)
{
    static_cast<void>(tell(fd, "failed", stage_names[static_cast<int>(failure->stage)], "errno",
                           static_cast<int>(failure->error), error_name(failure->error)));
}

void tell_exited(FdRef fd, WaitStatus status)
{
    const bool exited = status.exited();
    static_cast<void>(tell(fd, "exited", nullptr, exited ? "status" : "signal",
                           exited ? status.code() : static_cast<int>(status.signal()),
                           exited ? nullptr : signal_name(status.signal())));
}

} // namespace nsjoin
