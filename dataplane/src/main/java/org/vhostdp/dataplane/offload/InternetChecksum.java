package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Internet checksum (RFC 1071). A <em>sum</em> is the ones' complement sum of 16-bit words in
 * network order, 0 to 0xFFFF, not inverted; the <em>checksum</em> that stands in a header is its
 * complement. 0 and 0xFFFF are the same number; only a sum of nothing but zeros is 0.
 *
 * <p>Bytes are added as little-endian words of eight bytes, whatever their alignment, and the
 * result is swapped: the sum does not depend on the order of bytes (RFC 1071, 2B).
 */
public final class InternetChecksum {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final ValueLayout.OfShort NETWORK =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  /** Where UDP has its checksum. */
  private static final int UDP_FIELD = 6;

  private static final long LOW = 0xFFFF_FFFFL;

  private InternetChecksum() {}

  /**
   * The sum of some bytes. A last odd byte counts as the upper half of a word.
   *
   * @param offset bytes from the segment's start
   * @param length bytes, not negative
   * @throws IndexOutOfBoundsException if the bytes do not lie in the segment
   */
  public static int sum(MemorySegment memory, long offset, int length) {
    int words = length & -8;
    // Halves of 32 bits in sums of 64: no carry gets lost, none needs to be looked at, and the
    // compiler makes vectors of so plain a loop, which unrolling by hand prevents.
    long low = 0;
    long high = 0;
    for (int i = 0; i < words; i += 8) {
      long word = memory.get(LONG, offset + i);
      low += word & LOW;
      high += word >>> 32;
    }
    long all = low + high + rest(memory, offset + words, length & 7);
    return Short.toUnsignedInt(Short.reverseBytes((short) fold(all)));
  }

  /** Fewer than eight bytes. */
  private static long rest(MemorySegment memory, long offset, int length) {
    long all = 0;
    long at = offset;
    if ((length & 4) != 0) {
      all += Integer.toUnsignedLong(memory.get(INT, at));
      at += 4;
    }
    if ((length & 2) != 0) {
      all += Short.toUnsignedLong(memory.get(SHORT, at));
      at += 2;
    }
    if ((length & 1) != 0) {
      all += Byte.toUnsignedLong(memory.get(ValueLayout.JAVA_BYTE, at));
    }
    return all;
  }

  /** Any number of sums or 16-bit words, added up as integers, as one sum. Not negative. */
  public static int fold(long added) {
    long once = (added >>> 32) + (added & LOW);
    long twice = (once >>> 16) + (once & 0xFFFF);
    int thrice = (int) (twice >>> 16) + (int) (twice & 0xFFFF);
    return (thrice >>> 16) + (thrice & 0xFFFF);
  }

  /**
   * The sum of a range from those of its two parts.
   *
   * @param sum of the first part
   * @param length bytes of the first part: after an odd one, the other's words lie across
   * @param next sum of the second part
   */
  public static int join(int sum, long length, int next) {
    int across = (length & 1) == 0 ? next : next << 8 & 0xFF00 | next >>> 8;
    return fold((long) sum + across);
  }

  /** What is to be added to take a sum away. */
  public static int minus(int sum) {
    return ~sum & 0xFFFF;
  }

  /** The checksum of a sum, for IPv4 and TCP. */
  public static int checksum(int sum) {
    return ~sum & 0xFFFF;
  }

  /** The checksum of a sum, for UDP: never 0, which says that there is none (RFC 768). */
  public static int checksumOfUdp(int sum) {
    int checksum = checksum(sum);
    return checksum == 0 ? 0xFFFF : checksum;
  }

  /**
   * Writes the checksum of a frame that was left open (CSUM_PARTIAL): its field holds the sum of
   * the pseudo-header. The caller has checked that the field lies in the frame.
   *
   * @param at offset of the frame's first byte
   * @param length bytes of the frame
   * @param start bytes from the frame's first to where the checksum begins
   * @param offset bytes from there to the field; 6 is UDP's, where zero means none (OFF-6)
   */
  static void complete(MemorySegment memory, long at, int length, int start, int offset) {
    int sum = sum(memory, at + start, length - start);
    int checksum = offset == UDP_FIELD ? checksumOfUdp(sum) : checksum(sum);
    memory.set(NETWORK, at + start + offset, (short) checksum);
  }

  /**
   * The sum of a pseudo-header (RFC 9293, 3.1; RFC 8200, 8.1).
   *
   * @param addresses where source and destination lie, one behind the other
   * @param addressBytes bytes of both: 8 or 32
   * @param protocol of the transport header, 0 to 255
   * @param length bytes of transport header and payload
   */
  public static int pseudoHeader(
      MemorySegment memory, long addresses, int addressBytes, int protocol, int length) {
    return fold((long) sum(memory, addresses, addressBytes) + protocol + length);
  }
}
