package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetlinkTest {
  private Fd namespace;
  private Netlink netlink;

  @BeforeEach
  void open() throws Exception {
    namespace = Rights.namespace();
    netlink = Namespaces.in(namespace, Netlink::open);
  }

  @AfterEach
  void close() {
    if (netlink != null) {
      netlink.close();
    }
    if (namespace != null) {
      namespace.close();
    }
  }

  @Test
  void newNamespaceHasLoopbackOnly() throws Exception {
    List<Netlink.Link> links = netlink.links();
    assertTrue(links.stream().anyMatch(link -> link.name().equals("lo") && !link.up()));
    assertEquals(netlink.link("lo"), links.getFirst());
    assertEquals(65536, netlink.link("lo").mtu());
    assertNotEquals(netlink.links().size(), 0);
  }

  /** An interface once it runs: the kernel finds that out a little after it is up. */
  private static Netlink.Link running(Netlink netlink, String name) throws Exception {
    Netlink.Link link = netlink.link(name);
    for (int i = 0; i < 2000 && !link.running(); i++) {
      Thread.sleep(10);
      link = netlink.link(name);
    }
    return link;
  }

  @Test
  void vethIsCreatedConfiguredAndDeleted() throws Exception {
    netlink.createVeth("left", "right");
    Netlink.Link left = netlink.link("left");
    assertEquals("veth", left.kind());
    assertEquals(1500, left.mtu());
    assertEquals(6, left.mac().length);
    assertFalse(left.up() || left.running());

    netlink.mtu("left", 9000);
    byte[] mac = {2, 0, 0, 0, 0, 7};
    netlink.mac("left", mac);
    netlink.up("left", true);
    assertFalse(netlink.link("left").running());
    netlink.up("right", true);
    left = running(netlink, "left");
    assertTrue(left.up() && left.running());
    assertEquals(9000, left.mtu());
    assertArrayEquals(mac, left.mac());
    assertEquals(
        left, netlink.links().stream().filter(l -> l.name().equals("left")).toList().getFirst());

    netlink.up("left", false);
    assertFalse(netlink.link("left").up());
    netlink.delete("right");
    LinuxException gone = assertThrows(LinuxException.class, () -> netlink.link("left"));
    assertEquals(Errno.ENODEV, gone.errno());
    assertTrue(gone.getMessage().startsWith("RTM_GETLINK left: ENODEV (No such device)."));
  }

  @Test
  void addressesAreSetAndMayBeSetAgain() throws Exception {
    netlink.createVeth("left", "right");
    for (int i = 0; i < 2; i++) {
      netlink.addAddress("left", InetAddress.getByName("192.0.2.1"), 24);
      netlink.addAddress("left", InetAddress.getByName("2001:db8::1"), 64);
    }
    Callable<List<String>> four =
        () ->
            NetworkInterface.getByName("left").getInterfaceAddresses().stream()
                .map(a -> a.getAddress().getHostAddress() + "/" + a.getNetworkPrefixLength())
                .toList();
    assertEquals(List.of("192.0.2.1/24"), Namespaces.in(namespace, four));
    // Java reads the file of the process's first thread for IPv6, which is in another namespace.
    Callable<String> six = () -> Files.readString(Path.of("/proc/thread-self/net/if_inet6"));
    String address = "20010db8000000000000000000000001 ";
    List<String> lines =
        Namespaces.in(namespace, six).lines().filter(l -> l.startsWith(address)).toList();
    assertEquals(1, lines.size());
    assertTrue(lines.getFirst().endsWith(" left"), lines.getFirst());
    assertEquals("40", lines.getFirst().split(" +")[2]);
  }

  @Test
  void interfaceMovesToAnotherNamespace() throws Exception {
    try (Fd other = Namespaces.create();
        Netlink there = Namespaces.in(other, Netlink::open)) {
      netlink.createVeth("left", "right");
      netlink.moveTo("right", other.raw());
      assertThrows(LinuxException.class, () -> netlink.link("right"));
      assertEquals("veth", there.link("right").kind());
      there.up("right", true);
      netlink.up("left", true);
      assertTrue(running(there, "right").running());
    }
  }

  @Test
  void bridgeTakesPorts() throws Exception {
    netlink.createBridge("br0");
    netlink.createVeth("left", "right");
    netlink.enslave("left", "br0");
    assertEquals("bridge", netlink.link("br0").kind());
    String master =
        Namespaces.in(
            namespace, () -> Files.readString(Path.of("/proc/thread-self/net/dev_mcast")));
    assertTrue(master.contains("br0"), master);
    LinuxException self = assertThrows(LinuxException.class, () -> netlink.enslave("br0", "br0"));
    assertTrue(self.getMessage().contains("RTM_SETLINK master br0 br0: "), self.getMessage());
  }

  @Test
  void macvtapSitsOnItsLowerDevice() throws Exception {
    netlink.createVeth("left", "right");
    try {
      netlink.createMacvtap("mt0", "left");
    } catch (LinuxException refused) {
      // Without the module there is none to test; the kernel must at least be quoted correctly.
      assertEquals(Errno.EOPNOTSUPP, refused.errno());
      System.out.println("no macvtap in this kernel: " + refused.getMessage());
      return;
    }
    assertEquals("macvtap", netlink.link("mt0").kind());
    netlink.delete("left");
    assertThrows(LinuxException.class, () -> netlink.link("mt0"));
  }

  @Test
  void refusalsSayWhy() throws Exception {
    netlink.createVeth("left", "right");
    LinuxException exists =
        assertThrows(LinuxException.class, () -> netlink.createVeth("left", "other"));
    assertEquals(Errno.EEXIST, exists.errno());
    LinuxException tooLarge =
        assertThrows(LinuxException.class, () -> netlink.mtu("left", 1_000_000));
    assertEquals(Errno.EINVAL, tooLarge.errno());
    assertTrue(tooLarge.getMessage().contains("The kernel says: "), tooLarge.getMessage());
    LinuxException longName =
        assertThrows(LinuxException.class, () -> netlink.link("sixteen-letters!"));
    assertTrue(longName.getMessage().contains("1 to 15 bytes, this one has 16"));
    assertThrows(LinuxException.class, () -> netlink.link(""));
    assertEquals("left", netlink.link("left").name());
  }

  @Test
  void manyLinksComeInSeveralPieces() throws Exception {
    for (int i = 0; i < 60; i++) {
      netlink.createVeth("a" + i, "b" + i);
    }
    List<String> names = netlink.links().stream().map(Netlink.Link::name).toList();
    for (int i = 0; i < 60; i++) {
      assertTrue(names.contains("a" + i) && names.contains("b" + i), names.toString());
    }
    assertEquals(names.size(), names.stream().distinct().count());
  }

  @Test
  void packetSocketsSeeEachOthersFramesAndNotTheirOwn() throws Exception {
    netlink.createVeth("left", "right");
    netlink.up("left", true);
    netlink.up("right", true);
    int left = netlink.link("left").index();
    int right = netlink.link("right").index();
    try (Fd a = Namespaces.in(namespace, () -> Sockets.packet(left, true));
        Fd b = Namespaces.in(namespace, () -> Sockets.packet(right, true))) {
      Arena arena = Arena.ofAuto();
      CallState state = new CallState(arena);
      MemorySegment frame = arena.allocate(60);
      frame.fill((byte) 0xff);
      // EtherType 0x88b5 is for experiments; the kernel's own IPv6 chatter has another.
      frame.set(ValueLayout.JAVA_BYTE, 12, (byte) 0x88);
      frame.set(ValueLayout.JAVA_BYTE, 13, (byte) 0xb5);
      assertEquals(60, Io.write(state, a.raw(), frame, 60));
      assertEquals(-1, frame.mismatch(nextExperimental(state, b, 30_000)));
      assertEquals(null, nextExperimental(state, a, 100));
    }
  }

  private static MemorySegment nextExperimental(CallState state, Fd socket, int millis)
      throws LinuxException {
    MemorySegment in = Arena.ofAuto().allocate(2048);
    Poll poll = new Poll(1);
    poll.set(0, socket.raw(), Poll.IN);
    while (poll.await(millis) > 0) {
      long length = Io.read(state, socket.raw(), in, 2048);
      if (length > 13 && in.get(ValueLayout.JAVA_SHORT_UNALIGNED, 12) == (short) 0xb588) {
        return in.asSlice(0, length);
      }
    }
    return null;
  }
}
