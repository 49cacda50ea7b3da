package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;

/**
 * The poll mode driver net_virtio_user, whose back-end is the vhost port of a testpmd that gives
 * every frame back.
 */
@Timeout(240)
class VirtioUserPmdTest {
  @Test
  void framesCrossToAVhostPortAndBack() throws Exception {
    Testpmd.needed();
    try (FeatureLab lab = FeatureLab.open()) {
      Path socket = lab.folder.resolve("vhost.sock");
      String prefix = "vdpvhost" + ProcessHandle.current().pid();
      lab.keep(Testpmd.start(prefix, "net_vhost0,iface=" + socket + ",queues=1", socket));
      String device = FeatureLab.device("net_virtio_user") + ",path=" + socket + ",queues=1";
      Port port = lab.started(PortSettings.defaults(), device);
      Capabilities can = port.capabilities();
      System.out.println("net_virtio_user: " + can.describe());
      PortEvents events = port.events();
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.NONE && events.linkUp()));
      for (int i = 0; i < 200; i++) {
        byte[] frame = Packets.plain(60 + i * 7, i);
        assertTrue(FeatureLab.comes(() -> Exchange.send(port, frame)));
        List<Exchange.Received> back = Exchange.receive(port, 0, 1);
        assertEquals(1, back.size(), "frame " + i + " comes back");
        assertArrayEquals(frame, back.getFirst().bytes());
      }
      assertTrue((can.txOffloads() & Offload.CSUM_PARTIAL) != 0, "open checksums");
      byte[] whole = Packets.of(false, Packets.TCP, 300);
      long numbers = Offload.pack(34, 16, 0, 0);
      assertTrue(Exchange.send(port, 0, Packets.open(whole), Offload.CSUM_PARTIAL, numbers, 0));
      Exchange.Received back = Exchange.receive(port, 0, 1).getFirst();
      byte[] expected = (back.flags() & Offload.CSUM_PARTIAL) != 0 ? Packets.open(whole) : whole;
      System.out.println("net_virtio_user: an open checksum came back with flags " + back.flags());
      assertArrayEquals(expected, back.bytes());
    }
  }
}
