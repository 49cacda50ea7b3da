package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The Toeplitz hash of receive-side scaling (virtio 1.3, 5.1.6.4.3 and 5.1.6.4.4; Microsoft's "RSS
 * hashing types"): for every bit set in the input, the 32 bits of the key that begin at the bit's
 * position, joined by exclusive or. A table holds the joined bits of every byte at every position,
 * 36 KiB for each key. Immutable.
 *
 * <p>The input is read from a frame: source and destination address, which lie together in both
 * versions of IP, then source and destination port, which do so too. Callers have found both and
 * know that they lie in the frame; memory beyond the segment is an {@link
 * IndexOutOfBoundsException}.
 */
public final class Toeplitz {
  /** Bytes of the longest input: two IPv6 addresses, two ports. */
  private static final int POSITIONS = 36;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final int ROW = 256;

  /** By position, then by value. */
  private final int[] table = new int[POSITIONS * ROW];

  /**
   * @param key as the guest set it, 40 bytes; a shorter one goes on with zeros, what is behind the
   *     fortieth byte is never used
   */
  public Toeplitz(byte[] key) {
    for (int position = 0; position < POSITIONS; position++) {
      long window = window(key, position);
      for (int value = 1; value < ROW; value++) {
        table[position * ROW + value] = joined(window, value);
      }
    }
  }

  /** The 40 bits of the key from a byte on. */
  private static long window(byte[] key, int from) {
    long window = 0;
    for (int i = from; i < from + 5; i++) {
      window = window << 8 | (i < key.length ? key[i] & 0xFF : 0);
    }
    return window;
  }

  private static int joined(long window, int value) {
    int joined = 0;
    for (int bit = 0; bit < 8; bit++) {
      if ((value & 0x80 >>> bit) != 0) {
        joined ^= (int) (window >>> 8 - bit);
      }
    }
    return joined;
  }

  /**
   * Hash of two IPv4 addresses.
   *
   * @param addresses offset of the source address
   */
  public int ipv4(MemorySegment frame, long addresses) {
    return eight(table, 0, frame.get(LONG, addresses));
  }

  /**
   * Hash of two IPv4 addresses and two ports.
   *
   * @param addresses offset of the source address
   * @param ports offset of the source port
   */
  public int ipv4(MemorySegment frame, long addresses, long ports) {
    return ipv4(frame, addresses) ^ four(table, 8 * ROW, frame.get(INT, ports));
  }

  /**
   * Hash of two IPv6 addresses.
   *
   * @param addresses offset of the source address
   */
  public int ipv6(MemorySegment frame, long addresses) {
    return ipv6Ex(frame, addresses, addresses + 16);
  }

  /**
   * Hash of two IPv6 addresses and two ports.
   *
   * @param addresses offset of the source address
   * @param ports offset of the source port
   */
  public int ipv6(MemorySegment frame, long addresses, long ports) {
    return ipv6Ex(frame, addresses, addresses + 16, ports);
  }

  /**
   * Hash of two IPv6 addresses of which one may lie in an extension header: a home address, or the
   * last of a route (hash types with EX in their names).
   *
   * @param source offset of the source address
   * @param destination offset of the destination address
   */
  public int ipv6Ex(MemorySegment frame, long source, long destination) {
    return eight(table, 0, frame.get(LONG, source))
        ^ eight(table, 8 * ROW, frame.get(LONG, source + 8))
        ^ eight(table, 16 * ROW, frame.get(LONG, destination))
        ^ eight(table, 24 * ROW, frame.get(LONG, destination + 8));
  }

  /**
   * The same with two ports.
   *
   * @param ports offset of the source port
   */
  public int ipv6Ex(MemorySegment frame, long source, long destination, long ports) {
    return ipv6Ex(frame, source, destination) ^ four(table, 32 * ROW, frame.get(INT, ports));
  }

  private static int eight(int[] table, int row, long input) {
    return four(table, row, (int) (input >>> 32)) ^ four(table, row + 4 * ROW, (int) input);
  }

  private static int four(int[] table, int row, int input) {
    return table[row + (input >>> 24)]
        ^ table[row + ROW + (input >>> 16 & 0xFF)]
        ^ table[row + 2 * ROW + (input >>> 8 & 0xFF)]
        ^ table[row + 3 * ROW + (input & 0xFF)];
  }
}
