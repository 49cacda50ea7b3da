package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.twin.BuiltinGuest;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserClient;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.UnixSocket;

/** {@code vhost-dp run}: ways to say what is to run, and how it ends. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class RunIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MAC = Packets.mac("52:54:00:76:64:02");
  private static final String PASSED =
      "use Socket; use Fcntl; my ($how, $path) = splice @ARGV, 0, 2;"
          + "$^F = 255; socket(S, PF_UNIX, SOCK_STREAM, 0) or die $!;"
          + "if ($how eq 'listen') { bind(S, sockaddr_un($path)) and listen(S, 1) or die $! }"
          + "else { connect(S, sockaddr_un($path)) or die $! }"
          + "exec @ARGV, '--fd', fileno(S); die $!";

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

  private BuiltinGuest guest(Path socket) throws IOException {
    return BuiltinGuest.start(socket, MAC, Packets.ip(TapPort.GUEST), TwinOptions.defaults());
  }

  private void pingFromTheHost() throws IOException, InterruptedException {
    lab.run(LIMIT, "sh", "-c", LinuxGuest.pings(TapPort.GUEST, 5, 56));
  }

  private void assertNothingLeft() throws Exception {
    assertEquals(List.of(), lab.interfaces(), "interfaces");
    try (var sockets = Files.newDirectoryStream(lab.folder(), "*.sock")) {
      assertFalse(sockets.iterator().hasNext(), "sockets are left");
    }
  }

  @Test
  void theOptionsOfTheSlidesServeAGuestAndSigtermLeavesNothing() throws Exception {
    TapPort port = TapPort.in(lab, "vd0", 2, 0);
    VhostDp running = VhostDp.start(lab, port.optionsWithAddress());
    assertEquals(List.of(port.ifname()), lab.interfaces());
    try (BuiltinGuest guest = guest(port.socket())) {
      pingFromTheHost();
      assertEquals(Boolean.TRUE, Json.at(running.port("vd0"), "attached"));
      assertTrue(guest.counters().framesSent() > 0);
      assertEquals(0, running.session().terminate(LIMIT), running.session().output());
    }
    assertNothingLeft();
    assertFalse(Files.exists(running.control()), "the control socket is left");
  }

  @Test
  void aConfigurationFileServesAllItsPorts() throws Exception {
    StringBuilder toml = new StringBuilder();
    for (int i = 0; i < 3; i++) {
      toml.append("[driver.d%d]\ntype = \"tap\"\nifname = \"tap%d\"\n".formatted(i, i));
      toml.append(
          "[netdev.n%d]\ndriver = \"d%d\"\nsocket = \"%s\"\n"
              .formatted(i, i, lab.file(i + ".sock")));
    }
    Path file = Files.writeString(lab.file("vd.toml"), toml);
    lab.run(LIMIT, VhostDp.COMMAND, "config", "check", file.toString());
    VhostDp running = VhostDp.start(lab, List.of("--config", file.toString()));
    assertEquals(List.of("tap0", "tap1", "tap2"), lab.interfaces());
    String[] ask = {VhostDp.COMMAND, "status", "--json", "--control", "" + running.control()};
    Object status = Json.read(lab.run(LIMIT, ask));
    assertEquals(3, Json.array(Json.at(status, "ports")).size());
    assertEquals(running.pid(), Json.number(Json.at(status, "pid")));
    assertEquals(0, running.session().terminate(LIMIT));
    assertNothingLeft();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2 | --no-such-option",
        "2 | --config /nonexistent/vd.toml",
        "2 | -object vhost-dp-tap,id=a,no-such-key=1 -netdev vhost-dp,id=b,driver=a",
        "2 | -object vhost-dp-nothing,id=a -netdev vhost-dp,id=b,driver=a",
        "2 | -netdev vhost-dp,id=b,driver=missing",
        "2 | --fd 77",
        "1 | --socket-path /nonexistent/folder/vd0.sock",
        "1 | -object vhost-dp-tap,id=a,ifname=lo -netdev"
            + " vhost-dp,id=b,driver=a,socket=FOLDER/b.sock"
      })
  void whatCannotRunSaysWhyAndHasAnExitCode(int code, String options) throws Exception {
    String command = VhostDp.COMMAND + " run " + options.replace("FOLDER", "" + lab.folder());
    Lab.Outcome outcome = lab.execute(LIMIT, command.split(" "));
    assertEquals(code, outcome.code(), outcome.output());
    assertTrue(outcome.output().strip().length() > 20, outcome.output());
    assertFalse(outcome.output().contains("\tat "), outcome.output());
    assertNothingLeft();
  }

  @Test
  void itsCapabilitiesArePrintedAsQemuExpects() throws Exception {
    String out = lab.run(LIMIT, VhostDp.COMMAND, "run", "--print-capabilities");
    assertEquals("net", Json.at(Json.read(out), "type"));
  }

  @Test
  void aSocketPathIsEnoughAndTryEndsAtOnce() throws Exception {
    String socket = lab.file("q.sock").toString();
    String[] words = {VhostDp.COMMAND, "run", "--try", "--socket-path", socket};
    String out = lab.run(LIMIT, words);
    assertTrue(out.contains(socket), out);
    assertNothingLeft();
  }

  @Test
  void aPassedListenerServesOneFrontEndAfterAnother() throws Exception {
    Path socket = lab.file("passed");
    Session session = passed("listen", socket);
    for (int i = 0; i < 2; i++) {
      try (BuiltinGuest guest = guest(socket)) {
        pingFromTheHost();
        assertTrue(guest.counters().framesSent() > 0);
      }
    }
    assertEquals(0, session.terminate(LIMIT), session.output());
    assertNothingLeft();
  }

  @Test
  void aPassedConnectionIsServedUntilItsFrontEndGoes() throws Exception {
    Path socket = lab.file("passed");
    try (UnixSocket listener = UnixSocket.listen(socket, 0600)) {
      Session session = passed("connect", socket);
      try (BuiltinGuest guest = guestAt(listener)) {
        pingFromTheHost();
        assertTrue(guest.counters().framesSent() > 0);
      }
      assertEquals(0, session.exitCode(LIMIT), session.output());
    }
    assertNothingLeft();
  }

  /** A run with {@code --fd}; perl hands the socket over because Java closes what it inherits. */
  private Session passed(String how, Path socket) throws Exception {
    Needs.program("perl", "perl-base");
    String control = lab.file("passed.control").toString();
    List<String> words =
        List.of(
            "perl", "-e", PASSED, how, "" + socket, VhostDp.COMMAND, "run", "--control", control);
    Session session = lab.start(LIMIT, Map.of(), words);
    session.awaitOutput(": driver ", VhostDp.START_LIMIT);
    try (Netlink netlink = lab.in(Netlink::open)) {
      netlink.addAddress(lab.interfaces().getFirst(), InetAddress.getByName(TapPort.HOST), 24);
    }
    return session;
  }

  private BuiltinGuest guestAt(UnixSocket listener) throws IOException {
    TwinDevice device =
        TwinDevice.start(VhostUserClient.accept(listener), null, TwinOptions.defaults());
    return BuiltinGuest.start(device, MAC, Packets.ip(TapPort.GUEST));
  }
}
