package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** What leaves one end of a veth pair, read at the other. */
@ExtendWith(OpenCounts.class)
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EthtoolTest {
  private static final int IP = 14;
  private static final int UDP = IP + 20;
  private static final int PAYLOAD = 100;

  /** The first socket that Java closes opens another one for good. */
  @BeforeAll
  static void closeOne() throws IOException {
    new DatagramSocket(0, InetAddress.getLoopbackAddress()).close();
  }

  @Test
  void checksumsAreFinishedOnlyWhereTheyAreNotOffloaded() throws Exception {
    try (Fd namespace = Rights.namespace();
        Netlink netlink = Namespaces.in(namespace, Netlink::open)) {
      netlink.createVeth("left", "right", 2);
      netlink.addAddress("left", InetAddress.getByName("192.0.2.1"), 24);
      netlink.up("left", true);
      netlink.up("right", true);
      int right = netlink.link("right").index();
      try (Fd wire = Namespaces.in(namespace, () -> Sockets.packet(right, false))) {
        for (boolean offloaded : new boolean[] {true, false, true}) {
          Namespaces.in(namespace, setting("left", offloaded));
          Namespaces.in(namespace, EthtoolTest::sendBroadcast);
          assertEquals(!offloaded, isChecksumRight(received(wire)), "offloaded: " + offloaded);
        }
      }
    }
  }

  @Test
  void anInterfaceThatIsNotThereIsNamed() throws Exception {
    try (Fd namespace = Rights.namespace()) {
      for (String name : new String[] {"nothing", "a-name-that-is-far-too-long"}) {
        LinuxException gone =
            assertThrows(
                LinuxException.class, () -> Namespaces.in(namespace, setting(name, false)));
        assertEquals(Errno.ENODEV, gone.errno());
        assertTrue(gone.getMessage().contains(name), gone.getMessage());
      }
    }
  }

  private static Callable<Void> setting(String ifname, boolean offloaded) {
    return () -> {
      Ethtool.transmitChecksums(ifname, offloaded);
      return null;
    };
  }

  private static Void sendBroadcast() throws Exception {
    InetAddress own = InetAddress.getByName("192.0.2.1");
    InetAddress all = InetAddress.getByName("192.0.2.255");
    try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(own, 0))) {
      socket.setBroadcast(true);
      socket.send(new DatagramPacket(new byte[PAYLOAD], PAYLOAD, all, 9));
    }
    return null;
  }

  /** The next frame with UDP of IPv4. */
  private static ByteBuffer received(Fd wire) {
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      MemorySegment buffer = arena.allocate(2048);
      while (true) {
        long length = Io.read(state, wire.raw(), buffer, buffer.byteSize());
        assertTrue(length > 0, () -> "read: " + length);
        ByteBuffer frame =
            ByteBuffer.wrap(buffer.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE));
        if (frame.getShort(12) == 0x0800 && frame.get(IP + 9) == 17) {
          return frame;
        }
      }
    }
  }

  /** RFC 768: the sum over pseudo header, header and data is all ones. */
  private static boolean isChecksumRight(ByteBuffer frame) {
    int length = Short.toUnsignedInt(frame.getShort(UDP + 4));
    long sum = 17 + length;
    for (int at = IP + 12; at < UDP + length; at += 2) {
      sum += Short.toUnsignedInt(frame.getShort(at));
    }
    while (sum >>> 16 != 0) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return sum == 0xffff;
  }
}
