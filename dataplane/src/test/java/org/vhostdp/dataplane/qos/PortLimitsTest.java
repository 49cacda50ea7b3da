package org.vhostdp.dataplane.qos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.stage.TxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Shaping;
import org.vhostdp.spi.TxQueue;

class PortLimitsTest {
  private static final Capabilities CAN =
      Capabilities.builder().frames(1522, StrictTx.ROOM, 1).lent(256, 256).build();

  private final Clock clock = new Clock(5);
  private final QueueCounters counters = new QueueCounters();
  private final List<String> given = new ArrayList<>();
  private StrictTx driver;

  @BeforeEach
  void open() throws Exception {
    driver = new StrictTx(256);
  }

  @AfterEach
  void close() {
    driver.close();
  }

  /** A driver that limits up to 1 Gbit/s in one direction. */
  private Port port(int direction) {
    Shaping shaping =
        new Shaping() {
          @Override
          public boolean supports(int asked) {
            return asked == direction;
          }

          @Override
          public void limit(int way, int queue, long bits, long burst) throws DriverException {
            if (bits > 1_000_000_000) {
              throw new DriverException(
                  DriverException.Reason.UNSUPPORTED, "Too fast.", "Ask for 1 Gbit/s at most.");
            }
            given.add(way + " " + queue + " " + bits + " " + burst);
          }
        };
    return (Port)
        Proxy.newProxyInstance(
            Port.class.getClassLoader(),
            new Class<?>[] {Port.class},
            (proxy, method, arguments) -> Optional.of(shaping));
  }

  private PortLimits limits(int queues, String... lines) throws QosRefused {
    return new PortLimits(QosSpec.of(List.of(lines)), queues, clock);
  }

  private boolean here(PortLimits limits, int queue) throws Exception {
    TxQueue way = limits.tx(queue, driver, CAN, null, 1522, counters);
    if (way instanceof TxStage stage) {
      stage.close();
    }
    return way != driver;
  }

  @Test
  void whatTheDriverTakesNeedsNoStage() throws Exception {
    PortLimits limits = limits(2, "tx rate=100mbit", "tx queue=1 rate=8mbit", "rx rate=1mbit");
    Port port = port(Shaping.TRANSMIT);
    limits.hand(port, true);
    assertEquals(List.of("0 -1 100000000 125000", "0 1 8000000 10000"), given);
    assertFalse(here(limits, 0));
    assertFalse(here(limits, 1));
    limits.takeBack(port);
    assertTrue(given.containsAll(List.of("0 -1 0 0", "0 1 0 0")), given.toString());
    assertTrue(here(limits, 1));
  }

  @Test
  void whatTheDriverDoesNotTakeIsDoneHere() throws Exception {
    Port port = port(Shaping.TRANSMIT);
    for (String line : List.of("tx packets=100", "tx rate=1mbit packets=5", "tx rate=2gbit")) {
      PortLimits limits = limits(1, line);
      limits.hand(port, true);
      assertTrue(here(limits, 0), line);
    }
    PortLimits shared = limits(2, "tx rate=1mbit", "queue=1 weight=3");
    shared.hand(port, true);
    assertTrue(here(shared, 0), "the driver knows nothing of shares");
    PortLimits other = limits(2, "tx queue=1 rate=1mbit");
    other.hand(port, false);
    assertTrue(here(other, 1), "the guest's queue is none of the driver's");
    PortLimits classes = limits(1, "tx rate=1mbit", "class=1 dscp=1");
    classes.hand(port, true);
    assertEquals(List.of(), given);
    PortLimits receive = limits(1, "tx rate=1mbit");
    receive.hand(port(Shaping.RECEIVE), true);
    assertTrue(here(receive, 0));
  }

  @Test
  void bucketsOutliveTheStages() throws Exception {
    PortLimits limits = limits(1, "tx rate=1mbit");
    Burst burst = new Burst(32);
    LimitedTx first = (LimitedTx) limits.tx(0, driver, CAN, null, 1522, counters);
    while (StrictTx.send(first, burst, 32, 1514) > 0) {
      assertTrue(driver.frames < 100);
    }
    first.close();
    LimitedTx second = (LimitedTx) limits.tx(0, driver, CAN, null, 1522, counters);
    assertNotSame(first, second);
    assertEquals(0, StrictTx.send(second, burst, 32, 1514));
    second.close();
  }

  @Test
  void aLimitOfTheOnlyQueueIsThatOfThePort() throws Exception {
    PortLimits limits = limits(1, "tx rate=1mbit");
    LimitedTx tx = (LimitedTx) limits.tx(0, driver, CAN, null, 1522, counters);
    for (int i = 0; i < 1000; i++) {
      StrictTx.send(tx, new Burst(32), 32, 1514);
      clock.now += 1_000_000;
    }
    assertEquals(1e6 / 8 / 1514, driver.frames, 3);
    tx.close();
  }

  @Test
  void largeFramesPassWholeOnlyWhereABurstHoldsOne() throws Exception {
    assertTrue(limits(1).takesLarge());
    assertTrue(limits(1, "tx rate=100mbit").takesLarge());
    assertTrue(limits(1, "tx rate=1mbit burst=64k").takesLarge());
    assertFalse(limits(1, "tx rate=1mbit").takesLarge());
    assertFalse(limits(1, "rx queue=0 rate=1mbit").takesLarge());
    assertFalse(limits(1, "tx packets=100").takesLarge());
    assertFalse(limits(1, "class=1 dscp=1 rate=1mbit").takesLarge());
    PortLimits handed = limits(1, "tx rate=1mbit");
    handed.hand(port(Shaping.TRANSMIT), true);
    assertTrue(handed.takesLarge());
    assertSame(driver, handed.tx(0, driver, CAN, null, 1522, counters));
  }
}
