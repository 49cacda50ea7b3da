package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** What a port does while it is not started: nothing. */
final class Stopped {
  private static final int ENTRIES = 4;

  /** A number of frames that no other test sends before it stops. */
  private static final int BEFORE = 37;

  private Stopped() {}

  static void burstsOfAStoppedPortMoveNothing(Trial trial) throws Exception {
    Wire wire = trial.wire(Harness.Request.plain());
    Port port = trial.open(wire);
    port.configure(PortSettings.defaults());
    requireIdle(port, "before start");
    port.start();
    wire.started();
    port.stop();
    requireIdle(port, "after stop");
  }

  private static void requireIdle(Port port, String when) {
    Burst burst = new Burst(ENTRIES);
    long sent = counters(port).txFrames;
    requireZero(port.tx(0).claim(burst, ENTRIES), "claim", when);
    for (int i = 0; i < ENTRIES; i++) {
      burst.region[i] = 0;
      burst.length[i] = 64;
      burst.room[i] = 64;
    }
    requireZero(port.tx(0).transmit(burst, 0, ENTRIES), "transmit", when);
    requireZero(port.tx(0).completed(burst, ENTRIES), "completed", when);
    requireZero(port.rx(0).receive(burst, ENTRIES), "receive", when);
    if (port.capabilities().has(Capabilities.FOREIGN_RX)) {
      requireZero(port.rx(0).receiveInto(burst, ENTRIES), "receiveInto", when);
    }
    require(counters(port).txFrames == sent, "%s frames were counted as sent", when);
  }

  private static void requireZero(int result, String call, String when) {
    require(result == 0, "%s %s returned %d instead of 0", when, call, result);
  }

  static void wireIsSilentAfterStop(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Traffic.transmit(port, Numbers.SILENCE, BEFORE, "before stop");
    require(
        Traffic.seen(trial, port, BEFORE).size() == BEFORE, "the wire did not see all the frames");
    port.port().stop();
    long received = counters(port.port()).rxFrames;
    // A peer may hand out a little later what was sent before.
    Traffic.seen(port, Integer.MAX_VALUE, trial.silence());
    port.wire().send(WireFrame.plain(Traffic.frame(Numbers.SILENCE + BEFORE)));
    List<byte[]> late = Traffic.seen(port, 1, trial.silence());
    require(late.isEmpty(), "the wire is not silent: stop returned long ago and frames still come");
    require(
        counters(port.port()).rxFrames == received, "a stopped port still counts received frames");
  }

  private static Statistics counters(Port port) {
    Statistics counters = new Statistics();
    port.statistics(counters);
    return counters;
  }
}
