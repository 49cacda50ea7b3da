package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.Outgoing;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Frames that cannot be sent where they lie in the ring: of several entries, with a tag to put in,
 * or out of turn. Each goes by a system call of its own. The queue's IO thread.
 */
final class SingleTx {
  private static final int SENT = Outgoing.GOOD;
  private static final int DOWN = TxAccount.DOWN;

  private final Gate gate;
  private final TxAccount account;
  private final int region;
  private final SingleSend sender;
  private final TxSlots slots;
  private final Outgoing outgoing;
  private final PacketWakeup wakeup;
  private int socket = -1;

  /**
   * @param region the queue's own memory, where the frames lie
   * @param wakeup told what to wait for when the socket has no room
   */
  SingleTx(
      Gate gate,
      TxAccount account,
      int region,
      SingleSend sender,
      TxSlots slots,
      Outgoing outgoing,
      PacketWakeup wakeup) {
    this.gate = gate;
    this.account = account;
    this.region = region;
    this.sender = sender;
    this.slots = slots;
    this.outgoing = outgoing;
    this.wakeup = wakeup;
  }

  /** Sends by this socket from now on; control thread, while no burst call runs. */
  void attach(int fd) {
    socket = fd;
  }

  /**
   * Sends one frame.
   *
   * @param first its first entry
   * @param end behind the last entry of the burst
   * @return the index after the frame, or the complement of its own
   */
  int send(Burst burst, int first, int end) {
    long total = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == SingleSend.MOST_ENTRIES) {
        return account.stop(burst, first, i == end ? Burst.REFUSED : Burst.TOO_LONG);
      }
      if (!isOwn(burst, i)) {
        return account.stop(burst, first, Burst.BAD_MEMORY);
      }
      total += burst.length[i];
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    int length = (int) Math.min(total, Outgoing.LONGEST + 1);
    int status = outgoing.check(burst.flags[first], burst.offload[first], length, gate.mtu());
    if (status == SENT) {
      status = send(burst, first, i, length);
    }
    if (status != SENT && status != DOWN) {
      return account.stop(burst, first, status);
    }
    giveBack(burst, first, i);
    if (status == DOWN) {
      account.lost(1);
    } else {
      account.count(1, length);
      account.single();
    }
    return i;
  }

  private boolean isOwn(Burst burst, int i) {
    int length = burst.length[i];
    int slot = burst.region[i] == region ? slots.lentSlot(burst.offset[i]) : -1;
    return slot >= 0 && length > 0 && length <= slots.roomAt(slot, burst.offset[i]);
  }

  private int send(Burst burst, int first, int end, int length) {
    int result = sender.send(socket, slots.memory(), burst, first, end, length);
    if (result == -Errno.ENETDOWN) {
      // It may be the news of a link that is up again.
      result = sender.send(socket, slots.memory(), burst, first, end, length);
    }
    if (result >= 0) {
      return SENT;
    }
    int status = account.refused(-result, burst.flags[first]);
    if (status == Burst.FULL) {
      wakeup.watch(socket);
    }
    return status;
  }

  private void giveBack(Burst burst, int first, int end) {
    for (int k = first; k < end; k++) {
      int slot = slots.lentSlot(burst.offset[k]);
      // Two entries of a frame may have shared one.
      if (slot >= 0) {
        slots.give(slot);
      }
    }
  }
}
