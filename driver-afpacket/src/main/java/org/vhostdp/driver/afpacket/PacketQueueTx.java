package org.vhostdp.driver.afpacket;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Sends frames where they lie in the mapped ring, all of a burst by one system call; what cannot go
 * that way by a call each ({@link SingleTx}). The kernel has taken a frame or not when the call
 * returns: none waits for another call.
 *
 * <p>While the interface is down frames are accepted, dropped and counted: a NIC without a link
 * loses what it is given, and back-pressure would have no end.
 */
final class PacketQueueTx implements TxQueue, AutoCloseable {
  private static final int SENT = Outgoing.GOOD;
  private static final int DOWN = TxAccount.DOWN;

  private final MemorySegment state = PacketCalls.state(Arena.ofAuto());
  private final Gate gate;
  private final TxAccount account;
  private final TxSlots slots;
  private final Outgoing outgoing;
  private final SingleTx single;
  private final PacketWakeup wakeup;
  private final int region;
  private final boolean vnet;
  private int ringSocket = -1;

  PacketQueueTx(
      Gate gate,
      PacketCounters counters,
      int region,
      boolean vnet,
      TxSlots slots,
      Outgoing outgoing)
      throws LinuxException {
    this.gate = gate;
    account = new TxAccount(gate, counters);
    this.region = region;
    this.vnet = vnet;
    this.slots = slots;
    this.outgoing = outgoing;
    wakeup = new PacketWakeup(null);
    single = new SingleTx(gate, account, region, new SingleSend(vnet), slots, outgoing, wakeup);
  }

  TxSlots slots() {
    return slots;
  }

  /** Works on new sockets from now on; control thread, while no burst call runs. */
  void attach(RingSocket ring, RingSocket other) {
    ringSocket = ring.raw();
    single.attach(other.raw());
    slots.attach(ring.memory());
    wakeup.watch(ringSocket);
  }

  void detach() {
    wakeup.forget();
    slots.attach(null);
  }

  @Override
  public int claim(Burst burst, int max) {
    if (!gate.sending()) {
      return 0;
    }
    wakeup.disarm();
    int count = slots.claim(burst, max, region);
    if (count == 0) {
      wakeup.watch(ringSocket);
    }
    return count;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int slot = burst.region[i] == region ? slots.lentSlot(burst.offset[i]) : -1;
      if (slot < 0) {
        throw notLent(burst, i);
      }
      slots.give(slot);
    }
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was given back but is not lent: a frame is transmitted or given back once, by the"
            + " queue that lent it.");
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (!gate.sending()) {
      return refuse(burst, first, count);
    }
    wakeup.disarm();
    int end = first + count;
    int i = first;
    while (i < end) {
      int next = sendRing(burst, i, end);
      if (next < 0) {
        return ~next - first;
      }
      i = next;
      if (i < end) {
        next = single.send(burst, i, end);
        if (next < 0) {
          return ~next - first;
        }
        i = next;
      }
    }
    return i - first;
  }

  /** Not started: try later. Deleted: never. */
  private int refuse(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = gate.gone() ? Burst.REFUSED : Burst.FULL;
    }
    return 0;
  }

  /**
   * Sends frames from the first on that lie where the kernel looks next.
   *
   * @return the index of the first that does not, or the complement of the one that was stopped at
   */
  private int sendRing(Burst burst, int first, int end) {
    int mtu = gate.mtu();
    int most = Math.min(end - first, slots.count());
    int prepared = 0;
    int status = SENT;
    long bytes = 0;
    while (prepared < most && fitsRing(burst, first + prepared, prepared)) {
      int i = first + prepared;
      status = outgoing.check(burst.flags[i], burst.offload[i], burst.length[i], mtu);
      if (status != SENT) {
        break;
      }
      prepare(burst, i, prepared++);
      bytes += burst.length[i];
    }
    if (prepared > 0) {
      int next = flush(burst, first, prepared, bytes);
      if (next < 0) {
        return next;
      }
    }
    return status == SENT ? first + prepared : account.stop(burst, first + prepared, status);
  }

  private boolean fitsRing(Burst burst, int i, int prepared) {
    int length = burst.length[i];
    return burst.region[i] == region
        && (burst.flags[i] & (Offload.MORE | Offload.VLAN)) == 0
        && length > 0
        && length <= slots.room()
        && slots.isNext(prepared, burst.offset[i]);
  }

  private void prepare(Burst burst, int i, int n) {
    int length = burst.length[i];
    if (!vnet) {
      slots.request(n, length);
      return;
    }
    long at = slots.start(n) + TxSlots.DATA;
    int linear = Linear.of(length, at + VnetHeader.SIZE);
    int offloads = burst.flags[i] & ~Offload.CSUM_VALID;
    long packed = offloads == 0 ? 0 : burst.offload[i];
    VnetHeader.write(slots.memory(), at, linear, offloads, packed, 0);
    slots.request(n, length + VnetHeader.SIZE);
  }

  /**
   * Has the kernel take what is prepared; the index after it, or the complement of what it left.
   */
  private int flush(Burst burst, int first, int prepared, long bytes) {
    int result = PacketCalls.kick(state, ringSocket);
    // Bytes of frames without their headers: when all are told, all were taken.
    int taken = result == bytes ? prepared : slots.taken(prepared);
    if (taken < prepared && result == -Errno.ENETDOWN) {
      // It may be the news of a link that is up again.
      result = PacketCalls.kick(state, ringSocket);
      taken = slots.taken(prepared);
    }
    if (taken == prepared) {
      slots.settle(prepared, prepared);
      account.count(prepared, bytes);
      return first + prepared;
    }
    return left(burst, first, prepared, taken, result);
  }

  private int left(Burst burst, int first, int prepared, int taken, int result) {
    int next = first + taken;
    int status =
        slots.isWrong(taken)
            ? account.refused(Errno.EINVAL, burst.flags[next])
            : account.refused(result < 0 ? -result : Errno.EAGAIN, burst.flags[next]);
    slots.settle(prepared, taken);
    long sent = 0;
    for (int i = first; i < next; i++) {
      sent += burst.length[i];
    }
    account.count(taken, sent);
    if (status == DOWN) {
      slots.drop(prepared - taken);
      account.lost(prepared - taken);
      return first + prepared;
    }
    if (status == Burst.FULL) {
      wakeup.watch(ringSocket);
    }
    return account.stop(burst, next, status);
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    wakeup.close();
  }
}
