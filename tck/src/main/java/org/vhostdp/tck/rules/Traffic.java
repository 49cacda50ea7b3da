package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.tck.harness.WireFrame;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames of the kit's own, to and fro; everything else on the wire is passed over. */
final class Traffic {
  private Traffic() {}

  /** Frames that arrive at queue 0, until so many of ours came or patience ends. */
  static List<byte[]> received(Trial trial, OpenPort port, int count) throws Exception {
    return received(port, count, trial.patience());
  }

  static List<byte[]> received(OpenPort port, int count, Duration limit) throws Exception {
    return received(port, count, Deadline.in(limit));
  }

  /** The same to the end of the caller's own wait. */
  static List<byte[]> received(OpenPort port, int count, Deadline end) throws Exception {
    List<byte[]> ours = new ArrayList<>();
    do {
      for (WireFrame frame : port.receive(0, 1, end)) {
        addOurs(ours, frame);
      }
    } while (ours.size() < count && !end.passed());
    return ours;
  }

  /** What the peer sees, until so many of ours came or patience ends. */
  static List<byte[]> seen(Trial trial, OpenPort port, int count) throws Exception {
    return seen(port, count, trial.patience());
  }

  static List<byte[]> seen(OpenPort port, int count, Duration limit) throws Exception {
    return seen(port, count, Deadline.in(limit));
  }

  /** The same to the end of the caller's own wait. */
  static List<byte[]> seen(OpenPort port, int count, Deadline end) throws Exception {
    List<byte[]> ours = new ArrayList<>();
    while (ours.size() < count) {
      port.wire().receive(end.step()).ifPresent(frame -> addOurs(ours, frame));
      if (end.passed()) {
        break;
      }
    }
    return ours;
  }

  private static void addOurs(List<byte[]> ours, WireFrame frame) {
    if (Frames.ours(frame.bytes())) {
      ours.add(frame.bytes());
    }
  }

  /** The numbers of frames, in their order. */
  static List<Integer> numbers(List<byte[]> frames) {
    return frames.stream().map(Frames::number).toList();
  }

  /** The numbers of so many frames. */
  static List<Integer> numbers(int first, int count) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      numbers.add(first + i);
    }
    return numbers;
  }

  /** Sends so many frames of 64 bytes or a few more from the peer. */
  static void send(OpenPort port, int first, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      port.send(frame(first + i));
    }
  }

  /** Transmits so many frames of 64 bytes or a few more on queue 0. */
  static void transmit(OpenPort port, int first, int count, String what) throws Exception {
    for (int i = 0; i < count; i++) {
      require(port.transmit(0, frame(first + i)), "%s: no room for frame %d of %d", what, i, count);
    }
  }

  /** A frame of 64 to 127 bytes. */
  static byte[] frame(int number) {
    return Frames.numbered(number, 64 + (number & 63));
  }

  /** One frame each way, which must arrive whole; those of before are passed over. */
  static void exchange(Trial trial, OpenPort port, int number, String when) throws Exception {
    byte[] frame = frame(number);
    require(port.transmit(0, frame), "%s no frame could be transmitted", when);
    require(comes(frame, trial, end -> seen(port, 1, end)), "%s the wire saw nothing", when);
    port.send(frame);
    require(comes(frame, trial, end -> received(port, 1, end)), "%s nothing arrived", when);
  }

  private static boolean comes(byte[] frame, Trial trial, Source from) throws Exception {
    Deadline end = trial.deadline();
    do {
      if (from.next(end).stream().anyMatch(seen -> Arrays.equals(seen, frame))) {
        return true;
      }
    } while (!end.passed());
    return false;
  }

  /** Where frames come from. */
  private interface Source {
    List<byte[]> next(Deadline end) throws Exception;
  }

  /** A burst whose first entries are claimed frames of queue 0 with these bytes. */
  static Burst claimed(Trial trial, OpenPort port, byte[]... frames) throws Exception {
    Burst burst = new Burst(frames.length);
    claim(trial, port.tx(0), burst, frames.length);
    for (int i = 0; i < frames.length; i++) {
      port.fill(burst, i, WireFrame.plain(frames[i]));
    }
    return burst;
  }

  /** Claims just so many frames in one call; those of before may still be on their way. */
  static void claim(Trial trial, TxQueue tx, Burst burst, int count) throws Exception {
    Deadline end = trial.deadline();
    int lent;
    while ((lent = tx.claim(burst, count)) != count) {
      tx.unclaim(burst, 0, lent);
      if (end.passed()) {
        throw new Broken("claim lent %d of %d frames".formatted(lent, count));
      }
      Thread.sleep(1);
    }
  }

  /** Transmits all entries of a burst, waiting for room. */
  static void transmitAll(Trial trial, OpenPort port, Burst burst, String what) throws Exception {
    Deadline end = trial.deadline();
    int done = 0;
    while (done < burst.capacity()) {
      done += port.tx(0).transmit(burst, done, burst.capacity() - done);
      if (done < burst.capacity() && end.passed()) {
        port.tx(0).unclaim(burst, done, burst.capacity() - done);
        throw new Broken(
            "%s: %d of %d frames were accepted".formatted(what, done, burst.capacity()));
      }
    }
  }
}
