package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.spi.PortEvents;

/** A running guest's driver is changed for another. */
class SwapTest {
  private final FaultySource first = new FaultySource("first");
  private final FaultySource second = new FaultySource("second");
  private PortBed bed;
  private VhostUserPort port;
  private TwinDevice guest;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(1);
    port = bed.serve(PortBed.spec("vd0", 1), first);
    guest = bed.guest("vd0", TwinOptions.defaults());
    Echo.check(guest.net().pair(0), 100);
  }

  @AfterEach
  void close() {
    first.mend();
    second.mend();
    guest.close();
    bed.close();
  }

  @Test
  void aGuestGoesOnWithAnotherDriverAndNoticesNothing() throws Exception {
    long features = port.status().features();
    FaultyPort left = first.now();
    SwapReport report = port.swap(second);
    assertEquals("first", report.from());
    assertEquals("second", report.to());
    assertTrue(report.outageNanos() > 0, "outage " + report.outageNanos());
    assertEquals(0, report.framesLost(), "nothing was on its way");
    assertTrue(left.closed());
    assertFalse(second.now().closed());
    Echo.check(guest.net().pair(0), 300);
    assertEquals(features, port.status().features());
    assertEquals(1, port.sessions());
    assertEquals("second", port.driverSection());
  }

  @Test
  void framesFlowAcrossManyChanges() throws Exception {
    AtomicBoolean stop = new AtomicBoolean();
    AtomicLong rounds = new AtomicLong();
    Thread traffic =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (!stop.get()) {
                    // What is lost on the way is not sent again: only that it goes on is shown.
                    guest.net().pair(0).discard(4096);
                    new Echo(guest.net().pair(0)).send();
                    guest.net().pair(0).flush();
                    rounds.incrementAndGet();
                  }
                });
    Leaks before = null;
    try {
      for (int i = 0; i < 40; i++) {
        port.swap(i % 2 == 0 ? second : first);
        if (i == 9) {
          before = Leaks.now();
        }
      }
      before.awaitSame("afterwards");
    } finally {
      stop.set(true);
      traffic.join();
    }
    assertTrue(rounds.get() > 0);
    Echo.pastOthers(guest.net().pair(0)).run(100);
  }

  @Test
  void aDriverThatDoesNotOpenChangesNothing() throws Exception {
    second.refuse(true);
    Refusal refusal = assertThrows(Refusal.class, () -> port.swap(second));
    assertEquals("the driver second does not open: It is not there. Wait.", refusal.getMessage());
    Echo.check(guest.net().pair(0), 300);
    assertEquals("first", port.driverSection());
    assertFalse(first.now().closed());
  }

  @Test
  void aDriverThatDoesNotStartIsLeftForTheFormerOne() throws Exception {
    second.opensFailing(FaultyPort.Fault.START);
    Refusal refusal = assertThrows(Refusal.class, () -> port.swap(second));
    assertTrue(refusal.getMessage().endsWith("the former driver goes on"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("The device does not start."), refusal.getMessage());
    assertTrue(second.now().closed());
    Echo.check(guest.net().pair(0), 300);
    assertEquals("first", port.driverSection());
    assertEquals("up", port.state());
  }

  @Test
  void aLostDriverIsReplacedByAnother() throws Exception {
    first.refuse(true);
    first.now().report(PortEvents.REMOVED, false);
    PortBed.await("the loss", () -> port.state().startsWith("retrying: "));
    port.swap(second);
    assertEquals("up", port.state());
    assertTrue(port.status().linkUp());
    Echo.check(guest.net().pair(0), 300);
    int attempts = first.attempts();
    PortBed.pause(300);
    assertEquals(attempts, first.attempts(), "nobody looks for the first one any more");
  }

  @Test
  void aLostDriverIsNotReplacedByOneThatDoesNotStart() throws Exception {
    first.refuse(true);
    first.now().report(PortEvents.REMOVED, false);
    PortBed.await("the loss", () -> port.state().startsWith("retrying: "));
    second.opensFailing(FaultyPort.Fault.START);
    assertThrows(Refusal.class, () -> port.swap(second));
    assertTrue(second.now().closed());
    assertTrue(port.state().startsWith("retrying: "), port.state());
    first.refuse(false);
    PortBed.await("the first driver", () -> port.state().equals("up"));
    Echo.check(guest.net().pair(0), 300);
  }

  @Test
  void aDriverThatComesAgainButDoesNotStartIsTriedAgain() throws Exception {
    first.opensFailing(FaultyPort.Fault.START);
    first.now().report(PortEvents.REMOVED, false);
    PortBed.await("an attempt", () -> port.state().contains("The device does not start."));
    first.opensFailing(FaultyPort.Fault.NONE);
    PortBed.await("the driver", () -> port.state().equals("up"));
    Echo.check(guest.net().pair(0), 300);
  }

  @Test
  void withoutAGuestTheDriverIsChangedToo() throws Exception {
    guest.close();
    PortBed.await("the session's end", () -> !port.attached());
    port.swap(second);
    guest = bed.guest("vd0", TwinOptions.defaults());
    Echo.check(guest.net().pair(0), 300);
  }
}
