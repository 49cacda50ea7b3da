package org.vhostdp.dataplane.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.RingBed;
import org.vhostdp.dataplane.ring.RingBed.Layout;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.NetHeader;
import org.vhostdp.spi.Wakeup;

/** A network queue: a path of ours between the twin's driver and a driver of the test. */
final class NetBed implements AutoCloseable {
  static final Wakeup NO_WAKEUP =
      new Wakeup() {
        @Override
        public int fd() {
          return -1;
        }

        @Override
        public boolean arm() {
          return false;
        }
      };

  /** Lent ids are unlike region indices, so that nobody can mix them up. */
  private static final int FIRST_LENT = 700;

  /** A frame as the guest finds it. */
  record Received(NetHeader header, byte[] bytes) {}

  private record Offered(long[] address, int[] length) {}

  final RingBed ring;
  final QueueCounters counters = new QueueCounters();
  final int headerBytes;
  private final Map<Integer, Offered> offered = new HashMap<>();
  private boolean foreignBuffers;

  NetBed(Layout layout, int size, long features) throws Exception {
    ring = RingBed.create(layout, size, features);
    headerBytes = Features.headerBytes(features);
  }

  static int regionOf(int id) {
    assertTrue(id >= FIRST_LENT, "region " + id + " was never lent");
    return id - FIRST_LENT;
  }

  /**
   * What a path of this ring needs.
   *
   * @param foreign whether guest memory is lent to the driver
   */
  static QueueSetup setup(RingBed ring, QueueCounters counters, int maxFrame, boolean foreign) {
    int[] lent = new int[ring.memory().count()];
    Arrays.setAll(lent, i -> FIRST_LENT + i);
    return new QueueSetup(
        ring.device(), ring.features(), -1, counters, maxFrame, foreign ? lent : null);
  }

  TransmitPath transmit(RecordingTx tx, int maxFrame, int segments, boolean foreign) {
    try {
      ring.forReading();
    } catch (MemoryRefused e) {
      throw new IllegalStateException(e);
    }
    return new TransmitPath(setup(ring, counters, maxFrame, foreign), tx, tx.regions(), segments);
  }

  ReceivePath receive(FeedingRx rx, int maxFrame, boolean foreign) {
    foreignBuffers = foreign;
    return new ReceivePath(setup(ring, counters, maxFrame, foreign), rx, rx.regions());
  }

  MemorySegment[] guestMemory() {
    return ring.memory().segments();
  }

  DriverRing driver() {
    return ring.driver();
  }

  long count(Name name) {
    return counters.get(name);
  }

  static byte[] frame(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Header and frame, one after the other. */
  byte[] packet(NetHeader header, byte[] frame) {
    byte[] packet = new byte[headerBytes + frame.length];
    byte[] twelve = new byte[NetHeader.MODERN];
    header.write(MemorySegment.ofArray(twelve), 0, NetHeader.MODERN);
    System.arraycopy(twelve, 0, packet, 0, headerBytes);
    System.arraycopy(frame, 0, packet, headerBytes, frame.length);
    return packet;
  }

  /**
   * Offers a chain of readable buffers.
   *
   * @param lengths of the buffers; the last takes what is left
   * @return false when the ring is full
   */
  boolean send(byte[] packet, boolean indirect, int... lengths) {
    int n = lengths.length + 1;
    int[] length = Arrays.copyOf(lengths, n);
    length[n - 1] = packet.length - Arrays.stream(lengths).sum();
    long[] address = reserve(length, indirect);
    if (address == null) {
      return false;
    }
    int at = 0;
    for (int i = 0; i < n; i++) {
      ring.twin().write(address[i], Arrays.copyOfRange(packet, at, at + length[i]));
      at += length[i];
    }
    offered.put(driver().add(address, length, n, 0, indirect), new Offered(address, length));
    return true;
  }

  /** Offers a chain of writable buffers; false when the ring is full. */
  boolean post(boolean indirect, int... length) {
    long[] address = reserve(length, indirect);
    if (address == null) {
      return false;
    }
    int token = driver().add(address, length, 0, length.length, indirect);
    offered.put(token, new Offered(address, length));
    return true;
  }

  /** Buffers for a chain; null when the ring or the memory is full. */
  private long[] reserve(int[] length, boolean indirect) {
    if (driver().free() < (indirect ? 1 : length.length)) {
      return null;
    }
    long[] address = new long[length.length];
    for (int i = 0; i < length.length; i++) {
      address[i] = ring.tryBuffer(length[i]);
      if (address[i] < 0) {
        Arrays.stream(address, 0, i).forEach(ring::release);
        return null;
      }
    }
    return address;
  }

  /** Takes transmitted chains back; how many. */
  int reclaim() {
    int n = 0;
    while (driver().nextUsed()) {
      assertEquals(0, driver().usedLength());
      Arrays.stream(offered.remove(driver().usedToken()).address).forEach(ring::release);
      n++;
    }
    return n;
  }

  /** Frames that have arrived; checks the groups of mergeable buffers. */
  List<Received> received() {
    boolean mergeable = (ring.features() & Features.MRG_RXBUF) != 0;
    List<Received> frames = new ArrayList<>();
    while (driver().nextUsed()) {
      byte[] bytes = used();
      assertTrue(bytes.length >= headerBytes, "a header");
      NetHeader header = new NetHeader();
      header.read(MemorySegment.ofArray(bytes), 0, headerBytes);
      assertTrue(header.numBuffers >= 1);
      assertTrue(mergeable || header.numBuffers == 1);
      for (int i = 1; i < header.numBuffers; i++) {
        assertTrue(driver().nextUsed(), "a group is published as a whole");
        byte[] more = used();
        int had = bytes.length;
        bytes = Arrays.copyOf(bytes, had + more.length);
        System.arraycopy(more, 0, bytes, had, more.length);
      }
      frames.add(new Received(header, Arrays.copyOfRange(bytes, headerBytes, bytes.length)));
    }
    return frames;
  }

  /** The written bytes of the chain last taken back; the rest of it must be as it was. */
  private byte[] used() {
    Offered chain = offered.remove(driver().usedToken());
    byte[] all = new byte[Arrays.stream(chain.length).sum()];
    int at = 0;
    for (int i = 0; i < chain.length.length; i++) {
      byte[] part = ring.twin().read(chain.address[i], chain.length[i]);
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
      ring.release(chain.address[i]);
    }
    // A driver that dropped a frame too long for foreign buffers has written to them.
    for (int i = driver().usedLength(); i < all.length && !foreignBuffers; i++) {
      assertEquals(RingBed.GUARD, all[i], "behind the bytes that count");
    }
    return Arrays.copyOf(all, driver().usedLength());
  }

  @Override
  public void close() {
    ring.assertGuards();
    ring.close();
  }
}
