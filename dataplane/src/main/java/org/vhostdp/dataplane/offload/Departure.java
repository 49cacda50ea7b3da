package org.vhostdp.dataplane.offload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;

/**
 * One frame on its way into frames claimed from below: cut into segments, or copied as it is over
 * as many of them as it needs. It goes as far as the queue below has room, and on from there at the
 * next {@link #push}. One IO thread.
 */
final class Departure {
  /** The whole frame went down. */
  static final int DONE = 0;

  /** The queue below has no room now. */
  static final int WAITS = 1;

  /** The queue below will never take it, see {@link #status}. */
  static final int REFUSED = 2;

  /** Entries of one call below. */
  private static final int BURST = 32;

  /** Frames of one push: a guest that asks for segments of one byte does not keep the others. */
  private static final int BUDGET = 128;

  private static final int METADATA = Offload.VLAN | Offload.HASH | Offload.TIMESTAMP;

  private final TxQueue below;
  private final MemorySegment[] regions;
  private final int frameRoom;
  private final int mostSegment;
  private final int mostWhole;
  private final Segmentation segmentation = new Segmentation();
  private final Burst out = new Burst(BURST);
  private final Burst more = new Burst(BURST);

  /** A segment before it is copied over several frames; null if each fits one. */
  private final MemorySegment scratch;

  /** Where the frame lies. */
  private MemorySegment memory = MemorySegment.NULL;

  private long at;
  private int length;

  /** Frames that it becomes, and the next to go; 0 and 0 for none. */
  private int frames;

  private int next;
  private boolean cut;

  /** Metadata of each frame that it becomes. */
  private int flags;

  private long numbers;
  private int vlan;
  private int hash;
  private int hashType;
  private long timestamp;

  /** Frames at the beginning of {@link #out} that are claimed and kept for the next push. */
  private int kept;

  private int status;

  /**
   * @param can of the queue below
   * @param regions memory of its frames, by region id
   * @param mostSegment most bytes of a segment, headers included
   */
  Departure(TxQueue below, Capabilities can, MemorySegment[] regions, int mostSegment) {
    this.below = below;
    this.regions = regions;
    frameRoom = Math.max(1, can.frameRoom());
    int entries = Math.max(1, Math.min(Math.min(can.maxSegments(), BURST), can.txLent()));
    mostWhole = (int) Math.min(can.maxFrame(), (long) entries * frameRoom);
    this.mostSegment = Math.min(mostSegment, mostWhole);
    scratch = frameRoom < this.mostSegment ? Arena.ofAuto().allocate(this.mostSegment) : null;
  }

  /** Most bytes of a frame that goes down as it is. */
  int mostWhole() {
    return mostWhole;
  }

  /** Why the queue below refuses: a status of {@link Burst}. */
  int status() {
    return status;
  }

  /** Whether something of the frame went down already. */
  boolean begun() {
    return next > 0;
  }

  /**
   * Begins to cut a frame that lies in one piece.
   *
   * @param i its first entry, for metadata
   * @return false if its headers do not allow what is asked
   */
  boolean cut(Burst from, int i, MemorySegment memory, long at, int length) {
    long packed = from.offload[i];
    int asked = from.flags[i];
    int n = segmentation.plan(memory, at, length, asked, Offload.gsoSize(packed), mostSegment);
    if (n < 1
        || (asked & Offload.CSUM_PARTIAL) == 0
        || !segmentation.sums(Offload.csumStart(packed), Offload.csumOffset(packed))) {
      return false;
    }
    begin(from, i, memory, at, length);
    flags &= METADATA;
    frames = n;
    cut = true;
    return true;
  }

  /**
   * Begins to copy a frame that lies in one piece and is not longer than {@link #mostWhole}.
   *
   * @param i its first entry, for metadata
   */
  void whole(Burst from, int i, MemorySegment memory, long at, int length) {
    begin(from, i, memory, at, length);
    frames = 1;
    cut = false;
  }

  private void begin(Burst from, int i, MemorySegment memory, long at, int length) {
    this.memory = memory;
    this.at = at;
    this.length = length;
    next = 0;
    flags = from.flags[i] & ~Offload.MORE;
    numbers = from.offload[i];
    vlan = from.vlan[i];
    hash = from.hash[i];
    hashType = from.hashType[i];
    timestamp = from.timestamp[i];
  }

  /** Copies the frame to other memory, from which it goes on. */
  void moveTo(MemorySegment other, long otherAt) {
    MemorySegment.copy(memory, at, other, otherAt, length);
    memory = other;
    at = otherAt;
  }

  /** Passes on as much as the queue below takes, and counts it in {@link #passed}. */
  int push() {
    int end = Math.min(frames, next + BUDGET);
    boolean single = cut && scratch == null;
    while (next < end) {
      int result = single ? pushBatch() : pushSpread();
      if (result != DONE) {
        return result;
      }
    }
    return next < frames ? WAITS : DONE;
  }

  /** Frames that went down since the frame began. */
  int passed() {
    return next;
  }

  /** Segments, each in a frame of its own. */
  private int pushBatch() {
    int claimed = below.claim(out, Math.min(frames - next, BURST));
    for (int i = 0; i < claimed; i++) {
      int bytes = segmentation.length(next + i);
      if (bytes > out.room[i]) {
        return refused(Burst.TOO_LONG, 0, claimed);
      }
      segmentation.emit(next + i, memory, at, regions[out.region[i]], out.offset[i]);
      out.length[i] = bytes;
      describe(i, flags);
    }
    if (claimed == 0) {
      return WAITS;
    }
    int sent = below.transmit(out, 0, claimed);
    next += sent;
    return sent == claimed ? DONE : refused(out.status[sent], sent, claimed);
  }

  /** One frame, over several entries if need be. */
  private int pushSpread() {
    MemorySegment from = memory;
    long fromAt = at;
    int bytes = length;
    if (cut) {
      bytes = segmentation.emit(next, memory, at, scratch, 0);
      from = scratch;
      fromAt = 0;
    }
    int needed = (bytes - 1) / frameRoom + 1;
    if (!claim(needed)) {
      return WAITS;
    }
    int used = spread(from, fromAt, bytes);
    int claimed = kept;
    kept = 0;
    if (used == 0) {
      return refused(Burst.TOO_LONG, 0, claimed);
    }
    int sent = below.transmit(out, 0, used);
    if (sent < used) {
      return refused(out.status[sent], sent, claimed);
    }
    if (used < claimed) {
      below.unclaim(out, used, claimed - used);
    }
    next++;
    return DONE;
  }

  /** Claims until there are enough; what there is stays claimed. */
  private boolean claim(int needed) {
    while (kept < needed) {
      int claimed = below.claim(more, needed - kept);
      if (claimed == 0) {
        return false;
      }
      System.arraycopy(more.region, 0, out.region, kept, claimed);
      System.arraycopy(more.offset, 0, out.offset, kept, claimed);
      System.arraycopy(more.room, 0, out.room, kept, claimed);
      kept += claimed;
    }
    return true;
  }

  /** Copies over the claimed frames; returns how many were used, 0 if they are too few. */
  private int spread(MemorySegment from, long fromAt, int bytes) {
    int used = 0;
    for (int done = 0; done < bytes; used++) {
      if (used == kept) {
        return 0;
      }
      int part = Math.min(bytes - done, out.room[used]);
      MemorySegment.copy(from, fromAt + done, regions[out.region[used]], out.offset[used], part);
      out.length[used] = part;
      done += part;
      int goesOn = done < bytes ? Offload.MORE : 0;
      if (used == 0) {
        describe(0, flags | goesOn);
      } else {
        out.flags[used] = goesOn;
      }
    }
    return used;
  }

  private void describe(int i, int described) {
    out.flags[i] = described;
    if (described != 0) {
      out.offload[i] = numbers;
      out.vlan[i] = vlan;
      out.hash[i] = hash;
      out.hashType[i] = hashType;
      out.timestamp[i] = timestamp;
    }
  }

  private int refused(int why, int first, int end) {
    below.unclaim(out, first, end - first);
    status = why;
    return why == Burst.FULL ? WAITS : REFUSED;
  }

  /** Gives back what is claimed. */
  void end() {
    if (kept > 0) {
      below.unclaim(out, 0, kept);
      kept = 0;
    }
    frames = 0;
    next = 0;
  }
}
