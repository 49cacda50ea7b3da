package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Netlink;
import org.vhostdp.spi.DriverException;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/** What the kit's TAP wire makes is gone when it ends, closed or killed. */
@Timeout(60)
final class TapWireEndTest {
  @Test
  void nothingIsLeftOfAClosedWire() throws Exception {
    TapLab.needsPrivileges();
    Set<String> before = interfacesHere();
    long descriptors = Fd.openCount();
    StockHarness harness = new StockHarness(new TapDriver(), StockPlan.of(StockWires.TAP));
    Path namespace;
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      OpenPort port = trial.start();
      port.wire().faults().orElseThrow().busy();
      namespace = Path.of(port.wire().config().get("netns"));
      assertTrue(Files.exists(namespace));
      assertEquals(before, interfacesHere());
    }
    assertEquals(descriptors, Fd.openCount());
    assertEquals(before, interfacesHere());
  }

  @Test
  void anOpenFailureLeavesNothing() throws Exception {
    TapLab.needsPrivileges();
    long descriptors = Fd.openCount();
    StockPlan plan = StockPlan.of(StockWires.TAP).with("netns", "/run/netns/nowhere");
    StockHarness harness = new StockHarness(new TapDriver(), plan);
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1));
        Wire wire = harness.wire(Harness.Request.plain())) {
      assertThrows(DriverException.class, () -> trial.open(wire));
    }
    assertEquals(descriptors, Fd.openCount());
  }

  @Test
  void nothingIsLeftOfAKilledProcess() throws Exception {
    Set<String> before = interfacesHere();
    try (TapLab lab = TapLab.open()) {
      Process child = start(lab.netns(), "probe");
      try (BufferedReader output = child.inputReader()) {
        assertEquals("ready", output.readLine());
        assertTrue(hasLink(lab, "probe"));
        assertEquals(before, interfacesHere());
      } finally {
        child.destroyForcibly();
        assertTrue(child.waitFor(30, TimeUnit.SECONDS));
      }
      for (int i = 0; i < 3000 && hasLink(lab, "probe"); i++) {
        Thread.sleep(10);
      }
      assertFalse(hasLink(lab, "probe"), "the killed process's namespace lives on");
      assertEquals(before, interfacesHere());
    }
  }

  private static Process start(String netns, String name) throws Exception {
    String path =
        Stream.of("jdk.module.path", "java.class.path")
            .map(property -> System.getProperty(property, ""))
            .flatMap(all -> Arrays.stream(all.split(":")))
            .filter(each -> !each.isEmpty())
            .collect(Collectors.joining(":"));
    String tests =
        Path.of(WireAtRisk.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return new ProcessBuilder(
            java,
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx64m",
            "-cp",
            path + ":" + tests + ":target/test-classes",
            WireAtRisk.class.getName(),
            netns,
            name)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static boolean hasLink(TapLab lab, String name) throws Exception {
    return lab.netlink.links().stream().anyMatch(link -> link.name().equals(name));
  }

  private static Set<String> interfacesHere() throws Exception {
    try (Netlink netlink = Netlink.open()) {
      return netlink.links().stream().map(Netlink.Link::name).collect(Collectors.toSet());
    }
  }
}
