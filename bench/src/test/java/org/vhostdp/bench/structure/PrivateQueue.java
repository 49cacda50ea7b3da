package org.vhostdp.bench.structure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.vhostdp.dataplane.io.IoStuck;
import org.vhostdp.dataplane.io.PairControl;
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
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Version;

/**
 * One queue of the real dataplane on a ring of its own: a path, the reference driver behind it, and
 * the guest's side played by the same thread. Every chain of the ring names the same buffers.
 */
final class PrivateQueue implements AutoCloseable {
  static final int SIZE = 256;

  private static final int MAX_FRAME = 2000;
  private static final int O_RDWR_CLOEXEC = 2 | 02000000;
  private static final String EVENTFD_COUNT = "eventfd-count:";

  private static final Host HOST =
      new Host() {
        @Override
        public Version spiVersion() {
          return SpiVersion.CURRENT;
        }

        @Override
        public void log(System.Logger.Level level, String message) {
          System.getLogger(PrivateQueue.class.getName()).log(level, message);
        }
      };

  private final Variation variation;
  private final TwinMemory twin;
  private final GuestMemory memory;
  private final DriverRing guest;
  private final Port port;
  private final QueueCounters counters = new QueueCounters();
  private final EventFd interrupt;
  private final int[] length;
  private final long[] address;

  /** One of them is null. */
  private final TransmitPath transmit;

  private final ReceivePath receive;

  /** Stands between a path and the driver's queues. */
  interface Between {
    TxQueue tx(TxQueue driver);

    RxQueue rx(RxQueue driver);

    Between NOTHING =
        new Between() {
          @Override
          public TxQueue tx(TxQueue driver) {
            return driver;
          }

          @Override
          public RxQueue rx(RxQueue driver) {
            return driver;
          }
        };
  }

  PrivateQueue(Variation variation, Between between) throws Exception {
    this.variation = variation;
    twin = TwinMemory.create(4L << 20, 1);
    memory = map(twin);
    guest = DriverRing.create(twin, SIZE, variation.features());
    length = variation.buffers();
    address = new long[length.length];
    for (int i = 0; i < length.length; i++) {
      address[i] = twin.allocate(length[i], 64);
    }
    interrupt = EventFd.create();
    port = open(variation);
    int[] lent = variation.foreign() ? lend() : null;
    port.start();
    QueueSetup setup =
        new QueueSetup(
            device(), variation.features(), interrupt.fd().raw(), counters, MAX_FRAME, lent);
    if (variation.transmit()) {
      transmit = new TransmitPath(setup, between.tx(port.tx(0)), port.regions(), 16);
      receive = null;
    } else {
      transmit = null;
      receive = new ReceivePath(setup, between.rx(port.rx(0)), port.regions());
    }
    guest.interrupts(false);
  }

  private static GuestMemory map(TwinMemory twin) throws Exception {
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

  private static Port open(Variation variation) throws Exception {
    Driver driver = new LoopbackDriver();
    Map<String, String> options =
        Map.of(
            "mode", variation.transmit() ? "sink" : "source",
            "queues", "1",
            "depth", "128",
            "mtu", "1986",
            "offloads", "none",
            "frame-bytes", "" + variation.shape().frameBytes);
    Port port = driver.open(driver.schema().check("structure", options), HOST);
    port.configure(PortSettings.defaults().withMtu(1986));
    return port;
  }

  private int[] lend() throws Exception {
    ForeignMemory lending = port.facet(ForeignMemory.class).orElseThrow();
    int[] ids = new int[memory.count()];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = lending.lend(memory.segments()[i], ForeignMemory.WRITABLE | ForeignMemory.SHARED);
    }
    return ids;
  }

  private DeviceRing device() throws Exception {
    RingLayout layout =
        RingLayout.locate(
            memory,
            Features.rings(variation.features()),
            SIZE,
            twin.userAddress(guest.descriptorAddress()),
            twin.userAddress(guest.driverAddress()),
            twin.userAddress(guest.deviceAddress()),
            guest.base() & 0xFFFF);
    DeviceRing ring = DeviceRing.of(variation.transmit() ? layout.forReading() : layout, memory);
    ring.suppressKicks();
    return ring;
  }

  /** Offers as many chains as the ring takes. */
  void offer() {
    offer(SIZE);
  }

  /** Offers so many chains, or as many as the ring takes; returns how many. */
  int offer(int most) {
    int chains = 0;
    while (chains < most && add() >= 0) {
      chains++;
    }
    guest.publish();
    return chains;
  }

  /** Says whether the guest wants interrupts; it does not, at first. */
  void interrupts(boolean wanted) {
    guest.interrupts(wanted);
  }

  private int add() {
    int n = length.length;
    int out = variation.transmit() ? n : 0;
    if (n == 1) {
      return guest.add(address[0], length[0], !variation.transmit());
    }
    return guest.add(address, length, out, n - out, variation.shape().indirect);
  }

  /** How often the guest was interrupted: writes to its eventfd that nobody has read. */
  long interruptsSent() throws IOException {
    Path info = Path.of("/proc/self/fdinfo/" + interrupt.fd().raw());
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith(EVENTFD_COUNT))
        .mapToLong(line -> Long.parseLong(line.substring(EVENTFD_COUNT.length()).strip(), 16))
        .sum();
  }

  /** One turn of the path; frames moved. */
  int poll() {
    int n = transmit != null ? transmit.poll() : receive.poll();
    if (n < 0) {
      throw new IllegalStateException(variation + ": the ring is broken");
    }
    return n;
  }

  /** Lets an IO thread poll from now on; nobody kicks it, so it never sleeps. */
  void attach(PairControl pair) throws IoStuck {
    if (transmit != null) {
      pair.attach(transmit, port.tx(0).wakeup(), -1);
    } else {
      pair.attach(receive, port.rx(0).wakeup(), -1);
    }
  }

  /** Takes used chains back; returns how many. */
  int reclaim() {
    int chains = 0;
    while (guest.nextUsed()) {
      chains++;
    }
    return chains;
  }

  /** Fills the ring, polls until nothing moves, and empties it; frames moved. */
  int round() {
    offer();
    int frames = 0;
    int n;
    do {
      n = poll();
      frames += n;
    } while (n > 0);
    reclaim();
    return frames;
  }

  QueueCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    if (receive != null) {
      receive.abandon();
    }
    port.close();
    interrupt.close();
    memory.unmap();
    twin.close();
  }
}
