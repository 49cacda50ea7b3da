package org.vhostdp.dataplane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.dataplane.frontend.vhostuser.Echo;
import org.vhostdp.dataplane.frontend.vhostuser.Leaks;
import org.vhostdp.dataplane.frontend.vhostuser.PortBed;
import org.vhostdp.dataplane.frontend.vhostuser.VhostUserPort;
import org.vhostdp.guest.twin.BackendChannel;
import org.vhostdp.guest.twin.TwinDevice;
import org.vhostdp.guest.twin.TwinOptions;
import org.vhostdp.guest.twin.VhostUserRefused;
import org.vhostdp.spi.PortEvents;

/** Drivers that fail: their port suffers, and no other one on the same IO thread. */
class DriverFaultTest {
  private PortBed bed;
  private FaultyPort driver;
  private VhostUserPort port;
  private TwinDevice other;

  @BeforeEach
  void open() throws Exception {
    bed = new PortBed(1);
    driver = new FaultyPort(PortBed.loopback());
    port = bed.serve(PortBed.spec("bad", 1), driver);
    bed.serve(PortBed.spec("good", 1), PortBed.loopback());
    other = bed.guest("good", TwinOptions.defaults());
    Echo.check(other.net().pair(0), 100);
  }

  @AfterEach
  void close() {
    other.close();
    driver.fail(FaultyPort.Fault.NONE);
    driver.go.release(1 << 20);
    bed.close();
  }

  private DeviceStatus.Ring ring(int index) {
    return port.status().rings().get(index);
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultyPort.Fault.class,
      names = {"TRANSMIT", "RECEIVE", "ARM"})
  void aQueueThatThrowsEndsItsPortsRingsOnly(FaultyPort.Fault where) throws IOException {
    Throwable[] all = {
      new IllegalStateException("made to fail"),
      new ArrayIndexOutOfBoundsException(-1),
      new AssertionError("made to fail"),
      new StackOverflowError(),
    };
    for (Throwable thrown : all) {
      driver.throwing(thrown);
      try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
        Echo echo = new Echo(guest.net().pair(0));
        echo.run(100);
        driver.fail(where);
        echo.send();
        guest.net().pair(0).flush();
        PortBed.await("the fault of ring 1", () -> ring(1).fault() != null);
        PortBed.await("the fault of ring 0", () -> ring(0).fault() != null);
        PortBed.await("the rings' end", () -> !ring(0).running() && !ring(1).running());
        assertTrue(ring(1).fault().contains("the driver failed"), ring(1).fault());
        PortBed.await("the guest's error", guest.net().pair(0).transmitQueue()::errorSignalled);
        Echo.check(other.net().pair(0), 300);
        assertTrue(port.attached(), "the session stands");
      } finally {
        driver.fail(FaultyPort.Fault.NONE);
      }
      try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
        PortBed.pause(5);
        guest.net().pair(0).discard(4096);
        Echo.check(guest.net().pair(0), 100);
      }
    }
    assertTrue(bed.threads().get(0).thread().isAlive());
  }

  @ParameterizedTest
  @EnumSource(FaultCode.class)
  void aDeviceThatFailsTakesTheLinkDown(FaultCode code) throws IOException {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      assertTrue(port.status().linkUp());
      driver.report(code.event, true);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(5000));
      assertEquals(0, guest.client().getConfig(6, 1)[0] & 1);
      assertFalse(port.status().linkUp());
      Echo.check(other.net().pair(0), 300);
      driver.report(PortEvents.LINK_UP, true);
      assertEquals(BackendChannel.CONFIG_CHANGE_MSG, guest.backendChannel().poll(5000));
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
      driver.report(PortEvents.CHANGED, true);
      driver.report(1234, true);
      Echo.check(guest.net().pair(0), 100);
      assertTrue(port.status().linkUp());
      assertEquals(0, guest.backendChannel().poll(20));
    }
  }

  @Test
  void aDeviceThatDoesNotStartIsToldToTheFrontEnd() throws IOException {
    driver.fail(FaultyPort.Fault.START);
    assertThrows(VhostUserRefused.class, () -> bed.guest("bad", TwinOptions.defaults()));
    Echo.check(other.net().pair(0), 100);
    driver.fail(FaultyPort.Fault.NONE);
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
    }
  }

  @Test
  void aDriverThatKeepsMemoryEndsItsPortOnly() throws Exception {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
      driver.fail(FaultyPort.Fault.RECLAIM);
      assertThrows(IOException.class, () -> guest.client().setMemTable(guest.memory().regions()));
      Echo.check(other.net().pair(0), 300);
    }
    assertTrue(port.running());
    driver.fail(FaultyPort.Fault.NONE);
    PortBed.await("the session's end", () -> !port.attached());
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo.check(guest.net().pair(0), 100);
    }
  }

  @Test
  void aDriverThatSleepsIsGivenUpOnAndThenServedAgain() throws Exception {
    try (TwinDevice guest = bed.guest("bad", TwinOptions.defaults())) {
      Echo echo = new Echo(guest.net().pair(0));
      echo.run(100);
      Leaks before = Leaks.now();
      driver.fail(FaultyPort.Fault.BLOCK);
      echo.send();
      guest.net().pair(0).flush();
      guest.net().pair(0).transmitQueue().kick();
      guest.client().timeout(30_000);
      long start = System.nanoTime();
      assertThrows(VhostUserRefused.class, () -> guest.client().setVringEnable(0, false));
      long seconds = (System.nanoTime() - start) / 1_000_000_000L;
      assertTrue(seconds >= 9 && seconds < 25, "given up after " + seconds + " s");
      assertEquals(1, guest.client().getQueueNum(), "the control thread lives");
      driver.fail(FaultyPort.Fault.NONE);
      driver.go.release(1 << 20);
      guest.client().setVringEnable(0, true);
      echo.run(100);
      assertEquals(before, Leaks.now());
    }
    Echo.check(other.net().pair(0), 100);
  }
}
