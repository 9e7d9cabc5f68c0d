# SPDX-License-Identifier: Apache-2.0
# Brings up the loopback device of the network namespace that it runs in, as `ip link set lo up` does.
use strict;
use warnings;
use Socket;

my $SIOCSIFFLAGS = 0x8914;    # netdevice(7)
my $IFF_UP = 1;

socket(my $socket, AF_INET, SOCK_DGRAM, 0) or die "socket: $!\n";
ioctl($socket, $SIOCSIFFLAGS, pack('a16 s x22', 'lo', $IFF_UP)) or die "lo: $!\n";
