package org.vhostdp.tck.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vhostdp.spi.Burst;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/**
 * Frames a second per queue through the driver's wire, the kit's far end included: a note that
 * names the order of magnitude, and no verdict.
 */
final class Rates {
  private static final int MOST_QUEUES = 4;
  private static final int FRAME = 64;
  private static final long NANOS = 1_000_000_000L;
  private static final String UNIT = "frames/s";

  private final OpenPort open;
  private final int queues;
  private final long perQueue;
  private final Burst burst = new Burst(OpenPort.BURST);
  private final byte[] bytes = Frames.numbered(1, FRAME);
  private final List<Map<String, Object>> figures = new ArrayList<>();

  private Rates(OpenPort open, int queues) {
    this.open = open;
    this.queues = queues;
    this.perQueue = NANOS / queues;
  }

  /** The figures, {@code {name, value, unit}} each; those of a driver that fails are left out. */
  static List<Map<String, Object>> measure(Harness harness, Duration patience) {
    int queues;
    try (Trial trial = new Trial(harness, 0, patience)) {
      int most = trial.open(trial.wire(Harness.Request.plain())).capabilities().maxQueuePairs();
      queues = Math.clamp(most, 1, MOST_QUEUES);
    } catch (Exception | LinkageError e) {
      return failed(e);
    }
    try (Trial trial = new Trial(harness, 0, patience)) {
      Rates rates = new Rates(OpenPort.start(trial, new Harness.Request(queues, 0)), queues);
      for (int queue = 0; queue < queues; queue++) {
        rates.transmit(queue);
      }
      rates.receive();
      return rates.figures;
    } catch (Exception | LinkageError e) {
      return failed(e);
    }
  }

  private static List<Map<String, Object>> failed(Throwable e) {
    System.err.println("No rates were measured: " + e);
    return List.of();
  }

  private void transmit(int queue) throws Exception {
    long begin = System.nanoTime();
    long sent = 0;
    // At least once, however long the machine was busy elsewhere.
    do {
      int claimed = open.tx(queue).claim(burst, OpenPort.BURST);
      for (int i = 0; i < claimed; i++) {
        open.fill(burst, i, WireFrame.plain(bytes));
      }
      int accepted = claimed == 0 ? 0 : open.tx(queue).transmit(burst, 0, claimed);
      if (accepted < claimed) {
        open.tx(queue).unclaim(burst, accepted, claimed - accepted);
      }
      sent += accepted;
      drain(accepted);
    } while (System.nanoTime() - begin < perQueue);
    note("transmit, queue " + queue, sent, System.nanoTime() - begin);
  }

  /** The far end must not fill up; what it has not got yet it gets later. */
  private void drain(int frames) throws Exception {
    for (int i = 0; i < frames && open.wire().receive(Duration.ZERO).isPresent(); i++) {
      continue;
    }
  }

  private void receive() throws Exception {
    long[] received = new long[queues];
    WireFrame frame = WireFrame.plain(bytes);
    long begin = System.nanoTime();
    do {
      for (int i = 0; i < OpenPort.BURST && open.wire().send(frame); i++) {
        continue;
      }
      for (int queue = 0; queue < queues; queue++) {
        int entries = open.rx(queue).receive(burst, OpenPort.BURST);
        open.rx(queue).release(burst, 0, entries);
        received[queue] += entries;
      }
    } while (System.nanoTime() - begin < NANOS);
    long nanos = System.nanoTime() - begin;
    for (int queue = 0; queue < queues; queue++) {
      note("receive, queue " + queue, received[queue], nanos);
    }
  }

  private void note(String name, long frames, long nanos) {
    Map<String, Object> figure = new LinkedHashMap<>();
    figure.put("name", name + " of " + queues + ", frames of " + FRAME + " bytes");
    figure.put("value", (double) Math.round((double) frames * NANOS / nanos));
    figure.put("unit", UNIT);
    figures.add(figure);
  }
}
