package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * TCP and UDP checksums that a sender on the same machine left to its device, which has no wire to
 * compute them for. The kernel's mark for that stays behind when a frame passes an XDP program; but
 * such a field holds the sum of the pseudo-header. A finished checksum that happens to have this
 * value is not changed by finishing it once more, so nothing has to be told apart.
 *
 * <p>Sums are of 16-bit words in the machine's own order; ones' complement does not care.
 */
final class PartialChecksum {
  private static final boolean LITTLE = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  private static final int ETHERNET = 14;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int VLAN = 0x8100;
  private static final int SERVICE_VLAN = 0x88A8;
  private static final int TAG = 4;
  private static final int TCP = 6;
  private static final int UDP = 17;

  private final MemorySegment memory;

  /** Bytes from the frame's start to where the checksum begins, and from there to its field. */
  private int start;

  private int field;

  PartialChecksum(MemorySegment memory) {
    this.memory = memory;
  }

  /**
   * Looks at a received frame and finishes its checksum, or flags it as open.
   *
   * @param first its first entry
   * @param end the index after its last entry
   * @param allowed whether it may stay open
   * @return whether its checksum was finished
   */
  boolean treat(Burst burst, int first, int end, boolean allowed) {
    long at = burst.offset[first];
    int length = burst.length[first];
    if (!isOpen(at, length)) {
      return false;
    }
    if (allowed) {
      burst.flags[first] |= Offload.CSUM_PARTIAL;
      burst.offload[first] = Offload.pack(start, field, 0, 0);
      return false;
    }
    long sum = sum(at + start, length - start);
    int position = length - start;
    for (int i = first + 1; i < end; i++) {
      int part = fold(sum(burst.offset[i], burst.length[i]));
      sum += (position & 1) == 0 ? part : swap(part);
      position += burst.length[i];
    }
    int finished = ~fold(sum) & 0xFFFF;
    // Of UDP zero means that there is none; both numbers are zero in ones' complement.
    memory.set(
        JAVA_SHORT_UNALIGNED, at + start + field, (short) (finished == 0 ? 0xFFFF : finished));
    return true;
  }

  /** Finds the checksum's place, if the frame has one that is open. */
  private boolean isOpen(long at, int length) {
    int ip = ETHERNET;
    if (length < ip + 28) {
      return false;
    }
    int type = network(at + ip - 2);
    while ((type == VLAN || type == SERVICE_VLAN) && ip + TAG + 28 <= length) {
      ip += TAG;
      type = network(at + ip - 2);
    }
    return switch (type) {
      case IPV4 -> isOpenIpv4(at, ip, length);
      case IPV6 -> ip + 48 <= length && isOpenIpv6(at, ip, length);
      default -> false;
    };
  }

  private boolean isOpenIpv4(long at, int ip, int length) {
    int header = (memory.get(JAVA_BYTE, at + ip) & 0x0F) << 2;
    // A fragment's checksum is not its own.
    boolean whole = (network(at + ip + 6) & 0x3FFF) == 0;
    int protocol = memory.get(JAVA_BYTE, at + ip + 9) & 0xFF;
    long sum = word(at + ip + 12) + word(at + ip + 16);
    int payload = network(at + ip + 2) - header;
    return whole && header >= 20 && isOpen(at, ip + header, length, protocol, payload, sum);
  }

  private boolean isOpenIpv6(long at, int ip, int length) {
    int protocol = memory.get(JAVA_BYTE, at + ip + 6) & 0xFF;
    long sum = 0;
    for (int i = 8; i < 40; i += Integer.BYTES) {
      sum += word(at + ip + i);
    }
    return isOpen(at, ip + 40, length, protocol, network(at + ip + 4), sum);
  }

  private boolean isOpen(
      long at, int transport, int length, int protocol, int payload, long addresses) {
    if (protocol != TCP && protocol != UDP) {
      return false;
    }
    int place = protocol == TCP ? 16 : 6;
    if (payload < place + 2 || transport + place + 2 > length) {
      return false;
    }
    start = transport;
    field = place;
    int pseudo = fold(addresses + order(protocol) + order(payload));
    return pseudo == (memory.get(JAVA_SHORT_UNALIGNED, at + transport + place) & 0xFFFF);
  }

  /** A 16-bit number of the network's order. */
  private int network(long at) {
    return order(memory.get(JAVA_SHORT_UNALIGNED, at) & 0xFFFF);
  }

  private long word(long at) {
    return memory.get(JAVA_INT_UNALIGNED, at) & 0xFFFF_FFFFL;
  }

  private static int order(int value) {
    return LITTLE ? swap(value) : value;
  }

  private static int swap(int value) {
    return (value & 0xFF) << 8 | value >>> 8 & 0xFF;
  }

  private static int fold(long sum) {
    long once = (sum & 0xFFFF_FFFFL) + (sum >>> 32);
    once = (once & 0xFFFF) + (once >>> 16 & 0xFFFF) + (once >>> 32);
    once = (once & 0xFFFF) + (once >>> 16);
    return (int) ((once & 0xFFFF) + (once >>> 16));
  }

  private long sum(long from, int length) {
    MemorySegment m = memory;
    long sum = 0;
    int i = 0;
    for (; i + 8 <= length; i += 8) {
      long word = m.get(JAVA_LONG_UNALIGNED, from + i);
      sum += (word & 0xFFFF_FFFFL) + (word >>> 32);
    }
    for (; i + 2 <= length; i += 2) {
      sum += m.get(JAVA_SHORT_UNALIGNED, from + i) & 0xFFFF;
    }
    if (i < length) {
      int last = m.get(JAVA_BYTE, from + i) & 0xFF;
      sum += LITTLE ? last : last << 8;
    }
    return sum;
  }
}
