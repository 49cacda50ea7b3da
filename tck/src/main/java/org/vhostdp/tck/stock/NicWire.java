package org.vhostdp.tck.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.linux.Netlink;
import org.vhostdp.tck.harness.Faults;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;

/** A device that is there already, and a packet socket on the interface that it is cabled to. */
final class NicWire implements Wire, Faults {
  /** Longer than what any rule sends in one piece. */
  private static final int FAR_MTU = 9500;

  private static final long PATIENCE_NANOS = 5_000_000_000L;
  private static final int COMMAND_SECONDS = 10;
  private static final Path PCI = Path.of("/sys/bus/pci/devices");
  private static final int PROMISCUOUS = 0x100; // IFF_PROMISC of linux/if.h

  private final NicWires wires;
  private final int number;
  private final String device;
  private final String far;
  private final Netlink netlink;
  private final PacketPeer peer;
  private final Set<Trait> traits;
  private NicWire others;
  private HeldPort held;
  private Thread removal;
  private PciReturn back;

  /** Frames on their way to the port, at most; senders are threads of their own. */
  private final AtomicInteger sent = new AtomicInteger();

  NicWire(NicWires wires, int number) throws IOException {
    this.wires = wires;
    this.number = number;
    device = wires.near(number);
    far = wires.far(number);
    netlink = Netlink.open();
    PacketPeer socket = null;
    try {
      prepareFar();
      socket = new PacketPeer();
      socket.queueing();
      socket.bind(netlink.link(far).index());
      traits = traits(socket.isDeep());
    } catch (IOException failed) {
      if (socket != null) {
        socket.close();
      }
      netlink.close();
      throw failed;
    }
    peer = socket;
  }

  private static Set<Trait> traits(boolean deep) {
    Set<Trait> all = new TreeSet<>();
    all.addAll(Set.of(Trait.OFFLOADS, Trait.SILENT, Trait.SHORT_FRAMES, Trait.CONCURRENT));
    if (deep) {
      all.add(Trait.DEEP);
    }
    return Set.copyOf(all);
  }

  /** The far interface is quiet, takes long frames, and those for other stations. */
  private void prepareFar() throws IOException {
    Path ipv6 = Path.of("/proc/sys/net/ipv6/conf", far, "disable_ipv6");
    if (Files.exists(ipv6)) {
      Files.writeString(ipv6, "1");
    }
    netlink.mtu(far, FAR_MTU);
    netlink.up(far, true);
    Path flags = Path.of("/sys/class/net", far, "flags");
    int now = Integer.decode(Files.readString(flags).strip());
    write(flags, "0x%x".formatted(now | PROMISCUOUS));
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE);
  }

  @Override
  public Map<String, String> config() {
    return wires.config(StockWires.DEVICE, device, StockWires.NUMBER, Integer.toString(number + 1));
  }

  @Override
  public void started() throws Exception {
    long end = System.nanoTime() + PATIENCE_NANOS;
    while (!netlink.link(far).running()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            "The port on %s was started, but the interface %s has no carrier: are they cabled?"
                .formatted(device, far));
      }
      Thread.sleep(1);
    }
  }

  @Override
  public Set<Trait> traits() {
    return traits;
  }

  @Override
  public boolean send(WireFrame frame) throws Exception {
    sent.incrementAndGet();
    return peer.send(frame);
  }

  @Override
  public Optional<WireFrame> receive(Duration limit) throws Exception {
    return peer.receive(limit);
  }

  @Override
  public Optional<Faults> faults() {
    return Optional.of(this);
  }

  @Override
  public boolean link(boolean up) throws Exception {
    String command = wires.linkCommand(number, up);
    if (command.isEmpty()) {
      netlink.up(far, up);
      return true;
    }
    Process shell = new ProcessBuilder("sh", "-c", command).inheritIO().start();
    if (!shell.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS) || shell.exitValue() != 0) {
      shell.destroyForcibly();
      throw new IllegalStateException("The command of the parameter link failed: " + command);
    }
    return true;
  }

  /** The kernel takes the device away, which waits until the port has let it go. */
  @Override
  public boolean remove() throws IOException {
    Path file = PCI.resolve(device).resolve("remove");
    if (!Files.exists(file)) {
      return false;
    }
    back = PciReturn.of(device);
    removal = new Thread(() -> remove(file), "removal of " + device);
    removal.start();
    return true;
  }

  private static void remove(Path file) {
    try {
      write(file, "1");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public Optional<Map<String, String>> absent() {
    String nowhere = "0000:7e:1f.7";
    return Files.exists(PCI.resolve(device))
        ? Optional.of(new HashMap<>(wires.config(StockWires.DEVICE, nowhere)))
        : Optional.empty();
  }

  /** The device of another cable, if there is one free, which a port has. */
  @Override
  public Optional<Map<String, String>> busy() throws Exception {
    if (others == null && wires.more()) {
      others = (NicWire) wires.make(Harness.Request.plain());
      held = HeldPort.of(wires.driver(), others.config());
    }
    return held == null ? Optional.empty() : Optional.of(others.config());
  }

  /** Interfaces, pinned programs, and the kernel driver that the device belongs to. */
  @Override
  public Optional<Set<String>> traces() throws Exception {
    Set<String> traces = new TreeSet<>(OutsideFiles.pinned());
    for (Netlink.Link link : netlink.links()) {
      traces.add(link.name());
    }
    Path driver = PCI.resolve(device).resolve("driver");
    if (Files.exists(driver)) {
      traces.add(driver.toRealPath().toString());
    }
    return Optional.of(traces);
  }

  @Override
  public void close() throws IOException {
    try {
      if (held != null) {
        held.close();
      }
      if (others != null) {
        others.close();
      }
      if (removal == null) {
        Leftovers.take(wires.driver(), config(), sent.get());
      }
    } finally {
      end();
    }
  }

  private void end() throws IOException {
    peer.close();
    netlink.close();
    if (removal != null) {
      try {
        removal.join(PATIENCE_NANOS / 1_000_000);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      back.bringBack();
    }
    wires.free(number);
  }
}
