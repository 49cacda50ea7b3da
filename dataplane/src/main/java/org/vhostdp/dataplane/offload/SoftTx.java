package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.PassingTx;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;

/**
 * Gives a driver the transmit offloads that it lacks: completes checksums in place, cuts large
 * frames straight into frames claimed from below. What the driver can do itself goes down as it
 * came; runs of plain frames are one call below.
 *
 * <p>Plain frames are claimed from below; large ones ({@link #claimLarge}) lie here. At most one
 * frame is held: one that was accepted before all of its segments found room. Until they have,
 * nothing is lent and nothing accepted, so nothing overtakes it. A frame whose headers or numbers
 * do not allow what is asked is taken, dropped and counted.
 */
public final class SoftTx extends PassingTx {
  /** Offloads of {@link Offload} that a frame may use above this stage. */
  public static final int OFFLOADS =
      Offload.CSUM_PARTIAL
          | Offload.GSO_TCP4
          | Offload.GSO_TCP6
          | Offload.GSO_USO
          | Offload.GSO_ECN;

  /** Most bytes of a frame above this stage: an IP packet, its Ethernet header, two tags. */
  public static final int MOST_FRAME = 65_535 + 14 + 8;

  private static final int GSO = OfferedFrames.GSO;

  /** The frame is the caller's no more. */
  private static final int TAKEN = -1;

  private final QueueCounters counters;
  private final LargeRooms rooms;
  private final OfferedFrames offered;
  private final OpenChecksums checksums = new OpenChecksums();
  private final Departure departure;
  private final MemorySegment[] regions;
  private final int own;

  /** Offloads that are made here. */
  private final int lacking;

  /** Whether the departure is of a frame that was accepted, and the room where it lies. */
  private boolean holding;

  private int heldIn;

  /**
   * @param below the driver's queue, or the stage before it; not used by anybody else
   * @param can of the driver
   * @param regions with those of all stages below; gets one more
   * @param counters of the guest's queue
   * @param mostSegment most bytes of a frame on the wire; a large frame whose segments would be
   *     longer is dropped
   */
  public SoftTx(
      TxQueue below, Capabilities can, Regions regions, QueueCounters counters, int mostSegment) {
    super(below);
    this.counters = counters;
    rooms = new LargeRooms(regions);
    own = rooms.region;
    this.regions = regions.segments();
    int has = can.txOffloads();
    // Every GSO kind needs open checksums (OFF-2).
    lacking = OFFLOADS & ~((has & Offload.CSUM_PARTIAL) == 0 ? 0 : has);
    offered = new OfferedFrames(rooms, this.regions, lacking, can.maxFrame());
    departure = new Departure(below, can, this.regions, mostSegment);
  }

  /**
   * Whether a driver needs this stage.
   *
   * @param can of the driver
   * @param guestOffloads offloads that frames of the guest may use
   */
  public static boolean needed(Capabilities can, int guestOffloads) {
    boolean large = (guestOffloads & Offload.GSO_ANY) != 0;
    return (guestOffloads & OFFLOADS & ~can.txOffloads()) != 0
        || large && can.maxFrame() < MOST_FRAME;
  }

  @Override
  public int claim(Burst frames, int max) {
    return holding ? 0 : below.claim(frames, max);
  }

  @Override
  public boolean lendsLarge() {
    return true;
  }

  @Override
  public int claimLarge(Burst frames) {
    return holding ? 0 : rooms.claim(frames);
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    int end = first + count;
    int run = first;
    for (int i = first; i < end; i++) {
      if (frames.region[i] == own) {
        giveBack(frames, run, i);
        int room = rooms.room(frames.offset[i]);
        if (room < 0) {
          throw new IllegalStateException("a large frame that was not lent is given back");
        }
        rooms.free(room);
        run = i + 1;
      }
    }
    giveBack(frames, run, end);
  }

  private void giveBack(Burst frames, int first, int end) {
    if (first < end) {
      below.unclaim(frames, first, end - first);
    }
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    if (holding && count > 0) {
      advance();
      if (holding) {
        frames.status[first] = Burst.FULL;
        return 0;
      }
    }
    int end = first + count;
    // What lies between run and at goes down in one call.
    int run = first;
    int at = first;
    while (true) {
      at = offered.plain(frames, at, end);
      int n = at == end ? 0 : OfferedFrames.entries(frames, at, end);
      if (n > 0
          && (offered.passes(frames, at, n) || !checksums.full() && completes(frames, at, n))) {
        at += n;
        continue;
      }
      run += flush(frames, run, at);
      if (run < at || at == end) {
        return run - first;
      }
      if (completes(frames, at, n)) {
        at += n;
        continue;
      }
      int status = depart(frames, at, n);
      if (status != TAKEN) {
        frames.status[at] = status;
        return at - first;
      }
      at += n;
      run = at;
      if (holding && at < end) {
        frames.status[at] = Burst.FULL;
        return at - first;
      }
    }
  }

  /** Completes the checksum of a frame that needs nothing else; false if it is none, or wrong. */
  private boolean completes(Burst frames, int at, int n) {
    return n == 1
        && (frames.flags[at] & GSO) == 0
        && frames.region[at] != own
        && checksums.complete(
            frames, at, regions[frames.region[at]], frames.offset[at], frames.length[at]);
  }

  /** Passes on a run; returns how many entries were accepted. */
  private int flush(Burst frames, int run, int at) {
    int sent = run == at ? 0 : below.transmit(frames, run, at - run);
    int completed = checksums.keep(frames, run + sent);
    if (completed > 0) {
      counters.add(Name.FALLBACK_CHECKSUM, completed);
    }
    return sent;
  }

  /**
   * Sends a frame that cannot go down as it lies, or drops it.
   *
   * @return {@link #TAKEN}, or the status with which it is refused: it is the caller's still
   */
  private int depart(Burst frames, int at, int n) {
    int length = offered.length(frames, at, n);
    if (length < 0) {
      return offered.status();
    }
    MemorySegment memory = regions[frames.region[at]];
    long offset = frames.offset[at];
    if (n > 1) {
      offered.gather(frames, at, n);
      memory = rooms.memory;
      offset = LargeRooms.at(LargeRooms.KEPT);
    }
    return begin(frames, at, n, memory, offset, length);
  }

  private int begin(Burst frames, int at, int n, MemorySegment memory, long offset, int length) {
    int flags = frames.flags[at];
    boolean large = (flags & GSO) != 0;
    boolean cuts = large && ((flags & lacking) != 0 || length > departure.mostWhole());
    if (cuts) {
      if (!departure.cut(frames, at, memory, offset, length)) {
        return drop(frames, at, n);
      }
    } else {
      if (length > departure.mostWhole()) {
        return Burst.TOO_LONG;
      }
      if ((flags & lacking & Offload.CSUM_PARTIAL) != 0
          && !checksums.complete(frames, at, memory, offset, length)) {
        return drop(frames, at, n);
      }
      departure.whole(frames, at, memory, offset, length);
    }
    int result = departure.push();
    if (result == Departure.REFUSED && !departure.begun()) {
      departure.end();
      checksums.keep(frames, at);
      return departure.status();
    }
    if (checksums.keep(frames, at + 1) > 0) {
      counters.add(Name.FALLBACK_CHECKSUM, 1);
    }
    if (cuts) {
      counters.add(Name.FALLBACK_SEGMENTATION, 1);
    }
    if (result == Departure.WAITS) {
      hold(frames, at, n);
    } else {
      finish(result);
      release(frames, at, n);
    }
    return TAKEN;
  }

  private int drop(Burst frames, int at, int n) {
    counters.add(Name.DROPPED_HEADERS, 1);
    release(frames, at, n);
    return TAKEN;
  }

  /** Keeps what has not gone down, in own memory: the driver's frames are needed for the rest. */
  private void hold(Burst frames, int at, int n) {
    holding = true;
    if (n == 1 && frames.region[at] == own) {
      heldIn = rooms.room(frames.offset[at]);
      return;
    }
    heldIn = LargeRooms.KEPT;
    if (n == 1) {
      departure.moveTo(rooms.memory, LargeRooms.at(LargeRooms.KEPT));
    }
    release(frames, at, n);
  }

  private void release(Burst frames, int at, int n) {
    for (int i = at; i < at + n; i++) {
      if (frames.region[i] == own) {
        rooms.free(rooms.room(frames.offset[i]));
      } else {
        below.unclaim(frames, i, 1);
      }
    }
  }

  private void finish(int result) {
    if (result == Departure.REFUSED) {
      counters.add(Name.DROPPED_REFUSED, 1);
    }
    departure.end();
  }

  /** Goes on with the frame that is held; returns the frames that went down. */
  private int advance() {
    int before = departure.passed();
    int result = departure.push();
    int passed = departure.passed() - before;
    if (result != Departure.WAITS) {
      finish(result);
      rooms.free(heldIn);
      holding = false;
    }
    return passed;
  }

  @Override
  public int pump() {
    int passed = super.pump();
    return holding ? passed + advance() : passed;
  }

  @Override
  public boolean holds() {
    return holding || super.holds();
  }

  @Override
  public void discard() {
    if (holding) {
      counters.add(Name.DROPPED_STOPPED, 1);
      departure.end();
      rooms.free(heldIn);
      holding = false;
    }
    super.discard();
  }
}
