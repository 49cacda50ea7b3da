package org.vhostdp.driver.dpdk.feature;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;

/**
 * The poll mode driver net_memif between two processes: packets in memory that both share. The far
 * side is a testpmd that gives every frame back.
 */
@Timeout(240)
class MemifPmdTest {
  private static String device(Path socket, String role) {
    return ",role=" + role + ",socket=" + socket + ",socket-abstract=no,rsize=8,bsize=2048";
  }

  private static Testpmd far(FeatureLab lab, Path socket, String role) throws Exception {
    String prefix = "vdpmemif" + ProcessHandle.current().pid();
    return lab.keep(Testpmd.start(prefix, "net_memif0" + device(socket, role), socket));
  }

  private static void connected(PortEvents events) throws Exception {
    assertTrue(
        FeatureLab.comes(() -> events.next() == PortEvents.NONE && events.linkUp()),
        "the link comes up");
  }

  private static void echo(Port port, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      byte[] frame = Packets.plain(60 + i % 1400, i);
      assertTrue(FeatureLab.comes(() -> Exchange.send(port, frame)));
      List<Exchange.Received> back = Exchange.receive(port, 0, 1);
      assertEquals(1, back.size(), "frame " + i + " comes back");
      assertArrayEquals(frame, back.getFirst().bytes());
    }
  }

  @Test
  void anotherProcessSharesPacketsAndMayComeAndGo() throws Exception {
    Testpmd.needed();
    try (FeatureLab lab = FeatureLab.open()) {
      Path socket = lab.folder.resolve("memif.sock");
      String own = FeatureLab.device("net_memif") + device(socket, "server");
      Port port = lab.started(PortSettings.defaults(), own);
      PortEvents events = port.events();
      assertTrue(events.wakeup().fd() >= 0);
      assertFalse(events.linkUp(), "nobody is there yet");
      Testpmd far = far(lab, socket, "client");
      connected(events);
      echo(port, 200);
      far.kill();
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_DOWN), "link down");
      assertEquals("The link of the device went down.", events.detail());
      assertFalse(events.linkUp());
      assertEquals(0, Exchange.receive(port, 0, 1, 20).size());
      far(lab, socket, "client");
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_UP), "link up again");
      echo(port, 200);
      assertEquals(PortEvents.NONE, events.next());
    }
  }

  /** DPDK's memif would connect only while it starts; this driver lets it try again. */
  @Test
  void aPortFindsItsServerWheneverItListens() throws Exception {
    Testpmd.needed();
    try (FeatureLab lab = FeatureLab.open()) {
      Path socket = lab.folder.resolve("memif.sock");
      String own = FeatureLab.device("net_memif") + device(socket, "client");
      Port port = lab.started(PortSettings.defaults(), own);
      PortEvents events = port.events();
      assertEquals(PortEvents.NONE, events.next());
      assertFalse(events.linkUp(), "nobody listens yet");
      assertFalse(Exchange.send(port, Packets.plain(60, 1)));
      assertEquals(0, Exchange.receive(port, 0, 1, 20).size());
      Testpmd far = far(lab, socket, "server");
      connected(events);
      echo(port, 200);
      far.kill();
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_DOWN), "link down");
      assertEquals(PortEvents.NONE, events.next(), "a socket's file without a listener is nobody");
      Files.delete(socket);
      far(lab, socket, "server");
      assertTrue(FeatureLab.comes(() -> events.next() == PortEvents.LINK_UP), "link up again");
      echo(port, 200);
    }
  }
}
