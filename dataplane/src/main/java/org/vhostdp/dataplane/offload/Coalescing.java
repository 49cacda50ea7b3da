package org.vhostdp.dataplane.offload;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.net.QueueCounters;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.stage.Regions;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Received TCP segments gathered to fewer, larger frames, for several flows at once. The order
 * within a flow is kept, also with frames of it that cannot be gathered: whatever of a flow is held
 * is given before them. All memory is allocated once.
 */
final class Coalescing {
  /** The frame is to be given by the caller, after what was given for it. */
  static final int PASS = 0;

  /** The frame is held, or went out with what was held. */
  static final int HELD = 1;

  /** The memory for it is lent: ask again when all that was given is released. */
  static final int LATER = 2;

  /** Flows held at once. */
  static final int MOST_HELD = 8;

  /** As many again may be lent while the next ones are gathered. */
  private static final int TRAINS = 2 * MOST_HELD;

  /** Nothing is held for longer while frames keep coming. */
  private static final long OLD_NANOS = 20_000;

  /** Flags that a frame may have and be gathered. */
  private static final int PLAIN =
      Offload.CSUM_PARTIAL | Offload.CSUM_VALID | Offload.VLAN | Offload.HASH | Offload.TIMESTAMP;

  private static final int CHECKSUM = 16;

  private final QueueCounters counters;
  private final int taken;
  private final StreamHeaders headers = new StreamHeaders();

  /** The oldest first. */
  private final Train[] held = new Train[MOST_HELD];

  private final Train[] lent = new Train[TRAINS];
  private final Train[] free = new Train[TRAINS];
  private int heldCount;
  private int lentCount;
  private int freeCount;

  Coalescing(Regions regions, QueueCounters counters, int taken) {
    this.counters = counters;
    this.taken = taken;
    MemorySegment memory = Arena.ofAuto().allocate((long) TRAINS * Train.STRIDE, 64);
    int region = regions.add(memory);
    for (int i = TRAINS - 1; i >= 0; i--) {
      free[freeCount++] = new Train(memory, (long) i * Train.STRIDE, region);
    }
  }

  /** Flows held: most entries that one offered frame can make it give. */
  int held() {
    return heldCount;
  }

  /** All that was given is released. */
  void reclaim() {
    while (lentCount > 0) {
      free[freeCount++] = lent[--lentCount];
    }
  }

  /**
   * Takes a frame, or says that it goes on as it is; either way gives what must go before it.
   *
   * @param memory of its first entry
   * @param first its first entry
   * @param entries of it
   * @param out has room for everything held
   * @return {@link #PASS}, {@link #HELD} or {@link #LATER}
   */
  int offer(MemorySegment memory, Burst in, int first, int entries, long now, GivenFrames out) {
    StreamHeaders h = headers;
    int kind = h.read(memory, in.offset[first], in.length[first]);
    boolean whole = entries == 1;
    if (kind == StreamHeaders.OTHER) {
      if (!whole) {
        // What it is may stand in its next entry.
        flushAll(out);
      }
      return PASS;
    }
    if (kind == StreamHeaders.UNCLEAR) {
      flushAddresses(out);
      return PASS;
    }
    int flow = find(in, first);
    if (kind == StreamHeaders.SINGLE || !whole || !takes(in.flags[first])) {
      return passBehind(flow, out);
    }
    boolean continued = flow >= 0 && held[flow].continuedBy(h);
    if (!continued && (h.pushed() || !Train.mayBegin(h))) {
      return passBehind(flow, out);
    }
    if (!continued && freeCount == 0) {
      return LATER;
    }
    int flags = checked(in.flags[first], in.offload[first]);
    if (flags < 0) {
      return passBehind(flow, out);
    }
    if (continued) {
      if (held[flow].append(h)) {
        flush(flow, out);
      }
      return HELD;
    }
    passBehind(flow, out);
    return begin(in, first, flags, now, out);
  }

  private int begin(Burst in, int first, int flags, long now, GivenFrames out) {
    if (heldCount == MOST_HELD) {
      flush(0, out);
    }
    Train train = free[--freeCount];
    train.begin(headers, in, first, flags, now);
    held[heldCount++] = train;
    return HELD;
  }

  private int passBehind(int flow, GivenFrames out) {
    if (flow >= 0) {
      flush(flow, out);
    }
    return PASS;
  }

  /** Whether the guest takes what would come of such a frame. */
  private boolean takes(int flags) {
    int kind = headers.version6 ? Offload.GSO_TCP6 : Offload.GSO_TCP4;
    return (taken & kind) != 0 && (flags & ~PLAIN) == 0;
  }

  /** The frame's flags, its checksum validated; -1 if that is wrong. */
  private int checked(int flags, long numbers) {
    if ((flags & Offload.CSUM_PARTIAL) != 0) {
      boolean ours =
          Offload.csumStart(numbers) == headers.transport
              && Offload.csumOffset(numbers) == CHECKSUM;
      return ours ? flags : -1;
    }
    if ((flags & Offload.CSUM_VALID) != 0) {
      return flags;
    }
    counters.add(Name.FALLBACK_VALIDATION, 1);
    return headers.valid() ? flags | taken & Offload.CSUM_VALID : -1;
  }

  private int find(Burst in, int e) {
    for (int i = 0; i < heldCount; i++) {
      if (held[i].sameFlow(headers, in, e)) {
        return i;
      }
    }
    return -1;
  }

  private void flush(int i, GivenFrames out) {
    Train train = held[i];
    heldCount--;
    for (int k = i; k < heldCount; k++) {
      held[k] = held[k + 1];
    }
    train.give(out);
    lent[lentCount++] = train;
    if (train.frames > 1) {
      counters.add(Name.FALLBACK_COALESCED, train.frames - 1L);
    }
  }

  private void flushAddresses(GivenFrames out) {
    for (int i = heldCount - 1; i >= 0; i--) {
      if (held[i].sameAddresses(headers)) {
        flush(i, out);
      }
    }
  }

  /** Gives what is held, the oldest first, as far as there is room. */
  void flushAll(GivenFrames out) {
    while (heldCount > 0 && out.room() > 0) {
      flush(0, out);
    }
  }

  /** Gives what is held for too long. */
  void flushOld(long now, GivenFrames out) {
    while (heldCount > 0 && out.room() > 0 && now - held[0].born > OLD_NANOS) {
      flush(0, out);
    }
  }

  /** Drops everything; returns how many received frames were held. */
  int discard() {
    int frames = 0;
    while (heldCount > 0) {
      Train train = held[--heldCount];
      frames += train.frames;
      free[freeCount++] = train;
    }
    reclaim();
    return frames;
  }
}
