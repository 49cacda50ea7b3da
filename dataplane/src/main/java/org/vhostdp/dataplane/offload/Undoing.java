package org.vhostdp.dataplane.offload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Offloads of received frames that the guest does not take, undone in own memory: open checksums
 * are completed in a copy, large frames cut. The frames that come of it lie one behind the other
 * until all are released; a large one is cut over several calls if they are many.
 */
final class Undoing {
  /** Offloads that need the guest's agreement. */
  static final int NEED = Offload.CSUM_PARTIAL | Offload.GSO_ANY | Offload.GSO_ECN;

  private static final int LARGE = Offload.GSO_ANY | Offload.GSO_ECN;
  private static final int METADATA = Offload.VLAN | Offload.HASH | Offload.TIMESTAMP;

  /** A packet of 64 KiB with Ethernet header, tags and an IPv6 header. */
  private static final int MOST_FRAME = 65_600;

  /** The first of them is for a large frame that came in pieces, the others for what is given. */
  private static final int BYTES = 8 * MOST_FRAME;

  private static final int ALIGNED = 64;

  private final QueueCounters counters;
  private final int added;
  private final int mostFrame;
  private final MemorySegment own;
  private final int region;
  private final Segmentation segmentation = new Segmentation();

  /** Where the next frame goes. */
  private int top = MOST_FRAME;

  /** Where the large frame lies that is being cut, how many come of it, and the next of those. */
  private MemorySegment large = MemorySegment.NULL;

  private long largeAt;
  private int cut;
  private int cutNext;

  /**
   * @param taken offloads that the guest takes
   * @param mostFrame bytes of the longest frame that comes of a large one
   */
  Undoing(Regions regions, QueueCounters counters, int taken, int mostFrame) {
    this.counters = counters;
    this.added = taken & Offload.CSUM_VALID;
    this.mostFrame = Math.min(mostFrame, MOST_FRAME);
    own = Arena.ofAuto().allocate(BYTES, ALIGNED);
    region = regions.add(own);
  }

  /** All that was given is released. */
  void reclaim() {
    top = MOST_FRAME;
  }

  /** Drops what is still to be given, and takes back the rest. */
  void discard() {
    cut = 0;
    cutNext = 0;
    reclaim();
  }

  /**
   * Undoes a frame, drops and counts it, or leaves it for later; called again, goes on with it.
   *
   * @param frames memory by region
   * @param undo the offloads to undo, at least one
   * @return whether the frame is done with; else it comes again when all given ones are released
   */
  boolean undo(
      MemorySegment[] frames, Burst in, int first, int entries, int undo, GivenFrames out) {
    if (cutNext < cut) {
      return give(in, first, out);
    }
    long length = 0;
    for (int e = first; e < first + entries; e++) {
      length += in.length[e];
    }
    if (length > MOST_FRAME) {
      return drop(Name.DROPPED_TOO_LONG);
    }
    if ((undo & LARGE) == 0) {
      return complete(frames, in, first, entries, (int) length, out);
    }
    large = frames[in.region[first]];
    largeAt = in.offset[first];
    if (entries > 1) {
      gather(frames, in, first, entries, 0);
      large = own;
      largeAt = 0;
    }
    return cut(in, first, (int) length, out);
  }

  private boolean drop(Name reason) {
    counters.add(reason, 1);
    return true;
  }

  private void gather(MemorySegment[] frames, Burst in, int first, int entries, long to) {
    long at = to;
    for (int e = first; e < first + entries; e++) {
      MemorySegment.copy(frames[in.region[e]], in.offset[e], own, at, in.length[e]);
      at += in.length[e];
    }
  }

  private boolean complete(
      MemorySegment[] frames, Burst in, int first, int entries, int length, GivenFrames out) {
    long numbers = in.offload[first];
    int start = Offload.csumStart(numbers);
    int offset = Offload.csumOffset(numbers);
    if (start + offset + 2 > length) {
      return drop(Name.DROPPED_HEADERS);
    }
    if (top + length > BYTES) {
      return false;
    }
    gather(frames, in, first, entries, top);
    InternetChecksum.complete(own, top, length, start, offset);
    moved(in, first, length, out);
    counters.add(Name.FALLBACK_CHECKSUM, 1);
    return true;
  }

  /** Gives the frame that lies on top. */
  private void moved(Burst in, int first, int length, GivenFrames out) {
    out.moved(in, first, region, top, length, in.flags[first] & METADATA | added, 0);
    top = top + length + ALIGNED - 1 & -ALIGNED;
  }

  private boolean cut(Burst in, int first, int length, GivenFrames out) {
    int flags = in.flags[first];
    long numbers = in.offload[first];
    int n = segmentation.plan(large, largeAt, length, flags, Offload.gsoSize(numbers), mostFrame);
    if (n == Segmentation.NO_ROOM) {
      return drop(Name.DROPPED_TOO_LONG);
    }
    // Without an open checksum the field holds no sum to go on with.
    boolean open = (flags & Offload.CSUM_PARTIAL) != 0;
    if (n < 0
        || !open
        || !segmentation.sums(Offload.csumStart(numbers), Offload.csumOffset(numbers))) {
      return drop(Name.DROPPED_HEADERS);
    }
    counters.add(Name.FALLBACK_SEGMENTATION, 1);
    cut = n;
    cutNext = 0;
    return give(in, first, out);
  }

  /** Gives frames of the cut, as many as there is room for; returns whether it was the last. */
  private boolean give(Burst in, int first, GivenFrames out) {
    while (cutNext < cut && out.room() > 0 && top + segmentation.length(cutNext) <= BYTES) {
      moved(in, first, segmentation.emit(cutNext, large, largeAt, own, top), out);
      cutNext++;
    }
    return cutNext == cut;
  }
}
