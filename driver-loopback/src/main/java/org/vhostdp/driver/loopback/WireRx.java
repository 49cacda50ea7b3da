package org.vhostdp.driver.loopback;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Lends the frames that arrived over the wire, oldest first. */
final class WireRx implements RxQueue, QueueHalf {
  private final int index;
  private final WireEnd end;
  private final Tally tally;
  private final Limits limits;
  private final ForeignTable foreign;
  private final Gate gate = new Gate();
  private final Signal signal = new Signal(this::frameIsThere);
  private final Delivery delivery = new Delivery();

  /** Null while stopped. */
  private Arrivals arrivals;

  private Inbox inbox;

  /** Offloads that the port's settings allow; control threads write it while frames flow. */
  private volatile int allowed;

  /**
   * @param foreign the lent regions, or null if there may be none
   */
  WireRx(int index, WireEnd end, ForeignTable foreign, Tally tally, Limits limits) {
    this.index = index;
    this.end = end;
    this.limits = limits;
    this.foreign = foreign;
    this.tally = tally;
  }

  /** Makes the ring that senders will see. */
  Arrivals prepare(FrameArea area) throws LinuxException {
    signal.open();
    return new Arrivals(area, signal, tally);
  }

  void begin(Arrivals ring, Inbox whole, int rxOffloads) {
    allowed = rxOffloads;
    inbox = whole;
    arrivals = ring;
  }

  @Override
  public int end() {
    int lent = 0;
    if (arrivals != null) {
      lent = arrivals.lent();
      tally.add(Tally.DROPPED, arrivals.waiting());
      arrivals = null;
      inbox = null;
    }
    signal.close();
    return lent;
  }

  Gate gate() {
    return gate;
  }

  void allow(int rxOffloads) {
    allowed = rxOffloads;
  }

  private boolean frameIsThere() {
    return arrivals != null && !end.removed() && arrivals.peek() >= 0;
  }

  @Override
  public int receive(Burst burst, int max) {
    Arrivals from = arrivals;
    if (from == null || end.removed()) {
      return 0;
    }
    signal.disarm();
    boolean limited = limits.any();
    int limit = Math.min(max, burst.capacity());
    int now = allowed;
    long time = (now & Offload.TIMESTAMP) != 0 ? System.nanoTime() : 0;
    long bytes = 0;
    int n = 0;
    boolean freed = false;
    while (n < limit) {
      int slot = from.peek();
      if (slot < 0 || limited && !limits.pass(index, from.length[slot])) {
        break;
      }
      if (!deliverable(from, slot, now)) {
        freed = true;
        continue;
      }
      burst.region[n] = LoopbackPort.REGION;
      burst.offset[n] = from.area.base + delivery.start();
      burst.length[n] = delivery.length();
      describe(burst, n, from, slot, now, time);
      bytes += delivery.length();
      from.lend();
      n++;
    }
    count(n, bytes);
    if (freed) {
      offerRoom(from);
    }
    return n;
  }

  /** Prepares the next frame; one that cannot be delivered is counted and passed over. */
  private boolean deliverable(Arrivals from, int slot, int now) {
    if (from.length[slot] == 0) {
      tally.add(Tally.DROPPED, 1);
    } else if (delivery.prepare(from, slot, now)) {
      return true;
    } else {
      tally.add(Tally.GSO_UNSUPPORTED, 1);
      tally.add(Tally.DROPPED, 1);
    }
    from.consume();
    return false;
  }

  private void describe(Burst burst, int n, Arrivals from, int slot, int now, long time) {
    int flags = delivery.flags();
    if ((now & Offload.TIMESTAMP) != 0) {
      flags |= Offload.TIMESTAMP;
      burst.timestamp[n] = time;
    }
    if ((flags & (Offload.CSUM_PARTIAL | Offload.GSO_ANY)) != 0) {
      burst.offload[n] = delivery.offload();
    }
    if ((flags & Offload.VLAN) != 0) {
      burst.vlan[n] = from.vlan[slot];
    }
    if ((flags & Offload.HASH) != 0) {
      burst.hash[n] = from.hash[slot];
      burst.hashType[n] = from.hashType[slot];
    }
    burst.flags[n] = flags;
  }

  private void count(int n, long bytes) {
    if (n != 0) {
      tally.add(Tally.FRAMES, n);
      tally.add(Tally.BYTES, bytes);
    }
  }

  @Override
  public void release(Burst burst, int first, int count) {
    Arrivals to = arrivals;
    if (to == null) {
      return;
    }
    Objects.checkFromIndexSize(first, count, burst.capacity());
    int wrong = 0;
    for (int i = first; i < first + count; i++) {
      if (burst.region[i] != LoopbackPort.REGION || !to.giveBack(to.area.slot(burst.offset[i]))) {
        wrong++;
      }
    }
    if (wrong != 0) {
      tally.add(Tally.LENDING_ERRORS, wrong);
    }
    offerRoom(to);
  }

  /** Wakes senders that wait for room. */
  private void offerRoom(Arrivals to) {
    // The free slots must be visible before the senders' wish is read; see Arrivals.wantRoom.
    VarHandle.fullFence();
    if (to.roomWanted()) {
      gate.enter();
      try {
        for (WireTx sender : inbox.senders()) {
          sender.wake(signal.state());
        }
      } finally {
        gate.leave();
      }
    }
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    Arrivals from = arrivals;
    if (from == null || foreign == null || count <= 0 || end.removed()) {
      return 0;
    }
    Objects.checkFromIndexSize(0, count, buffers.capacity());
    signal.disarm();
    int slot = from.peek();
    if (slot < 0) {
      return 0;
    }
    // Before the frame is prepared, which may be done only once.
    long room = room(buffers, count);
    if (room < 0) {
      return 0;
    }
    if (limits.any() && !limits.pass(index, from.length[slot])) {
      return 0;
    }
    int now = allowed;
    while (slot >= 0 && !deliverable(from, slot, now)) {
      slot = from.peek();
    }
    int used = slot < 0 ? 0 : delivery.length() > room ? -1 : scatter(buffers, from);
    if (used > 0) {
      int more = buffers.flags[0];
      long time = (now & Offload.TIMESTAMP) != 0 ? System.nanoTime() : 0;
      describe(buffers, 0, from, slot, now, time);
      buffers.flags[0] |= more;
      count(1, delivery.length());
    } else if (used < 0) {
      tally.add(Tally.DROPPED, 1);
      tally.add(Tally.TOO_LONG, 1);
    }
    if (used != 0) {
      from.consume();
    }
    offerRoom(from);
    return used;
  }

  /** Bytes that the buffers hold, or -1 if one is not memory that may be written. */
  private long room(Burst buffers, int count) {
    long room = 0;
    for (int i = 0; i < count; i++) {
      int bytes = buffers.room[i];
      if (bytes <= 0 || !foreign.holdsWritable(buffers.region[i], buffers.offset[i], bytes)) {
        buffers.status[i] = Burst.BAD_MEMORY;
        return -1;
      }
      room += bytes;
    }
    return room;
  }

  /** Copies the prepared frame, which fits; returns how many buffers it took. */
  private int scatter(Burst buffers, Arrivals from) {
    int rest = delivery.length();
    long at = delivery.start();
    int i = 0;
    while (rest > 0) {
      int n = Math.min(rest, buffers.room[i]);
      MemorySegment to = foreign.region(buffers.region[i]);
      MemorySegment.copy(from.area.memory, at, to, buffers.offset[i], n);
      buffers.length[i] = n;
      buffers.flags[i] = rest > n ? Offload.MORE : 0;
      at += n;
      rest -= n;
      i++;
    }
    return i;
  }

  /** The wire was removed. Control threads. */
  void wake() {
    signal.wake();
  }

  @Override
  public Wakeup wakeup() {
    return signal;
  }
}
