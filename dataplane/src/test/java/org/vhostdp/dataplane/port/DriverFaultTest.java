package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.guest.twin.BackendChannel;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserRefused;
import org.vhostdp.spi.PortEvents;

/** Drivers that fail: their port suffers, and no other one on the same IO thread. */
class DriverFaultTest {
  /** Only ends a hang. */
  private static final int LIMIT_MILLIS = 30_000;

  private static final long FIRST_ATTEMPT_NANOS = 250_000_000;

  private PortBed bed;
  private final FaultySource source = new FaultySource("faulty");
  private VhostUserPort port;
  private TwinDevice other;

  @BeforeEach
  void open() throws Exception {
    open(new PortBed(1));
  }

  private void open(PortBed made) throws Exception {
    bed = made;
    port = bed.serve(PortBed.spec("bad", 1), source);
    bed.serve(PortBed.spec("good", 1), PortBed.loopback());
    other = bed.guest("good", TwinOptions.defaults());
    Echo.check(other.net().pair(0), 100);
  }

  @AfterEach
  void close() {
    other.close();
    source.mend();
    bed.close();
  }

  private DeviceStatus.Ring ring(int index) {
    return port.status().rings().get(index);
  }

  /** Whether the guest has been told of a change, and what its link is now. */
  private static boolean link(TwinDevice guest) throws IOException {
    return (guest.client().getConfig(6, 1)[0] & 1) != 0;
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultyPort.Fault.class,
      names = {"TRANSMIT", "RECEIVE", "ARM"})
  void aQueueThatThrowsTakesItsPortsLinkDownUntilTheDriverIsOpenedAgain(FaultyPort.Fault where)
      throws IOException {
    Throwable[] all = {
      new IllegalStateException("made to fail"),
      new ArrayIndexOutOfBoundsException(-1),
      new AssertionError("made to fail"),
      new StackOverflowError(),
    };
    for (Throwable thrown : all) {
      try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
        Echo.check(guest.net().pair(0), 100);
        source.refuse(true);
        source.now().throwing(thrown);
        source.now().fail(where);
        guest.net().pair(0).transmitQueue().kick();
        new Echo(guest.net().pair(0)).send();
        guest.net().pair(0).flush();
        PortBed.await("the loss", () -> port.state().startsWith("retrying: "));
        PortBed.await("the rings' end", () -> !ring(0).running() && !ring(1).running());
        assertEquals(null, ring(1).fault(), "the guest did nothing wrong");
        assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
        assertFalse(link(guest));
        Echo.check(other.net().pair(0), 300);
        source.refuse(false);
        assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
        assertTrue(link(guest));
        assertEquals("up", port.state());
        Echo.pastOthers(guest.net().pair(0)).run(100);
      }
    }
    assertTrue(bed.threads().get(0).thread().isAlive());
  }

  @ParameterizedTest
  @EnumSource(FaultCode.class)
  void aDeviceThatFailsTakesTheLinkDownAndComesAgain(FaultCode code) throws IOException {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      assertTrue(port.status().linkUp());
      source.refuse(true);
      FaultyPort failed = source.now();
      long begin = System.nanoTime();
      failed.report(code.event, false);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
      assertFalse(link(guest));
      assertFalse(port.status().linkUp());
      String state = port.state();
      // An attempt that failed says why in its place, but none is made before this time.
      boolean attempted =
          System.nanoTime() - begin > FIRST_ATTEMPT_NANOS
              && state.equals("retrying: It is not there. Wait.");
      assertTrue(attempted || state.equals("retrying: The test made it so."), state);
      Echo.check(other.net().pair(0), 300);
      source.refuse(false);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
      assertTrue(link(guest));
      assertNotSame(failed, source.now());
      Echo.check(guest.net().pair(0), 100);
    }
  }

  @Test
  void aLinkThatGoesDownWithItsDeviceIsToldToTheGuest() throws IOException {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      source.refuse(true);
      source.now().report(PortEvents.LINK_DOWN, PortEvents.REMOVED, false);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
      assertFalse(link(guest));
      source.refuse(false);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
      assertTrue(link(guest));
    }
  }

  @Test
  void whyADriverDoesNotOpenIsSaidWhileItIsTriedAgain() throws IOException {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      source.refuse(true);
      source.now().report(PortEvents.REMOVED, false);
      PortBed.await("an attempt", () -> port.state().contains("It is not there."));
      int attempts = source.attempts();
      long begin = System.nanoTime();
      PortBed.pause(1500);
      PortBed.await("another attempt", () -> source.attempts() > attempts);
      int more = source.attempts() - attempts;
      long most = 1 + (System.nanoTime() - begin) / FIRST_ATTEMPT_NANOS;
      assertTrue(more <= most, more + " attempts where " + most + " are due");
      source.refuse(false);
      PortBed.await("the driver", () -> port.state().equals("up"));
      Echo.check(guest.net().pair(0), 100);
    }
  }

  /** Events after which no frame can be had. */
  enum FaultCode {
    FAULT(PortEvents.FAULT),
    REMOVED(PortEvents.REMOVED);

    final int event;

    FaultCode(int event) {
      this.event = event;
    }
  }

  @Test
  void eventsNobodyKnowsChangeNothing() throws IOException {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      source.now().report(PortEvents.CHANGED, true);
      source.now().report(1234, true);
      Echo.check(guest.net().pair(0), 100);
      assertTrue(port.status().linkUp());
      assertEquals(0, guest.backendChannel().poll(20));
    }
  }

  @Test
  void aDeviceThatDoesNotStartIsToldToTheFrontEnd() throws IOException {
    source.now().fail(FaultyPort.Fault.START);
    assertThrows(VhostUserRefused.class, () -> bed.guest("bad", TwinOptions.defaults()));
    Echo.check(other.net().pair(0), 100);
    source.now().fail(FaultyPort.Fault.NONE);
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
    }
  }

  @Test
  void aDriverThatKeepsMemoryEndsItsPortOnly() throws Exception {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      source.now().fail(FaultyPort.Fault.RECLAIM);
      assertThrows(IOException.class, () -> guest.client().setMemTable(guest.memory().regions()));
      Echo.check(other.net().pair(0), 300);
    }
    assertTrue(port.running());
    source.now().fail(FaultyPort.Fault.NONE);
    PortBed.await("the session's end", () -> !port.attached());
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
    }
  }

  @Test
  void aDriverThatHangsIsLeftBehind() throws Exception {
    close();
    open(new PortBed(1, 1_000_000_000));
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(100);
      FaultyPort hung = source.now();
      hung.fail(FaultyPort.Fault.BLOCK);
      echo.send();
      guest.net().pair(0).flush();
      guest.net().pair(0).transmitQueue().kick();
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(LIMIT_MILLIS));
      Echo.check(other.net().pair(0), 300);
      PortBed.await("another driver", () -> port.state().equals("up"));
      Echo.pastOthers(guest.net().pair(0)).run(100);
      assertFalse(hung.closed(), "its call has not returned");
      hung.go.release(1 << 20);
      PortBed.await("the end of what hung", hung::closed);
      Echo.check(guest.net().pair(0), 100);
    }
    Echo.check(other.net().pair(0), 100);
  }
}
