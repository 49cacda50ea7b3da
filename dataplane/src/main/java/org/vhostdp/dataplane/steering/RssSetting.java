package org.vhostdp.dataplane.steering;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Receive-side scaling as a guest sets it: virtio 1.3, 5.1.6.5.6 (hash) and 5.1.6.5.7 (queues).
 * Immutable and checked. Hash types are the bits of 5.1.6.4.3; queues are queue pairs: what stands
 * in struct rss_rq_id is a virtqueue's index without its lowest bit.
 */
public final class RssSetting {
  /** Hash type: IPv6 addresses, with extension headers. */
  public static final int IP_EX = 1 << 6;

  /** Hash type: IPv6 addresses and TCP ports, with extension headers. */
  public static final int TCP_EX = 1 << 7;

  /** Hash type: IPv6 addresses and UDP ports, with extension headers. */
  public static final int UDP_EX = 1 << 8;

  /** All hash types that are carried out. */
  public static final int TYPES = (1 << 9) - 1;

  /** Most bytes of a key. */
  public static final int KEY_BYTES = 40;

  /** Most entries of an indirection table. */
  public static final int TABLE = 128;

  /** Bytes before a key: types, four 16-bit words, the key's length. */
  private static final int HASH_CONFIG = 4 + 4 * 2 + 1;

  private final int types;
  private final byte[] key;
  private final int[] table;
  private final int unclassified;
  private final int pairs;

  private RssSetting(int types, byte[] key, int[] table, int unclassified, int transmit) {
    this.types = types;
    this.key = key;
    this.table = table;
    this.unclassified = unclassified;
    this.pairs = Math.max(transmit, 1 + Math.max(unclassified, max(table)));
  }

  private static int max(int[] table) {
    return Arrays.stream(table).max().orElse(0);
  }

  /**
   * Checks a setting.
   *
   * @param types bits of hash types; 0: every frame is unclassified
   * @param key 1 to 40 bytes, or none if there are no types
   * @param table queue pair by (hash modulo length); a power of two, up to 128
   * @param unclassified queue pair of frames that no type matches
   * @param queuePairs queue pairs that there are
   */
  public static RssSetting of(int types, byte[] key, int[] table, int unclassified, int queuePairs)
      throws SteeringRefused {
    return of(types, key, table, unclassified, 0, queuePairs);
  }

  private static RssSetting of(
      int types, byte[] key, int[] table, int unclassified, int transmit, int queuePairs)
      throws SteeringRefused {
    if ((types & ~TYPES) != 0) {
      throw new SteeringRefused(
          "Hash types 0x%x are unknown; 0x%x are offered.".formatted(types & ~TYPES, TYPES));
    }
    if (key.length > KEY_BYTES || key.length == 0 && types != 0) {
      throw new SteeringRefused(
          "A hash key of " + key.length + " bytes cannot be used; it has 1 to " + KEY_BYTES + ".");
    }
    if (Integer.bitCount(table.length) != 1 || table.length > TABLE) {
      throw new SteeringRefused(
          "An indirection table of "
              + table.length
              + " entries cannot be used; it has a power of two, up to "
              + TABLE
              + ".");
    }
    for (int queue : table) {
      check("The indirection table", queue, queuePairs);
    }
    check("The setting for unclassified frames", unclassified, queuePairs);
    return new RssSetting(types, key.clone(), table.clone(), unclassified, transmit);
  }

  private static void check(String who, int queue, int queuePairs) throws SteeringRefused {
    if (queue < 0 || queue >= queuePairs) {
      throw new SteeringRefused(
          who + " names receive queue " + queue + " of " + queuePairs + " (counted from 0).");
    }
  }

  /**
   * Reads a command of the control queue: struct virtio_net_rss_config, or struct
   * virtio_net_hash_config.
   *
   * @param control the command's data, nothing more
   * @param queuePairs queue pairs that there are
   * @param hashOnly whether it is the second one, which leaves queues alone
   */
  public static RssSetting parse(byte[] control, int queuePairs, boolean hashOnly)
      throws SteeringRefused {
    ByteBuffer in = ByteBuffer.wrap(control).order(ByteOrder.LITTLE_ENDIAN);
    if (hashOnly) {
      require(in, HASH_CONFIG);
      int types = in.getInt();
      in.position(HASH_CONFIG - 1);
      return of(types, key(in), new int[1], 0, 0, queuePairs);
    }
    require(in, 4 + 2 + 2);
    int types = in.getInt();
    int entries = Short.toUnsignedInt(in.getShort()) + 1;
    int unclassified = Short.toUnsignedInt(in.getShort());
    if (entries > TABLE) {
      throw new SteeringRefused(
          "An indirection table of " + entries + " entries is too large; " + TABLE + " is most.");
    }
    require(in, entries * 2 + 2 + 1);
    int[] table = new int[entries];
    for (int i = 0; i < entries; i++) {
      table[i] = Short.toUnsignedInt(in.getShort());
    }
    int transmit = Short.toUnsignedInt(in.getShort());
    if (transmit == 0 || transmit > queuePairs) {
      throw new SteeringRefused(
          transmit + " transmit queues are asked for; there are 1 to " + queuePairs + ".");
    }
    return of(types, key(in), table, unclassified, transmit, queuePairs);
  }

  private static void require(ByteBuffer in, int bytes) throws SteeringRefused {
    if (in.remaining() < bytes) {
      throw new SteeringRefused(
          "A command of " + in.capacity() + " bytes is too short for what it says.");
    }
  }

  /** Length and bytes of the key, which is all that is left. */
  private static byte[] key(ByteBuffer in) throws SteeringRefused {
    int length = Byte.toUnsignedInt(in.get());
    if (length != in.remaining()) {
      throw new SteeringRefused(
          "A hash key of " + length + " bytes is announced, but " + in.remaining() + " are there.");
    }
    byte[] key = new byte[length];
    in.get(key);
    return key;
  }

  /** Bits of hash types. */
  public int types() {
    return types;
  }

  /** A copy of the key: up to 40 bytes. */
  public byte[] key() {
    return key.clone();
  }

  /** A copy of the indirection table: queue pairs. */
  public int[] table() {
    return table.clone();
  }

  /** Queue pair of frames that no type matches. */
  public int unclassified() {
    return unclassified;
  }

  /** Queue pairs that it uses, in either direction. */
  public int pairs() {
    return pairs;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RssSetting o
        && types == o.types
        && unclassified == o.unclassified
        && pairs == o.pairs
        && Arrays.equals(key, o.key)
        && Arrays.equals(table, o.table);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * types + Arrays.hashCode(key)) + Arrays.hashCode(table);
  }

  /** Without the key, which is nobody's business. */
  @Override
  public String toString() {
    return "hash types 0x%x, %d table entries %s, unclassified %d"
        .formatted(types, table.length, shortened(), unclassified);
  }

  private String shortened() {
    int shown = Math.min(table.length, 8);
    String begin = Arrays.toString(Arrays.copyOf(table, shown));
    return shown < table.length ? begin.replace("]", ", ...]") : begin;
  }
}
