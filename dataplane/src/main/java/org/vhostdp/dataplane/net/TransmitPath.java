package org.vhostdp.dataplane.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.Chains;
import org.vhostdp.dataplane.stage.TxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.TxQueue;

/**
 * From the guest's transmit ring to the driver. One turn: collect chains, claim frames, copy each
 * straight into the driver's frame, transmit, complete, publish. With foreign memory the driver is
 * given the guest's buffers themselves and nothing is copied here.
 *
 * <p>Frames are consumed from the ring only when the driver has accepted them, so back-pressure is
 * the ring filling up, and nothing is held between turns. A frame that is malformed, refused or too
 * long for one driver frame is dealt with alone, at the head of a batch: the usual loop has no such
 * cases in it.
 */
public final class TransmitPath extends QueueSide {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Entries of a burst of lent buffers; a frame of more is copied. */
  private static final int LENT = 256;

  /** Most entries of a frame that is copied, whatever the driver allows. */
  private static final int MOST_SEGMENTS = 256;

  /** Frames copied between two preparations of their completion: those of two cache lines. */
  private static final int PREPARED = 8;

  /** Least bytes of a frame: an Ethernet header. */
  private static final int LEAST = 14;

  private final TxQueue driver;

  /** The same as the driver's queue if it is a stage, else null. */
  private final TxStage stage;

  private final MemorySegment[] guest;
  private final MemorySegment[] frames;
  private final int[] lent;
  private final int maxFrame;
  private final int maxSegments;
  private final int allowed;
  private final Burst burst;
  private final int[] entry = new int[BURST + 1];
  private final MemorySegment scratch = MemorySegment.ofArray(new long[3]);
  private boolean blocked;
  private long bytesSent;

  /**
   * @param setup ring, features, interrupt
   * @param driver the queue to transmit on, not used by anybody else
   * @param regions the port's regions, as started
   * @param maxSegments most entries of one frame
   */
  public TransmitPath(QueueSetup setup, TxQueue driver, List<Region> regions, int maxSegments) {
    this(setup, driver, segments(regions), maxSegments);
  }

  /**
   * @param driver the driver's queue, or the uppermost stage before it
   * @param frames the memory of frames, by region id
   */
  public TransmitPath(QueueSetup setup, TxQueue driver, MemorySegment[] frames, int maxSegments) {
    super(setup, BURST);
    this.driver = driver;
    this.stage = driver instanceof TxStage s ? s : null;
    this.guest = ring.memory().segments();
    this.frames = frames;
    this.lent = setup.lent();
    this.maxFrame = setup.maxFrame();
    this.maxSegments = Math.min(maxSegments, MOST_SEGMENTS);
    this.allowed = Features.txOffloads(setup.features());
    this.burst = new Burst(lent == null ? Math.max(BURST, this.maxSegments) : LENT);
  }

  /** Whether the driver took less than there was, last time. */
  public boolean blocked() {
    return blocked;
  }

  /** Whether a stage holds frames that were taken from the guest already. */
  public boolean waiting() {
    return stage != null && stage.holds();
  }

  /** After a failure in the middle of a turn: its frames are the guest's again. */
  public void abandon() {
    ring.takeBack(chains);
    discard();
  }

  /** Drops what stages hold. For the queue's end. */
  public void discard() {
    if (stage != null) {
      stage.discard();
    }
  }

  /**
   * One turn.
   *
   * @return frames moved or dropped; -1 if the ring is broken
   */
  public int poll() {
    int pumped = stage == null ? 0 : stage.pump();
    int n = ring.collect(chains, chains.capacity());
    if (n <= 0) {
      return n < 0 ? n : pumped;
    }
    blocked = false;
    bytesSent = 0;
    int done = lent == null ? sendCopies(n) : sendForeign(n);
    if (done > 0) {
      counters.add(Name.FRAMES, done);
      counters.add(Name.BYTES, bytesSent);
      counters.burst(done);
    } else if (!blocked) {
      done = sendHead();
    }
    if (blocked) {
      counters.add(Name.BACK_PRESSURE, 1);
    }
    if (done > 0) {
      ring.complete(chains, 0, done);
      publish();
    } else {
      ring.takeBack(chains);
    }
    return done + pumped;
  }

  /** Copies the leading usual frames into claimed ones; returns how many the driver accepted. */
  private int sendCopies(int n) {
    int claimed = driver.claim(burst, n);
    int filled = fillBatch(claimed);
    int sent = filled == 0 ? 0 : driver.transmit(burst, 0, filled);
    if (sent < claimed) {
      driver.unclaim(burst, sent, claimed - sent);
    }
    // A frame refused for good comes to the head of the next turn; only a full device blocks.
    blocked = claimed == 0 || sent < filled && burst.status[sent] == Burst.FULL;
    for (int i = 0; i < sent; i++) {
      bytesSent += burst.length[i];
    }
    return sent;
  }

  /** Fills claimed frames, in order, until one is unusual; returns how many. */
  private int fillBatch(int claimed) {
    int plain = Math.min(claimed, chains.plain);
    int done = 0;
    while (done < plain) {
      int end = Math.min(plain, done + PREPARED);
      int filled =
          fillPlain(chains, burst, guest, frames, header, allowed != 0, maxFrame, done, end);
      ring.prepare(chains, done, filled);
      done = filled;
      if (filled < end) {
        break;
      }
    }
    if (done < claimed) {
      chains.unfold();
    }
    while (done < claimed) {
      done = fillUsual(chains, burst, guest, frames, header, allowed != 0, maxFrame, done, claimed);
      if (done == claimed || !describe(done)) {
        break;
      }
      done++;
    }
    return done;
  }

  /**
   * The loop of plain chains with frames without metadata. Static, with everything in locals: a
   * store to memory outside the heap makes the compiler load every field again.
   *
   * @param described whether headers may say anything
   * @return the first that is none, or the end
   */
  private static int fillPlain(
      Chains c,
      Burst burst,
      MemorySegment[] guest,
      MemorySegment[] frames,
      int header,
      boolean described,
      int maxFrame,
      int begin,
      int end) {
    long[] offset = c.offset;
    int[] length = c.length;
    int[] room = burst.room;
    int[] toRegion = burst.region;
    long[] toOffset = burst.offset;
    int[] toLength = burst.length;
    int[] flags = burst.flags;
    MemorySegment from = guest[c.plainRegion];
    for (int i = begin; i < end; i++) {
      int bytes = length[i] - header;
      if (bytes < LEAST || bytes > room[i] || bytes > maxFrame) {
        return i;
      }
      long at = offset[i];
      // flags and gso_type of a plain frame are zero: the rest of its header does not matter. A
      // driver without offloads sets them to zero (virtio 1.3, 5.1.6.2): then the header's cache
      // line, often not the payload's, need not come over from the guest's core at all.
      if (described && from.get(SHORT, at) != 0) {
        return i;
      }
      flags[i] = 0;
      toLength[i] = bytes;
      MemorySegment.copy(from, at + header, frames[toRegion[i]], toOffset[i], bytes);
    }
    return end;
  }

  /** The same for chains of any form. */
  private static int fillUsual(
      Chains c,
      Burst burst,
      MemorySegment[] guest,
      MemorySegment[] frames,
      int header,
      boolean described,
      int maxFrame,
      int begin,
      int end) {
    int[] first = c.first;
    int[] writable = c.writable;
    long[] readable = c.readableBytes;
    int[] region = c.region;
    long[] offset = c.offset;
    int[] length = c.length;
    int[] room = burst.room;
    int[] toRegion = burst.region;
    long[] toOffset = burst.offset;
    int[] toLength = burst.length;
    int[] flags = burst.flags;
    for (int i = begin; i < end; i++) {
      int b = first[i];
      long bytes = readable[i] - header;
      int here = length[b] - header;
      if (bytes < LEAST || bytes > room[i] || bytes > maxFrame || here < 0) {
        return i;
      }
      MemorySegment from = guest[region[b]];
      long at = offset[b];
      if (described && from.get(SHORT, at) != 0) {
        return i;
      }
      flags[i] = 0;
      toLength[i] = (int) bytes;
      MemorySegment to = frames[toRegion[i]];
      long toAt = toOffset[i];
      at += header;
      if (here == 0) {
        // The header has a buffer of its own.
        from = guest[region[++b]];
        at = offset[b];
        here = length[b];
      }
      MemorySegment.copy(from, at, to, toAt, here);
      while (++b < writable[i]) {
        toAt += here;
        here = length[b];
        MemorySegment.copy(guest[region[b]], offset[b], to, toAt, here);
      }
    }
    return end;
  }

  /** Fills claimed frame i from chain i, which has metadata; false if it is no usual frame. */
  private boolean describe(int i) {
    long bytes = chains.readableBytes[i] - header;
    int b = chains.first[i];
    int here = chains.length[b] - header;
    if (bytes < LEAST || bytes > burst.room[i] || bytes > maxFrame || here < 0) {
      return false;
    }
    MemorySegment from = guest[chains.region[b]];
    long at = chains.offset[b];
    long word = from.get(LONG, at);
    burst.flags[i] = 0;
    if (allowed != 0
        && (word & 0xFFFF) != 0
        && !metadata(i, word, from.get(SHORT, at + 8) & 0xFFFF, bytes)) {
      return false;
    }
    burst.length[i] = (int) bytes;
    MemorySegment to = frames[burst.region[i]];
    long toAt = burst.offset[i];
    MemorySegment.copy(from, at + header, to, toAt, here);
    for (b++; b < chains.writable[i]; b++) {
      toAt += here;
      here = chains.length[b];
      MemorySegment.copy(guest[chains.region[b]], chains.offset[b], to, toAt, here);
    }
    return true;
  }

  private boolean metadata(int i, long word, int csumOffset, long bytes) {
    int flags = NetHeader.flags(word, csumOffset, bytes, allowed);
    burst.flags[i] = flags;
    burst.offload[i] = NetHeader.numbers(word, csumOffset);
    return flags != NetHeader.BAD;
  }

  /** Lends the guest's own buffers; returns how many frames the driver accepted. */
  private int sendForeign(int n) {
    chains.unfold();
    int entries = 0;
    int filled = 0;
    while (filled < n && filled < BURST) {
      entry[filled] = entries;
      int added = refer(filled, entries);
      if (added == 0) {
        break;
      }
      entries += added;
      filled++;
    }
    entry[filled] = entries;
    int accepted = filled == 0 ? 0 : driver.transmit(burst, 0, entries);
    int sent = 0;
    while (sent < filled && entry[sent + 1] <= accepted) {
      sent++;
    }
    blocked = sent < filled && burst.status[accepted] == Burst.FULL;
    for (int i = 0; i < sent; i++) {
      bytesSent += chains.readableBytes[i] - header;
    }
    return sent;
  }

  /** Names chain i's buffers from entry {@code at} on; returns the entries, 0 if unusual. */
  private int refer(int i, int at) {
    long bytes = chains.readableBytes[i] - header;
    int b = chains.first[i];
    int end = chains.writable[i];
    if (bytes < LEAST
        || bytes > maxFrame
        || end - b > Math.min(maxSegments, LENT - at)
        || chains.length[b] < header) {
      return 0;
    }
    MemorySegment from = guest[chains.region[b]];
    long start = chains.offset[b];
    long word = from.get(LONG, start);
    if (allowed == 0 || (word & 0xFFFF) == 0) {
      burst.flags[at] = 0;
    } else if (!metadata(at, word, from.get(SHORT, start + 8) & 0xFFFF, bytes)) {
      return 0;
    }
    int flags = burst.flags[at];
    int skip = header;
    int e = at;
    for (; b < end; b++) {
      int length = chains.length[b] - skip;
      if (length > 0) {
        burst.region[e] = lent[chains.region[b]];
        burst.offset[e] = chains.offset[b] + skip;
        burst.length[e] = length;
        burst.flags[e++] = Offload.MORE;
      }
      skip = 0;
    }
    burst.flags[e - 1] = 0;
    burst.flags[at] |= flags;
    return e - at;
  }

  /**
   * The chain at the head, alone: sent over several driver frames if it is long, dropped and
   * counted if nothing can be made of it.
   *
   * @return 1, or 0 if the driver has no room now
   */
  private int sendHead() {
    chains.unfold();
    long bytes = chains.readableBytes[0] - header;
    if (bytes < LEAST) {
      return drop(Name.DROPPED_MALFORMED);
    }
    if (bytes > maxFrame) {
      return drop(Name.DROPPED_TOO_LONG);
    }
    long at = gatherHeader();
    long word = scratch.get(LONG, 0);
    burst.flags[0] = 0;
    if (allowed != 0
        && (word & 0xFFFF) != 0
        && !metadata(0, word, scratch.get(SHORT, 8) & 0xFFFF, bytes)) {
      return drop(Name.DROPPED_MALFORMED);
    }
    int flags = burst.flags[0];
    boolean large = stage != null && stage.lendsLarge();
    int most = large ? 1 : Math.min(maxSegments, burst.capacity());
    int claimed = large ? claimOne(bytes) : driver.claim(burst, most);
    int used = scatter((int) (at >>> 32), (int) at, bytes, claimed);
    burst.flags[0] |= flags;
    int sent = used == 0 ? 0 : driver.transmit(burst, 0, used);
    int status = used == 0 ? Burst.FULL : burst.status[0];
    boolean never = used == 0 && claimed == most;
    driver.unclaim(burst, sent, claimed - sent);
    if (sent > 0) {
      counters.add(Name.FRAMES, 1);
      counters.add(Name.BYTES, bytes);
      return 1;
    }
    if (never) {
      return drop(Name.DROPPED_TOO_LONG);
    }
    if (status != Burst.FULL) {
      return drop(Name.DROPPED_REFUSED);
    }
    blocked = true;
    return 0;
  }

  /**
   * One frame of a stage that lends large ones: a usual one if that is enough, else a large one.
   */
  private int claimOne(long bytes) {
    int claimed = driver.claim(burst, 1);
    if (claimed == 1 && burst.room[0] < bytes) {
      driver.unclaim(burst, 0, 1);
      claimed = stage.claimLarge(burst);
    }
    return claimed;
  }

  private int drop(Name why) {
    counters.add(why, 1);
    return 1;
  }

  /**
   * Copies the head chain's header to scratch; returns buffer index << 32 | bytes skipped in it.
   */
  private long gatherHeader() {
    int b = chains.first[0];
    int got = 0;
    int taken = 0;
    while (got < header) {
      taken = Math.min(header - got, chains.length[b]);
      MemorySegment.copy(guest[chains.region[b]], chains.offset[b], scratch, got, taken);
      got += taken;
      if (got < header) {
        b++;
      }
    }
    return (long) b << 32 | taken;
  }

  /** Copies the head chain's payload over claimed frames; returns frames used, 0 if too few. */
  private int scatter(int startBuffer, int startSkip, long bytes, int claimed) {
    int b = startBuffer;
    int skip = startSkip;
    long left = bytes;
    for (int f = 0; f < claimed; f++) {
      int here = (int) Math.min(left, burst.room[f]);
      int got = 0;
      while (got < here) {
        int part = Math.min(here - got, chains.length[b] - skip);
        MemorySegment.copy(
            guest[chains.region[b]],
            chains.offset[b] + skip,
            frames[burst.region[f]],
            burst.offset[f] + got,
            part);
        got += part;
        skip += part;
        if (skip == chains.length[b]) {
          b++;
          skip = 0;
        }
      }
      burst.length[f] = here;
      left -= here;
      burst.flags[f] = left > 0 ? Offload.MORE : 0;
      if (left == 0) {
        return f + 1;
      }
    }
    return 0;
  }
}
