package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two packet sockets on the two ends of a veth pair. */
final class PacketSocketTest {
  private static final byte[] PLAIN = new byte[PacketSocket.HEADER];
  private static final int ROOM = 1 << 20;

  private Fd namespace;
  private Netlink netlink;
  private PacketSocket a;
  private PacketSocket b;

  @BeforeEach
  void open() throws Exception {
    Rights.needCapability(Capability.CAP_NET_ADMIN);
    Rights.needCapability(Capability.CAP_NET_RAW);
    namespace = Rights.namespace();
    netlink = Namespaces.in(namespace, Netlink::open);
    Path knob = Path.of("/proc/sys/net/ipv6/conf/default/disable_ipv6");
    Namespaces.in(namespace, () -> Files.exists(knob) ? Files.writeString(knob, "1") : knob);
    netlink.createVeth("a", "b");
    netlink.up("a", true);
    netlink.up("b", true);
    a = Namespaces.in(namespace, () -> PacketSocket.open(ROOM));
    b = Namespaces.in(namespace, () -> PacketSocket.open(ROOM));
    a.bind(netlink.link("a").index());
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      a.close();
      b.close();
      netlink.close();
      namespace.close();
    }
  }

  private static byte[] frame(int length) {
    byte[] frame = new byte[length];
    new Random(length).nextBytes(frame);
    ByteBuffer.wrap(frame).putInt(-1).putInt(0xFFFF0200).putInt(1).putShort((short) 0x88b5);
    return frame;
  }

  private static PacketSocket.Received next(PacketSocket socket) throws Exception {
    PacketSocket.Received received = socket.receive();
    for (int i = 0; i < 20_000 && received == null; i++) {
      Thread.sleep(1);
      received = socket.receive();
    }
    return received;
  }

  @Test
  void itIsDeafUntilBoundAndDoesNotHearItself() throws Exception {
    assertEquals(0, a.send(PLAIN, frame(100)));
    assertNull(a.receive());
    assertNull(b.receive());
    b.bind(netlink.link("b").index());
    byte[] frame = frame(60);
    assertEquals(0, a.send(PLAIN, frame));
    PacketSocket.Received received = next(b);
    assertArrayEquals(frame, received.frame());
    assertFalse(received.tagged());
    assertNull(a.receive());
    assertTrue(b.receiveBytes() >= ROOM / 2, b.receiveBytes() + " bytes");
  }

  @Test
  void aPartialChecksumIsDescribed() throws Exception {
    b.bind(netlink.link("b").index());
    byte[] header = new byte[PacketSocket.HEADER];
    ByteBuffer numbers = ByteBuffer.wrap(header).order(ByteOrder.nativeOrder());
    numbers.put(0, (byte) 1).putShort(6, (short) 34).putShort(8, (short) 16);
    byte[] frame = frame(200);
    assertEquals(0, a.send(header, frame));
    PacketSocket.Received received = next(b);
    assertArrayEquals(header, received.header());
    assertArrayEquals(frame, received.frame());
  }

  @Test
  void aTagThatTheKernelTookOutIsTold() throws Exception {
    b.bind(netlink.link("b").index());
    byte[] frame = frame(104);
    ByteBuffer.wrap(frame).putInt(12, 0x81002123).putShort(16, (short) 0x88b5);
    assertEquals(0, a.send(PLAIN, frame));
    PacketSocket.Received received = next(b);
    assertTrue(received.tagged());
    assertEquals(0x8100, received.tpid());
    assertEquals(0x2123, received.tci());
    assertEquals(100, received.frame().length);
  }

  @Test
  void whatDoesNotFitIsRefused() throws Exception {
    assertEquals(-Errno.EMSGSIZE, a.send(PLAIN, frame(1600)));
    assertNotEquals(0, a.send(PLAIN, new byte[10]));
    assertThrows(LinuxException.class, () -> b.bind(9999));
  }

  @Test
  void anInterfaceThatGoesDownIsToldOnceAndComesBack() throws Exception {
    b.bind(netlink.link("b").index());
    netlink.up("b", false);
    LinuxException e = assertThrows(LinuxException.class, b::receive);
    assertEquals(Errno.ENETDOWN, e.errno());
    assertNull(b.receive());
    netlink.up("b", true);
    for (int i = 0; i < 20_000 && !netlink.link("a").running(); i++) {
      Thread.sleep(1);
    }
    byte[] frame = frame(80);
    assertEquals(0, a.send(PLAIN, frame));
    assertArrayEquals(frame, next(b).frame());
  }

  @Test
  void aThreadMovesToANamespaceAndBack() throws Exception {
    Path own = Path.of("/proc/thread-self/ns/net");
    String home = Files.readSymbolicLink(own).toString();
    try (Fd back = Namespaces.current()) {
      Namespaces.enter(namespace);
      try (Netlink inside = Netlink.open()) {
        assertEquals(3, inside.links().size());
      } finally {
        Namespaces.enter(back);
      }
    }
    assertEquals(home, Files.readSymbolicLink(own).toString());
  }
}
