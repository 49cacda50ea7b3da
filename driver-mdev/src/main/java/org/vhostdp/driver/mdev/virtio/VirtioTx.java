package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.mdev.nic.Alarm;
import org.vhostdp.driver.mdev.nic.Counters;
import org.vhostdp.driver.mdev.nic.Gate;
import org.vhostdp.driver.mdev.nic.Outgoing;
import org.vhostdp.driver.mdev.nic.QueueWakeup;
import org.vhostdp.driver.mdev.nic.TxSlots;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Sends frames where they were filled in: the header goes right before them, so that a frame of one
 * entry is one descriptor. All of a burst is published at once, with one doorbell if the device
 * wants any.
 */
final class VirtioTx implements TxQueue {
  private final int region;
  private final Gate gate;
  private final Counters counters;
  private final Alarm.Bell bell;
  private final Outgoing outgoing;
  private final int maxSegments;

  private QueueWakeup wakeup;
  private Vring ring;
  private Doorbell doorbell;
  private MemorySegment memory;
  private Slots slots;
  private long iova;
  private TxSlots states;
  private TxFrame frame;

  VirtioTx(
      int region,
      Gate gate,
      Counters counters,
      Alarm.Bell bell,
      Outgoing outgoing,
      int maxSegments) {
    this.region = region;
    this.gate = gate;
    this.counters = counters;
    this.bell = bell;
    this.outgoing = outgoing;
    this.maxSegments = maxSegments;
  }

  /** Works on a new ring from now on; control thread, while no burst call runs. */
  void attach(QueueParts parts) {
    ring = parts.ring();
    doorbell = parts.doorbell();
    memory = parts.frames();
    iova = parts.iova();
    slots = parts.slots();
    wakeup = parts.wakeup();
    states = new TxSlots(region, slots.count(), slots.bytes(), Slots.FRAME_AT);
    frame = new TxFrame(slots, states, maxSegments);
    wakeup.watch(this::hasWork);
  }

  /** Forgets the ring; what is in it is lost, and counted. */
  void detach() {
    if (states != null) {
      counters.add(Counters.DROPPED, states.frames());
    }
    ring = null;
    memory = null;
    states = null;
  }

  private boolean hasWork() {
    return gate.isOpen() && ring.hasUsed();
  }

  /**
   * Takes back what the device has sent; whether it has nothing more. Control thread, at the end.
   */
  boolean isDrained() {
    return !reap() || states.frames() == 0;
  }

  /** Takes back what the device has sent; false if it lies. */
  private boolean reap() {
    int end = ring.take(0);
    if (end < 0) {
      gate.open(false);
      bell.ring("names a frame to be sent that it does not have");
      return false;
    }
    for (int i = 0; i < end; i++) {
      states.sent(ring.usedToken[i]);
    }
    return true;
  }

  @Override
  public int claim(Burst frames, int max) {
    if (!gate.isOpen()) {
      return 0;
    }
    wakeup.disarm();
    int most = Math.min(max, frames.capacity());
    if (states.free() < most && !reap()) {
      return 0;
    }
    return states.claim(frames, most);
  }

  @Override
  public void unclaim(Burst frames, int first, int count) {
    if (ring == null) {
      return;
    }
    states.unclaim(frames, first, count);
  }

  @Override
  public int transmit(Burst frames, int first, int count) {
    if (!gate.isOpen()) {
      gate.refuse(frames, first, count);
      return 0;
    }
    wakeup.disarm();
    int end = first + count;
    int mtu = gate.mtu();
    int i = first;
    int sent = 0;
    long bytes = 0;
    while (i < end) {
      int next = send(frames, i, end, mtu);
      if (next < 0) {
        frames.status[i] = ~next;
        counters.add(Counters.ERRORS, ~next == Burst.FULL ? 0 : 1);
        break;
      }
      for (int k = i; k < next; k++) {
        bytes += frames.length[k];
      }
      i = next;
      sent++;
    }
    if (sent > 0) {
      if (ring.publish()) {
        counters.add(Counters.KICKS, 1);
        doorbell.ring();
      }
      counters.add(Counters.FRAMES, sent);
      counters.add(Counters.BYTES, bytes);
    }
    return i - first;
  }

  /** Adds a frame; the index after it, or the complement of why not. */
  private int send(Burst frames, int i, int end, int mtu) {
    long offset = frames.offset[i];
    int length = frames.length[i];
    int slot = slots.slot(offset);
    if ((frames.flags[i] | frames.region[i] ^ region) == 0
        && states.isLent(slot)
        && offset == slots.start(slot) + Slots.FRAME_AT
        && length <= slots.room()
        && length >= Outgoing.HEADER
        && length <= mtu + Outgoing.HEADER) {
      if (ring.free() == 0 && !makeRoom(1)) {
        return ~Burst.FULL;
      }
      long header = offset - NetHeader.SIZE;
      NetHeader.writePlain(memory, header);
      states.take(slot);
      ring.add(slot, iova + header, length + NetHeader.SIZE, 0);
      return i + 1;
    }
    return gather(frames, i, end, mtu);
  }

  /** Adds any frame, which may have several entries, or offloads. */
  private int gather(Burst frames, int i, int end, int mtu) {
    int next = frame.gather(frames, i, end);
    if (next < 0) {
      return next;
    }
    int flags = frames.flags[i];
    long packed = frames.offload[i];
    int status = outgoing.check(flags, packed, frame.total(), mtu);
    if (status != Outgoing.GOOD) {
      return ~status;
    }
    int needed = frame.segments();
    if (ring.free() < needed && !makeRoom(needed)) {
      return ~Burst.FULL;
    }
    NetHeader.write(memory, frame.header(), flags, packed);
    frame.chain(frames, i, next, ring, iova);
    return next;
  }

  private boolean makeRoom(int descriptors) {
    return reap() && ring.free() >= descriptors;
  }

  @Override
  public Wakeup wakeup() {
    return wakeup == null ? Wakeup.polled() : wakeup;
  }
}
