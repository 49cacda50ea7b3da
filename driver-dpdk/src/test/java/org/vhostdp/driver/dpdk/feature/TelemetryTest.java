package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

/** DPDK's telemetry, asked by DPDK's own program while a port is open. */
@Timeout(240)
class TelemetryTest {
  private static final Path PROGRAM = Path.of("/usr/bin/dpdk-telemetry.py");

  @Test
  void itListsThePortAndItsCounters() throws Exception {
    FeatureLab.needs(Files.isExecutable(PROGRAM), PROGRAM + " is not there (apt install dpdk)");
    try (FeatureLab lab = FeatureLab.open()) {
      String name = FeatureLab.device("net_null");
      Port port = lab.started(PortSettings.defaults(), name);
      assertTrue(Exchange.send(port, Packets.plain(60, 1)));
      String list = ask("/ethdev/list");
      int id = RssTableTest.number(name);
      assertTrue(list.replaceAll("\\s", "").matches("(?s).*[\\[,]" + id + "[\\],].*"), list);
      String info = ask("/ethdev/info," + id);
      assertTrue(info.contains(name), info);
      String counters = ask("/ethdev/xstats," + id);
      assertTrue(counters.replaceAll("\\s", "").contains("\"tx_good_packets\":1,"), counters);
    }
  }

  private static String ask(String question) throws Exception {
    String prefix = "vhostdp-" + ProcessHandle.current().pid();
    Process process =
        new ProcessBuilder(PROGRAM.toString(), "-f", prefix).redirectErrorStream(true).start();
    try (var words = process.outputWriter()) {
      words.write(question + "\nquit\n");
    }
    String said = new String(process.getInputStream().readAllBytes());
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
    return said;
  }
}
