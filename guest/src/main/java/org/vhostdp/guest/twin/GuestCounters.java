package org.vhostdp.guest.twin;

/**
 * What a {@link BuiltinGuest} has seen since its start.
 *
 * @param framesReceived frames taken from the device
 * @param framesSent frames given to the device
 * @param arpRequests ARP requests answered
 * @param echoRequests ICMP echo requests answered
 * @param badChecksums frames with a wrong checksum, dropped
 * @param unknown frames that nothing here is meant for
 * @param udpReceived stamped datagrams received whole
 * @param udpBytes payload bytes of those
 * @param udpCorrupt datagrams at the sink's port whose stamp is wrong
 * @param udpReordered stamped datagrams behind a later one
 * @param udpHighest highest sequence number received, -1 before the first
 */
public record GuestCounters(
    long framesReceived,
    long framesSent,
    long arpRequests,
    long echoRequests,
    long badChecksums,
    long unknown,
    long udpReceived,
    long udpBytes,
    long udpCorrupt,
    long udpReordered,
    long udpHighest) {}
