package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.vhostdp.guest.twin.BuiltinGuest;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.TwinOptions;

/** {@code vhost-dp capture}, read by tshark. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class CaptureIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MAC = Packets.mac("52:54:00:76:64:02");
  private static final int PINGS = 5;

  private Lab lab;
  private VhostDp running;
  private TapPort port;

  @BeforeEach
  void open() throws Exception {
    Needs.program("tshark", "tshark");
    lab = Lab.open();
    port = TapPort.in(lab, "vd0", 1, 0);
    running = VhostDp.start(lab, port.optionsWithAddress());
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private Session capture(Path file, String... more) throws IOException {
    List<String> words = new ArrayList<>();
    words.addAll(List.of(VhostDp.COMMAND, "capture", port.id(), "-w", file.toString()));
    words.addAll(List.of("--control", running.control().toString()));
    words.addAll(List.of(more));
    Session session = lab.start(LIMIT, Map.of(), words);
    session.awaitOutput("Capturing", LIMIT);
    return session;
  }

  private List<String> tshark(Path file, String filter, String... fields) throws Exception {
    List<String> words = new ArrayList<>(List.of("tshark", "-n", "-r", "" + file));
    words.addAll(List.of("-o", "ip.check_checksum:TRUE", "-Y", filter, "-T", "fields"));
    for (String field : fields) {
      words.addAll(List.of("-e", field));
    }
    return lab.run(LIMIT, words.toArray(String[]::new))
        .lines()
        .filter(line -> !line.startsWith("Running as user"))
        .toList();
  }

  private void pings() throws IOException, InterruptedException {
    lab.run(LIMIT, "sh", "-c", LinuxGuest.pings(TapPort.GUEST, PINGS, 56));
  }

  @Test
  void aPingIsThereInBothDirections() throws Exception {
    Path file = lab.file("ping.pcapng");
    TwinOptions options = TwinOptions.defaults();
    try (BuiltinGuest guest =
        BuiltinGuest.start(port.socket(), MAC, Packets.ip(TapPort.GUEST), options)) {
      pings();
      Session session = capture(file);
      long before = running.count(port.id(), "frames");
      pings();
      // Frames are captured, and then counted, a little after they were given away.
      Wait.until(
          LIMIT,
          () -> running.count(port.id(), "frames") >= before + 2 * PINGS,
          () -> "frames of " + PINGS + " pings are missing: " + running.port(port.id()));
      assertEquals(0, session.terminate(LIMIT), session.output());
      assertTrue(guest.counters().framesSent() >= PINGS);
      pings();
    }
    List<String> echoes = tshark(file, "icmp", "icmp.type", "ip.src", "frame.comment");
    assertEquals(2 * PINGS, echoes.size(), "" + echoes);
    assertEquals(PINGS, echoes.stream().filter(line -> line.startsWith("8\t")).count());
    assertEquals(
        PINGS, echoes.stream().filter(line -> line.startsWith("0\t" + TapPort.GUEST)).count());
    assertEquals(List.of(), tshark(file, "_ws.malformed || ip.checksum.status == 0", "frame"));
  }

  @Test
  void oneDirectionAndACountAreEnough() throws Exception {
    Path file = lab.file("tx.pcapng");
    try (BuiltinGuest guest =
        BuiltinGuest.start(port.socket(), MAC, Packets.ip(TapPort.GUEST), TwinOptions.defaults())) {
      pings();
      Session session = capture(file, "--tx", "--count", "3", "--snaplen", "60");
      pings();
      assertEquals(0, session.exitCode(LIMIT), session.output());
      assertTrue(guest.counters().framesSent() >= PINGS);
    }
    assertTrue(Files.size(file) > 0);
    List<String> sources = tshark(file, "eth", "eth.src", "frame.cap_len");
    assertEquals(3, sources.size(), "" + sources);
    assertTrue(
        sources.stream().allMatch(line -> line.startsWith("52:54:00:76:64:02\t")), "" + sources);
    assertTrue(
        sources.stream().allMatch(line -> Integer.parseInt(line.split("\t")[1]) <= 60),
        "" + sources);
  }
}
