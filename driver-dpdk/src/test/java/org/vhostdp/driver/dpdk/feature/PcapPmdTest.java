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
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** The poll mode driver net_pcap on files: what was sent is in one, what is in the other comes. */
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
