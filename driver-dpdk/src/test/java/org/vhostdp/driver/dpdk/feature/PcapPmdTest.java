package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.PacketSocket;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/**
 * The poll mode driver net_pcap: on files, of which one gets what is sent and one has what comes;
 * and on an interface.
 */
@Timeout(240)
class PcapPmdTest {
  private static final int FILE_HEADER = 24;
  private static final int FRAME_HEADER = 16;

  @Test
  void framesGoToAFileAndComeFromOne() throws Exception {
    try (FeatureLab lab = FeatureLab.open()) {
      List<byte[]> frames = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        frames.add(Packets.plain(60 + 14 * i, i));
      }
      Path from = lab.folder.resolve("from.pcap");
      Path to = lab.folder.resolve("to.pcap");
      write(from, frames);
      String device = FeatureLab.device("net_pcap") + ",rx_pcap=" + from + ",tx_pcap=" + to;
      Port port = lab.started(PortSettings.defaults(), device);
      List<Exchange.Received> received = Exchange.receive(port, 0, 100);
      Statistics statistics = new Statistics();
      port.statistics(statistics);
      String counted = statistics.rxFrames + " frames, " + statistics.more();
      assertEquals(100, received.size(), counted);
      for (int i = 0; i < 100; i++) {
        assertArrayEquals(frames.get(i), received.get(i).bytes());
        assertTrue(Exchange.send(port, frames.get(99 - i)));
      }
      assertEquals(-1, port.events().wakeup().fd(), "a file has no link");
      lab.in(
          () -> {
            port.stop();
            return null;
          });
      List<byte[]> written = read(to);
      assertEquals(100, written.size());
      for (int i = 0; i < 100; i++) {
        assertArrayEquals(frames.get(99 - i), written.get(i));
      }
    }
  }

  /** It sends what fits into one mbuf, and receives chains of them. */
  @Test
  void longFramesComeFromAnInterface() throws Exception {
    try (FeatureLab lab = FeatureLab.open()) {
      lab.netlink.createVeth("near", "far");
      for (String end : List.of("near", "far")) {
        lab.netlink.mtu(end, 9000);
        lab.netlink.up(end, true);
      }
      String device = FeatureLab.device("net_pcap") + ",iface=near";
      Port port = lab.started(PortSettings.defaults().withMtu(9000), device);
      PacketSocket peer = lab.socket("far");
      for (int length : new int[] {60, 1514, port.capabilities().maxFrame()}) {
        byte[] frame = Packets.plain(length, length);
        assertTrue(Exchange.send(port, frame));
        assertArrayEquals(frame, FeatureLab.receive(peer).frame());
      }
      for (int length : new int[] {60, 1514, 9014}) {
        byte[] frame = Packets.plain(length, length);
        assertEquals(0, peer.send(new byte[PacketSocket.HEADER], frame));
        assertArrayEquals(frame, Exchange.receive(port, 0, 1).getFirst().bytes());
      }
      assertEquals(0, Exchange.receive(port, 0, 1, 50).size(), "its own frames do not come back");
      PortEvents events = port.events();
      lab.netlink.up("far", false);
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_DOWN));
    }
  }

  private static void write(Path file, List<byte[]> frames) throws Exception {
    ByteBuffer b = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    b.putInt(0xA1B2C3D4)
        .putShort((short) 2)
        .putShort((short) 4)
        .putLong(0)
        .putInt(65_535)
        .putInt(1);
    for (byte[] frame : frames) {
      b.putLong(0).putInt(frame.length).putInt(frame.length).put(frame);
    }
    byte[] bytes = new byte[b.position()];
    b.flip().get(bytes);
    Files.write(file, bytes);
  }

  private static List<byte[]> read(Path file) throws Exception {
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer b = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    List<byte[]> frames = new ArrayList<>();
    int at = FILE_HEADER;
    while (at < bytes.length) {
      int length = b.getInt(at + 8);
      byte[] frame = new byte[length];
      b.get(at + FRAME_HEADER, frame);
      frames.add(frame);
      at += FRAME_HEADER + length;
    }
    return frames;
  }
}
