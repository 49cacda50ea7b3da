/* The headers whose names the AF_PACKET driver binds. jextract reads this file; nothing is compiled from it. */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

/* Linux 6.2 and later; absent from the headers of Debian 12 (6.1). */
#ifndef VIRTIO_NET_HDR_GSO_UDP_L4
#define VIRTIO_NET_HDR_GSO_UDP_L4 5
#endif

/* Absent from the headers of Debian 12 (6.1); without it a filter keeps own frames out of a group. */
#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING 0x4000
#endif
