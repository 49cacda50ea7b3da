package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.Group;
import org.vhostdp.tck.rule.Need;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Rule;
import org.vhostdp.tck.rule.RuleTest;
import org.vhostdp.tck.rule.Trial;

/** Counters. */
final class StatisticsRules {
  private static final int FEW = 40;
  private static final int READINGS = 60;
  private static final int EXCHANGES = 10;
  private static final int FLOOD = 2048;

  private StatisticsRules() {}

  static List<Rule> rules() {
    return List.of(
        rule(
            "STAT-1",
            "counters never decrease",
            "Port",
            "Counters never decrease while the port is open, and may be read at any time.",
            StatisticsRules::countersNeverDecrease),
        rule(
            "STAT-2",
            "counters match the wire",
            "Statistics",
            "Frames and bytes counted as received are those that were given to the host, and as"
                + " sent those that went to the wire.",
            StatisticsRules::countersMatchTheWire),
        rule(
            "STAT-3",
            "every frame is accounted for",
            "Statistics",
            "Every frame that arrived is counted once it was received, or as dropped or damaged.",
            StatisticsRules::everyFrameIsAccountedFor));
  }

  private static Rule rule(String id, String title, String source, String sentence, RuleTest test) {
    return new Rule(id, title, source, sentence, Group.STATISTICS, Need.NOTHING, test);
  }

  private static Statistics read(OpenPort port) {
    Statistics now = new Statistics();
    port.port().statistics(now);
    return now;
  }

  static void countersNeverDecrease(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Traffic.exchange(trial, port, 0, "before the counters were read,");
    AtomicBoolean enough = new AtomicBoolean();
    AtomicInteger readings = new AtomicInteger();
    Beside<Void> reader = trial.keep(new Beside<>(() -> watch(port, enough, readings)));
    long end = System.nanoTime() + Beside.LONGEST.toNanos();
    for (int i = 1; !reader.isDone() && System.nanoTime() < end; i++) {
      if (readings.get() >= READINGS && i >= EXCHANGES) {
        break;
      }
      Traffic.exchange(trial, port, i, "while another thread read the counters,");
    }
    enough.set(true);
    reader.result();
    require(readings.get() >= READINGS, "the counters could be read %d times only", readings.get());
  }

  private static Void watch(OpenPort port, AtomicBoolean enough, AtomicInteger readings)
      throws Exception {
    Map<String, Long> before = Map.of();
    while (!enough.get()) {
      Map<String, Long> now;
      try {
        now = counters(read(port));
      } catch (RuntimeException e) {
        throw new Broken("reading the counters while the queues ran failed: " + e);
      }
      for (Map.Entry<String, Long> was : before.entrySet()) {
        long is = now.getOrDefault(was.getKey(), 0L);
        require(
            is >= was.getValue(), "%s went down from %d to %d", was.getKey(), was.getValue(), is);
      }
      before = now;
      readings.incrementAndGet();
      Thread.onSpinWait();
    }
    return null;
  }

  /** All counters by name; those that a later version adds as well. */
  private static Map<String, Long> counters(Statistics statistics) throws IllegalAccessException {
    Map<String, Long> all = new LinkedHashMap<>(statistics.more());
    for (Field field : Statistics.class.getFields()) {
      if (!Modifier.isStatic(field.getModifiers())) {
        all.put(field.getName(), field.getLong(statistics));
      }
    }
    return all;
  }

  static void countersMatchTheWire(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Statistics before = read(port);
    long sent = 0;
    for (int i = 0; i < FEW; i++) {
      byte[] frame = Frames.numbered(i, Marks.MATCHED_LENGTH + (i & 3));
      require(port.transmit(0, frame), "there was no room to transmit frame %d of %d", i, FEW);
      sent += frame.length;
    }
    List<byte[]> seen = Traffic.seen(trial, port, FEW);
    Statistics after = read(port);
    require(seen.size() == FEW, "of %d counted frames the wire saw %d", FEW, seen.size());
    match("sent frames", FEW, after.txFrames - before.txFrames);
    match("sent bytes", sent, after.txBytes - before.txBytes);
    received(trial, port);
  }

  private static void received(Trial trial, OpenPort port) throws Exception {
    Statistics before = read(port);
    for (int i = 0; i < FEW; i++) {
      port.send(Frames.numbered(i, Marks.MATCHED_LENGTH + (i & 3)));
    }
    int ours = 0;
    long frames = 0;
    long bytes = 0;
    Deadline end = trial.deadline();
    while (ours < FEW && !end.passed()) {
      // Foreign frames count as well: they were given to the host.
      for (WireFrame frame : Sight.now(port, 0)) {
        ours += Frames.ours(frame.bytes()) ? 1 : 0;
        frames++;
        bytes += frame.bytes().length;
      }
    }
    Statistics after = read(port);
    require(ours == FEW, "of %d frames to be counted %d were received", FEW, ours);
    match("received frames", frames, after.rxFrames - before.rxFrames);
    match("received bytes", bytes, after.rxBytes - before.rxBytes);
  }

  private static void match(String what, long real, long counted) {
    require(real == counted, "there were %d %s, and %d were counted", real, what, counted);
  }

  static void everyFrameIsAccountedFor(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Statistics before = read(port);
    byte[] frame = Frames.numbered(1, Marks.FLOOD_LENGTH);
    int sent = 0;
    while (sent < FLOOD && port.wire().send(WireFrame.plain(frame))) {
      sent++;
    }
    long received = 0;
    long counted = 0;
    Deadline end = trial.deadline();
    while (counted < sent && !end.passed()) {
      received += Sight.now(port, 0).stream().filter(f -> Arrays.equals(f.bytes(), frame)).count();
      Statistics now = read(port);
      counted = arrived(now) - arrived(before);
    }
    trial.observe("of %d frames at once %d were received".formatted(sent, received));
    boolean silent = port.wire().traits().contains(Trait.SILENT);
    require(
        counted == sent || !silent && counted > sent,
        "%d frames arrived, %d of them were received, and %d are accounted for",
        sent,
        received,
        counted);
  }

  private static long arrived(Statistics statistics) {
    return statistics.rxFrames + statistics.rxDropped + statistics.rxErrors;
  }
}
