package org.vhostdp.driver.afpacket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Probe;

/** What cannot be done is a sentence, and leaves nothing behind. */
final class PacketErrorsTest {
  private PacketLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = PacketLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private static void refused(Reason reason, Executable call, String... parts) {
    long descriptors = Fd.openCount();
    long mappings = Mapping.openCount();
    DriverException e = assertThrows(DriverException.class, call);
    assertEquals(reason, e.reason(), e.getMessage());
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    assertEquals(descriptors, Fd.openCount(), e.getMessage());
    assertEquals(mappings, Mapping.openCount(), e.getMessage());
  }

  @Test
  void anInterfaceThatIsNotThere() {
    refused(Reason.NOT_FOUND, () -> lab.port("ifname", "none0"), "none0", "ENODEV", "ip link");
  }

  @Test
  void anInterfaceThatIsNotEthernet() {
    refused(Reason.UNSUPPORTED, () -> lab.port("ifname", "lo"), "lo is not an Ethernet");
  }

  @Test
  void aNamespaceThatIsNotThere() {
    refused(Reason.NOT_FOUND, () -> lab.port("netns", "/run/netns/no"), "/run/netns/no", "ENOENT");
  }

  @Test
  void anInterfaceThatAnotherPortHas() throws Exception {
    lab.port();
    refused(Reason.BUSY, lab::port, PacketLab.NEAR, "EBUSY");
  }

  @Test
  void anInterfaceThatIsDownIsTold() throws Exception {
    lab.netlink.up(PacketLab.NEAR, false);
    assertFalse(lab.started().events().linkUp());
    assertTrue(lab.log.getFirst().contains("ip link set near up"), lab.log.toString());
  }

  @Test
  void keysThatSayNothingUseful() {
    for (String[] pair :
        List.of(
            new String[] {"ifname", "a/b"},
            new String[] {"fanout", "rss"},
            new String[] {"fanout", "ebpf:steer"},
            new String[] {"filter", "tcp port 80"},
            new String[] {"filter", "2 6 0 0 0"},
            new String[] {"filter", "1 6 0 999 0"},
            new String[] {"filter", "/nowhere/filter"})) {
      refused(Reason.CONFIGURATION, () -> lab.port(pair), "\"" + pair[0] + "\"");
    }
  }

  @Test
  void aProgramThatTheKernelRefuses() {
    // A jump past the end.
    refused(
        Reason.UNSUPPORTED,
        () -> lab.port("filter", "2 21 7 7 0 6 0 0 0"),
        "SO_ATTACH_FILTER",
        "EINVAL",
        "tcpdump -ddd");
  }

  @Test
  void aPinnedProgramThatIsNotThere() {
    refused(
        Reason.NOT_FOUND,
        () -> lab.port("fanout", "ebpf:/sys/fs/bpf/none"),
        "/sys/fs/bpf/none",
        "bpftool prog load");
  }

  @Test
  void aRingLargerThanAnybodyWants() {
    // The kernel would give memory until it kills somebody.
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("ring", "1048576").configure(PortSettings.defaults().withMtu(9000)),
        "\"ring\" = 1048576",
        "1024 MiB");
  }

  @Test
  void withoutPrivilegeProbeAndOpenSaySo() throws Exception {
    Thread bare =
        new Thread(
            () -> {
              try {
                Namespaces.in(Path.of(lab.netns()), this::bare);
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    Throwable[] failed = new Throwable[1];
    bare.setUncaughtExceptionHandler((thread, e) -> failed[0] = e);
    bare.start();
    bare.join();
    if (failed[0] != null) {
      throw new AssertionError(failed[0]);
    }
  }

  private Void bare() throws Exception {
    Capability.keepOnly();
    Probe probe = lab.driver.probe();
    assertFalse(probe.isOk());
    assertTrue(probe.reason().contains("CAP_NET_RAW"), probe.toString());
    var values = Map.of("ifname", PacketLab.NEAR);
    refused(
        Reason.PERMISSION,
        () -> lab.driver.open(lab.driver.schema().check("the test", values), lab).close(),
        "AF_PACKET",
        "EPERM",
        "CAP_NET_RAW");
    return null;
  }

  @Test
  void netRawIsEnough() throws Exception {
    lab.in(
        () -> {
          Capability.keepOnly(Capability.CAP_NET_RAW);
          var values = Map.of("ifname", PacketLab.NEAR);
          try (var port = lab.driver.open(lab.driver.schema().check("test", values), lab)) {
            port.configure(PortSettings.defaults().withQueuePairs(2));
            port.start();
            assertEquals(1, Frames.transmit(port, 0, Frames.of(100, 1)));
            refused(
                Reason.PERMISSION,
                () -> port.configure(PortSettings.defaults().withQueuePairs(2).withMtu(1400)),
                "mtu",
                "EPERM",
                "CAP_NET_ADMIN");
          }
          return null;
        });
  }
}
