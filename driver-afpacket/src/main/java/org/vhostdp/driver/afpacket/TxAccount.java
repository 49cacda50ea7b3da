package org.vhostdp.driver.afpacket;

import org.vhostdp.linux.Errno;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** What became of transmitted frames: statuses and counters. The queue's IO thread. */
final class TxAccount {
  /** Not a status of {@link Burst}: the interface is down, and loses the frame. */
  static final int DOWN = -2;

  private final Gate gate;
  private final PacketCounters counters;

  TxAccount(Gate gate, PacketCounters counters) {
    this.gate = gate;
    this.counters = counters;
  }

  /**
   * What a refusal of the kernel means for a frame: a status, or DOWN.
   *
   * @param flags of its first entry
   */
  int refused(int errno, int flags) {
    return switch (errno) {
      case Errno.EAGAIN -> Burst.FULL;
      // The queueing discipline or the device has no room; without a link it never will.
      case Errno.ENOBUFS -> gate.carrier() ? Burst.FULL : DOWN;
      case Errno.ENETDOWN -> DOWN;
      case Errno.EINVAL -> (flags & ~Offload.MORE) != 0 ? Burst.BAD_OFFLOAD : Burst.REFUSED;
      case Errno.EFAULT -> Burst.BAD_MEMORY;
      case Errno.EMSGSIZE -> Burst.TOO_LONG;
      case Errno.ENXIO, Errno.ENODEV -> {
        gate.vanish();
        yield Burst.REFUSED;
      }
      default -> Burst.REFUSED;
    };
  }

  /** A burst stops at entry i; returns the complement of its index. */
  int stop(Burst burst, int i, int status) {
    burst.status[i] = status;
    counters.add(PacketCounters.ERRORS, status == Burst.FULL ? 0 : 1);
    return ~i;
  }

  /** Frames that went to the interface. */
  void count(int frames, long bytes) {
    counters.add(PacketCounters.FRAMES, frames);
    counters.add(PacketCounters.BYTES, bytes);
  }

  /** One of them went by a call of its own. */
  void single() {
    counters.add(PacketCounters.SINGLE, 1);
  }

  /** Frames that the interface lost because it was down. */
  void lost(int frames) {
    counters.add(PacketCounters.DROPPED, frames);
    counters.add(PacketCounters.SPECIAL, frames);
  }
}
