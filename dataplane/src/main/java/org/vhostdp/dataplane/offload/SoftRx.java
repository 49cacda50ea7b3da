package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Offloads of received frames in software, where driver and guest do not agree: open checksums
 * completed, large frames cut, and small TCP segments gathered to large frames for a guest that
 * takes those from a driver that does not make them.
 *
 * <p>Received frames are not writable: what is changed is copied to memory of this stage, all else
 * is passed on where it lies. What cannot be done, because headers or numbers contradict each
 * other, is dropped and counted.
 */
public final class SoftRx implements RxStage {
  private static final int BURST = 32;

  /** Bursts looked at in one call that come to nothing: all held, or all dropped. */
  private static final int MOST_ROUNDS = 16;

  private final RxQueue below;
  private final QueueCounters counters;
  private final LongSupplier clock;

  /** Offloads of a frame that are to be undone. */
  private final int undone;

  /** Null if nothing that comes from below needs it. */
  private final Undoing undoing;

  /** Null if nothing is gathered. */
  private final Coalescing coalescing;

  private final MemorySegment[] memory;
  private final GivenFrames out = new GivenFrames();

  /** What was received from below and not released: all of it, and from where it is to be given. */
  private final Burst in = new Burst(BURST);

  private int end;
  private int next;

  /** Entries given and not released. */
  private int lent;

  /** When the burst was received. */
  private long now;

  /**
   * Stands above a queue. Control thread.
   *
   * @param below the driver's queue or the stage before it, used by nobody else
   * @param regions where frames from below lie; the stage's own memory is added
   * @param counters of the guest's receive ring
   * @param given bits of {@link Offload} that frames from below may have
   * @param taken bits of {@link Offload} that the guest takes
   * @param coalesce whether to make large TCP frames, of the kinds that are taken
   * @param mostFrame bytes of the longest frame that may come of a large one
   */
  public SoftRx(
      RxQueue below,
      Regions regions,
      QueueCounters counters,
      int given,
      int taken,
      boolean coalesce,
      int mostFrame) {
    this(below, regions, counters, given, taken, coalesce, mostFrame, System::nanoTime);
  }

  /** With another clock, of nanoseconds. */
  SoftRx(
      RxQueue below,
      Regions regions,
      QueueCounters counters,
      int given,
      int taken,
      boolean coalesce,
      int mostFrame,
      LongSupplier clock) {
    this.clock = clock;
    this.below = below;
    this.counters = counters;
    this.undone = given & ~taken & Undoing.NEED;
    this.undoing = undone == 0 ? null : new Undoing(regions, counters, taken, mostFrame);
    this.coalescing = coalesces(taken, coalesce) ? new Coalescing(regions, counters, taken) : null;
    this.memory = regions.segments();
  }

  /**
   * Whether there is anything to do.
   *
   * @param given as for the constructor
   * @param taken as for the constructor
   * @param coalesce as for the constructor
   */
  public static boolean needed(int given, int taken, boolean coalesce) {
    return (given & ~taken & Undoing.NEED) != 0 || coalesces(taken, coalesce);
  }

  private static boolean coalesces(int taken, boolean coalesce) {
    return coalesce
        && (taken & Offload.CSUM_PARTIAL) != 0
        && (taken & (Offload.GSO_TCP4 | Offload.GSO_TCP6)) != 0;
  }

  @Override
  public int receive(Burst frames, int max) {
    if (lent > 0 || max <= 0) {
      return 0;
    }
    reclaim();
    out.begin(frames, max);
    for (int round = 0; out.count == 0; round++) {
      if (next == end && !fetch(round, max)) {
        break;
      }
      work();
    }
    lent = out.count;
    return lent;
  }

  private void reclaim() {
    if (coalescing != null) {
      coalescing.reclaim();
    }
    if (undoing != null) {
      undoing.reclaim();
    }
  }

  /** Receives the next burst; if there is none, gives what is held. */
  private boolean fetch(int round, int max) {
    giveBack();
    if (round < MOST_ROUNDS) {
      end = below.receive(in, Math.min(max, BURST));
    }
    if (coalescing != null) {
      if (end == 0) {
        coalescing.flushAll(out);
      } else {
        now = clock.getAsLong();
      }
    }
    return end > 0;
  }

  private void giveBack() {
    if (end > 0) {
      below.release(in, 0, end);
    }
    next = 0;
    end = 0;
  }

  /** Works through what was received, as far as there is room. */
  private void work() {
    while (next < end) {
      int entries = frameEnd(next) - next;
      if (!one(entries)) {
        return;
      }
      next += entries;
    }
    if (coalescing != null) {
      coalescing.flushOld(now, out);
    }
  }

  private int frameEnd(int first) {
    int last = first;
    while ((in.flags[last] & Offload.MORE) != 0 && last + 1 < end) {
      last++;
    }
    return last + 1;
  }

  /** Gives, keeps or drops a frame; false if it must wait until what was given is released. */
  private boolean one(int entries) {
    int held = coalescing == null ? 0 : coalescing.held();
    if (out.room() < held + entries) {
      return hopeless(held);
    }
    if (coalescing != null) {
      MemorySegment first = memory[in.region[next]];
      int outcome = coalescing.offer(first, in, next, entries, now, out);
      if (outcome != Coalescing.PASS) {
        return outcome == Coalescing.HELD;
      }
    }
    int undo = in.flags[next] & undone;
    if (undo != 0) {
      return undoing.undo(memory, in, next, entries, undo, out);
    }
    out.pass(in, next, entries);
    return true;
  }

  /** Without room: a frame that has more entries than are ever asked for is dropped. */
  private boolean hopeless(int held) {
    if (out.count == 0 && held == 0) {
      counters.add(Name.DROPPED_TOO_LONG, 1);
      return true;
    }
    if (out.count == 0) {
      coalescing.flushAll(out);
    }
    return false;
  }

  @Override
  public void release(Burst frames, int first, int count) {
    lent -= count;
    if (lent <= 0 && next == end) {
      giveBack();
    }
  }

  /** The queue below tells: when that has nothing, nothing is held here. */
  @Override
  public Wakeup wakeup() {
    return below.wakeup();
  }

  @Override
  public void discard() {
    int frames = coalescing == null ? 0 : coalescing.discard();
    for (int e = next; e < end; e++) {
      frames += (in.flags[e] & Offload.MORE) == 0 ? 1 : 0;
    }
    if (undoing != null) {
      undoing.discard();
    }
    counters.add(Name.DROPPED_STOPPED, frames);
    lent = 0;
    giveBack();
    if (below instanceof RxStage stage) {
      stage.discard();
    }
  }
}
