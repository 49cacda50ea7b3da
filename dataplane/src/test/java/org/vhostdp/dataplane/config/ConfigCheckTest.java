package org.vhostdp.dataplane.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.dataplane.config.DataplaneConfig.DriverSection;
import org.vhostdp.dataplane.config.DataplaneConfig.IoSettings;
import org.vhostdp.dataplane.config.DataplaneConfig.Netdev;
import org.vhostdp.dataplane.frontend.vhostuser.SocketSpec;
import org.vhostdp.dataplane.port.PortSpec;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Memfd;

/** Each sentence of {@link DataplaneConfig#problems}. */
class ConfigCheckTest {
  private static final IoSettings IO = IoSettings.defaults();

  private static DriverSection driver(String name) {
    return new DriverSection(name, "loopback", Map.of());
  }

  private static Netdev netdev(String name, String driver) {
    return netdev(name, driver, "/run/" + name + ".sock", 1, 0);
  }

  private static Netdev netdev(String name, String driver, String path, int pairs, int mtu) {
    PortSpec port = new PortSpec(name, pairs, mtu, null, -1L);
    return new Netdev(port, driver, SocketSpec.server(Path.of(path), 0600));
  }

  private static List<String> problems(IoSettings io, Netdev netdev) {
    return new DataplaneConfig(io, List.of(driver("d")), List.of(netdev)).problems();
  }

  @Test
  void aGoodConfigurationHasNoProblems() {
    DataplaneConfig good =
        new DataplaneConfig(
            new IoSettings(2, List.of(0, 1), 0, false),
            List.of(driver("d"), driver("e")),
            List.of(netdev("a", "d"), netdev("b", "e")));
    assertEquals(List.of(), good.problems());
    assertEquals(List.of(), good.standby());
    assertEquals("e", good.driver("e").name());
    assertNull(good.driver("f"));
  }

  @Test
  void nothingToServe() {
    assertEquals(
        List.of("There is no netdev: add a [netdev.NAME] section."),
        new DataplaneConfig(IO, List.of(), List.of()).problems());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 257, Integer.MAX_VALUE})
  void threads(int count) {
    assertEquals(
        List.of("io-threads = " + count + " is not a number from 1 to 256."),
        problems(new IoSettings(count, List.of(), 50, false), netdev("a", "d")));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 1_000_001})
  void spinning(int micros) {
    assertEquals(
        List.of("spin-us = " + micros + " is not a number from 0 to 1000000."),
        problems(new IoSettings(1, List.of(), micros, false), netdev("a", "d")));
  }

  @Test
  void moreQueuePairsThanTheHeapCanBear() {
    DataplaneConfig config =
        new DataplaneConfig(
            IO,
            List.of(driver("d"), driver("e")),
            List.of(
                netdev("a", "d", "/run/1.sock", 100, 0), netdev("b", "e", "/run/2.sock", 29, 0)));
    List<String> wrong = new ArrayList<>();
    ConfigCheck.memory(config, 33L << 20, wrong);
    assertEquals(List.of(), wrong, "129 pairs of 192 KiB in three quarters of 33 MiB");
    ConfigCheck.memory(config, 32L << 20, wrong);
    assertEquals(
        List.of(
            "The netdevs have 129 queue pairs together; the heap of 32 MiB has room for 128. Give"
                + " them fewer queues, or this process more memory: VHOSTDP_JAVA_OPTS=-Xmx33m."),
        wrong);
  }

  @Test
  void oneNameTwice() {
    DataplaneConfig config =
        new DataplaneConfig(
            IO,
            List.of(driver("d"), driver("e")),
            List.of(netdev("a", "d", "/run/1.sock", 1, 0), netdev("a", "e", "/run/2.sock", 1, 0)));
    assertEquals(List.of("The netdev a is defined twice."), config.problems());
  }

  @Test
  void oneDriverTwice() {
    DataplaneConfig config =
        new DataplaneConfig(IO, List.of(driver("d"), driver("d")), List.of(netdev("a", "d")));
    assertEquals(List.of("The driver d is defined twice."), config.problems());
  }

  @Test
  void aDriverThatIsNotThere() {
    assertEquals(
        List.of("The netdev a names the driver x, which is not defined. Defined: [d]."),
        problems(IO, netdev("a", "x")));
  }

  @Test
  void oneDriverForTwo() {
    DataplaneConfig config =
        new DataplaneConfig(IO, List.of(driver("d")), List.of(netdev("a", "d"), netdev("b", "d")));
    assertEquals(
        List.of("The netdevs a and b name the same driver d; each needs one of its own."),
        config.problems());
  }

  @Test
  void aDriverThatNoPortUsesStandsBy() {
    DataplaneConfig config =
        new DataplaneConfig(IO, List.of(driver("d"), driver("e")), List.of(netdev("a", "d")));
    assertEquals(List.of(), config.problems());
    assertEquals(List.of("e"), config.standby());
  }

  @Test
  void oneSocketForTwo() {
    DataplaneConfig config =
        new DataplaneConfig(
            IO,
            List.of(driver("d"), driver("e")),
            List.of(
                netdev("a", "d", "/run/x/a.sock", 1, 0),
                netdev("b", "e", "/run/y/../x/a.sock", 1, 0)));
    assertEquals(
        List.of("The netdevs a and b have the same socket /run/y/../x/a.sock."), config.problems());
  }

  @Test
  void aSocketPathLongerThanTheKernelTakes() {
    String most = "/" + "x".repeat(106);
    assertEquals(List.of(), problems(IO, netdev("a", "d", most, 1, 0)));
    assertEquals(
        List.of("The socket path of netdev a has 108 bytes; the kernel takes 107."),
        problems(IO, netdev("a", "d", most + "x", 1, 0)));
    assertEquals(
        List.of("The socket path of netdev a has 108 bytes; the kernel takes 107."),
        problems(IO, netdev("a", "d", "/" + "x".repeat(105) + "\u00fc", 1, 0)),
        "bytes are counted, not characters");
  }

  @Test
  void aHandedOverSocketHasNoPath() throws LinuxException {
    try (Fd fd = Memfd.create("socket", 1)) {
      PortSpec port = new PortSpec("a", 1, 0, null, -1L);
      assertEquals(List.of(), problems(IO, new Netdev(port, "d", SocketSpec.passed(fd))));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, PortSpec.MAX_QUEUE_PAIRS + 1})
  void queuePairs(int pairs) {
    assertEquals(
        List.of(
            "queues = %d of netdev a is not a number from 1 to %d."
                .formatted(pairs, PortSpec.MAX_QUEUE_PAIRS)),
        problems(IO, netdev("a", "d", "/run/a.sock", pairs, 0)));
    assertEquals(
        List.of(), problems(IO, netdev("a", "d", "/run/a.sock", PortSpec.MAX_QUEUE_PAIRS, 0)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 67, 65_536, -1})
  void mtu(int bytes) {
    assertEquals(
        List.of("mtu = " + bytes + " of netdev a is not a number from 68 to 65535."),
        problems(IO, netdev("a", "d", "/run/a.sock", 1, bytes)));
    for (int good : new int[] {0, 68, 1500, 65_535}) {
      assertEquals(List.of(), problems(IO, netdev("a", "d", "/run/a.sock", 1, good)));
    }
  }

  @Test
  void everyMistakeIsTold() {
    DataplaneConfig config =
        new DataplaneConfig(
            new IoSettings(0, List.of(), -1, false),
            List.of(driver("d")),
            List.of(netdev("a", "x", "/run/a.sock", 0, 1)));
    assertEquals(5, config.problems().size());
  }
}
