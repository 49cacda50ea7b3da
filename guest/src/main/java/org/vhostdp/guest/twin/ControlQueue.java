package org.vhostdp.guest.twin;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The driver's side of the control queue (virtio 1.3, 5.1.6.5): one command at a time. */
public final class ControlQueue {
  public static final int RX = 0;
  public static final int MAC = 1;
  public static final int VLAN = 2;
  public static final int ANNOUNCE = 3;
  public static final int MQ = 4;
  public static final int GUEST_OFFLOADS = 5;

  /** Command of class {@link #MQ}: receive-side scaling. */
  public static final int RSS_CONFIG = 1;

  /** Command of class {@link #MQ}: hashes to report. */
  public static final int HASH_CONFIG = 2;

  /** Room for a command's data, bytes. */
  public static final int MAX_DATA = 4096;

  private static final int DATA_AT = 64;
  private static final int ACK_AT = DATA_AT + MAX_DATA;
  private static final int UNTOUCHED = 0xee;

  private final Virtqueue queue;
  private final MemorySegment memory;
  private final long address;
  private final long[] addresses = new long[3];
  private final int[] lengths = new int[3];
  private int timeoutMillis = 30_000;

  ControlQueue(TwinMemory guest, Virtqueue queue) {
    this.queue = queue;
    this.address = guest.allocate(ACK_AT + 1, 64);
    this.memory = guest.at(address, ACK_AT + 1);
  }

  /** The ring itself. */
  public Virtqueue queue() {
    return queue;
  }

  /** How long an answer may take; 30 s unless set. */
  public void timeout(int millis) {
    timeoutMillis = millis;
  }

  /**
   * Sends a command and waits for its acknowledgement.
   *
   * @return true for VIRTIO_NET_OK, false for VIRTIO_NET_ERR
   * @throws InterruptedIOException when no answer came in time
   * @throws DeviceViolation when the answer is neither
   */
  public boolean command(int commandClass, int command, byte[] data) throws IOException {
    memory.set(ValueLayout.JAVA_BYTE, 0, (byte) commandClass);
    memory.set(ValueLayout.JAVA_BYTE, 1, (byte) command);
    MemorySegment.copy(data, 0, memory, ValueLayout.JAVA_BYTE, DATA_AT, data.length);
    memory.set(ValueLayout.JAVA_BYTE, ACK_AT, (byte) UNTOUCHED);
    int out = data.length == 0 ? 1 : 2;
    addresses[0] = address;
    lengths[0] = 2;
    addresses[1] = address + DATA_AT;
    lengths[1] = data.length;
    addresses[out] = address + ACK_AT;
    lengths[out] = 1;
    if (queue.ring().add(addresses, lengths, out, 1, false) < 0) {
      throw new IllegalStateException("an earlier command still waits for its answer");
    }
    queue.flush();
    long end = System.nanoTime() + timeoutMillis * 1_000_000L;
    while (!queue.ring().nextUsed()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new InterruptedIOException(
            "The device did not answer control command %d.%d within %d ms."
                .formatted(commandClass, command, timeoutMillis));
      }
      queue.await((int) left);
    }
    int ack = memory.get(ValueLayout.JAVA_BYTE, ACK_AT) & 0xff;
    if (queue.ring().usedLength() != 1 || ack > 1) {
      throw new DeviceViolation(
          "control command %d.%d: acknowledgement %d in %d bytes"
              .formatted(commandClass, command, ack, queue.ring().usedLength()));
    }
    return ack == 0;
  }

  /** One of the RX mode switches: 0 promiscuous, 1 allmulti, 2 alluni, 3 nomulti, ... */
  public boolean receiveMode(int mode, boolean on) throws IOException {
    return command(RX, mode, new byte[] {(byte) (on ? 1 : 0)});
  }

  /** MAC_TABLE_SET: unicast and multicast filters. */
  public boolean macTable(List<Long> unicast, List<Long> multicast) throws IOException {
    ByteBuffer data = little(8 + 6 * (unicast.size() + multicast.size()));
    for (List<Long> table : List.of(unicast, multicast)) {
      data.putInt(table.size());
      table.forEach(mac -> data.put(Packets.macBytes(mac)));
    }
    return command(MAC, 0, data.array());
  }

  /** MAC_ADDR_SET. */
  public boolean macAddress(long mac) throws IOException {
    return command(MAC, 1, Packets.macBytes(mac));
  }

  /** VLAN_ADD or VLAN_DEL. */
  public boolean vlan(int id, boolean add) throws IOException {
    return command(VLAN, add ? 0 : 1, little(2).putShort((short) id).array());
  }

  /** ANNOUNCE_ACK. */
  public boolean announceAck() throws IOException {
    return command(ANNOUNCE, 0, new byte[0]);
  }

  /** VQ_PAIRS_SET. */
  public boolean queuePairs(int pairs) throws IOException {
    return command(MQ, 0, little(2).putShort((short) pairs).array());
  }

  /** RSS_CONFIG: which queue gets which frames. */
  public boolean rss(RssCommand setting) throws IOException {
    return command(MQ, RSS_CONFIG, setting.rss());
  }

  /** HASH_CONFIG: which hashes are reported; queues are left alone. */
  public boolean hashes(RssCommand setting) throws IOException {
    return command(MQ, HASH_CONFIG, setting.hashes());
  }

  /** GUEST_OFFLOADS_SET: the guest feature bits that shall hold from now on. */
  public boolean guestOffloads(long features) throws IOException {
    return command(GUEST_OFFLOADS, 0, little(8).putLong(features).array());
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
