// SPDX-License-Identifier: Apache-2.0
// A terminal that the test drives as somebody at a keyboard does, and a shell with job control.
#pragma once

#include "tests/support/nsjoin.h"

#include <termios.h>

namespace support {

/// The words that run nsjoin with these arguments, by $RUNNER where there is one.
std::vector<std::string> nsjoin_words(const std::vector<std::string> &arguments);

/// A program in a new process, with default signals, a process group of its own, and null as its
/// input, output and errors unless `before_exec` sees to that.
Child start(const std::vector<std::string> &words,
            const std::function<void()> &before_exec = nullptr);

/// Something to join that makes nsjoin wait for the command: a PID namespace.
class Pod : public Holder {
public:
    Pod();
};

/// Collects what comes out of a descriptor.
class Reader {
public:
    explicit Reader(int fd) : fd_(fd) {}

    /// Waits for `text`, and forgets it and all before; false if it does not come.
    bool shows(const std::string &text);
    /// The next thing that comes is `text`, which is then forgotten.
    bool next(const std::string &text);
    /// What has come and was not forgotten.
    const std::string &rest();

private:
    int fd_;
    std::string rest_;
};

class Terminal {
public:
    Terminal();
    ~Terminal();
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;

    /// In a new process: leads a session whose terminal this is, and has it as 0, 1 and 2.
    void take() const;
    void type(const std::string &keys) const;
    /// Types as much as is taken, and says how much that was.
    size_t type_some(const char *keys, size_t size) const;
    void resize(int rows, int columns) const;
    void hang_up();
    /// All of its settings, for comparing.
    std::string mode() const;
    bool echoes() const;
    int slave() const { return slave_; }
    Reader &reader() { return reader_; }
    bool shows(const std::string &text) { return reader_.shows(text); }

private:
    int master_ = -1;
    int slave_ = -1;
    Reader reader_;
};

/// A shell with job control that runs one job on a terminal, and says what it sees of that.
class Shell {
public:
    enum class Place { foreground, background };
    Shell(const Terminal &terminal, const std::vector<std::string> &words,
          Place place = Place::foreground);

    /// Waits until it has seen "stopped SIGNAL", "continued", "exited CODE" or "killed SIGNAL".
    bool sees(const std::string &what) { return reader_.shows(what + "\n"); }
    void bring_to_foreground() const;
    void continue_in_background() const;
    pid_t job() const { return job_; }
    Child &leader() { return leader_; }

private:
    Pipe report_;
    Reader reader_;
    Child leader_;
    pid_t job_ = -1;
};

/// The words for a command that prints "ready", and then a line `got SIGNAL CODE VALUE` for each
/// signal that it takes; SIGXFSZ ends it, with status 7. It is this very program.
std::vector<std::string> listener();

/// While there is one, this process is the parent of those whose own has ended, and reaps them in
/// the end. Else a pod could last for as long as the machine's takes.
class Adopter {
public:
    Adopter();
    ~Adopter();
    Adopter(const Adopter &) = delete;
    Adopter &operator=(const Adopter &) = delete;
};

/// Waits until that process is in `state`, as proc_pid_status(5) has it; false if it does not come.
bool comes_to(pid_t pid, char state);

/// Waits until that process sleeps and nothing wakes it any more; false if it does not come.
bool comes_to_rest(pid_t pid);

/// From now on, when both could run, `first` does. So what it does can be told from what `later`
/// makes it do on the same occasion.
void let_run_first(pid_t first, pid_t later);

/// Waits until that process has ended; false if it does not.
bool gone(pid_t pid);

/// The child of `parent`, as soon as it runs `name`; -1 if that does not come.
pid_t child_of(pid_t parent, const std::string &name);

} // namespace support
