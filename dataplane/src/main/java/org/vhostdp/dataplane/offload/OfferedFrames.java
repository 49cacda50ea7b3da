package org.vhostdp.dataplane.offload;

import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Looks at the frames of a burst that is to be sent: where one ends, whether it lies where it says,
 * and whether the queue below can have it as it is. One IO thread.
 */
final class OfferedFrames {
  static final int GSO = Offload.GSO_ANY | Offload.GSO_ECN;

  private final LargeRooms rooms;
  private final MemorySegment[] regions;
  private final int own;
  private final int lacking;
  private final int maxFrame;
  private int status;

  /**
   * @param regions memory of frames, by region id
   * @param lacking offloads that the queue below does not have
   * @param maxFrame most bytes of a large frame for it
   */
  OfferedFrames(LargeRooms rooms, MemorySegment[] regions, int lacking, int maxFrame) {
    this.rooms = rooms;
    this.regions = regions;
    this.own = rooms.region;
    this.lacking = lacking;
    this.maxFrame = maxFrame;
  }

  /** The first entry from one on that is no plain frame of the queue below. */
  int plain(Burst frames, int from, int end) {
    return plain(frames.flags, frames.region, lacking | GSO | Offload.MORE, own, from, end);
  }

  /** A loop of its own, with everything in locals. */
  private static int plain(int[] flags, int[] region, int special, int own, int from, int end) {
    int at = from;
    while (at < end && (flags[at] & special) == 0 && region[at] != own) {
      at++;
    }
    return at;
  }

  /** Entries of a frame; one that is unfinished reaches to the end. */
  static int entries(Burst frames, int at, int end) {
    int last = at;
    while (last < end - 1 && (frames.flags[last] & Offload.MORE) != 0) {
      last++;
    }
    return last + 1 - at;
  }

  /**
   * Whether a frame is the driver's to send, or to refuse: one whose entries make no sense is, if
   * none of them is from here.
   */
  boolean passes(Burst frames, int at, int n) {
    long total = 0;
    boolean sound = (frames.flags[at + n - 1] & Offload.MORE) == 0;
    for (int i = at; i < at + n; i++) {
      if (frames.region[i] == own) {
        return false;
      }
      sound &= lies(frames, i);
      total += frames.length[i];
    }
    int flags = frames.flags[at];
    return !sound || (flags & lacking) == 0 && ((flags & GSO) == 0 || total <= maxFrame);
  }

  /** Whether an entry names bytes of its region, or of a lent room. */
  private boolean lies(Burst frames, int i) {
    int region = frames.region[i];
    int length = frames.length[i];
    long offset = frames.offset[i];
    if (length <= 0 || region < 0 || region >= regions.length) {
      return false;
    }
    return region == own
        ? rooms.holds(offset, length)
        : offset >= 0 && offset <= regions[region].byteSize() - length;
  }

  /**
   * Bytes of a frame that is to be looked into.
   *
   * @return -1 if it is refused, see {@link #status}
   */
  int length(Burst frames, int at, int n) {
    long total = 0;
    for (int i = at; i < at + n; i++) {
      if (!lies(frames, i)) {
        return refused(Burst.BAD_MEMORY);
      }
      total += frames.length[i];
    }
    if ((frames.flags[at + n - 1] & Offload.MORE) != 0) {
      return refused(Burst.REFUSED);
    }
    return total > LargeRooms.ROOM ? refused(Burst.TOO_LONG) : (int) total;
  }

  private int refused(int why) {
    status = why;
    return -1;
  }

  /** Why the last frame was refused: a status of {@link Burst}. */
  int status() {
    return status;
  }

  /** Copies a frame of several entries to the room that is kept back. */
  void gather(Burst frames, int at, int n) {
    long to = LargeRooms.at(LargeRooms.KEPT);
    for (int i = at; i < at + n; i++) {
      int part = frames.length[i];
      MemorySegment.copy(regions[frames.region[i]], frames.offset[i], rooms.memory, to, part);
      to += part;
    }
  }
}
