package org.vhostdp.driver.dpdk;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.driver.dpdk.eal.Libraries;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Version;

/** Ports for one test; closing closes them. DPDK runs without huge pages, so it needs no root. */
final class DpdkLab implements AutoCloseable {
  final DpdkDriver driver = new DpdkDriver();

  private final List<Port> ports = new ArrayList<>();

  static void needsDpdk() {
    assumeTrue(Libraries.missing().isEmpty(), "DPDK 22.11 is not installed: apt install dpdk");
  }

  static DpdkLab open() {
    needsDpdk();
    return new DpdkLab();
  }

  /** A host that listens to nobody. */
  static final class QuietHost implements Host {
    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      // A test looks at what ports do, not at what is said of them.
    }
  }

  /** Opens a port with these keys and values; without huge pages unless they say otherwise. */
  Port port(String... keysAndValues) throws DriverException {
    Map<String, String> values = new HashMap<>();
    values.put("hugepages", "off");
    for (int i = 0; i < keysAndValues.length; i += 2) {
      values.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    Port port = driver.open(driver.schema().check("the test", values), new QuietHost());
    ports.add(port);
    return port;
  }

  Port started(String... keysAndValues) throws DriverException {
    Port port = port(keysAndValues);
    port.configure(PortSettings.defaults());
    port.start();
    return port;
  }

  /** The first queue of a port sends frames of a length, each full of its number. */
  static int send(Port port, int count, int length) {
    TxQueue tx = port.tx(0);
    Burst burst = new Burst(count);
    int claimed = tx.claim(burst, count);
    MemorySegment memory = port.regions().get(0).segment();
    for (int i = 0; i < claimed; i++) {
      memory.asSlice(burst.offset[i], length).fill((byte) (i + 1));
      burst.length[i] = length;
    }
    int sent = tx.transmit(burst, 0, claimed);
    tx.unclaim(burst, sent, claimed - sent);
    return sent;
  }

  /** What the first queue of a port has received, of one entry each. */
  static List<byte[]> received(Port port, int most) {
    Burst burst = new Burst(most);
    int count = port.rx(0).receive(burst, most);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      frames.add(
          port.regions()
              .get(burst.region[i])
              .segment()
              .asSlice(burst.offset[i], burst.length[i])
              .toArray(ValueLayout.JAVA_BYTE));
    }
    port.rx(0).release(burst, 0, count);
    return frames;
  }

  @Override
  public void close() {
    ports.reversed().forEach(Port::close);
  }
}
