package org.vhostdp.driver.afpacket;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.vhostdp.spi.Offload;

/** Completes checksums that the sender left open. */
final class Checksum {
  private static final ValueLayout.OfInt WORD =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int ETHERNET = 14;
  private static final int IPV4 = 0x0800;
  private static final int IPV6 = 0x86DD;
  private static final int IPV6_HEADER = 40;

  /** Bytes: an IPv4 header with a UDP header. */
  private static final int LEAST_IP = 28;

  private static final int TCP = 6;
  private static final int UDP = 17;

  private Checksum() {}

  /**
   * Where the checksum of a frame is that the kernel calls unfinished without saying where: TCP or
   * UDP right behind the IP header.
   *
   * @return numbers as {@link Offload#pack} makes them; they lie outside any frame if there is none
   */
  static long find(MemorySegment memory, long at, int length) {
    long nowhere = Offload.pack(0xFFFF, 0xFFFF, 0, 0);
    if (length < ETHERNET + LEAST_IP) {
      return nowhere;
    }
    int type = memory.get(HALF, at + 12) & 0xFFFF;
    int header;
    int protocol;
    if (type == IPV4) {
      header = (memory.get(ValueLayout.JAVA_BYTE, at + ETHERNET) & 0xF) << 2;
      protocol = memory.get(ValueLayout.JAVA_BYTE, at + ETHERNET + 9);
    } else if (type == IPV6) {
      header = IPV6_HEADER;
      protocol = memory.get(ValueLayout.JAVA_BYTE, at + ETHERNET + 6);
    } else {
      return nowhere;
    }
    int offset = protocol == TCP ? 16 : protocol == UDP ? 6 : 0xFFFF;
    return Offload.pack(ETHERNET + header, offset, 0, 0);
  }

  /**
   * Sums 16-bit words from {@code start} to {@code end} and writes the complement at {@code field},
   * which holds the pseudo-header's sum. A result of zero is written as 0xffff, as RFC 768 wants it
   * and TCP does not mind.
   */
  static void complete(MemorySegment memory, long start, long end, long field) {
    long sum = 0;
    long at = start;
    int words = (int) (end - start) >>> 2;
    for (int i = 0; i < words; i++, at += 4) {
      sum += memory.get(WORD, at) & 0xFFFFFFFFL;
    }
    if (end - at >= 2) {
      sum += memory.get(HALF, at) & 0xFFFF;
      at += 2;
    }
    if (at < end) {
      sum += (memory.get(ValueLayout.JAVA_BYTE, at) & 0xFF) << 8;
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xFFFF) + (sum >>> 16);
    }
    int result = (int) ~sum & 0xFFFF;
    memory.set(HALF, field, (short) (result == 0 ? 0xFFFF : result));
  }
}
