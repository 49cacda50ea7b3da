package org.vhostdp.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRegion;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueSetup;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.ring.DeviceRing;
import org.vhostdp.dataplane.ring.RingLayout;
import org.vhostdp.driver.loopback.LoopbackDriver;
import org.vhostdp.guest.twin.DriverRing;
import org.vhostdp.guest.twin.RegionSpec;
import org.vhostdp.guest.twin.TwinMemory;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Version;

/**
 * One queue as it stands in an instance: a path of the dataplane between a ring in shared memory
 * and the reference driver, which takes or gives frames without end. The guest's side is played by
 * the caller's thread: it fills the ring, and empties it. Each descriptor has a buffer of its own.
 */
final class PrivateRing implements AutoCloseable {
  /** Descriptors of the ring, each a frame. */
  static final int SIZE = 1024;

  private static final int HEADER = 12;
  private static final int BUFFER = 2048 + HEADER;

  /** From one buffer to the next: whole cache lines, as a guest's allocator gives them. */
  private static final long STRIDE = 2304;

  private static final int MTU = 1986;
  private static final int MAX_FRAME = 2000;
  private static final int READ_WRITE = 2;

  private static final Host HOST =
      new Host() {
        @Override
        public Version spiVersion() {
          return SpiVersion.CURRENT;
        }

        @Override
        public void log(System.Logger.Level level, String message) {
          System.getLogger(PrivateRing.class.getName()).log(level, message);
        }
      };

  private final TwinMemory twin;
  private final GuestMemory memory;
  private final DriverRing guest;
  private final Port port;
  private final long[] buffer = new long[SIZE];
  private final int length;
  private final boolean writable;

  /** One of them is null. */
  private final TransmitPath transmit;

  private final ReceivePath receive;
  private int next;

  /**
   * @param transmits from the guest to the driver, else to the guest
   * @param frameBytes bytes of each frame
   */
  PrivateRing(boolean packed, boolean transmits, int frameBytes) throws Exception {
    long features =
        Features.VERSION_1
            | Features.MRG_RXBUF
            | Features.IN_ORDER
            | (packed ? Features.RING_PACKED : 0);
    twin = TwinMemory.create(8L << 20, 1);
    memory = map(twin);
    guest = DriverRing.create(twin, SIZE, features);
    writable = !transmits;
    length = transmits ? HEADER + frameBytes : BUFFER;
    long first = twin.allocate(SIZE * STRIDE, 64);
    for (int i = 0; i < SIZE; i++) {
      buffer[i] = first + i * STRIDE;
    }
    port = open(transmits, frameBytes);
    QueueSetup setup =
        new QueueSetup(
            device(features, transmits), features, -1, new QueueCounters(), MAX_FRAME, null);
    transmit = transmits ? new TransmitPath(setup, port.tx(0), port.regions(), 16) : null;
    receive = transmits ? null : new ReceivePath(setup, port.rx(0), port.regions());
    guest.interrupts(false);
  }

  private static GuestMemory map(TwinMemory twin) throws Exception {
    List<MemoryRegion> regions = new ArrayList<>();
    for (RegionSpec spec : twin.regions()) {
      try (Fd file = Io.open("/proc/self/fd/" + spec.fd(), READ_WRITE, 0)) {
        regions.add(
            MemoryRegion.map(
                spec.guestPhysical(), spec.size(), spec.userAddress(), file, spec.fileOffset()));
      }
    }
    return GuestMemory.of(regions);
  }

  private static Port open(boolean transmits, int frameBytes) throws Exception {
    Driver driver = new LoopbackDriver();
    Map<String, String> options =
        Map.of(
            "mode",
            transmits ? "sink" : "source",
            "queues",
            "1",
            "mtu",
            "" + MTU,
            "offloads",
            "none",
            "frame-bytes",
            "" + frameBytes);
    Port port = driver.open(driver.schema().check("jmh", options), HOST);
    port.configure(PortSettings.defaults().withMtu(MTU));
    port.start();
    return port;
  }

  private DeviceRing device(long features, boolean transmits) throws Exception {
    RingLayout layout =
        RingLayout.locate(
            memory,
            Features.rings(features),
            SIZE,
            twin.userAddress(guest.descriptorAddress()),
            twin.userAddress(guest.driverAddress()),
            twin.userAddress(guest.deviceAddress()),
            guest.base() & 0xFFFF);
    DeviceRing ring = DeviceRing.of(transmits ? layout.forReading() : layout, memory);
    ring.suppressKicks();
    return ring;
  }

  /** The guest's part: takes all used buffers back, and offers the whole ring anew. */
  void refill() {
    boolean more = true;
    while (more) {
      more = guest.nextUsed();
    }
    while (guest.add(buffer[next], length, writable) >= 0) {
      next = next + 1 & SIZE - 1;
    }
    guest.publish();
  }

  /** The dataplane's part: turns until {@link #SIZE} frames have passed; returns how many did. */
  int pass() {
    int frames = 0;
    while (frames < SIZE) {
      int n = transmit != null ? transmit.poll() : receive.poll();
      if (n <= 0) {
        throw new IllegalStateException("the ring stands still after " + frames + " frames");
      }
      frames += n;
    }
    return frames;
  }

  @Override
  public void close() {
    if (receive != null) {
      receive.abandon();
    }
    port.close();
    memory.unmap();
    twin.close();
  }
}
