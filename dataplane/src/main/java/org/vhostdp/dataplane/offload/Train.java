package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Consecutive TCP segments of one flow, gathered to one frame. What may follow what is as in
 * Linux's generic receive offload (net/ipv4/af_inet.c, net/ipv6/ip6_offload.c,
 * net/ipv4/tcp_offload.c), but for flags and IPv6 flow labels, where this is stricter: whoever cuts
 * the frame again gets the segments that came, bytes and all, but for IPv4 identifications that
 * stood still.
 */
final class Train {
  /** Bytes of a train's memory. Not a power of two, so that trains do not share cache sets. */
  static final int STRIDE = 65_600;

  /** Bytes of a buffer for large packets of a guest without mergeable ones (virtio 5.1.6.3.1). */
  private static final int MOST_FRAME = 65_550;

  private static final int MOST_PACKET = 65_535;

  private static final int DONT_FRAGMENT = 0x4000;
  private static final int TCP = 6;
  private static final int CHECKSUM = 16;

  private static final int METADATA = Offload.VLAN | Offload.HASH | Offload.TIMESTAMP;

  private final MemorySegment memory;
  private final long at;
  private final int region;

  /** The first segment's entry. */
  private final Burst first = new Burst(1);

  private boolean version6;
  private int ip;
  private int transport;
  private int payload;
  private int length;
  private int size;
  private int next;
  private int id;
  private boolean counting;

  /** System.nanoTime of the first segment's burst. */
  long born;

  /** Segments. */
  int frames;

  Train(MemorySegment memory, long at, int region) {
    this.memory = memory;
    this.at = at;
    this.region = region;
  }

  /** Whether a train that begins with this frame could have a second one. */
  static boolean mayBegin(StreamHeaders h) {
    return fits(h, h.length + h.payloadBytes());
  }

  private static boolean fits(StreamHeaders h, int length) {
    return length <= MOST_FRAME && length - h.ip <= MOST_PACKET;
  }

  /**
   * Begins with a frame.
   *
   * @param flags instead of those of its entry
   */
  void begin(StreamHeaders h, Burst in, int e, int flags, long now) {
    GivenFrames.copy(in, e, first, 0);
    first.flags[0] = flags;
    first.vlan[0] = (flags & Offload.VLAN) != 0 ? in.vlan[e] : -1;
    version6 = h.version6;
    ip = h.ip;
    transport = h.transport;
    payload = h.payload;
    length = h.length;
    size = h.payloadBytes();
    next = h.sequence + size;
    id = version6 ? 0 : h.word(ip + 4);
    frames = 1;
    born = now;
    MemorySegment.copy(h.memory, h.at, memory, at, length);
  }

  /** Whether a frame with TCP ports is of this flow, to be merged or not. */
  boolean sameFlow(StreamHeaders h, Burst in, int e) {
    int vlan = (in.flags[e] & Offload.VLAN) != 0 ? in.vlan[e] : -1;
    return h.number(h.transport) == number(transport)
        && sameAddresses(h)
        && h.ip == ip
        && vlan == first.vlan[0]
        && same(h, 0, ip);
  }

  /** Whether a frame is of the same hosts. */
  boolean sameAddresses(StreamHeaders h) {
    if (h.version6 != version6) {
      return false;
    }
    int mine = ip + (version6 ? 8 : 12);
    int its = h.addresses();
    for (int i = 0; i < h.addressBytes(); i += 4) {
      if (h.number(its + i) != number(mine + i)) {
        return false;
      }
    }
    return true;
  }

  /** Whether a mergeable frame of this flow comes next. */
  boolean continuedBy(StreamHeaders h) {
    int bytes = h.payloadBytes();
    return h.sequence == next
        && bytes <= size
        && fits(h, length + bytes)
        && h.payload == payload
        && ((h.bits ^ number(transport + 12)) & ~(StreamHeaders.PSH << 16)) == 0
        && h.number(transport + 8) == number(transport + 8)
        && h.word(transport + 18) == word(transport + 18)
        && same(h, transport + 20, payload)
        && (version6 ? sameIpv6(h) : sameIpv4(h));
  }

  private boolean sameIpv6(StreamHeaders h) {
    return h.number(ip) == number(ip) && h.word(ip + 6) == word(ip + 6);
  }

  private boolean sameIpv4(StreamHeaders h) {
    boolean same =
        h.word(ip) == word(ip)
            && h.word(ip + 6) == word(ip + 6)
            && h.octet(ip + 8) == octet(ip + 8);
    int its = h.word(ip + 4);
    boolean counted = its == (id + frames & 0xFFFF);
    // Identifications of packets that are never fragmented say nothing (RFC 6864) and may stand
    // still; but they do so in all of a train or in none.
    boolean still = its == id && (word(ip + 6) & DONT_FRAGMENT) != 0;
    return same && (frames == 1 ? counted || still : counting ? counted : still);
  }

  /** Adds a frame that comes next; returns whether it was the last that can. */
  boolean append(StreamHeaders h) {
    int bytes = h.payloadBytes();
    MemorySegment.copy(h.memory, h.at + payload, memory, at + length, bytes);
    if (!version6 && frames == 1) {
      counting = h.word(ip + 4) != id;
    }
    length += bytes;
    next += bytes;
    frames++;
    if (h.pushed()) {
      memory.set(
          StreamHeaders.INT, at + transport + 12, number(transport + 12) | StreamHeaders.PSH << 16);
    }
    return bytes < size || h.pushed() || !fits(h, length + size);
  }

  /** Gives the frame; one that is alone is as it came. */
  void give(GivenFrames out) {
    int flags = first.flags[0];
    long numbers = first.offload[0];
    if (frames > 1) {
      finish();
      int kind = version6 ? Offload.GSO_TCP6 : Offload.GSO_TCP4;
      flags = flags & METADATA | Offload.CSUM_PARTIAL | kind;
      numbers = Offload.pack(transport, CHECKSUM, size, payload);
    }
    out.moved(first, 0, region, at, length, flags, numbers);
  }

  /** Makes the headers those of the whole frame, its checksum open. */
  private void finish() {
    if (version6) {
      memory.set(StreamHeaders.SHORT, at + ip + 4, (short) (length - transport));
    } else {
      memory.set(StreamHeaders.SHORT, at + ip + 2, (short) (length - ip));
      memory.set(StreamHeaders.SHORT, at + ip + 10, (short) 0);
      int sum = InternetChecksum.sum(memory, at + ip, StreamHeaders.IPV4_BYTES);
      memory.set(StreamHeaders.SHORT, at + ip + 10, (short) InternetChecksum.checksum(sum));
    }
    int addresses = ip + (version6 ? 8 : 12);
    int sum =
        InternetChecksum.pseudoHeader(
            memory, at + addresses, version6 ? 32 : 8, TCP, length - transport);
    memory.set(StreamHeaders.SHORT, at + transport + CHECKSUM, (short) sum);
  }

  private boolean same(StreamHeaders h, int from, int end) {
    int i = from;
    for (; i + 4 <= end; i += 4) {
      if (h.number(i) != number(i)) {
        return false;
      }
    }
    // Ethernet's addresses and type are no multiple of four.
    return i == end || h.word(i) == word(i);
  }

  private int octet(int offset) {
    return Byte.toUnsignedInt(memory.get(ValueLayout.JAVA_BYTE, at + offset));
  }

  private int word(int offset) {
    return Short.toUnsignedInt(memory.get(StreamHeaders.SHORT, at + offset));
  }

  private int number(int offset) {
    return memory.get(StreamHeaders.INT, at + offset);
  }
}
