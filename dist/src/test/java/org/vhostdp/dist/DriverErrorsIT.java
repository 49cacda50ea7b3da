package org.vhostdp.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.attest.json.Json;
import org.vhostdp.guest.twin.BuiltinGuest;
import org.vhostdp.guest.twin.Packets;
import org.vhostdp.guest.twin.TwinOptions;

/** What goes wrong with a driver's device or rights: a sentence each time, and nothing is left. */
@Tag("image")
@ExtendWith({Diagnosis.class, LeavesNothing.class})
final class DriverErrorsIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long MAC = Packets.mac("52:54:00:76:64:03");
  private static final Path PINNED = Path.of("/sys/fs/bpf");

  /** Root by name only. */
  private static final String POWERLESS = "setpriv --bounding-set=-all --inh-caps=-all";

  /** Little memory may be locked, and no right exempts from that. */
  private static final String UNLOCKED =
      "prlimit --memlock=65536 setpriv --bounding-set=-ipc_lock,-sys_resource";

  /** More than 2 GiB, so more than the build borrows in huge pages. */
  private static final int MANY_MBUFS = 1_000_000;

  private Lab lab;
  private List<String> pinned;

  @BeforeEach
  void open() throws Exception {
    Needs.program("setpriv", "util-linux");
    Needs.program("prlimit", "util-linux");
    lab = Lab.open();
    pinned = pinned();
  }

  @AfterEach
  void close() throws IOException {
    if (lab != null) {
      lab.close();
    }
  }

  private DriverPort port(String driver) throws Exception {
    Needs.librariesOf(driver);
    return new DriverPort(lab, driver, "vd0", 1, 0);
  }

  private static List<String> pinned() throws IOException {
    if (!Files.isDirectory(PINNED)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(PINNED)) {
      return all.map(Path::toString).sorted().toList();
    }
  }

  /** Runs in vain; what was said. */
  private String refused(String before, List<String> options) throws Exception {
    List<String> words = new ArrayList<>(List.of("sh", "-c"));
    words.add((before == null ? "exec" : "exec " + before) + " \"$@\"");
    words.addAll(List.of("sh", VhostDp.COMMAND, "run"));
    words.addAll(List.of("--control", lab.file("refused").toString()));
    words.addAll(options);
    List<String> interfaces = lab.interfaces();
    Lab.Outcome outcome = lab.execute(LIMIT, words.toArray(String[]::new));
    assertEquals(1, outcome.code(), outcome.output());
    assertFalse(outcome.output().contains("\tat "), outcome.output());
    assertEquals(interfaces, lab.interfaces(), "interfaces");
    assertNoProgramIsLeft();
    try (var sockets = Files.newDirectoryStream(lab.folder(), "*.sock")) {
      assertFalse(sockets.iterator().hasNext(), "sockets are left");
    }
    System.out.println("  " + outcome.output().strip());
    return outcome.output();
  }

  private void assertNoProgramIsLeft() throws IOException, InterruptedException {
    String links = lab.run(LIMIT, "ip", "link", "show");
    assertFalse(links.contains("xdp"), () -> "a program is left: " + links);
    assertEquals(pinned, pinned(), "pinned BPF objects");
  }

  private static void assertNames(String said, String... words) {
    for (String word : words) {
      assertTrue(said.contains(word), () -> "\"" + word + "\" is not in: " + said);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"afpacket", "afxdp"})
  void anInterfaceThatIsNotThere(String driver) throws Exception {
    DriverPort port = port(driver);
    assertNames(refused(null, port.options("")), port.ifname(), "ENODEV");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "net_tap0 | net_tap0",
        "net_nothing0 | net_nothing0",
        "net_af_packet0,,iface=nothing | nothing"
      })
  void aDeviceThatDpdkDoesNotMake(String vdev, String name) throws Exception {
    port("dpdk");
    List<String> options =
        List.of(
            "-object",
            "vhost-dp-dpdk,id=d,vdev=" + vdev,
            "-netdev",
            "vhost-dp,id=vd0,driver=d,socket=" + lab.file("vd0.sock"));
    String before = vdev.equals("net_tap0") ? POWERLESS : null;
    assertNames(refused(before, options), name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"afpacket", "afxdp"})
  void missingRights(String driver) throws Exception {
    DriverPort port = port(driver);
    port.prepare();
    assertNames(refused(POWERLESS, port.options("")), "EPERM", "CAP_", "root");
  }

  /** What the driver's page promises: no CAP_SYS_ADMIN where no namespace is to be entered. */
  @ParameterizedTest
  @CsvSource({"afpacket, -sys_admin", "afxdp, -sys_admin", "dpdk, -sys_admin"})
  void fewerRightsThanRootAreEnough(String driver, String bounding) throws Exception {
    DriverPort port = port(driver);
    port.prepare();
    List<String> words = new ArrayList<>(List.of("setpriv", "--bounding-set=" + bounding));
    words.addAll(List.of(VhostDp.COMMAND, "run", "--try"));
    words.addAll(List.of("--control", lab.file("fewer").toString()));
    words.addAll(port.options(""));
    lab.run(LIMIT, words.toArray(String[]::new));
    assertNoProgramIsLeft();
  }

  @Test
  void tooLittleMemoryThatMayBeLocked() throws Exception {
    DriverPort port = port("afxdp");
    port.prepare();
    assertNames(refused(UNLOCKED, port.options("")), "RLIMIT_MEMLOCK", "64 KiB", "ulimit");
  }

  @Test
  void hugePagesThatAreNotThere() throws Exception {
    DriverPort port = port("dpdk");
    String said = refused(null, port.options(",hugepages=on,mbufs=" + MANY_MBUFS));
    assertNames(said, "huge pages", "hugepages");
  }

  @Test
  void aQueueThatSomebodyElseHas() throws Exception {
    DriverPort port = port("afxdp");
    VhostDp first = port.start();
    DriverPort second = new DriverPort(lab, "afxdp", "vd0", 1, 0);
    String netdev = "vhost-dp,id=b,driver=d,socket=" + lab.file("b.sock");
    String object = "vhost-dp-afxdp,id=d,ifname=" + second.ifname();
    String control = lab.file("second").toString();
    Lab.Outcome outcome =
        lab.execute(
            LIMIT,
            VhostDp.COMMAND,
            "run",
            "--control",
            control,
            "-object",
            object,
            "-netdev",
            netdev);
    assertEquals(1, outcome.code(), outcome.output());
    assertNames(outcome.output(), port.ifname(), "EBUSY");
    try (BuiltinGuest guest = guest(port)) {
      pingFromTheHost();
      assertTrue(guest.counters().framesSent() > 0);
    }
    assertEquals(0, first.session().terminate(LIMIT), first.session().output());
  }

  private BuiltinGuest guest(DriverPort port) throws IOException {
    return BuiltinGuest.start(
        port.socket(), MAC, Packets.ip(TapPort.GUEST), TwinOptions.defaults());
  }

  private void pingFromTheHost() throws IOException, InterruptedException {
    lab.run(LIMIT, "sh", "-c", LinuxGuest.pings(TapPort.GUEST, 5, 56));
  }

  private static void awaits(VhostDp running, String key, String value) throws IOException {
    Wait.until(
        LIMIT,
        () -> ("" + Json.at(running.port("vd0"), key)).startsWith(value),
        () -> key + " is to be " + value + ": " + running.port("vd0"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"afpacket", "afxdp"})
  void anInterfaceThatIsDownOrRenamedOrDeletedMeanwhile(String driver) throws Exception {
    DriverPort port = port(driver);
    VhostDp running = port.start();
    try (BuiltinGuest guest = guest(port)) {
      pingFromTheHost();
      port.ip("link set IF down");
      awaits(running, "link", "down");
      port.ip("link set IF up");
      awaits(running, "link", "up");
      pingFromTheHost();

      port.ip("link set IF name other");
      pingFromTheHost();
      lab.run(LIMIT, "ip", "link", "set", "other", "name", port.ifname());

      port.ip("link del IF");
      awaits(running, "state", "retrying");
      String state = Json.at(running.port("vd0"), "state").toString();
      assertNames(state, port.ifname());
      port.prepare();
      awaits(running, "state", "up");
      pingFromTheHost();
      assertTrue(guest.counters().framesSent() > 0);
    }
    assertEquals(0, running.session().terminate(LIMIT), running.session().output());
    assertNoProgramIsLeft();
  }
}
