package org.vhostdp.tck.rules;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Shaping;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/**
 * As many frames of one length as queue 0 lets through in one direction, counted where they come
 * out. One thread: it feeds one end and empties the other in turns.
 */
final class LimitedFlow {
  /** Waiting frames: less than the smallest device holds, more than pass in a turn. */
  private static final int MOST_WAITING = 48;

  private static final int IDLE = 8;

  private final OpenPort port;
  private final int direction;
  private final byte[] frame;
  private final Burst burst = new Burst(1);
  private final Duration quiet;
  private int waiting;
  private Deadline nothingComes;
  private long longestPause;

  LimitedFlow(Trial trial, OpenPort port, int direction, int length) {
    this.port = port;
    this.direction = direction;
    frame = Frames.numbered(1, length);
    quiet = trial.silence().dividedBy(10);
    nothingComes = Deadline.in(quiet);
  }

  void limit(int queue, long bitsPerSecond, long burstBytes) throws DriverException {
    port.port()
        .facet(Shaping.class)
        .orElseThrow()
        .limit(direction, queue, bitsPerSecond, burstBytes);
  }

  /** Feeds and empties once; bytes that came out. */
  long move() throws Exception {
    if (direction == Shaping.TRANSMIT) {
      transmit();
      Optional<WireFrame> seen = port.wire().receive(Duration.ZERO);
      return seen.isPresent() ? count(List.of(seen.get())) : 0;
    }
    // A device that drops what is above the rate has none waiting, whatever was sent.
    if (nothingComes.passed()) {
      waiting = 0;
    }
    if (waiting < MOST_WAITING && port.wire().send(WireFrame.plain(frame))) {
      waiting++;
    }
    int entries = port.rx(0).receive(burst, 1);
    long bytes = count(port.frames(burst, entries));
    port.rx(0).release(burst, 0, entries);
    return bytes;
  }

  private void transmit() {
    if (port.tx(0).claim(burst, 1) == 0) {
      return;
    }
    port.fill(burst, 0, WireFrame.plain(frame));
    if (port.tx(0).transmit(burst, 0, 1) == 0) {
      port.tx(0).unclaim(burst, 0, 1);
    }
  }

  private long count(List<WireFrame> frames) {
    long bytes = 0;
    for (WireFrame one : frames) {
      if (Frames.ours(one.bytes())) {
        bytes += one.bytes().length;
        waiting--;
        nothingComes = Deadline.in(quiet);
      }
    }
    return bytes;
  }

  /** Lets through what may pass at once, until nothing comes for a moment; its bytes. */
  long drain() throws Exception {
    long bytes = 0;
    Deadline end = Deadline.in(quiet.multipliedBy(20));
    for (Deadline pause = Deadline.in(quiet); !pause.passed() && !end.passed(); ) {
      long moved = move();
      if (moved != 0) {
        bytes += moved;
        pause = Deadline.in(quiet);
      }
    }
    return bytes;
  }

  /** Uses up the burst: moves until nothing came some times in a row, or so long. */
  void settle(long nanos) throws Exception {
    long begin = System.nanoTime();
    for (int idle = 0; idle < IDLE && System.nanoTime() - begin < nanos; ) {
      idle = move() == 0 ? idle + 1 : 0;
    }
  }

  /**
   * Bits per second over so many nanoseconds, and a few more: a thread that was not running for a
   * moment first catches up with what passed meanwhile.
   */
  double rate(long nanos) throws Exception {
    long begin = System.nanoTime();
    long bytes = 0;
    long now = begin;
    longestPause = 0;
    for (int idle = 0; now - begin < nanos || idle < IDLE && now - begin < 2 * nanos; ) {
      long moved = move();
      bytes += moved;
      idle = moved == 0 ? idle + 1 : 0;
      long then = now;
      now = System.nanoTime();
      longestPause = Math.max(longestPause, now - then);
    }
    return bytes * 8e9 / (now - begin);
  }

  /** Nanoseconds that the longest turn of the last measurement took. */
  long longestPause() {
    return longestPause;
  }

  @Override
  public String toString() {
    return direction == Shaping.TRANSMIT ? "a transmit limit" : "a receive limit";
  }
}
