package org.vhostdp.driver.tap;

import java.nio.file.Path;
import java.time.Duration;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.Namespaces;
import org.vhostdp.linux.Netlink;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;
import org.vhostdp.tck.stock.StockHarness;
import org.vhostdp.tck.stock.StockPlan;
import org.vhostdp.tck.stock.StockWires;

/**
 * A process with a TAP wire and a started port, to be killed. It ties its namespace to the one of
 * its argument by a veth pair, which ends with the first of the two.
 */
final class WireAtRisk {
  private static final int READ_ONLY = 0;

  private WireAtRisk() {}

  public static void main(String[] arguments) throws Exception {
    StockHarness harness = new StockHarness(new TapDriver(), StockPlan.of(StockWires.TAP));
    try (Trial trial = new Trial(harness, 1, Duration.ofSeconds(1))) {
      OpenPort port = trial.start();
      port.wire().faults().orElseThrow().busy();
      Path inside = Path.of(port.wire().config().get("netns"));
      try (Netlink netlink = Namespaces.in(inside, Netlink::open);
          Fd outside = Io.open(arguments[0], READ_ONLY, 0)) {
        netlink.createVeth("here", arguments[1]);
        netlink.moveTo(arguments[1], outside.raw());
      }
      System.out.println("ready");
      // The end is the killer's; without one this ends by itself.
      Thread.sleep(Duration.ofSeconds(30));
    }
  }
}
