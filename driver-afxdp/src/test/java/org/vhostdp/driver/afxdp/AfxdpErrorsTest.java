package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LockedMemory;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Netlink;
import org.vhostdp.linux.Sockets;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** What goes wrong is a sentence with what to do, and leaves nothing behind. */
@Timeout(180)
final class AfxdpErrorsTest {
  private AfxdpLab lab;
  private long descriptors;
  private long mappings;

  @BeforeEach
  void prepare() throws Exception {
    lab = AfxdpLab.open(2);
    descriptors = Fd.openCount();
    mappings = Mapping.openCount();
  }

  @AfterEach
  void close() throws Exception {
    if (lab == null) {
      return;
    }
    try {
      assertEquals(descriptors, Fd.openCount(), "descriptors are left open");
      assertEquals(mappings, Mapping.openCount(), "memory is left mapped");
      assertEquals(XdpState.NONE, program(), "a program is left attached");
    } finally {
      lab.close();
    }
  }

  private int program() throws Exception {
    int mode = XdpState.NONE;
    for (Netlink.Link link : lab.netlink.links()) {
      mode = Math.max(mode, lab.in(() -> XdpState.of(link.index())).mode());
    }
    return mode;
  }

  private void refused(Reason reason, String part, String... config) {
    DriverException e = assertThrows(DriverException.class, () -> lab.port(config));
    assertEquals(reason, e.reason(), e.getMessage());
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void missingInterface() {
    refused(Reason.NOT_FOUND, "nosuch0", "ifname", "nosuch0");
  }

  @Test
  void missingNamespace() {
    refused(Reason.NOT_FOUND, "/run/netns/nosuch", "netns", "/run/netns/nosuch");
  }

  @Test
  void malformedValues() {
    refused(Reason.CONFIGURATION, "a/b", "ifname", "a/b");
    refused(Reason.CONFIGURATION, "power of two", "frames", "1000");
    refused(Reason.CONFIGURATION, "names no program", "program", "nonsense");
    refused(Reason.CONFIGURATION, "is not a descriptor", "fds", "3,x");
  }

  @Test
  void aQueueThatIsNotThere() {
    refused(Reason.UNSUPPORTED, "2 receive queues", "first-queue", "7");
  }

  @Test
  void anInterfaceWithoutZeroCopy() {
    refused(Reason.UNSUPPORTED, "has no zero-copy", "copy", "zero-copy");
  }

  @Test
  void tooFewHugepages() throws Exception {
    long free =
        Files.readAllLines(Path.of("/proc/meminfo")).stream()
            .filter(line -> line.startsWith("HugePages_Free"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
            .sum();
    // A pair of so many frames takes 128 pages: one pair more than there are pages for.
    int pairs = Math.toIntExact(free / 128 + 1);
    AfxdpLab.needs(pairs <= AfxdpOptions.MOST_QUEUES, free + " huge pages are free: none lack");
    lab.close();
    lab = AfxdpLab.open(pairs);
    String queues = Integer.toString(pairs);
    DriverException e =
        assertThrows(
            DriverException.class,
            () -> {
              try (Port port = lab.port("hugepages", "on", "frames", "65536", "queues", queues)) {
                port.configure(PortSettings.defaults().withQueuePairs(pairs));
                port.start();
              }
            });
    assertEquals(Reason.RESOURCES, e.reason(), e.getMessage());
    assertTrue(e.getMessage().contains("vm.nr_hugepages"), e.getMessage());
  }

  @Test
  void aDescriptorThatIsNoSocket() {
    refused(Reason.CONFIGURATION, "is no AF_XDP socket", "fds", "0", "program", "none");
  }

  @Test
  void anotherPortOfThisProcess() throws Exception {
    try (Port port = lab.port()) {
      refused(Reason.BUSY, "Another port of this process uses " + AfxdpLab.NEAR);
      assertTrue(port.capabilities().maxQueuePairs() > 0);
    }
  }

  @Test
  void anotherUserOfTheQueue() throws Exception {
    try (Port port = lab.port("program", "none")) {
      // A driver of its own knows nothing of the other's ports, as another process.
      String netns = lab.netns();
      DriverException e =
          assertThrows(DriverException.class, () -> open("netns", netns, "program", "none"));
      assertEquals(Reason.BUSY, e.reason(), e.getMessage());
      assertTrue(e.getMessage().contains("queue 0 of " + AfxdpLab.NEAR), e.getMessage());
      assertTrue(port.capabilities().maxQueuePairs() > 0);
    }
  }

  @Test
  void withoutPrivileges() throws Exception {
    unprivileged(
        () -> {
          DriverException e = assertThrows(DriverException.class, () -> open());
          assertEquals(Reason.PERMISSION, e.reason(), e.getMessage());
          assertTrue(e.getMessage().contains("CAP_"), e.getMessage());
        });
  }

  @Test
  void tooLittleLockedMemoryIsExplainedOrMadeToDo() throws Exception {
    LockedMemory limits = LockedMemory.now();
    boolean tight = limits.hard() >= 0 && limits.hard() < 64L << 20;
    AfxdpLab.needs(tight, "this process may raise its limit of locked memory");
    unprivileged(
        () -> {
          DriverException e =
              assertThrows(
                  DriverException.class, () -> open("frames", "65536", "hugepages", "off"));
          assertEquals(Reason.RESOURCES, e.reason(), e.getMessage());
          assertTrue(e.getMessage().contains("RLIMIT_MEMLOCK"), e.getMessage());
          try (Port port = open()) {
            assertTrue(port.capabilities().rxLent() > 0);
          }
        },
        Capability.CAP_NET_ADMIN,
        Capability.CAP_NET_RAW,
        Capability.CAP_SYS_ADMIN);
  }

  @Test
  void anInterfaceThatIsDownWarnsAndComesUp() throws Exception {
    lab.netlink.up(AfxdpLab.NEAR, false);
    try (Port port = lab.started()) {
      assertTrue(lab.log.toString().contains("is down"), lab.log.toString());
      assertEquals(false, port.events().linkUp());
      byte[] frame = Frames.of(100, 1);
      for (int i = 0; i < 300; i++) {
        assertEquals(1, Frames.send(port, frame));
      }
      Statistics statistics = new Statistics();
      port.statistics(statistics);
      assertTrue(statistics.txDropped > 250, "dropped " + statistics.txDropped);
      lab.netlink.up(AfxdpLab.NEAR, true);
      assertEquals(PortEvents.LINK_UP, event(port));
      try (AfxdpLab.Wire wire = lab.wire()) {
        wire.send(frame);
        assertTrue(Frames.receive(port) != null, "nothing came after the link was up");
      }
    }
  }

  @Test
  void aDeletedInterfaceIsReportedOnce() throws Exception {
    try (Port port = lab.started()) {
      lab.netlink.delete(AfxdpLab.FAR);
      int event = event(port);
      while (event != PortEvents.REMOVED) {
        event = event(port);
      }
      assertEquals(0, Frames.send(port, Frames.of(100, 1)));
      port.stop();
      DriverException e = assertThrows(DriverException.class, port::start);
      assertTrue(e.getMessage().contains("was deleted"), e.getMessage());
    }
  }

  @Test
  void aRenamedInterfaceWorksOn() throws Exception {
    try (Port port = lab.started();
        AfxdpLab.Wire wire = lab.wire()) {
      lab.rename(AfxdpLab.NEAR, "other0");
      assertEquals(PortEvents.CHANGED, event(port));
      assertTrue(port.events().detail().contains("is called other0 now"), port.events().detail());
      byte[] frame = Frames.of(100, 2);
      wire.send(frame);
      assertTrue(Frames.receive(port) != null, "nothing came");
      port.stop();
      port.configure(PortSettings.defaults().withMtu(1400));
      assertEquals(1400, lab.netlink.link("other0").mtu());
      port.start();
      wire.send(frame);
      assertTrue(Frames.receive(port) != null, "nothing came after another start");
      assertTrue(port.events().linkUp());
    }
  }

  private static int event(Port port) throws InterruptedException {
    for (int i = 0; i < 10_000; i++) {
      int event = port.events().next();
      if (event != PortEvents.NONE) {
        return event;
      }
      Thread.sleep(2);
    }
    return PortEvents.NONE;
  }

  @Test
  void passedSocketsNeedNoPrivilege() throws Exception {
    int passed = lab.in(() -> Sockets.open("AF_XDP", IfXdp.AF_XDP(), IfXdp.SOCK_RAW(), 0)).raw();
    AfxdpLab.Wire wire = lab.wire();
    unprivileged(
        () -> {
          try (Port port = open("fds", Integer.toString(passed), "program", "none")) {
            for (int i = 0; i < 3; i++) {
              byte[] frame = Frames.of(100, i);
              port.configure(PortSettings.defaults());
              port.start();
              assertEquals(1, Frames.send(port, frame));
              assertArrayEquals(frame, wire.receive(Frames.PATIENCE));
              port.stop();
            }
          }
        });
    wire.close();
    // The port has taken the descriptor over, and closed it.
    assertEquals(-Errno.EBADF, Sockets.set(passed, 0, 0, 0));
    descriptors++;
  }

  /** A port in the namespace that the calling thread is in. */
  private Port open(String... config) throws DriverException {
    Map<String, String> values = new HashMap<>(Map.of("ifname", AfxdpLab.NEAR));
    for (int i = 0; i < config.length; i += 2) {
      values.put(config[i], config[i + 1]);
    }
    AfxdpDriver driver = new AfxdpDriver();
    return driver.open(driver.schema().check("the test", values), lab);
  }

  /** Work inside the namespace, on a thread that has these capabilities alone. */
  private void unprivileged(Work work, int... capabilities) throws Exception {
    lab.in(
        () -> {
          Capability.keepOnly(capabilities);
          work.run();
          return null;
        });
  }

  private interface Work {
    void run() throws Exception;
  }
}
