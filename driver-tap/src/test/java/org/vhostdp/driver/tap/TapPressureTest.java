package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Statistics;
import org.vhostdp.spi.Wakeup;

/** A send buffer that fills: frames wait behind a slow interface of a bridge. */
@Timeout(60)
final class TapPressureTest {
  private TapLab lab;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void aFullSendBufferPushesBackAndWakes() throws Exception {
    Port fast = lab.started("ifname", "fast", "sndbuf", "65536");
    lab.started("ifname", "slow");
    lab.netlink.createBridge("br0");
    lab.netlink.enslave("fast", "br0");
    lab.netlink.enslave("slow", "br0");
    lab.netlink.up("br0", true);
    TapLab.needs(slow(), "tc with the qdisc tbf is not there (package iproute2)");

    Wakeup wakeup = fast.tx(0).wakeup();
    assertTrue(wakeup.arm());
    Burst burst = new Burst(1);
    int accepted = 0;
    long begin = System.nanoTime();
    while (accepted < 1000 && Frames.send(fast, 0, burst, Frames.of(1400, accepted), 0, 0) == 1) {
      accepted++;
    }
    // The slow interface sends 72 frames a second meanwhile.
    long most = 100 + 72 * (System.nanoTime() - begin) / 1_000_000_000;
    assertTrue(accepted > 4 && accepted < most, "frames until it is full: " + accepted);
    assertEquals(Burst.FULL, burst.status[0]);
    assertFalse(wakeup.arm());
    Poll poll = new Poll(1);
    poll.set(0, wakeup.fd(), wakeup.events());
    assertEquals(1, poll.await(30_000), "woken when there is room");
    assertTrue(wakeup.arm());
    assertEquals(1, Frames.send(fast, Frames.of(1400, 0)));
    Statistics statistics = new Statistics();
    fast.statistics(statistics);
    assertEquals(accepted + 1, statistics.txFrames);
    assertEquals(0, statistics.txErrors, "back-pressure is no error");
  }

  /** Lets the slow interface send 100 kB/s from a long queue. */
  private boolean slow() throws Exception {
    return lab.in(
        () -> {
          try {
            Process tc =
                new ProcessBuilder(
                        "tc qdisc add dev slow root tbf rate 800kbit burst 1600 limit 10000000"
                            .split(" "))
                    .inheritIO()
                    .start();
            return tc.waitFor(30, TimeUnit.SECONDS) && tc.exitValue() == 0;
          } catch (IOException e) {
            System.out.println(e.getMessage());
            return false;
          }
        });
  }
}
