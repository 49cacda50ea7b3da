package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.machine.QemuGuest;
import org.vhostdp.guest.machine.UmlGuest;

/** {@code vhost-dp demo}. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class DemoIT {
  private static final Duration LIFE = Duration.ofSeconds(280);
  private static final String[] NOBODY = {
    "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"
  };

  private Lab lab;
  private Path own;

  @BeforeEach
  void open() throws Exception {
    lab = Lab.open();
    own = Files.createDirectory(lab.file("own"));
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private String demo(String[] as, String... options) throws Exception {
    List<String> words = new ArrayList<>(List.of(as));
    words.addAll(List.of(VhostDp.COMMAND, "demo", "--seconds", "1"));
    words.addAll(List.of(options));
    Map<String, String> environment =
        Map.of("VHOSTDP_JAVA_OPTS", "-Djava.io.tmpdir=" + own, "XDG_RUNTIME_DIR", own.toString());
    Session session = lab.start(LIFE, environment, words);
    assertEquals(0, session.exitCode(LIFE), session.output());
    assertEquals(List.of(), Session.members(session.id()), "processes are left");
    try (var files = Files.newDirectoryStream(own)) {
      for (Path file : files) {
        assertTrue(file.endsWith("vhost-dp"), () -> file + " is left");
      }
    }
    return session.output();
  }

  private static void needs(String guest) {
    switch (guest) {
      case "uml" -> UmlGuest.unavailable().ifPresent(Assumptions::abort);
      case "qemu" -> QemuGuest.unavailable().ifPresent(Assumptions::abort);
      default -> Needs.that(guest.equals("builtin"), "no such guest: " + guest);
    }
    if (!guest.equals("builtin")) {
      Needs.program("iperf3", "iperf3");
    }
  }

  @ParameterizedTest
  @CsvSource({"uml, 2, 9000", "builtin, 2, 4000", "qemu, 1, 1500"})
  void eachKindOfGuestPingsAndMovesDataBothWays(String guest, int queues, int mtu)
      throws Exception {
    needs(guest);
    String[] options = {"--guest", guest, "--queues", "" + queues, "--mtu", "" + mtu, "--json"};
    Object result = Json.read(demo(new String[0], options));
    assertEquals(Boolean.TRUE, Json.at(result, "ok"));
    assertEquals(guest, Json.at(result, "guest"));
    assertEquals(queues, Json.number(Json.at(result, "queue_pairs")));
    assertEquals(mtu, Json.number(Json.at(result, "mtu")));
    long sent = Json.number(Json.at(result, "ping", "sent"));
    assertTrue(sent > 0, "pings");
    assertEquals(sent, Json.number(Json.at(result, "ping", "received")));
    for (String direction : List.of("guest_to_host", "host_to_guest")) {
      assertTrue(Json.number(Json.at(result, direction, "bytes")) > 1 << 20, direction);
    }
    assertEquals(0, Json.number(Json.at(result, "port", "dropped")));
    assertTrue(Json.number(Json.at(result, "port", "rx_frames")) > sent);
    assertTrue(Json.number(Json.at(result, "port", "tx_frames")) > sent);
  }

  @ParameterizedTest
  @CsvSource({"afpacket, 1, 1500", "afxdp, 2, 9000", "dpdk, 1, 1500", "dpdk, 1, 9000"})
  void eachDriverCarriesTheGuest(String driver, int queues, int mtu) throws Exception {
    needs("uml");
    Needs.librariesOf(driver);
    String[] options = {"--driver", driver, "--queues", "" + queues, "--mtu", "" + mtu, "--json"};
    Object result = Json.read(demo(new String[0], options));
    assertEquals(Boolean.TRUE, Json.at(result, "ok"));
    assertEquals("uml", Json.at(result, "guest"));
    assertEquals(driver, Json.at(result, "driver"));
    for (String direction : List.of("guest_to_host", "host_to_guest")) {
      assertTrue(Json.number(Json.at(result, direction, "bytes")) > 1 << 20, direction);
    }
    assertEquals(0, Json.number(Json.at(result, "port", "dropped")));
  }

  @Test
  void itEndsWithATableOfWhatCrossed() throws Exception {
    needs("uml");
    String out = demo(new String[0]);
    String table = out.substring(out.indexOf("What crossed"));
    for (String word : List.of("GUEST SENT", "GUEST RECEIVED", "ping", "TCP", "frames", "bytes")) {
      assertTrue(table.contains(word), () -> word + " is not in " + out);
    }
    assertTrue(table.contains("0 frames dropped by the dataplane"), out);
  }

  @Test
  void itNeedsNoRootWhereUserNamespacesAreAllowed() throws Exception {
    needs("uml");
    Needs.program("setpriv", "util-linux");
    Needs.that(everybodyMayRead(VhostDp.IMAGE), VhostDp.IMAGE + " is not readable for everybody");
    List<String> trial = new ArrayList<>(List.of(NOBODY));
    trial.addAll(List.of("unshare", "--user", "--map-root-user", "--net", "true"));
    Lab.Outcome allowed = lab.execute(LIFE, trial.toArray(String[]::new));
    Needs.that(allowed.code() == 0, "user namespaces are not allowed: " + allowed.output());
    Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(lab.folder(), PosixFilePermissions.fromString("rwxr-xr-x"));
    assertTrue(demo(NOBODY).contains("What crossed"));
  }

  private static boolean everybodyMayRead(Path path) throws IOException {
    for (Path each = path.toRealPath(); each != null; each = each.getParent()) {
      if (!Files.getPosixFilePermissions(each).contains(PosixFilePermission.OTHERS_EXECUTE)) {
        return false;
      }
    }
    return true;
  }
}
