package org.vhostdp.guest.twin;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A setting of receive-side scaling as a driver sends it: struct virtio_net_rss_config (virtio 1.3,
 * 5.1.6.5.7) and struct virtio_net_hash_config (5.1.6.5.6). Nothing is checked, so that nonsense
 * can be sent as well.
 *
 * @param types bits of hash types (5.1.6.4.3)
 * @param table receive queue, counted in pairs, by hash modulo the length; the length is a power of
 *     two where the device is to accept it
 * @param unclassified receive queue of frames that no type matches
 * @param transmit transmit queues in use
 * @param key the hash key
 */
public record RssCommand(int types, int[] table, int unclassified, int transmit, byte[] key) {
  /** IPv4 addresses. */
  public static final int IPV4 = 1;

  /** IPv4 addresses and TCP ports. */
  public static final int TCPV4 = 1 << 1;

  /** IPv4 addresses and UDP ports. */
  public static final int UDPV4 = 1 << 2;

  /** What Linux asks for: IPv4 and IPv6 with TCP and UDP, without extension headers. */
  public static final int LINUX_TYPES = 0x3f;

  private static final int KEY_BYTES = 40;

  /** Takes copies. */
  public RssCommand {
    table = table.clone();
    key = key.clone();
  }

  /** A table with Linux's hash types and some key of 40 bytes. */
  public static RssCommand table(int pairs, int... table) {
    byte[] key = new byte[KEY_BYTES];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) (0x6d + 37 * i);
    }
    return new RssCommand(LINUX_TYPES, table, 0, pairs, key);
  }

  /** The same with other hash types. */
  public RssCommand withTypes(int bits) {
    return new RssCommand(bits, table, unclassified, transmit, key);
  }

  /** The same with another queue for unclassified frames. */
  public RssCommand withUnclassified(int queue) {
    return new RssCommand(types, table, queue, transmit, key);
  }

  /** The same with another key. */
  public RssCommand withKey(byte[] bytes) {
    return new RssCommand(types, table, unclassified, transmit, bytes);
  }

  @Override
  public int[] table() {
    return table.clone();
  }

  @Override
  public byte[] key() {
    return key.clone();
  }

  /** The data of RSS_CONFIG. */
  byte[] rss() {
    ByteBuffer out = little(4 + 2 + 2 + 2 * table.length + 2 + 1 + key.length);
    out.putInt(types).putShort((short) (table.length - 1)).putShort((short) unclassified);
    for (int queue : table) {
      out.putShort((short) queue);
    }
    return out.putShort((short) transmit).put((byte) key.length).put(key).array();
  }

  /** The data of HASH_CONFIG. */
  byte[] hashes() {
    ByteBuffer out = little(4 + 4 * 2 + 1 + key.length).putInt(types);
    return out.position(4 + 4 * 2).put((byte) key.length).put(key).array();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Data of RSS_CONFIG commands that a device must refuse, by what is wrong with them.
   *
   * @param pairs queue pairs of the device
   * @param entries most entries of its table, a power of two up to 1024
   */
  public static Map<String, byte[]> hostile(int pairs, int entries) {
    RssCommand good = table(pairs, new int[entries]);
    byte[] whole = good.rss();
    Map<String, byte[]> all = new LinkedHashMap<>();
    all.put("a table twice as large as offered", table(pairs, new int[2 * entries]).rss());
    byte[] claimed = whole.clone();
    ByteBuffer.wrap(claimed).order(ByteOrder.LITTLE_ENDIAN).putShort(4, (short) 0xffff);
    all.put("a table of 65536 entries announced", claimed);
    all.put("a table of three entries", table(pairs, 0, 0, 0).rss());
    all.put("a queue out of range", table(pairs, 0, pairs).rss());
    all.put("queue 65535", table(pairs, 0, 0xffff).rss());
    all.put("unclassified frames to no queue", good.withUnclassified(pairs).rss());
    all.put("unknown hash types", good.withTypes(1 << 20 | IPV4).rss());
    all.put("more transmit queues than there are", table(pairs + 1, 0).rss());
    all.put("no transmit queue", table(0, 0).rss());
    all.put("a key that is too long", good.withKey(new byte[KEY_BYTES + 1]).rss());
    all.put("no key", good.withKey(new byte[0]).rss());
    all.put("nothing", new byte[0]);
    for (int bytes : new int[] {1, 7, 8, 9, whole.length / 2, whole.length - 1}) {
      all.put("only " + bytes + " bytes", Arrays.copyOf(whole, bytes));
    }
    all.put("a byte too many", Arrays.copyOf(whole, whole.length + 1));
    return all;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RssCommand same && Arrays.equals(rss(), same.rss());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(rss());
  }

  @Override
  public String toString() {
    return "types 0x%x, table %s, unclassified %d, transmit %d, key of %d bytes"
        .formatted(types, Arrays.toString(table), unclassified, transmit, key.length);
  }
}
