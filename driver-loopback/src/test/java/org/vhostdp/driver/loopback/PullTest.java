package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;

/** A wire that is pulled out from under its ports. */
// A port that is closed early, beside one that is not, is what is tested.
@SuppressWarnings("try")
@Timeout(60)
class PullTest {
  private static Port end(String wire) throws DriverException {
    return Rig.start(PortSettings.defaults(), "mode", "pair", "wire", wire, "depth", "64");
  }

  private static void pull(String wire) throws DriverException {
    Rig.open(new Rig.Ear(), "mode", "pair", "wire", wire, "pull", "true").close();
  }

  @Test
  void bothPortsReportItOnceAndNothingAfterIt() throws DriverException {
    try (Port a = end("gone");
        Port b = end("gone")) {
      assertEquals(PortEvents.LINK_UP, a.events().next());
      pull("gone");
      for (Port port : new Port[] {a, b}) {
        assertFalse(port.events().linkUp());
        assertTrue(port.events().wakeup().arm());
        assertEquals(PortEvents.REMOVED, port.events().next());
        assertEquals("The wire was removed.", port.events().detail());
        assertEquals(PortEvents.NONE, port.events().next());
      }
      b.close();
      assertEquals(PortEvents.NONE, a.events().next());
    }
  }

  @Test
  void burstMethodsReturnZeroAndSleepersWakeOnce() throws DriverException, LinuxException {
    try (Port a = end("quiet");
        Port b = end("quiet")) {
      Burst claimed = new Burst(1);
      assertEquals(1, a.tx(0).claim(claimed, 1));
      Rig.fill(a, claimed, 0, Rig.frame(60, 1));
      Rig.send(b, 0, Rig.frame(60, 2));
      assertEquals(1, Rig.receive(a, 0).size());
      Rig.send(b, 0, Rig.frame(60, 3));
      assertFalse(b.rx(0).wakeup().arm());
      Poll poll = new Poll(1);
      poll.set(0, b.rx(0).wakeup().fd(), Poll.IN);
      pull("quiet");
      assertEquals(1, poll.await(1000), "who sleeps looks again");
      assertEquals(0, Rig.receive(a, 0).size(), "what had arrived is gone with the device");
      assertEquals(0, a.tx(0).transmit(claimed, 0, 1));
      assertEquals(Burst.REFUSED, claimed.status[0]);
      a.tx(0).unclaim(claimed, 0, 1);
      assertEquals(0, a.tx(0).claim(claimed, 1));
      assertFalse(a.rx(0).wakeup().arm());
      assertFalse(a.tx(0).wakeup().arm());
      assertFalse(b.rx(0).wakeup().arm());
      assertEquals(0, poll.await(0));
    }
  }

  @Test
  void thePortsCanOnlyBeClosedAndTheNameIsFreeAgain() throws DriverException {
    long fds = Fd.openCount();
    try (Port a = end("again");
        Port b = end("again")) {
      pull("again");
      a.stop();
      DriverException e = assertThrows(DriverException.class, a::start);
      assertEquals("The wire was removed. Close the port and open it again.", e.getMessage());
      try (Port c = end("again");
          Port d = end("again")) {
        b.close();
        assertTrue(c.events().linkUp());
        Rig.send(c, 0, Rig.frame(60, 1));
        assertEquals(1, Rig.receive(d, 0).size());
      }
    }
    assertEquals(fds, Fd.openCount());
  }

  @Test
  void whatIsNotThereCannotBePulled() {
    long fds = Fd.openCount();
    DriverException e = assertThrows(DriverException.class, () -> pull("nowhere"));
    assertEquals(DriverException.Reason.NOT_FOUND, e.reason());
    assertThrows(
        DriverException.class, () -> Rig.open(new Rig.Ear(), "mode", "loopback", "pull", "true"));
    assertEquals(fds, Fd.openCount());
  }
}
