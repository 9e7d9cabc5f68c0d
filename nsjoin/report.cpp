// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include "names.h"
#include "option_table.h"
#include "sys/text.h"

namespace nsjoin {

using namespace sys;

namespace {

using Line = Text<1024>;

// Whatever it is: one line stays one line, and a terminal shows just that.
void append_foreign(Line &line, const char *string)
{
    constexpr size_t longest = 256;
    unsigned char before = 0;
    for (size_t i = 0; string[i] != '\0'; ++i) {
        if (i == longest) {
            line.append("...");
            return;
        }
        const auto byte = static_cast<unsigned char>(string[i]);
        // Above 7 bits is UTF-8, whose controls are C2 80 to C2 9F, and those of 8-bit terminals 80
        // to 9F, which in UTF-8 don't stand alone.
        const bool control = (byte & 0x60) == 0 && (byte < 0x80 || before < 0x80 || before == 0xc2);
        line.append(control || byte == 0x7f ? '?' : string[i]);
        before = byte;
    }
}

// A literal of ours, in which % stands for the detail.
void append_phrase(Line &line, const char *phrase, const char *detail)
{
    for (; *phrase != '\0'; ++phrase) {
        if (*phrase == '%') {
            append_foreign(line, detail);
        } else {
            line.append(*phrase);
        }
    }
}

void append(Line &line, long number)
{
    line.append(Decimal(static_cast<uint32_t>(number)).string());
}

void write_line(FdRef fd, Line &line)
{
    line.append('\n');
    static_cast<void>(write(fd, line.view()));
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
void tell(FdRef fd, const char *event, const char *step, const char *key, int number,
          const char *name)
{
    if (!fd) {
        return;
    }
    Line line;
    append_string(line, "{\"event\":\"", event);
    append_string(line, ",\"step\":\"", step);
    append_string(line, ",\"", key);
    line.append(':');
    append(line, number);
    append_string(line, ",\"name\":\"", name);
    line.append('}');
    write_line(fd, line);
}

} // namespace

void print_failure(const Failure &failure)
{
    Line line;
    line.append("nsjoin: ");
    append_phrase(line, failure->text, failure->detail);
    if (failure->subject != nullptr) {
        line.append(' ');
        append_foreign(line, failure->subject);
    }
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
        append_phrase(line, failure->hint, failure->detail);
        line.append(')');
    }
    write_line(standard_error, line);
}

bool print_help()
{
    static Text<8192> help;
    help.append(
        "usage: nsjoin [options] <pid>[:<inode>] [--] [command [argument...]]\n"
        "       nsjoin [options] --pidfd=<fd> [--] [command [argument...]]\n"
        "       nsjoin [options] --net=<file> --mount=<file> ... [--] [command [argument...]]\n"
        "       nsjoin --list <pid>\n\n"
        "Enters the namespaces of a process, or those of files, and runs a command there.\n\n");
    HelpLine option;
    for (size_t i = 0; help_line(i, option); ++i) {
        const char letter[] = {'-', option.letter, ',', ' ', '\0'};
        help.append("  ");
        help.append(option.letter != '\0' ? letter : "    ");
        help.append("--");
        help.append(option.name);
        size_t width = length(option.name) + length(option.value);
        if (*option.value != '\0') {
            const bool optional = *option.value == '[';
            help.append(optional ? "[=" : "=");
            help.append(option.value + (optional ? 1 : 0));
            ++width;
        }
        for (; width < 24; ++width) {
            help.append(' ');
        }
        help.append("  ");
        help.append(option.text);
        help.append('\n');
    }
    return write_all(standard_output, help.view());
}

bool print_version()
{
    return write_all(standard_output, "nsjoin " VERSION "\n");
}

void tell_started(FdRef fd, Pid pid)
{
    tell(fd, "started", nullptr, "pid", static_cast<int>(pid), nullptr);
}

void tell_failed(FdRef fd, const Failure &failure)
{
    tell(fd, "failed", stage_names[static_cast<int>(failure->stage)], "errno",
         static_cast<int>(failure->error), error_name(failure->error));
}

void tell_exited(FdRef fd, WaitStatus status)
{
    if (status.exited()) {
        tell(fd, "exited", nullptr, "status", status.code(), nullptr);
    } else {
        tell(fd, "exited", nullptr, "signal", static_cast<int>(status.signal()),
             signal_name(status.signal()));
    }
}

} // namespace nsjoin
