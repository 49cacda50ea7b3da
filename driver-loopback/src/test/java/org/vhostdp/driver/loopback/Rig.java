package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Driver;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.SpiVersion;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Version;

/** What most tests of the reference driver need: ports, frames, counters. */
final class Rig {
  private Rig() {}

  /** A host that keeps what it is told. */
  static final class Ear implements Host {
    final List<String> lines = new ArrayList<>();

    @Override
    public Version spiVersion() {
      return SpiVersion.CURRENT;
    }

    @Override
    public void log(System.Logger.Level level, String message) {
      lines.add(level + ": " + message);
    }
  }

  /** A port that is open only; keys and values alternate. */
  static Port open(Host host, String... config) throws DriverException {
    Map<String, String> values = new HashMap<>();
    for (int i = 0; i < config.length; i += 2) {
      values.put(config[i], config[i + 1]);
    }
    Driver driver = new LoopbackDriver();
    return driver.open(driver.schema().check("[driver.test]", values), host);
  }

  /** A started port. */
  static Port start(PortSettings settings, String... config) throws DriverException {
    Port port = open(new Ear(), config);
    port.configure(settings);
    port.start();
    return port;
  }

  /** Bytes that tell where they came from: Ethernet addresses, then a pattern of the seed. */
  static byte[] frame(int length, int seed) {
    byte[] frame = new byte[length];
    for (int i = 0; i < length; i++) {
      frame[i] = (byte) (i < 12 ? 2 * i : i * 31 + seed * 17 + (seed >>> 8));
    }
    frame[12] = (byte) 0x88;
    frame[13] = (byte) 0xB5;
    return frame;
  }

  static MemorySegment memory(Port port) {
    return port.regions().get(0).segment();
  }

  /** Fills entry i of a claimed burst. */
  static void fill(Port port, Burst burst, int i, byte[] frame) {
    MemorySegment.copy(
        frame, 0, memory(port), ValueLayout.JAVA_BYTE, burst.offset[i], frame.length);
    burst.length[i] = frame.length;
    burst.flags[i] = 0;
  }

  /** Claims, fills and transmits frames on a queue, all of which must be taken. */
  static void send(Port port, int queue, byte[]... frames) {
    Burst burst = new Burst(frames.length);
    assertEquals(frames.length, port.tx(queue).claim(burst, frames.length));
    for (int i = 0; i < frames.length; i++) {
      fill(port, burst, i, frames[i]);
    }
    assertEquals(frames.length, port.tx(queue).transmit(burst, 0, frames.length));
  }

  /** Sends one frame with metadata. */
  static void send(Port port, byte[] frame, int flags, long offload, int vlan) {
    Burst burst = new Burst(1);
    assertEquals(1, port.tx(0).claim(burst, 1));
    fill(port, burst, 0, frame);
    burst.flags[0] = flags;
    burst.offload[0] = offload;
    burst.vlan[0] = vlan;
    assertEquals(1, port.tx(0).transmit(burst, 0, 1), () -> "status " + burst.status[0]);
  }

  static byte[] bytes(Port port, Burst burst, int i) {
    return memory(port).asSlice(burst.offset[i], burst.length[i]).toArray(ValueLayout.JAVA_BYTE);
  }

  /** Receives whatever is there, up to 64 frames, and gives it back. */
  static List<byte[]> receive(Port port, int queue) {
    Burst burst = new Burst(64);
    int n = port.rx(queue).receive(burst, 64);
    List<byte[]> frames = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      frames.add(bytes(port, burst, i));
    }
    port.rx(queue).release(burst, 0, n);
    return frames;
  }

  static Statistics statistics(Port port) {
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    return statistics;
  }

  static long lendingErrors(Port port) {
    return statistics(port).more().get("lending_errors");
  }
}
