// SPDX-License-Identifier: Apache-2.0
#include "list.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr size_t column = 24;

using Table = Text<>;

void append_column(Table &table, TextView text)
{
    table.append(text);
    for (size_t i = text.size; i < column; ++i) {
        table.append(' ');
    }
}

// What the link says, such as net:[4026531840].
Result<long> read_name(FdRef directory, const char *path, char (&buffer)[column], TextView &name)
{
    const auto size = read_link(directory, path, buffer, sizeof buffer);
    name = size ? TextView(buffer, static_cast<size_t>(size.value())) : TextView("-");
    return size;
}

} // namespace

Failure list(const Target &target)
{
    Table table;
    append_column(table, "NAMESPACE");
    append_column(table, "THEIRS");
    append_column(table, "YOURS");
    table.append("SHARED\n");
    for (const auto &each : namespaces) {
        char theirs_text[column];
        char own_text[column];
        TextView theirs;
        TextView own;
        const auto seen = read_name(target.directory.get(), each.file(), theirs_text, theirs);
        if (!seen && seen.error() != Errno::enoent) {
            return explain(target, "cannot see the namespaces of %", seen.error());
        }
        static_cast<void>(read_name(target.proc.get(), each.own_file, own_text, own));
        append_column(table, {each.name, length(each.name)});
        append_column(table, theirs);
        append_column(table, own);
        table.append(equal(theirs, own) ? "yes\n" : "no\n");
    }
    if (Failure failure = check(write(standard_output, table.view()), "cannot print the list");
        failure) {
        return failure;
    }
    return {};
}

} // namespace nsjoin
