package org.vhostdp.guest.twin;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A small IPv4 host: answers ARP and echo requests, echoes UDP at port 7, checks stamped UDP at any
 * other port. One thread, but for {@link #counters}.
 */
final class IpHost {
  static final long RESOLVE_AGAIN_NANOS = 200_000_000L;
  private static final int ECHO_PORT = 7;
  private static final int SOURCE_PORT = 40000;
  private static final int MAX_NEIGHBOURS = 256;
  private static final int BURST = 64;
  private static final int RECEIVED = 0;
  private static final int SENT = 1;
  private static final int ARP = 2;
  private static final int ECHO = 3;
  private static final int BAD_CHECKSUM = 4;
  private static final int UNKNOWN = 5;
  private static final int UDP = 6;
  private static final int UDP_BYTES = 7;
  private static final int UDP_CORRUPT = 8;
  private static final int UDP_REORDERED = 9;
  private static final int UDP_HIGHEST = 10;
  private static final int COUNTERS = 11;

  private final long mac;
  private final int ip;
  private final TwinNet net;
  private final boolean partialChecksum;
  private final MemorySegment in;
  private final MemorySegment out;
  private final NetHeader inHeader = new NetHeader();
  private final NetHeader outHeader = new NetHeader();
  private final Frame frame = new Frame();
  private final Map<Integer, Long> neighbours = new HashMap<>();
  private final AtomicLongArray counts = new AtomicLongArray(COUNTERS);
  private Flow stamped;
  private long askedAt;
  private int askedFor;

  IpHost(long mac, int ip, TwinNet net, long features) {
    this.mac = mac;
    this.ip = ip;
    this.net = net;
    this.partialChecksum = (features & Feature.CSUM) != 0;
    this.in = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME + 64, 64);
    this.out = Arena.ofAuto().allocate(NetQueue.LARGEST_FRAME + 64, 64);
    counts.set(UDP_HIGHEST, -1);
  }

  private void count(int counter, long more) {
    // One writer; readers may see a slightly older value.
    counts.setOpaque(counter, counts.getPlain(counter) + more);
  }

  GuestCounters counters() {
    return new GuestCounters(
        counts.getOpaque(RECEIVED),
        counts.getOpaque(SENT),
        counts.getOpaque(ARP),
        counts.getOpaque(ECHO),
        counts.getOpaque(BAD_CHECKSUM),
        counts.getOpaque(UNKNOWN),
        counts.getOpaque(UDP),
        counts.getOpaque(UDP_BYTES),
        counts.getOpaque(UDP_CORRUPT),
        counts.getOpaque(UDP_REORDERED),
        counts.getOpaque(UDP_HIGHEST));
  }

  /** Handles what has arrived on all pairs, a burst each; frames handled. */
  int receive(GuestTask<?> task) {
    int total = 0;
    for (int pair = 0; pair < net.pairs(); pair++) {
      NetQueue queue = net.pair(pair);
      for (int i = 0; i < BURST; i++) {
        int length = queue.receive(in, 0, inHeader);
        if (length < 0) {
          break;
        }
        total++;
        count(RECEIVED, 1);
        handle(length, task);
      }
    }
    return total;
  }

  private void handle(int length, GuestTask<?> task) {
    if (!frame.parse(in, 0, length)) {
      count(UNKNOWN, 1);
    } else if (frame.etherType() == Packets.ARP) {
      handleArp();
    } else if (frame.etherType() != Packets.IPV4 || frame.destinationIp() != ip) {
      count(UNKNOWN, 1);
    } else if (!frame.ipv4ChecksumGood() || !transportGood()) {
      count(BAD_CHECKSUM, 1);
    } else if (frame.protocol() == Packets.ICMP && frame.payload() != 0) {
      handleIcmp(task);
    } else if (frame.protocol() == Packets.UDP && frame.payload() != 0) {
      handleUdp();
    } else {
      count(UNKNOWN, 1);
    }
  }

  private boolean transportGood() {
    if (frame.payload() == 0 || (inHeader.flags & NetHeader.DATA_VALID) != 0) {
      return true;
    }
    return (inHeader.flags & NetHeader.NEEDS_CSUM) != 0
        ? frame.transportChecksumPartial()
        : frame.transportChecksumGood();
  }

  private void handleArp() {
    long arp = frame.network();
    int sender = frame.u32(arp + 14);
    int target = frame.u32(arp + 24);
    if (target != ip) {
      count(UNKNOWN, 1);
      return;
    }
    if (neighbours.size() < MAX_NEIGHBOURS || neighbours.containsKey(sender)) {
      neighbours.put(sender, Packets.getMac(in, arp + 8));
    }
    if (frame.u16(arp + 6) == 1) {
      count(ARP, 1);
      send(Packets.arp(out, 0, 2, mac, ip, Packets.getMac(in, arp + 8), sender), outHeader.clear());
    }
  }

  private void handleIcmp(GuestTask<?> task) {
    long icmp = frame.transport();
    int type = frame.u8(icmp);
    if (type == 8) {
      count(ECHO, 1);
      MemorySegment.copy(in, frame.payload(), out, Packets.ECHO_PAYLOAD, frame.payloadLength());
      send(
          Packets.echo(
              out, 0, back(), 0, frame.u16(icmp + 4), frame.u16(icmp + 6), frame.payloadLength()),
          outHeader.clear());
    } else if (type == 0 && task != null) {
      task.echoReply(frame.u16(icmp + 4), frame.u16(icmp + 6), System.nanoTime());
    }
  }

  private Flow back() {
    return new Flow(
        mac, frame.sourceMac(), ip, frame.sourceIp(), frame.destinationPort(), frame.sourcePort());
  }

  private void handleUdp() {
    if (frame.destinationPort() == ECHO_PORT) {
      MemorySegment.copy(in, frame.payload(), out, Packets.UDP4_PAYLOAD, frame.payloadLength());
      sendUdp(back(), frame.payloadLength());
      return;
    }
    long sequence = Stamp.check(in, frame.payload(), frame.payloadLength());
    if (sequence < 0) {
      count(UDP_CORRUPT, 1);
      return;
    }
    count(UDP, 1);
    count(UDP_BYTES, frame.payloadLength());
    if (sequence <= counts.getPlain(UDP_HIGHEST)) {
      count(UDP_REORDERED, 1);
    } else {
      counts.setOpaque(UDP_HIGHEST, sequence);
    }
  }

  /** MAC of a neighbour, or -1 after asking for it. */
  long resolve(int target, long now) {
    Long known = neighbours.get(target);
    if (known != null) {
      return known;
    }
    if (askedFor != target || now - askedAt >= RESOLVE_AGAIN_NANOS) {
      askedFor = target;
      askedAt = now;
      send(Packets.arp(out, 0, 1, mac, ip, 0, target), outHeader.clear());
    }
    return -1;
  }

  boolean sendEchoRequest(long targetMac, int target, int id, int sequence, int data) {
    Stamp.write(out, Packets.ECHO_PAYLOAD, data, sequence);
    Flow flow = new Flow(mac, targetMac, ip, target, 0, 0);
    return send(Packets.echo(out, 0, flow, 8, id, sequence, data), outHeader.clear());
  }

  boolean sendStamped(long targetMac, int target, int port, int size, long sequence) {
    if (stamped == null || stamped.destinationIp() != target || stamped.destinationPort() != port) {
      stamped = new Flow(mac, targetMac, ip, target, SOURCE_PORT, port);
    }
    Stamp.write(out, Packets.UDP4_PAYLOAD, size, sequence);
    return sendUdp(stamped, size);
  }

  private boolean sendUdp(Flow flow, int size) {
    int length = Packets.udp4(out, 0, flow, size, partialChecksum);
    outHeader.clear();
    if (partialChecksum) {
      outHeader.checksum(Packets.ETHERNET_HEADER + Packets.IPV4_HEADER, 6);
    }
    return send(length, outHeader);
  }

  private boolean send(int length, NetHeader header) {
    boolean sent = net.pair(0).transmit(out, 0, length, header);
    if (sent) {
      count(SENT, 1);
    }
    return sent;
  }

  /** Whether the device has returned every transmit buffer. */
  boolean sendingDone() {
    net.pair(0).flush();
    net.pair(0).reclaim();
    return net.pair(0).transmitQueue().ring().inFlight() == 0;
  }

  void flush() {
    for (int pair = 0; pair < net.pairs(); pair++) {
      net.pair(pair).flush();
    }
  }
}
