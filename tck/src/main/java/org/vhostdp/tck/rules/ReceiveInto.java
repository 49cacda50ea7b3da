package org.vhostdp.tck.rules;

import static org.vhostdp.tck.rule.Trial.require;

import java.util.Arrays;
import java.util.Optional;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Statistics;
import org.vhostdp.tck.harness.Trait;
import org.vhostdp.tck.rule.Broken;
import org.vhostdp.tck.rule.Deadline;
import org.vhostdp.tck.rule.Frames;
import org.vhostdp.tck.rule.OpenPort;
import org.vhostdp.tck.rule.Trial;

/** Frames received straight into the kit's memory. */
final class ReceiveInto {
  /** Room of the first buffer, which no other test gives. */
  private static final int FIRST_ROOM = 72;

  private static final int AREA = 4096;
  private static final int AREAS = 4;

  private ReceiveInto() {}

  /** A buffer, entry 0 of a burst, that must be refused while a frame waits for one. */
  static void requireRefused(Trial trial, OpenPort port, Burst burst, String what)
      throws Exception {
    byte[] frame = Frames.numbered(Numbers.FOREIGN_RECLAIMED, 100);
    port.send(frame);
    burst.status[0] = -1;
    Deadline end = trial.deadline();
    while (burst.status[0] == -1 && !end.passed()) {
      int used = port.rx(0).receiveInto(burst, 1);
      require(used == 0, "%s was received into, result %d", what, used);
    }
    require(
        burst.status[0] == Burst.BAD_MEMORY,
        "%s was not refused with BAD_MEMORY for receiving, status %d",
        what,
        burst.status[0]);
    Traffic.received(trial, port, 1);
  }

  static void oneFrameAtATime(Trial trial) throws Exception {
    OpenPort port = trial.start();
    Lent lent = new Lent(trial, port, AREAS * AREA, ForeignMemory.WRITABLE);
    name(lent, 0);
    if (port.wire().traits().contains(Trait.SILENT)) {
      require(port.rx(0).receiveInto(lent.burst, 3) == 0, "a silent wire gave a foreign frame");
    }
    int[] lengths = {60, 72, 73, 200, 512};
    for (int i = 0; i < lengths.length; i++) {
      port.send(Frames.numbered(Numbers.FOREIGN_INTO + i, lengths[i]));
    }
    for (int i = 0; i < lengths.length; i++) {
      int area = i % AREAS;
      lent.fill();
      byte[] frame = next(trial, port, lent, area).orElse(new byte[0]);
      require(
          Arrays.equals(frame, Frames.numbered(Numbers.FOREIGN_INTO + i, lengths[i])),
          "a frame of %d bytes came into foreign buffers as %d bytes, or changed",
          lengths[i],
          frame.length);
      for (int other = 0; other < AREAS; other++) {
        long at = other == area ? -1 : lent.written(other * (long) AREA, AREA);
        require(at < 0, "receiveInto wrote to buffers of another call, at offset %d", at);
      }
    }
    tooLong(trial, port, lent);
    lent.reclaim();
  }

  private static void name(Lent lent, int area) {
    long at = area * (long) AREA;
    lent.entry(0, at, FIRST_ROOM);
    lent.entry(1, at + 128, 128);
    lent.entry(2, at + 512, AREA - 512);
  }

  /** The next frame of the kit's, from three buffers. */
  private static Optional<byte[]> next(Trial trial, OpenPort port, Lent lent, int area)
      throws Exception {
    Deadline end = trial.deadline();
    while (!end.passed()) {
      name(lent, area);
      int used = port.rx(0).receiveInto(lent.burst, 3);
      if (used == 0) {
        Thread.sleep(0, 50_000);
        continue;
      }
      byte[] frame = joined(lent, used);
      if (Frames.ours(frame)) {
        return Optional.of(frame);
      }
      lent.fill();
    }
    return Optional.empty();
  }

  private static byte[] joined(Lent lent, int used) {
    require(used >= 1 && used <= 3, "receiveInto used %d of 3 buffers that were enough", used);
    Burst burst = lent.burst;
    byte[] frame = new byte[0];
    for (int i = 0; i < used; i++) {
      boolean more = (burst.flags[i] & Offload.MORE) != 0;
      require(more == i < used - 1, "MORE is wrong at buffer %d of the %d that were used", i, used);
      require(
          burst.length[i] > 0 && burst.length[i] <= burst.room[i],
          "buffer %d with room for %d bytes holds %d",
          i,
          burst.room[i],
          burst.length[i]);
      byte[] part = lent.bytes(burst.offset[i], burst.length[i]);
      frame = Arrays.copyOf(frame, frame.length + part.length);
      System.arraycopy(part, 0, frame, frame.length - part.length, part.length);
    }
    return frame;
  }

  /** A frame too long for the buffers is dropped and counted; the next one comes whole. */
  private static void tooLong(Trial trial, OpenPort port, Lent lent) throws Exception {
    long dropped = dropped(port);
    port.send(Frames.numbered(Numbers.FOREIGN_INTO + 100, 300));
    Deadline end = trial.deadline();
    int used;
    do {
      name(lent, 0);
      used = port.rx(0).receiveInto(lent.burst, 1);
      if (end.passed()) {
        throw new Broken("a frame of 300 bytes for a buffer of 72 was not reported by -1");
      }
    } while (used >= 0);
    require(dropped(port) > dropped, "a frame too long for foreign buffers was not counted");
    port.send(Frames.numbered(Numbers.FOREIGN_INTO + 101, 64));
    byte[] frame = next(trial, port, lent, 1).orElse(new byte[0]);
    require(
        Frames.number(frame) == Numbers.FOREIGN_INTO + 101,
        "after a frame too long for foreign buffers the next one did not come");
  }

  private static long dropped(OpenPort port) {
    Statistics counters = new Statistics();
    port.port().statistics(counters);
    return counters.rxDropped + counters.rxErrors;
  }
}
