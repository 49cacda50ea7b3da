package org.vhostdp.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.vhostdp.guest.machine.GuestMachine;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;

/**
 * An empty network namespace, a folder, and the processes of one test. All of it ends when this is
 * closed; the namespace takes its interfaces with it.
 */
final class Lab implements AutoCloseable {
  static final Set<Lab> OPEN = ConcurrentHashMap.newKeySet();

  /** How the names of the programs' outputs begin. */
  static final String LOG = "log.";

  private final Fd namespace;
  private final Path folder;
  private final Deque<Session> sessions = new ArrayDeque<>();
  private final List<GuestMachine> guests = new CopyOnWriteArrayList<>();
  private int logs;

  private Lab(Fd namespace, Path folder) {
    this.namespace = namespace;
    this.folder = folder;
    OPEN.add(this);
  }

  /** A lab, or a skipped test with the reason. */
  static Lab open() throws Exception {
    Needs.taps();
    Needs.program("nsenter", "util-linux");
    Lab lab = new Lab(Namespaces.create(), Files.createTempDirectory("vhost-dp-it-").toRealPath());
    // A kernel that looks for IPv6 neighbours would add frames of its own to those counted.
    Path knob = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
    lab.in(() -> Files.exists(knob) ? Files.writeString(knob, "1") : knob);
    return lab;
  }

  Path file(String name) {
    return folder.resolve(name);
  }

  Path folder() {
    return folder;
  }

  /** The namespace's file, while the lab is open. */
  String netns() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.raw();
  }

  /** Does something in the namespace; sockets made there stay in it. */
  <T> T in(Callable<T> work) throws Exception {
    return Namespaces.in(namespace, work);
  }

  /** Names of the namespace's interfaces but the loopback. */
  List<String> interfaces() throws Exception {
    try (Netlink netlink = in(Netlink::open)) {
      return netlink.links().stream()
          .map(Netlink.Link::name)
          .filter(name -> !name.equals("lo"))
          .sorted()
          .toList();
    }
  }

  /** Remembers a guest, which stays its owner's, for the case that the test fails. */
  void watch(GuestMachine guest) {
    guests.add(guest);
  }

  List<GuestMachine> guests() {
    return guests;
  }

  /** Starts a program in the namespace. */
  Session start(Duration life, Map<String, String> environment, List<String> words)
      throws IOException {
    Path log = file("%s%03d".formatted(LOG, logs++));
    Session session = Session.start(log, life, environment, inside(words));
    sessions.push(session);
    return session;
  }

  /**
   * How a program ended.
   *
   * @param code its exit code
   * @param output what it said on both outputs
   */
  record Outcome(int code, String output) {}

  /** Runs a program in the namespace. */
  Outcome execute(Duration limit, String... words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("timeout", "-k", "1", "" + limit.toSeconds()));
    all.addAll(inside(List.of(words)));
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    return new Outcome(process.waitFor(), new String(output, StandardCharsets.UTF_8));
  }

  /** Runs a program in the namespace that must succeed; what it says. */
  String run(Duration limit, String... words) throws IOException, InterruptedException {
    Outcome outcome = execute(limit, words);
    Assertions.assertEquals(0, outcome.code(), () -> String.join(" ", words) + ": " + outcome);
    return outcome.output();
  }

  private List<String> inside(List<String> words) {
    List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + netns(), "--"));
    all.addAll(words);
    return all;
  }

  @Override
  public void close() throws IOException {
    OPEN.remove(this);
    while (!sessions.isEmpty()) {
      sessions.pop().close();
    }
    namespace.close();
    List<Path> all;
    try (Stream<Path> tree = Files.walk(folder)) {
      all = tree.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
