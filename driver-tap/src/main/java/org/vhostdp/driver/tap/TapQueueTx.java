package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames to the kernel: a writev each, of the header and the frame's entries where they lie; by a
 * system call each, or many by one. The kernel has copied when the call returns.
 *
 * <p>While the interface is down the kernel refuses with EIO. Those frames are accepted, dropped
 * and counted: a NIC without a link loses what it is given, and back-pressure would have no end.
 */
final class TapQueueTx implements TxQueue {
  private static final int SENT = -1;
  private static final int DOWN = -2;

  private final int fd;
  private final CallState state;
  private final TapScratch scratch;
  private final TapRing ring;
  private final Gate gate;
  private final TapFrames frames;
  private final TapGather gather;
  private final TapCounters counters;
  private final Wakeup wakeup;

  TapQueueTx(TapQueuePair.Parts parts, TapFrames frames, TapScratch scratch, Wakeup wakeup) {
    fd = parts.fd().raw();
    state = new CallState(Arena.ofAuto());
    gate = parts.gate();
    gather = new TapGather(frames, parts.foreign(), parts.txOffloads());
    counters = parts.traffic().tx();
    this.frames = frames;
    this.scratch = scratch;
    ring = parts.ring();
    this.wakeup = wakeup;
  }

  @Override
  public int claim(Burst burst, int max) {
    int count = gate.sending() ? Math.min(Math.min(max, burst.capacity()), frames.available()) : 0;
    for (int i = 0; i < count; i++) {
      burst.region[i] = TapPort.OWN_REGION;
      burst.offset[i] = frames.take();
      burst.room[i] = TapFrames.ROOM;
      burst.flags[i] = 0;
    }
    return count;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      if (burst.region[i] != TapPort.OWN_REGION || !frames.give(burst.offset[i])) {
        throw notLent(burst, i);
      }
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
    int end = first + count;
    int at = ring == null ? first : sendMany(burst, first, end);
    return (at < 0 ? ~at : sendEach(burst, at, end)) - first;
  }

  /** Not started: try later. Deleted: never. */
  private int refuse(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = gate.gone() ? Burst.REFUSED : Burst.FULL;
    }
    return 0;
  }

  /** A system call for each frame; the index after the accepted ones. */
  private int sendEach(Burst burst, int first, int end) {
    int i = first;
    int sent = 0;
    long bytes = 0;
    boolean down = false;
    while (i < end) {
      int next = gather.gather(burst, i, end, scratch);
      int status = next < 0 ? ~next : down ? DOWN : write(burst.flags[i], next - i);
      if (status == SENT) {
        sent++;
        bytes += gather.total();
      } else if (status == DOWN) {
        down = true;
        lost(1);
      } else {
        stop(burst, i, status);
        break;
      }
      giveBack(burst, i, next);
      i = next;
    }
    count(sent, bytes);
    return i;
  }

  /**
   * As many system calls as the ring needs, while it gains by them.
   *
   * @return the index of the first frame that is left over, or the complement of the one that was
   *     refused
   */
  private int sendMany(Burst burst, int first, int end) {
    int at = first;
    while (end - at >= TapRing.LEAST) {
      int filled = ring.fill(gather, burst, at, end);
      int taken = filled < TapRing.LEAST ? 0 : ring.send(filled);
      if (taken == 0) {
        return at;
      }
      counters.add(TapCounters.RING_BURSTS, 1);
      at = settle(burst, at, taken);
      if (at < 0) {
        return at;
      }
    }
    return at;
  }

  /**
   * Accounts for frames that went through the ring. A frame refused before others that were not has
   * been overtaken: it cannot be the caller's again without being sent out of order, or stopping
   * what is on the wire already. So it is accepted, lost and counted. One with nothing behind it is
   * refused as by a plain call.
   */
  private int settle(Burst burst, int first, int taken) {
    int passed = taken;
    while (passed > 0 && isRefused(ring.result(passed - 1))) {
      passed--;
    }
    int sent = 0;
    int down = 0;
    long bytes = 0;
    for (int k = 0; k < passed; k++) {
      int result = ring.result(k);
      sent += result >= 0 ? 1 : 0;
      down += result == -Errno.EIO ? 1 : 0;
      bytes += result >= 0 ? ring.bytes(k) : 0;
    }
    count(sent, bytes);
    lost(down);
    int overtaken = passed - sent - down;
    counters.add(TapCounters.ERRORS, overtaken);
    counters.add(TapCounters.RING_REFUSED, overtaken);
    int next = passed == 0 ? first : ring.end(passed - 1);
    giveBack(burst, first, next);
    if (passed == taken) {
      return next;
    }
    stop(burst, next, refused(-ring.result(passed), burst.flags[next]));
    return ~next;
  }

  private static boolean isRefused(int result) {
    return result < 0 && result != -Errno.EIO;
  }

  private int write(int flags, int segments) {
    long result = Io.writev(state, fd, scratch.vectors, segments + 1);
    return result >= 0 ? SENT : refused((int) -result, flags);
  }

  private int refused(int errno, int flags) {
    return switch (errno) {
      case Errno.EAGAIN -> Burst.FULL;
      case Errno.EIO -> DOWN;
      case Errno.EINVAL -> (flags & ~Offload.MORE) != 0 ? Burst.BAD_OFFLOAD : Burst.REFUSED;
      case Errno.EFAULT -> Burst.BAD_MEMORY;
      case Errno.EMSGSIZE -> Burst.TOO_LONG;
      case Errno.EBADFD -> {
        gate.vanish();
        yield Burst.REFUSED;
      }
      default -> Burst.REFUSED;
    };
  }

  private void stop(Burst burst, int i, int status) {
    burst.status[i] = status;
    counters.add(TapCounters.ERRORS, status == Burst.FULL ? 0 : 1);
  }

  private void count(int sent, long bytes) {
    counters.add(TapCounters.FRAMES, sent);
    counters.add(TapCounters.BYTES, bytes);
  }

  /** Frames that the interface lost because it was down. */
  private void lost(int down) {
    counters.add(TapCounters.DROPPED, down);
    counters.add(TapCounters.SPECIAL, down);
  }

  private void giveBack(Burst burst, int first, int end) {
    for (int i = first; i < end; i++) {
      if (burst.region[i] == TapPort.OWN_REGION) {
        frames.give(burst.offset[i]);
      }
    }
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }
}
