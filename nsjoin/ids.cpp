// SPDX-License-Identifier: Apache-2.0
// An id of the target is taken on only if it is the target's in every respect: real, effective and
// saved. A process that waits inside a set-user-id program is not that program's user.
//
// An id that has no number in a user namespace is shown as 65534 there, user_namespaces(7), which
// may be a number of its own as well. So what the target has out here is looked up in its uid_map.
// Where the user namespace to join is not the target's, there is no map to look at: then its status
// is read once more inside, and 65534 is refused.

#include "ids.h"

#include "proc.h"

namespace nsjoin {

using namespace sys;

namespace {

constexpr uint32_t overflow_id = 65534; // /proc/sys/kernel/overflowuid, unless changed

char status_text[16384];
char map_text[16384];
uint32_t group_list[max_groups];

struct Kind {
    const char *name;
    const char *status;
    /// In /proc/PID, and of this process in /proc.
    const char *own_map;
    const char *map() const { return own_map + sizeof "self"; }
};
constexpr Kind user_kind = {"user", "Uid", "self/uid_map"};
constexpr Kind group_kind = {"group", "Gid", "self/gid_map"};

// Ids as the caller sees them, to those of the user namespace that will be joined.
class Mapping {
public:
    Mapping(const Target &target, bool joins_user) : target_(target), joins_user_(joins_user) {}

    Failure load(const Kind &kind)
    {
        kind_ = &kind;
        if (joins_user_) {
            map_ = read_beginning(target_.directory.get(), kind.map(), map_text, sizeof map_text);
            // It may be empty: then no id is mapped.
            if (map_.data == nullptr || map_.size == sizeof map_text) {
                return Failure("cannot read the id map of %", target_.name);
            }
        }
        return {};
    }

    // False: it has no number there, or none out here.
    bool to_inside(uint32_t outside, uint32_t &inside) const
    {
        if (outside == overflow_id && !maps_all()) {
            return false;
        }
        inside = outside;
        return !joins_user_ || map_id(map_, Direction::to_inside, outside, inside);
    }

    bool to_outside(uint32_t inside, uint32_t &outside) const
    {
        outside = inside;
        return !joins_user_ || map_id(map_, Direction::to_outside, inside, outside);
    }

private:
    // Has every id a number in the caller's own user namespace?
    bool maps_all() const
    {
        char own[64];
        const TextView text = read_beginning(target_.proc.get(), kind_->own_map, own, sizeof own);
        uint32_t same = 0;
        return map_id(text, Direction::to_inside, ~0U - 1, same);
    }

    const Target &target_;
    const bool joins_user_;
    const Kind *kind_ = nullptr;
    TextView map_{};
};

Failure follow(const Mapping &mapping, const Kind &kind, const Target &target, TextView status,
               uint32_t &id)
{
    TextView line = field(status, kind.status);
    uint32_t real = 0;
    uint32_t effective = 0;
    uint32_t saved = 0;
    if (!parse_number(take_word(line, '\t'), real) ||
        !parse_number(take_word(line, '\t'), effective) ||
        !parse_number(take_word(line, '\t'), saved)) {
        return Failure("cannot see the ids of %", target.name);
    }
    if (real != effective || real != saved) {
        return Failure("% has different real, effective and saved &s", target.name, Errno::none,
                       "it runs a set-&-id program: give the & by its number", kind.name);
    }
    return mapping.to_inside(real, id)
               ? Failure()
               : Failure("the & of % is not mapped in the user namespace", target.name, Errno::none,
                         "give the & by its number", kind.name);
}

// Those that are not mapped are left out: there is no number by which to ask for them.
Failure follow_groups(const Mapping &mapping, const Target &target, TextView status, Ids &ids)
{
    TextView line = field(status, "Groups");
    while (line.size != 0) {
        const TextView word = take_word(line, ' ');
        uint32_t outside = 0;
        if (word.size == 0) {
            continue;
        }
        if (!parse_number(word, outside)) {
            return Failure("cannot see the ids of %", target.name);
        }
        if (ids.group_count == max_groups) {
            return Failure("% is in more than 1024 supplementary groups", target.name);
        }
        if (mapping.to_inside(outside, group_list[ids.group_count])) {
            ++ids.group_count;
        }
    }
    ids.groups = group_list;
    return {};
}

Failure follow_all(const Options &options, const Target &target, Mapping &mapping, TextView status,
                   Ids &ids)
{
    if (status.size == 0) {
        status = read_beginning(target.directory.get(), "status", status_text, sizeof status_text);
    }
    if (status.size == 0 || status.size == sizeof status_text) {
        return explain(target, "cannot see the ids of %", Errno::none);
    }
    if (options.gid.from == Id::From::target) {
        if (Failure failure = mapping.load(group_kind); failure) {
            return failure;
        }
        if (Failure failure = follow(mapping, group_kind, target, status, ids.gid); failure) {
            return failure;
        }
        if (Failure failure = follow_groups(mapping, target, status, ids); failure) {
            return failure;
        }
    }
    if (options.uid.from == Id::From::target) {
        if (Failure failure = mapping.load(user_kind); failure) {
            return failure;
        }
        return follow(mapping, user_kind, target, status, ids.uid);
    }
    return {};
}

bool follows(const Options &options)
{
    return options.uid.from == Id::From::target || options.gid.from == Id::From::target;
}

} // namespace

Failure read_ids(const Options &options, const Target &target, const Plan &plan, TextView status,
                 Ids &ids)
{
    const bool joins_user = plan.wanted.has(CLONE_NEWUSER);
    const bool becomes_root = joins_user && !options.preserve_credentials;
    ids.sets_user = becomes_root || options.uid.from != Id::From::caller;
    ids.sets_group = becomes_root || options.gid.from != Id::From::caller;
    ids.uid = options.uid.number;
    ids.gid = options.gid.number;

    const bool is_targets = plan.from_target.has(CLONE_NEWUSER);
    Mapping mapping(target, is_targets);
    if (joins_user && !is_targets) {
        ids.is_followed_inside = follows(options);
        return {};
    }
    if (follows(options)) {
        if (Failure failure = follow_all(options, target, mapping, status, ids); failure) {
            return failure;
        }
    }
    if (ids.sets_user) {
        if (Failure failure = mapping.load(user_kind); failure) {
            return failure;
        }
        if (!mapping.to_outside(ids.uid, ids.outside_uid)) {
            ids.outside_uid = ~0U;
        }
    }
    // The maps are those of the user namespace that will be joined, and not of a newer one.
    return check_user(target, plan);
}

Failure read_ids_inside(const Options &options, const Target &target, Ids &ids)
{
    Mapping mapping(target, false);
    return follow_all(options, target, mapping, {}, ids);
}

} // namespace nsjoin
