package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRefused;
import org.vhostdp.dataplane.memory.MemoryRegion;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;

/**
 * One virtqueue with both of its sides: the twin's driver, our device, and guest memory between
 * them. The ring lies in a region of its own; buffers lie in a zone that is filled with a guard
 * pattern, so that a stray write is found. Addresses are guest physical.
 */
// The twin is no module of ours: only tests see this class.
@SuppressWarnings("exports")
public final class RingBed implements AutoCloseable {
  /** How the buffer zone is cut into regions. */
  public enum Layout {
    ONE_REGION,
    /** Pieces with unmapped addresses between them. */
    HOLES,
    /** Pieces without gaps, each a file of its own: buffers may cross from one to the next. */
    ADJACENT
  }

  /** What every byte of the zone is before anybody writes to it. */
  public static final byte GUARD = (byte) 0xA5;

  /** Where a buffer lies, as if the zone had no holes. */
  private record Buffer(long from, int length) {}

  private static final long ZONE = 1L << 40;
  private static final long RING = 1L << 32;
  private static final long PAGE = 4096;
  private static final int GAP = 48;
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;

  private final TwinMemory twin;
  private final GuestMemory memory;
  private final DriverRing driver;
  private final long features;
  private final Layout layout;
  private final int pieces;
  private final long pieceBytes;

  /** Reserved buffers by address. */
  private final Map<Long, Buffer> taken = new HashMap<>();

  private long next;
  private DeviceRing device;

  private RingBed(Layout layout, int size, long features) throws IOException, MemoryRefused {
    this.layout = layout;
    this.features = features;
    this.pieces = layout == Layout.ONE_REGION ? 1 : layout == Layout.HOLES ? 4 : 24;
    this.pieceBytes =
        layout == Layout.ONE_REGION ? 192 * PAGE : layout == Layout.HOLES ? 48 * PAGE : 8 * PAGE;
    boolean indirect = (features & Features.INDIRECT_DESC) != 0;
    long ring = 32L * size + (indirect ? 1024L * size : 0) + 2 * TwinMemory.BORDER + 8 * PAGE;
    List<TwinMemory.Plan> plans = new ArrayList<>();
    plans.add(new TwinMemory.Plan(RING, (ring + PAGE - 1) & -PAGE, 1L << 44, 0));
    for (int i = 0; i < pieces; i++) {
      // User addresses descend, so that nobody can take them for guest physical ones.
      plans.add(
          new TwinMemory.Plan(pieceStart(i), pieceBytes, (1L << 43) - i * (1L << 30), i * PAGE));
    }
    this.twin = TwinMemory.create(plans, false);
    this.memory = map(twin);
    this.driver = DriverRing.create(twin, size, features);
    for (int i = 0; i < pieces; i++) {
      twin.at(pieceStart(i), pieceBytes).fill(GUARD);
    }
    attach(driver.base() & 0xFFFF);
  }

  /** A ring never used, with nothing in it. */
  public static RingBed create(Layout layout, int size, long features)
      throws IOException, MemoryRefused {
    return new RingBed(layout, size, features);
  }

  /** The twin's memory as the device maps it. */
  public static GuestMemory map(TwinMemory twin) throws IOException, MemoryRefused {
    List<MemoryRegion> regions = new ArrayList<>();
    for (RegionSpec spec : twin.regions()) {
      try (Fd file = Io.open("/proc/self/fd/" + spec.fd(), O_RDWR_CLOEXEC, 0)) {
        regions.add(
            MemoryRegion.map(
                spec.guestPhysical(), spec.size(), spec.userAddress(), file, spec.fileOffset()));
      }
    }
    return GuestMemory.of(regions);
  }

  private long pieceStart(int i) {
    return ZONE + i * (pieceBytes + (layout == Layout.HOLES ? 1L << 20 : 0));
  }

  /** A new device side that begins at an index, right or wrong. */
  public void attach(int base) throws MemoryRefused {
    device = DeviceRing.of(layout(base), memory);
  }

  /** From now on the device side is that of a queue which the device only reads. */
  public void forReading() throws MemoryRefused {
    device = DeviceRing.of(layout(device.base()).forReading(), memory);
  }

  private RingLayout layout(int base) throws MemoryRefused {
    return RingLayout.locate(
        memory,
        Features.rings(features),
        driver.size(),
        twin.userAddress(driver.descriptorAddress()),
        twin.userAddress(driver.driverAddress()),
        twin.userAddress(driver.deviceAddress()),
        base);
  }

  public TwinMemory twin() {
    return twin;
  }

  public GuestMemory memory() {
    return memory;
  }

  public DriverRing driver() {
    return driver;
  }

  public DeviceRing device() {
    return device;
  }

  public long features() {
    return features;
  }

  public boolean packed() {
    return (features & Features.RING_PACKED) != 0;
  }

  /** A back-end that starts where the last one stopped. Everything completed has been flushed. */
  public void restart() throws MemoryRefused {
    assertEquals(driver.base() & 0xFFFF, device.base(), "both sides know where the ring stands");
    attach(device.base());
  }

  /** Moves both sides on by so many empty chains. Nothing is in flight before or after. */
  public void advance(int chains) {
    Chains batch = new Chains(Math.min(256, driver.size()), driver.size());
    for (int done = 0; done < chains; ) {
      int n = 0;
      while (n < batch.capacity() && done + n < chains && driver.add(ZONE, 1, false) >= 0) {
        n++;
      }
      driver.publish();
      driver.kickNeeded();
      assertEquals(n, device.collect(batch, n), device.fault());
      batch.unfold();
      for (int i = 0; i < n; i++) {
        batch.written[i] = 0;
      }
      device.complete(batch, 0, n);
      device.flush();
      device.interruptWanted();
      for (int i = 0; i < n; i++) {
        assertTrue(driver.nextUsed());
      }
      done += n;
    }
  }

  /** An address in the zone from which so many bytes are mapped; nothing is reserved. */
  public long anyAddress(Random random, int length) {
    if (layout == Layout.ADJACENT) {
      return ZONE + random.nextLong(pieces * pieceBytes - length);
    }
    return pieceStart(random.nextInt(pieces)) + random.nextLong(pieceBytes - length);
  }

  /** Reserves bytes between guards. With {@link Layout#ADJACENT} they may cross regions. */
  public long buffer(int length) {
    long address = tryBuffer(length);
    assertTrue(address >= 0, "the zone is full");
    return address;
  }

  /** As {@link #buffer}; -1 if there is no room. */
  public long tryBuffer(int length) {
    long from = next + GAP;
    for (int tries = taken.size() + 2; tries > 0; tries--) {
      if (layout != Layout.ADJACENT && from % pieceBytes + length + GAP > pieceBytes) {
        from = (from / pieceBytes + 1) * pieceBytes + GAP;
      }
      if (from + length + GAP > pieces * pieceBytes) {
        from = GAP;
      }
      Buffer inTheWay = overlapping(from, length);
      if (inTheWay == null) {
        next = from + length;
        long address = pieceStart((int) (from / pieceBytes)) + from % pieceBytes;
        taken.put(address, new Buffer(from, length));
        return address;
      }
      from = inTheWay.from + inTheWay.length + GAP;
    }
    return -1;
  }

  private Buffer overlapping(long from, int length) {
    for (Buffer other : taken.values()) {
      if (from < other.from + other.length + GAP && other.from < from + length + GAP) {
        return other;
      }
    }
    return null;
  }

  /** Reserves a buffer that crosses from one region to the next in its middle. */
  public long bufferAcross(int length) {
    assertEquals(Layout.ADJACENT, layout);
    next = (next / pieceBytes + 1) * pieceBytes - GAP - length / 2;
    return buffer(length);
  }

  /** Gives a buffer back and fills it with the pattern again. */
  public void release(long address) {
    byte[] clean = new byte[taken.remove(address).length];
    Arrays.fill(clean, GUARD);
    twin.write(address, clean);
  }

  /** Fails if a byte outside every buffer has changed. */
  public void assertGuards() {
    for (int i = 0; i < pieces; i++) {
      long start = pieceStart(i);
      byte[] bytes = twin.read(start, (int) pieceBytes);
      for (Map.Entry<Long, Buffer> buffer : taken.entrySet()) {
        long at = buffer.getKey() - start;
        long from = Math.max(0, at);
        long to = Math.min(pieceBytes, at + buffer.getValue().length);
        if (from < to) {
          Arrays.fill(bytes, (int) from, (int) to, GUARD);
        }
      }
      for (int at = 0; at < bytes.length; at++) {
        if (bytes[at] != GUARD) {
          throw new AssertionError(
              "memory outside the buffers was written at 0x%x".formatted(start + at));
        }
      }
    }
  }

  @Override
  public void close() {
    memory.unmap();
    twin.close();
  }
}
