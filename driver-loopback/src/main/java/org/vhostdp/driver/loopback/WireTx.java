package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/** Copies frames to the receive queues at the wire's far end. */
final class WireTx implements TxQueue, QueueHalf {
  private final int index;
  private final boolean drops;
  private final WireEnd end;
  private final ForeignTable foreign;
  private final Tally tally;
  private final Limits limits;
  private final Gate gate = new Gate();
  private final FlowHash flow = new FlowHash();
  private final Signal signal = new Signal(this::roomOrChange);

  /** Null while stopped. */
  private TxFrames frames;

  private FrameCheck check;

  /** Where the last frame found no room, and whose queue that is; null if it found some. */
  private Arrivals blocked;

  private Inbox blockedAt;

  /** Bit q: something was put into receive queue q by this call. */
  private long touched;

  WireTx(int index, boolean drops, WireEnd end, ForeignTable foreign, Tally tally, Limits limits) {
    this.index = index;
    this.drops = drops;
    this.end = end;
    this.foreign = foreign;
    this.tally = tally;
    this.limits = limits;
  }

  void begin(TxFrames own, FrameCheck rules) throws LinuxException {
    signal.open();
    check = rules;
    blocked = null;
    blockedAt = null;
    frames = own;
  }

  @Override
  public int end() {
    int lent = frames == null ? 0 : frames.lent();
    frames = null;
    blocked = null;
    blockedAt = null;
    signal.close();
    return lent;
  }

  Gate gate() {
    return gate;
  }

  @Override
  public int claim(Burst burst, int max) {
    return frames == null || end.removed() ? 0 : frames.claim(burst, max);
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    Objects.checkFromIndexSize(first, count, burst.capacity());
    if (frames != null) {
      int wrong = frames.giveBack(burst, first, count);
      if (wrong != 0) {
        tally.add(Tally.LENDING_ERRORS, wrong);
      }
    }
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (frames == null) {
      return 0;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
    signal.disarm();
    check.begin();
    gate.enter();
    try {
      // Read inside the gate: until it is left, the far end keeps its memory.
      Inbox inbox = end.far();
      if (inbox == null && end.removed()) {
        return refuseAll(burst, first, count);
      }
      return inbox == null
          ? lose(burst, first, first + count)
          : send(burst, first, first + count, inbox);
    } finally {
      gate.leave();
    }
  }

  /** The device is gone. */
  private static int refuseAll(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = Burst.REFUSED;
    }
    return 0;
  }

  private int send(Burst burst, int first, int last, Inbox inbox) {
    Spread spread = inbox.spread;
    int active = inbox.active;
    boolean limited = limits.any();
    int i = first;
    long sent = 0;
    long bytes = 0;
    touched = 0;
    blocked = null;
    flow.clear();
    while (i < last) {
      int entries = check.check(burst, i, last);
      if (entries < 0) {
        refuse(burst, i, ~entries);
        break;
      }
      int queue = (spread == null ? index : classify(burst, i, entries, spread)) % active;
      if (limited && !limits.pass(index, check.bytes())) {
        burst.status[i] = Burst.FULL;
        break;
      }
      if (!put(burst, i, entries, inbox, queue)) {
        burst.status[i] = Burst.FULL;
        if (limited) {
          limits.giveBack(index, check.bytes());
        }
        break;
      }
      giveBack(burst, i, i + entries);
      sent++;
      bytes += check.bytes();
      i += entries;
    }
    tally.add(Tally.FRAMES, sent);
    tally.add(Tally.BYTES, bytes);
    announce(inbox);
    return i - first;
  }

  private void announce(Inbox inbox) {
    if (touched == 0) {
      return;
    }
    // The frames must be visible before the receivers' flags are read; see Signal.
    VarHandle.fullFence();
    for (long rest = touched; rest != 0; rest &= rest - 1) {
      inbox.queue(Long.numberOfTrailingZeros(rest)).announce(signal.state());
    }
  }

  /** Nobody is started at the far end: frames are accepted and lost, as on an unplugged wire. */
  private int lose(Burst burst, int first, int last) {
    int i = first;
    blocked = null;
    while (i < last) {
      int entries = check.check(burst, i, last);
      if (entries < 0) {
        refuse(burst, i, ~entries);
        break;
      }
      giveBack(burst, i, i + entries);
      tally.add(Tally.DROPPED, 1);
      i += entries;
    }
    return i - first;
  }

  private void refuse(Burst burst, int i, int status) {
    burst.status[i] = status;
    tally.add(Tally.ERRORS, 1);
  }

  private void giveBack(Burst burst, int i, int last) {
    for (; i < last; i++) {
      if (burst.region[i] == LoopbackPort.REGION) {
        frames.giveBack(burst.offset[i]);
      }
    }
  }

  private int classify(Burst burst, int i, int entries, Spread spread) {
    flow.clear();
    for (int at = i; at < i + entries && flow.wantsMore(); at++) {
      flow.add(memory(burst, at), start(burst, at), burst.length[at]);
    }
    return flow.queue(spread);
  }

  /** False if there is no room and the caller is to keep the frame. */
  private boolean put(Burst burst, int i, int entries, Inbox inbox, int queue) {
    Arrivals arrivals = inbox.queue(queue);
    if (check.bytes() > arrivals.area.room) {
      arrivals.tally.addShared(Tally.LONG_LOST, 1);
      arrivals.tally.addShared(Tally.LOST, 1);
      return true;
    }
    long position = arrivals.take();
    if (position < 0) {
      if (drops) {
        arrivals.tally.addShared(Tally.LOST, 1);
        return true;
      }
      blocked = arrivals;
      blockedAt = inbox;
      return false;
    }
    int slot = arrivals.slot(position);
    try {
      fill(burst, i, entries, arrivals, slot);
      // Set last: a copy that failed leaves a slot that the receiver passes over.
      arrivals.length[slot] = check.bytes();
    } finally {
      arrivals.publish(position);
    }
    touched |= 1L << queue;
    return true;
  }

  private void fill(Burst burst, int i, int entries, Arrivals arrivals, int slot) {
    int flags = burst.flags[i] & ~Offload.MORE;
    if ((flags & (Offload.CSUM_PARTIAL | Offload.GSO_ANY)) != 0) {
      arrivals.offload[slot] = burst.offload[i];
    }
    if ((flags & Offload.VLAN) != 0) {
      arrivals.vlan[slot] = burst.vlan[i];
    }
    if (flow.type() != 0) {
      flags |= Offload.HASH;
      arrivals.hash[slot] = flow.hash();
      arrivals.hashType[slot] = flow.type();
    }
    arrivals.flags[slot] = flags;
    long to = arrivals.area.start(slot);
    for (int at = i; at < i + entries; at++) {
      int length = burst.length[at];
      MemorySegment.copy(memory(burst, at), start(burst, at), arrivals.area.memory, to, length);
      to += length;
    }
  }

  private MemorySegment memory(Burst burst, int i) {
    int region = burst.region[i];
    return region == LoopbackPort.REGION ? frames.area().memory : foreign.region(region);
  }

  private long start(Burst burst, int i) {
    return burst.region[i] == LoopbackPort.REGION
        ? burst.offset[i] - frames.area().base
        : burst.offset[i];
  }

  /** After arming: whether a frame may find room now, or the far end has changed. */
  private boolean roomOrChange() {
    if (end.removed()) {
      return false;
    }
    if (blocked == null) {
      return true;
    }
    blocked.wantRoom();
    return blocked.hasRoom() || end.far() != blockedAt;
  }

  /** The receiver gave slots back. */
  void wake(CallState caller) {
    signal.wake(caller);
  }

  /** The far end came or went. Control threads. */
  void wake() {
    signal.wake();
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}
