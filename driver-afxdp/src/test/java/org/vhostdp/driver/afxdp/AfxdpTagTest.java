package org.vhostdp.driver.afxdp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Bpf;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Sockets;
import org.vhostdp.linux.XdpFeatures;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Port;

/** VLAN tags that the far end leaves to its device, as a VLAN interface there does. */
@Timeout(180)
final class AfxdpTagTest {
  private static final int TAG = 0x2064;
  private static final int LENGTH = 300;

  private AfxdpLab lab;
  private AfxdpLab.Wire wire;
  private Fd tagger;

  @BeforeEach
  void prepare() throws Exception {
    lab = AfxdpLab.open();
    int near = lab.netlink.link(AfxdpLab.NEAR).index();
    boolean told =
        lab.in(() -> XdpFeatures.of(near))
            .filter(features -> (features.rxMetadata() & XdpFeatures.RX_VLAN_TAG) != 0)
            .isPresent();
    AfxdpLab.needs(told, "XDP programs on veth are told VLAN tags: Linux 6.8");
    wire = lab.wire();
  }

  @AfterEach
  void close() {
    if (tagger != null) {
      tagger.close();
    }
    if (lab != null) {
      lab.close();
    }
  }

  /** From now on frames that leave the far end have a tag beside their bytes: bpf_skb_vlan_push. */
  private void tagged() throws Exception {
    int far = lab.netlink.link(AfxdpLab.FAR).index();
    // The tag's protocol as it is on the wire, the tag, the call, "go on", the end.
    long[] code = {
      0x2B7L | 0x0081L << 32, 0x3B7L | (long) TAG << 32, 0x85L | 18L << 32, 0xB7L, 0x95L
    };
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment attr = arena.allocate(72, 8);
      attr.set(ValueLayout.JAVA_INT, 0, 3);
      attr.set(ValueLayout.JAVA_INT, 4, code.length);
      attr.set(ValueLayout.JAVA_LONG, 8, arena.allocateFrom(ValueLayout.JAVA_LONG, code).address());
      attr.set(ValueLayout.JAVA_LONG, 16, arena.allocateFrom("GPL").address());
      int program = Bpf.call(5, attr);
      assertTrue(program >= 0, () -> Errno.name(-program));
      tagger = Fd.of(program);
      // BPF_PROG_ATTACH, BPF_TCX_EGRESS of Linux 6.6.
      MemorySegment where = arena.allocate(32, 8);
      where.set(ValueLayout.JAVA_INT, 0, far);
      where.set(ValueLayout.JAVA_INT, 4, program);
      where.set(ValueLayout.JAVA_INT, 8, 47);
      int attached = lab.in(() -> Bpf.call(8, where));
      assertEquals(0, attached, () -> Errno.name(-attached));
    }
  }

  private byte[] receive(Port port) throws Exception {
    List<Frames.Received> frames = Frames.receive(port, 0, 1, Frames.PATIENCE);
    assertEquals(1, frames.size());
    assertEquals(0, frames.getFirst().flags());
    return frames.getFirst().bytes();
  }

  private static byte[] withTag(byte[] frame) {
    byte[] longer = new byte[frame.length + 4];
    System.arraycopy(frame, 0, longer, 0, 12);
    byte[] tag = {(byte) 0x81, 0, (byte) (TAG >> 8), (byte) TAG};
    System.arraycopy(tag, 0, longer, 12, 4);
    System.arraycopy(frame, 12, longer, 16, frame.length - 12);
    return longer;
  }

  @Test
  void areInTheFrameAgain() throws Exception {
    Port port = lab.started();
    assertTrue(lab.notes.getLast().contains("VLAN tags"), lab.notes::toString);
    byte[] frame = Frames.of(LENGTH, 1);
    wire.send(frame);
    assertArrayEquals(frame, receive(port));
    tagged();
    wire.send(frame);
    assertArrayEquals(withTag(frame), receive(port));
    byte[] longest = Frames.of(1514, 2);
    wire.send(longest);
    assertArrayEquals(withTag(longest), receive(port));
  }

  @Test
  void areLostWhenNobodyAsks() throws Exception {
    Port port = lab.started("vlan-tags", "off");
    assertEquals(-1, lab.notes.getLast().indexOf("VLAN tags"), lab.notes::toString);
    tagged();
    byte[] frame = Frames.of(LENGTH, 3);
    wire.send(frame);
    assertArrayEquals(frame, receive(port));
  }

  @Test
  void stayBesideFramesThatTheKernelGets() throws Exception {
    Port port = lab.started();
    port.stop();
    tagged();
    byte[] frame = Frames.of(LENGTH, 4);
    int near = lab.netlink.link(AfxdpLab.NEAR).index();
    try (AfxdpLab.Wire kernel = new AfxdpLab.Wire(lab.in(() -> Sockets.packet(near, true)))) {
      wire.send(frame);
      byte[] seen = kernel.receive(Frames.PATIENCE);
      // A packet socket is given the tag beside the bytes.
      assertArrayEquals(frame, Arrays.copyOf(seen, frame.length));
      assertEquals(frame.length, seen.length);
    }
  }

  @Test
  void cannotBeHadInEveryWay() throws Exception {
    for (String[] way : new String[][] {{"mode", "skb"}, {"program", "none"}}) {
      DriverException e =
          assertThrows(
              DriverException.class, () -> lab.port("vlan-tags", "on", way[0], way[1]).close());
      assertEquals(Reason.CONFIGURATION, e.reason());
    }
    lab.started("vlan-tags", "on").close();
  }
}
