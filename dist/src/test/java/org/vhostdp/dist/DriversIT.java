package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.UmlGuest;

/** Each driver of the image: listed, examined, and under a guest with a kernel. */
@Tag("uml")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class DriversIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration LIFE = Duration.ofMinutes(3);
  private static final long BYTES = 32 << 20;

  /**
   * Hides a library as its package's removal does, or leaves an empty file in its place, in a mount
   * namespace: a layer of memory over its folder, and the linker's cache without it.
   */
  private static final String HIDE =
      """
      path=$(ldconfig -p | awk '$1 == "LIBRARY" { print $NF; exit }')
      [ -n "$path" ] || { echo LIBRARY is not installed; exit 77; }
      dir=$(dirname $(readlink -f $path))
      mount -t tmpfs none LAB && mkdir LAB/u LAB/w || exit 77
      mount -t overlay none -o lowerdir=$dir,upperdir=LAB/u,workdir=LAB/w $dir || exit 77
      rm $dir/LIBRARY* || exit 77
      if [ HOW = broken ]; then : >$dir/LIBRARY; else ldconfig -X -C LAB/cache; fi
      if [ HOW = missing ]; then mount --bind LAB/cache /etc/ld.so.cache || exit 77; fi
      exec COMMAND driver doctor DRIVER
      """;

  private Lab lab;

  @BeforeEach
  void open() throws Exception {
    lab = Lab.open();
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void theImageHasEachDriverWithItsVersion() throws Exception {
    String list = lab.run(LIMIT, VhostDp.COMMAND, "driver", "list", "--json");
    Map<String, Object> versions = new TreeMap<>();
    for (Object driver : Json.array(Json.read(list))) {
      assertEquals(null, Json.at(driver, "refusal"), list);
      versions.put(Json.at(driver, "id").toString(), Json.at(driver, "version"));
    }
    assertEquals(
        List.of("afpacket", "afxdp", "dpdk", "loopback", "mdev", "netmap", "tap"),
        List.copyOf(versions.keySet()));
    assertTrue(
        versions.values().stream().allMatch(v -> v.toString().matches("\\d+\\.\\d+\\.\\d+")));
  }

  @ParameterizedTest
  @CsvSource({
    "missing, afxdp, libxdp.so.1",
    "missing, afxdp, libbpf.so.1",
    "missing, dpdk, librte_ethdev.so.23",
    "broken, dpdk, librte_ethdev.so.23"
  })
  void aLibraryThatIsNotThereIsNamedByTheDoctor(String how, String driver, String library)
      throws Exception {
    String script =
        HIDE.replace("HOW", how)
            .replace("DRIVER", driver)
            .replace("LIBRARY", library)
            .replace("COMMAND", VhostDp.COMMAND)
            .replace("LAB", Files.createDirectory(lab.file("hidden")).toString());
    Lab.Outcome outcome = lab.execute(LIMIT, "unshare", "--mount", "sh", "-c", script);
    Needs.that(outcome.code() != 77, "cannot hide " + library + ": " + outcome.output().strip());
    assertEquals(1, outcome.code(), outcome.output());
    assertTrue(outcome.output().contains(library), outcome.output());
    assertFalse(outcome.output().contains("\tat "), outcome.output());
  }

  @ParameterizedTest
  @CsvSource({
    "afpacket, 1, 0",
    "afpacket, 2, 9000",
    "afxdp, 1, 0",
    "afxdp, 2, 9000",
    "dpdk, 1, 0",
    "dpdk, 2, 0",
    "dpdk, 1, 9000"
  })
  void aKernelPingsAndMovesTcpBothWays(String driver, int queues, int mtu) throws Exception {
    UmlGuest.unavailable().ifPresent(Assumptions::abort);
    Needs.program("ping", "iputils-ping");
    Needs.program("ethtool", "ethtool");
    Needs.librariesOf(driver);
    DriverPort port = new DriverPort(lab, driver, "vd0", queues, mtu);
    VhostDp running = port.start();
    try (LinuxGuest guest = LinuxGuest.uml(lab, port.socket(), TapPort.GUEST, LIFE)) {
      guest.run("ethtool -L NIC combined " + queues);
      // What waited for the guest when it changed its queues was lost then, and is counted by now.
      guest.pings(1);
      long lost = running.dropped(port.id());
      guest.pings(20);
      guest.carriesFramesOf(mtu == 0 ? 1500 : mtu);
      guest.tcp(BYTES);
      assertEquals(0, guest.checksumErrors(), "checksum errors in the guest");
      assertEquals(lost, running.dropped(port.id()), "frames dropped: " + running.port(port.id()));
    }
    assertEquals(0, running.session().terminate(LIMIT), running.session().output());
  }
}
