package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.UmlGuest;

/** A guest with TCP under way moves between two drivers of the same interface, and back. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class DriverSwapIT {
  private static final Duration LIFE = Duration.ofMinutes(5);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MOST_OUTAGE = 2_000_000_000L;

  private Lab lab;

  @BeforeEach
  void open() throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Iperf.needed();
    Needs.librariesOf("afxdp");
    lab = Lab.open();
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void fromPacketSocketsToXdpAndBackUnderTcp() throws Exception {
    DriverPort port = new DriverPort(lab, "afxdp", "vd0", 1, 0);
    port.prepare();
    StringBuilder toml = new StringBuilder();
    for (String driver : List.of("afpacket", "afxdp")) {
      String section = "[driver.%1$s]\ntype = \"%1$s\"\nifname = \"%2$s\"\n";
      toml.append(section.formatted(driver, port.ifname()));
    }
    String netdev = "[netdev.vd0]\ndriver = \"afpacket\"\nsocket = \"%s\"\n";
    toml.append(netdev.formatted(port.socket()));
    Path file = Files.writeString(lab.file("vd.toml"), toml);
    VhostDp running = VhostDp.start(lab, List.of("--config", file.toString()));
    try (LinuxGuest guest = LinuxGuest.uml(lab, port.socket(), TapPort.GUEST, LIFE)) {
      guest.pings(3);
      Iperf.serve(lab, TapPort.HOST);
      long least = Long.MAX_VALUE;
      for (String driver : List.of("afxdp", "afpacket")) {
        Iperf.start(guest, TapPort.HOST, "-t 4");
        Thread.sleep(1000);
        String said = running.run(lab, "port", "swap", "vd0", "--driver", driver, "--json");
        Object swap = Json.read(said);
        long outage = Json.number(Json.at(swap, "outage_ns"));
        System.out.printf(
            "to %s under TCP: outage %.2f ms, %s frames lost%n",
            driver, outage / 1e6, Json.at(swap, "frames_lost"));
        assertTrue(outage > 0, said);
        least = Math.min(least, outage);
        assertEquals(driver, Json.at(running.port("vd0"), "driver", "name"));
        Iperf.Result result = Iperf.result(guest, LIMIT);
        assertTrue(result.bytes() > 10_000_000, result.text());
        guest.tcp(1 << 20);
      }
      // The machine may not have run the back-end in the middle of one of them.
      assertTrue(least < MOST_OUTAGE, "shortest outage: " + least + " ns");
      assertEquals(0, guest.checksumErrors());
    }
    assertEquals(0, running.session().terminate(LIMIT), running.session().output());
  }
}
