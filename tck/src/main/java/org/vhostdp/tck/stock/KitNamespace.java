package org.vhostdp.tck.stock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.vhostdp.linux.Attachments;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.XdpState;

/**
 * The network namespace of a harness's wires, made for the first and gone with the last. It has no
 * name: only descriptors of this process hold it, so it ends with the process, however that ends.
 */
final class KitNamespace {
  private static final Path KNOBS = Path.of("/proc/sys/net/ipv6/conf");

  private Fd namespace;
  private Netlink netlink;
  private Attachments attachments;
  private Fd home;
  private int users;

  /**
   * Joins; every join is followed by one {@link #leave}.
   *
   * @param enter whether the calling thread moves in, for a driver that opens its device in the
   *     namespace of the thread that calls it
   */
  void join(boolean enter) throws Exception {
    if (users == 0) {
      make(enter);
    }
    users++;
  }

  private void make(boolean enter) throws Exception {
    namespace = Namespaces.create();
    try {
      netlink = in(Netlink::open);
      attachments = in(Attachments::open);
      in(KitNamespace::silence);
      if (enter) {
        home = Namespaces.current();
        Namespaces.enter(namespace);
      }
    } catch (Exception failed) {
      end();
      throw failed;
    }
  }

  /** A kernel that looks for IPv6 neighbours would add frames of its own. */
  private static Void silence() throws IOException {
    for (String each : List.of("all", "default")) {
      Path knob = KNOBS.resolve(each).resolve("disable_ipv6");
      if (Files.exists(knob)) {
        Files.writeString(knob, "1");
      }
    }
    return null;
  }

  /**
   * Leaves; with the last wire the namespace ends, and the thread that entered is at home again.
   */
  void leave() throws LinuxException {
    users--;
    if (users == 0) {
      end();
    }
  }

  private void end() throws LinuxException {
    try {
      if (home != null) {
        Namespaces.enter(home);
        home.close();
        home = null;
      }
    } finally {
      if (netlink != null) {
        netlink.close();
        netlink = null;
      }
      if (attachments != null) {
        attachments.close();
        attachments = null;
      }
      namespace.close();
    }
  }

  /** Its file, while a wire is open. */
  String path() {
    return "/proc/" + ProcessHandle.current().pid() + "/fd/" + namespace.raw();
  }

  /** Does something inside; sockets opened there stay there. */
  <T> T in(Callable<T> work) throws Exception {
    return Namespaces.in(namespace, work);
  }

  Netlink netlink() {
    return netlink;
  }

  /** What hangs on an interface, in words. */
  Set<String> attached(String name) throws Exception {
    Set<String> words = new TreeSet<>();
    int index = netlink.link(name).index();
    XdpState xdp = in(() -> XdpState.of(index));
    if (xdp.mode() != XdpState.NONE) {
      words.add("the XDP program " + xdp.program() + " on " + name);
    }
    Attachments.On on = attachments.on(index);
    on.disciplines().stream()
        .filter(kind -> !kind.equals("noqueue"))
        .forEach(kind -> words.add("the queueing discipline " + kind + " on " + name));
    if (on.promiscuity() > 0) {
      words.add("promiscuous mode on " + name);
    }
    return words;
  }

  /** Names of the interfaces inside but the kernel's own loopback. */
  Set<String> interfaces() throws LinuxException {
    return netlink.links().stream()
        .map(Netlink.Link::name)
        .filter(name -> !name.equals("lo"))
        .collect(Collectors.toSet());
  }
}
