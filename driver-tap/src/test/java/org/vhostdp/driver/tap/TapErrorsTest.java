package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.driver.tap.generated.Tun;
import org.vhostdp.linux.Capability;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortConfig;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Probe;

/** Each failure is a sentence: what, which object, errno's name, what to do. Nothing stays open. */
@Timeout(60)
final class TapErrorsTest {
  @TempDir Path folder;
  private TapLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  private void refused(Reason reason, Executable opening, String... parts) throws Exception {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    int links = lab.netlink.links().size();
    DriverException e = assertThrows(DriverException.class, opening);
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), "\"" + part + "\" in: " + e.getMessage());
    }
    assertEquals(reason, e.reason(), e.getMessage());
    assertTrue(e.getMessage().endsWith("."), e.getMessage());
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
    assertEquals(links, lab.netlink.links().size());
  }

  @Test
  void aProbeSaysYesWhereEverythingIsThere() {
    Probe probe = lab.driver.probe();
    assertTrue(probe.isOk(), probe.toString());
  }

  @Test
  void withoutPrivilegeProbeAndOpenSaySo() throws Exception {
    lab.persistent("free0", Tun.IFF_MULTI_QUEUE());
    lab.netlink.up("free0", true);
    lab.in(
        () -> {
          Capability.keepOnly();
          Probe probe = lab.driver.probe();
          assertFalse(probe.isOk());
          assertTrue(probe.reason().contains("CAP_NET_ADMIN"), probe.toString());
          assertTrue(probe.advice().contains("unshare --user"), probe.toString());
          refused(
              Reason.PERMISSION,
              () -> lab.driver.open(config("ifname", "tap0"), lab).close(),
              "TUNSETIFF tap0: EPERM",
              "CAP_NET_ADMIN");
          refused(
              Reason.PERMISSION,
              () -> lab.port("ifname", "tap0").close(),
              "setns",
              "EPERM",
              "CAP_SYS_ADMIN");
          // A persistent TAP that belongs to nobody in particular is open to everybody.
          Port free = lab.driver.open(config("ifname", "free0"), lab);
          free.configure(PortSettings.defaults().withQueuePairs(2));
          free.start();
          assertEquals(1, Frames.send(free, Frames.of(64, 1)));
          free.close();
          return null;
        });
    lab.netlink.delete("free0");
  }

  @Test
  void anotherUserCannotAddAQueue() throws Exception {
    lab.persistent("free0", Tun.IFF_MULTI_QUEUE());
    TapLab.needs(nobodyAttachesTo("free0"), "setpriv or ip is not there to act as another user");
    lab.port("ifname", "tap0");
    assertFalse(nobodyAttachesTo("tap0"));
  }

  private boolean nobodyAttachesTo(String ifname) throws Exception {
    String nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups --bounding-set -all ";
    // Attaches a queue, and then takes the persistence away.
    String attach = "ip tuntap del mode tap multi_queue dev " + ifname;
    return lab.in(
        () -> {
          try {
            Process process = new ProcessBuilder((nobody + attach).split(" ")).start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
          } catch (IOException e) {
            System.out.println(e.getMessage());
            return false;
          }
        });
  }

  private PortConfig config(String key, String value) throws DriverException {
    return lab.driver.schema().check("the test", Map.of(key, value));
  }

  @Test
  void aNameInUseByAnotherPortIsNamed() throws Exception {
    lab.port("ifname", "tap0");
    refused(
        Reason.BUSY,
        () -> lab.port("ifname", "tap0").close(),
        "Another port of this process uses tap0",
        "EBUSY");
  }

  @Test
  void aClosedPortFreesItsName() throws Exception {
    lab.port("ifname", "tap0").close();
    lab.port("ifname", "tap0").close();
  }

  @Test
  void anInterfaceThatAnotherProcessHoldsIsBusy() throws Exception {
    lab.other("single", 0, false);
    refused(Reason.BUSY, () -> lab.port("ifname", "single").close(), "TUNSETIFF single: EBUSY");
    lab.other("many", Tun.IFF_MULTI_QUEUE(), false);
    lab.netlink.up("many", true);
    refused(Reason.BUSY, () -> lab.port("ifname", "many").close(), "TUNSETIFF many: EBUSY", "end");
  }

  @Test
  void anInterfaceThatIsNoTapIsRefused() throws Exception {
    refused(Reason.UNSUPPORTED, () -> lab.port("ifname", "lo").close(), "lo exists and is no TAP");
    lab.netlink.createBridge("br0");
    refused(Reason.UNSUPPORTED, () -> lab.port("ifname", "br0").close(), "br0", "EINVAL");
  }

  @Test
  void badNamesAreRefused() throws Exception {
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("ifname", "sixteen-letters-").close(),
        "\"sixteen-letters-\" has 16 characters",
        "at most 15");
    for (String name : new String[] {"", ".", "..", "a/b", "a b", "a%s", "%d%d", "a:1", "é"}) {
      refused(
          Reason.CONFIGURATION,
          () -> lab.port("ifname", name).close(),
          "\"" + name + "\" is not an interface name");
    }
  }

  @Test
  void aNamespaceThatIsNotThereIsNamed() throws Exception {
    Path missing = folder.resolve("blue");
    refused(
        Reason.NOT_FOUND,
        () -> lab.port("netns", missing.toString()).close(),
        missing.toString(),
        "ip netns add");
    Path file = Files.createFile(folder.resolve("file"));
    refused(
        Reason.UNSUPPORTED,
        () -> lab.port("netns", file.toString()).close(),
        "setns " + file + ": EINVAL",
        "no network namespace");
  }

  @Test
  void aDeviceThatIsNoMacvtapIsNamed() throws Exception {
    refused(
        Reason.NOT_FOUND, () -> lab.port("device", "/dev/tap999").close(), "/dev/tap999: ENOENT");
    refused(
        Reason.UNSUPPORTED,
        () -> lab.port("device", "/dev/null").close(),
        "/dev/null is no macvtap device",
        "ENOTTY");
    refused(
        Reason.UNSUPPORTED,
        () -> lab.port("device", TunCalls.TUN).close(),
        "/dev/net/tun is no macvtap device",
        "ifname");
  }

  @Test
  void keysThatContradictAreRefused() throws Exception {
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("device", "/dev/tap1", "ifname", "x").close(),
        "\"ifname\" and \"device\" exclude each other");
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("device", "/dev/tap1", "persist", "true").close(),
        "\"persist\" has no meaning");
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("mac", "01:00:00:00:00:01").close(),
        "01:00:00:00:00:01",
        "lowest bit");
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("mac", "00:00:00:00:00:00").close(),
        "00:00:00:00:00:00",
        "all zero");
  }

  @Test
  void badAddressesAreNamed() throws Exception {
    String[] bad = {"192.0.2.1", "192.0.2.1/33", "name/24", "2001:db8::1/129", "1.2.3.4.5/8", "/8"};
    for (String address : bad) {
      refused(
          Reason.CONFIGURATION,
          () -> lab.port("address", "198.51.100.1/24," + address).close(),
          "\"" + address + "\" in \"address\"");
    }
  }

  @Test
  void whatFailsAfterTheInterfaceWasMadeRemovesIt() throws Exception {
    // The lab has no IPv6.
    refused(
        Reason.UNSUPPORTED,
        () -> lab.port("ifname", "tap0", "address", "2001:db8::1/64", "persist", "true").close(),
        "EACCES, IPv6 is switched off on tap0",
        "disable_ipv6");
  }

  @Test
  void unknownKeysAreNamed() throws Exception {
    refused(
        Reason.CONFIGURATION,
        () -> lab.port("interface", "tap0").close(),
        "\"interface\"",
        "netns");
  }
}
