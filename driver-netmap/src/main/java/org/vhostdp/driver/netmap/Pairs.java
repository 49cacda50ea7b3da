package org.vhostdp.driver.netmap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Region;

/** The queue pairs of a port, each bound to a pair of rings. Control threads. */
final class Pairs implements AutoCloseable {
  private final List<Binding> bindings = new ArrayList<>();
  private final List<Pair> pairs = new ArrayList<>();
  private NetmapMemory memory;

  private Pairs() {}

  /**
   * Binds so many pairs of rings.
   *
   * @param traffic counters of each pair
   */
  static Pairs of(
      NetmapDevice device,
      Gate gate,
      List<NetmapTraffic> traffic,
      Outgoing outgoing,
      Geometry geometry,
      int count)
      throws DriverException {
    Pairs made = new Pairs();
    try {
      made.bind(device, count);
      made.queues(device, gate, traffic, outgoing, geometry);
      return made;
    } catch (LinuxException e) {
      made.close();
      throw NetmapErrors.FAILURES.from(e);
    } catch (DriverException | RuntimeException e) {
      made.close();
      throw e;
    }
  }

  private void bind(NetmapDevice device, int count) throws DriverException {
    PortName port = device.options().port();
    for (int i = 0; i < count; i++) {
      Binding binding = device.bind(i, count);
      bindings.add(binding);
      int rings = device.rings(binding);
      if (rings < count) {
        throw tooFew(port, rings, count);
      }
      if (memory == null) {
        memory = NetmapMemory.map(binding.descriptor(), port, binding.got());
      }
      binding.find(memory, port, device.ring(i), port.kind() == PortName.Kind.HOST);
    }
    if (device.options().vnet() && port.kind() == PortName.Kind.VALE) {
      device.header(bindings.getFirst().descriptor(), VnetHeader.SIZE);
    }
  }

  private void queues(
      NetmapDevice device,
      Gate gate,
      List<NetmapTraffic> traffic,
      Outgoing outgoing,
      Geometry geometry)
      throws DriverException, LinuxException {
    int[] spares = bindings.getFirst().takeSpares(device.options().port());
    int each = spares.length / bindings.size();
    for (int i = 0; i < bindings.size(); i++) {
      Pair pair = Pair.of(gate, traffic.get(i), outgoing, geometry);
      pairs.add(pair);
      int[] own = Arrays.copyOfRange(spares, i * each, (i + 1) * each);
      boolean pipe = device.options().port().kind() == PortName.Kind.PIPE;
      pair.rx().attach(bindings.get(i), memory, own, pipe);
      pair.tx().attach(bindings.get(i), memory);
    }
  }

  private static DriverException tooFew(PortName port, int rings, int count) {
    return new DriverException(
        Reason.UNSUPPORTED,
        "The port "
            + port
            + " has "
            + rings
            + (rings == 1 ? " ring" : " rings")
            + ", and cannot have "
            + count
            + " queue pairs.",
        "Give an interface more queues (ethtool -L), or open both ends of a pipe with as many.");
  }

  int memoryId() {
    return bindings.getFirst().got().memory();
  }

  int size() {
    return pairs.size();
  }

  Pair get(int index) {
    return pairs.get(index);
  }

  List<Region> regions() {
    return List.of(memory.region());
  }

  void start() {
    pairs.forEach(Pair::start);
  }

  void stop() {
    pairs.forEach(Pair::stop);
  }

  /** Every frame has been given back. */
  @Override
  public void close() {
    stop();
    for (Pair pair : pairs) {
      bindings.getFirst().leaveSpares(pair.rx().spares());
    }
    if (memory != null) {
      memory.close();
      memory = null;
    }
    bindings.forEach(Binding::close);
    pairs.forEach(Pair::close);
    bindings.clear();
    pairs.clear();
  }
}
