package org.vhostdp.driver.mdev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.driver.mdev.vfio.Monitor;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** A near device, and a packet socket on the interface of the far one. */
final class MdevWire implements Wire, Faults {
  /** Longer than what any rule sends in one piece. */
  private static final int FAR_MTU = 9500;

  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** What a device has buffers for; more may wait in the hypervisor. */
  private static final int BUFFERS = 256;

  private static final long QUIET_NANOS = 50_000_000L;

  private final int number;
  private final String address;
  private final String ifname;
  private final Map<String, String> extra;
  private final Netlink netlink;
  private final FarSocket socket;
  private final Runnable closed;
  private Thread removal;

  /** Frames on their way to the port, at most; senders are threads of their own. */
  private final AtomicInteger sent = new AtomicInteger();

  /**
   * @param number of the pair, from 0 on
   * @param extra keys and values of the port's configuration
   * @param closed called when the pair can have another wire
   */
  MdevWire(int number, Map<String, String> extra, Runnable closed) throws IOException {
    this.number = number;
    this.extra = extra;
    this.closed = closed;
    address = GuestLab.near().get(number);
    ifname = GuestLab.far().get(number);
    Files.writeString(Path.of("/proc/sys/net/ipv6/conf", ifname, "disable_ipv6"), "1");
    netlink = Netlink.open();
    netlink.mtu(ifname, FAR_MTU);
    netlink.up(ifname, true);
    receiveAll();
    socket = new FarSocket(netlink.link(ifname).index());
  }

  /** Also what is for other stations (IFF_PROMISC of linux/if.h). */
  private void receiveAll() throws IOException {
    Path flags = Path.of("/sys/class/net", ifname, "flags");
    GuestLab.write(flags, "0x%x".formatted(Integer.decode(GuestLab.read(flags)) | 0x100));
  }

  @Override
  public Map<String, String> config() {
    Map<String, String> config = new HashMap<>(extra);
    config.put("pci", address);
    return config;
  }

  @Override
  public void started() throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!netlink.link(ifname).running()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("the far interface " + ifname + " has no carrier");
      }
      Thread.sleep(1);
    }
  }

  @Override
  public Set<Trait> traits() {
    return Set.of(Trait.OFFLOADS, Trait.SILENT, Trait.SHORT_FRAMES, Trait.CONCURRENT, Trait.DEEP);
  }

  @Override
  public boolean send(WireFrame frame) throws Exception {
    sent.incrementAndGet();
    return socket.send(frame);
  }

  @Override
  public Optional<WireFrame> receive(Duration limit) throws Exception {
    return socket.receive(limit);
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(this);
  }

  @Override
  public boolean link(boolean up) throws Exception {
    return Monitor.give("set_link near" + (number + 1) + (up ? " on" : " off"));
  }

  /** The kernel takes the device away, which waits until the port has let it go. */
  @Override
  public boolean remove() throws Exception {
    Path file = GuestLab.DEVICES.resolve(address).resolve("remove");
    removal = new Thread(() -> write(file), "removal of " + address);
    removal.start();
    return true;
  }

  private static void write(Path file) {
    try {
      GuestLab.write(file, "1");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A second Java on the same class path opens the port, and is killed. */
  @Override
  public boolean killed() throws Exception {
    return KilledPort.openAndKill(config());
  }

  @Override
  public Optional<Map<String, String>> absent() {
    Map<String, String> config = config();
    config.put("pci", "0000:7e:1f.7");
    return Optional.of(config);
  }

  @Override
  public Optional<Set<String>> traces() throws Exception {
    Set<String> traces = new HashSet<>();
    for (Netlink.Link link : netlink.links()) {
      traces.add(link.name());
    }
    Path driver = GuestLab.DEVICES.resolve(address).resolve("driver");
    traces.add(Files.exists(driver) ? driver.toRealPath().toString() : "no driver");
    return Optional.of(traces);
  }

  /**
   * Takes what waits for the port. QEMU leaves frames in a TAP's queue as long as the device takes
   * none, however long that is, so that the next port would be given what was sent to this one.
   */
  private void drain() throws DriverException {
    Burst burst = new Burst(BUFFERS);
    try (Port port = MdevLab.open(config())) {
      port.configure(PortSettings.defaults());
      port.start();
      long last = System.nanoTime();
      while (System.nanoTime() - last < QUIET_NANOS) {
        int count = port.rx(0).receive(burst, BUFFERS);
        port.rx(0).release(burst, 0, count);
        last = count > 0 ? System.nanoTime() : last;
      }
      port.stop();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (removal == null && sent.get() > BUFFERS) {
        drain();
      }
    } catch (DriverException e) {
      throw new IOException("what waits for the device " + address + " cannot be taken", e);
    } finally {
      end();
    }
  }

  private void end() throws IOException {
    closed.run();
    socket.close();
    netlink.close();
    if (removal != null) {
      try {
        removal.join(PATIENCE_NANOS / 1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      GuestLab.write(Path.of("/sys/bus/pci/rescan"), "1");
    }
  }
}
