// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fuse.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <vector>

namespace support {

namespace {

constexpr uint64_t root_node = 1;
constexpr uint64_t file_node = 2;
constexpr uint64_t forever = 3600;

class Server {
public:
    Server(int device, uid_t owner, uint32_t permissions, int tell)
        : device_(device), owner_(owner), permissions_(permissions), tell_(tell)
    {
    }

    int run()
    {
        std::vector<char> buffer(1 << 17);
        for (;;) {
            const ssize_t size = read(device_, buffer.data(), buffer.size());
            if (size < 0 && (errno == EINTR || errno == ENOENT)) {
                continue;
            }
            if (size < static_cast<ssize_t>(sizeof(fuse_in_header))) {
                return 0; // unmounted
            }
            fuse_in_header header{};
            std::memcpy(&header, buffer.data(), sizeof header);
            answer(header, buffer.data() + sizeof header);
        }
    }

private:
    void reply(const fuse_in_header &header, int error, const void *data = nullptr,
               size_t size = 0) const
    {
        fuse_out_header out{};
        out.len = static_cast<uint32_t>(sizeof out + size);
        out.error = -error;
        out.unique = header.unique;
        const iovec parts[] = {{&out, sizeof out}, {const_cast<void *>(data), size}};
        static_cast<void>(writev(device_, parts, 2));
    }

    fuse_attr attributes(uint64_t node) const
    {
        fuse_attr attributes{};
        attributes.ino = node;
        attributes.mode = (node == root_node ? S_IFDIR : S_IFREG) | permissions_;
        attributes.size = node == root_node ? 0 : 4096;
        attributes.nlink = 1;
        attributes.uid = attributes.gid = owner_;
        attributes.blksize = 4096;
        return attributes;
    }

    void look_up(const fuse_in_header &header, const char *name) const
    {
        if (std::strcmp(name, "command") != 0) {
            reply(header, ENOENT);
            return;
        }
        fuse_entry_out entry{};
        entry.nodeid = file_node;
        entry.entry_valid = entry.attr_valid = forever;
        entry.attr = attributes(file_node);
        reply(header, 0, &entry, sizeof entry);
    }

    void answer(const fuse_in_header &header, const char *data) const
    {
        fuse_init_out init{};
        fuse_attr_out attr{};
        const fuse_open_out opened{};
        switch (header.opcode) {
        case FUSE_INIT:
            init.major = FUSE_KERNEL_VERSION;
            init.minor = FUSE_KERNEL_MINOR_VERSION < 31 ? FUSE_KERNEL_MINOR_VERSION : 31;
            init.max_write = 4096;
            reply(header, 0, &init, sizeof init);
            break;
        case FUSE_GETATTR:
            attr.attr_valid = forever;
            attr.attr = attributes(header.nodeid);
            reply(header, 0, &attr, sizeof attr);
            break;
        case FUSE_LOOKUP:
            look_up(header, data);
            break;
        case FUSE_OPENDIR:
            reply(header, 0, &opened, sizeof opened);
            break;
        case FUSE_OPEN:
        case FUSE_READ:
            static_cast<void>(write(tell_, "x", 1));
            break;
        case FUSE_FORGET:
        case FUSE_BATCH_FORGET:
        case FUSE_INTERRUPT:
            break;
        default:
            reply(header, ENOSYS);
            break;
        }
    }

    int device_;
    uid_t owner_;
    uint32_t permissions_;
    int tell_;
};

// Only this process has the device: with it the connection ends.
int serve(const std::string &path, uid_t owner, SilentFiles::For whom, int tell)
{
    const bool everybody = whom == SilentFiles::For::everybody;
    const int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
    const std::string id = std::to_string(owner);
    const std::string options = "fd=" + std::to_string(device) + ",rootmode=40000,user_id=" + id +
                                ",group_id=" + id + (everybody ? ",allow_other" : "");
    if (device < 0 ||
        mount("test", path.c_str(), "fuse.test", MS_NODEV | MS_NOSUID, options.c_str()) != 0) {
        return 1;
    }
    static_cast<void>(write(tell, "m", 1));
    return Server(device, owner, everybody ? 0755 : 0700, tell).run();
}

// What comes next from the server is `what`.
bool tells(Pipe &pipe, char what)
{
    char byte = 0;
    return read(pipe.read_end, &byte, 1) == 1 && byte == what;
}

} // namespace

SilentFiles::SilentFiles(uid_t owner, For whom)
    : server_(new Child(Child::calling([&] {
          close(told_.read_end);
          return serve(directory_.path(), owner, whom, told_.write_end);
      })))
{
    told_.close_write();
    mounted_ = tells(told_, 'm');
}

SilentFiles::~SilentFiles()
{
    // Those who wait are let go first, else they could not be waited for.
    let_go();
    if (mounted_) {
        umount2(path().c_str(), MNT_DETACH);
    }
}

bool SilentFiles::is_asked()
{
    return eventually([this] { return told_.drain().find('x') != std::string::npos; });
}

} // namespace support
