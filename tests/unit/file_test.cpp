// SPDX-License-Identifier: Apache-2.0
#include "sys/file.h"
#include "tests/support/catch.h"

#include <cerrno>
#include <unistd.h>
#include <utility>

using namespace sys;

namespace {

bool is_open(int number)
{
    return ::lseek(number, 0, SEEK_CUR) != -1 || errno != EBADF;
}

Fd pipe_end()
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[1]);
    return Fd(FdRef{ends[0]});
}

} // namespace

TEST_CASE("a descriptor is closed by its owner's end")
{
    int number = -1;
    {
        const Fd fd = pipe_end();
        number = fd.get().number;
        CHECK(is_open(number));
    }
    CHECK(!is_open(number));
}

TEST_CASE("a moved descriptor has one owner, and assignment closes what was there")
{
    Fd first = pipe_end();
    Fd second = pipe_end();
    const int first_number = first.get().number;
    const int second_number = second.get().number;
    second = std::move(first);
    CHECK(second.get().number == first_number);
    CHECK(is_open(first_number));
    CHECK(!is_open(second_number));
    const Fd third(std::move(second));
    CHECK(third.get().number == first_number);
    CHECK(is_open(first_number));
}

TEST_CASE("a released descriptor is the caller's")
{
    FdRef released;
    {
        Fd fd = pipe_end();
        released = fd.release();
        CHECK(fd.get().number == -1);
    }
    CHECK(is_open(released.number));
    REQUIRE(close(released));
    const auto again = close(released);
    REQUIRE(!again);
    CHECK(static_cast<int>(again.error()) == EBADF);
}

TEST_CASE("what is written arrives")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Fd reader{FdRef{ends[0]}};
    const Fd writer{FdRef{ends[1]}};
    const auto written = write(writer.get(), "abc");
    REQUIRE(written);
    CHECK(written.value() == 3);
    char bytes[4] = {};
    CHECK(::read(ends[0], bytes, sizeof bytes) == 3);
    CHECK(std::string(bytes) == "abc");
}

TEST_CASE("status flags are those of the open file description")
{
    const Fd fd = pipe_end();
    const auto flags = status_flags(fd.get());
    REQUIRE(flags);
    REQUIRE(set_status_flags(fd.get(), flags.value() | O_NONBLOCK));
    CHECK((status_flags(fd.get()).value() & O_NONBLOCK) != 0);
}
