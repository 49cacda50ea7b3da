package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LinkMonitorTest {
  private Fd namespace;
  private Netlink netlink;
  private LinkMonitor monitor;

  @BeforeEach
  void open() throws Exception {
    namespace = Rights.namespace();
    netlink = Namespaces.in(namespace, Netlink::open);
    monitor = Namespaces.in(namespace, LinkMonitor::open);
  }

  @AfterEach
  void close() {
    if (namespace != null) {
      monitor.close();
      netlink.close();
      namespace.close();
    }
  }

  /** Reads events until one of {@code name} fits; false after 30 s. */
  private boolean sees(String name, BooleanSupplier fits) throws LinuxException {
    Poll poll = new Poll(1);
    poll.set(0, monitor.fd().raw(), Poll.IN);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (System.nanoTime() < deadline) {
      while (monitor.next()) {
        if (monitor.name().equals(name) && fits.getAsBoolean()) {
          return true;
        }
      }
      poll.await(100);
    }
    return false;
  }

  @Test
  void seesUpDownMtuAndDeletion() throws Exception {
    assertFalse(monitor.next());
    netlink.createVeth("left", "right");
    assertTrue(sees("left", () -> !monitor.up() && !monitor.deleted()));
    assertEquals(netlink.link("left").index(), monitor.index());
    netlink.up("left", true);
    assertTrue(sees("left", () -> monitor.up() && !monitor.running()));
    netlink.up("right", true);
    assertTrue(sees("left", () -> monitor.up() && monitor.running()));
    netlink.mtu("left", 1400);
    assertTrue(sees("left", () -> monitor.mtu() == 1400));
    netlink.up("left", false);
    assertTrue(sees("left", () -> !monitor.up()));
    netlink.delete("left");
    assertTrue(sees("right", () -> monitor.deleted()));
    assertFalse(monitor.lost());
  }

  @Test
  void leavingTheNamespaceIsDeletionAndLeavingABridgeIsNot() throws Exception {
    netlink.createVeth("left", "right");
    netlink.createBridge("br0");
    netlink.enslave("left", "br0");
    netlink.delete("br0");
    assertTrue(sees("br0", () -> monitor.deleted()));
    netlink.mtu("left", 1300);
    assertTrue(sees("left", () -> monitor.deleted() || monitor.mtu() == 1300));
    assertFalse(monitor.deleted());
    try (Fd other = Namespaces.create()) {
      netlink.moveTo("left", other.raw());
      assertTrue(sees("left", () -> monitor.deleted()));
    }
  }

  @Test
  void lostEventsAreReportedAndMadeUpFor() throws Exception {
    netlink.createVeth("left", "right");
    int changes = 0;
    while (!monitor.lost() && changes < 20_000) {
      for (int i = 0; i < 500; i++) {
        netlink.mtu("left", 1000 + changes++ % 400);
      }
      netlink.mtu("left", 1234);
      monitor.next();
    }
    assertTrue(changes < 20_000, "the kernel never ran out of buffer");
    boolean current = sees("left", () -> monitor.mtu() == 1234);
    assertTrue(current, "the last state never arrived");
  }
}
