package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames to the kernel: one writev(2) each, of the header and the frame's entries where they lie.
 * The kernel has copied when the call returns.
 *
 * <p>While the interface is down the kernel refuses with EIO. Those frames are accepted, dropped
 * and counted: a NIC without a link loses what it is given, and back-pressure would have no end.
 */
final class TapQueueTx implements TxQueue {
  /** Bytes: the longest IP packet, an Ethernet header and two VLAN tags. */
  static final int LONGEST = 65535 + 14 + 8;

  /** Bytes: an Ethernet header. */
  private static final int SHORTEST = 14;

  private static final int SENT = -1;
  private static final int DOWN = -2;

  private final int fd;
  private final CallState state;
  private final TapScratch scratch;
  private final TapGate gate;
  private final TapFrames frames;
  private final TapForeign foreign;
  private final int offloads;
  private final TapCounters counters;
  private final Wakeup wakeup;
  private int total;
  private boolean plain = true;

  TapQueueTx(TapQueuePair.Parts parts, TapFrames frames, TapScratch scratch, Wakeup wakeup) {
    fd = parts.fd().raw();
    state = new CallState(Arena.ofAuto());
    gate = parts.gate();
    foreign = parts.foreign();
    offloads = parts.txOffloads();
    counters = parts.traffic().tx();
    this.frames = frames;
    this.scratch = scratch;
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
    giveBack(burst, first, first + count);
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (!gate.sending()) {
      return refuse(burst, first, count);
    }
    int end = first + count;
    int i = first;
    int sent = 0;
    long bytes = 0;
    boolean down = false;
    while (i < end) {
      int next = gather(burst, i, end);
      int status = next < 0 ? ~next : down ? DOWN : write(burst.flags[i], next - i);
      if (status == SENT) {
        sent++;
        bytes += total;
      } else if (status == DOWN) {
        down = true;
        counters.add(TapCounters.DROPPED, 1);
        counters.add(TapCounters.SPECIAL, 1);
      } else {
        burst.status[i] = status;
        counters.add(TapCounters.ERRORS, status == Burst.FULL ? 0 : 1);
        break;
      }
      giveBack(burst, i, next);
      i = next;
    }
    counters.add(TapCounters.FRAMES, sent);
    counters.add(TapCounters.BYTES, bytes);
    return i - first;
  }

  /** Not started: try later. Deleted: never. */
  private int refuse(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = gate.gone() ? Burst.REFUSED : Burst.FULL;
    }
    return 0;
  }

  /** Fills the vectors with one frame; the index after it, or the complement of a status. */
  private int gather(Burst burst, int first, int end) {
    long bytes = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == TapScratch.MOST_SEGMENTS) {
        return i == end ? ~Burst.REFUSED : ~Burst.TOO_LONG;
      }
      int length = burst.length[i];
      int region = burst.region[i];
      long address =
          region == TapPort.OWN_REGION
              ? frames.address(burst.offset[i], length)
              : foreign.readable(region, burst.offset[i], length);
      if (address == 0) {
        return ~Burst.BAD_MEMORY;
      }
      scratch.vector(i - first + 1, address, length);
      bytes += length;
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    return header(burst.flags[first], burst.offload, first, bytes) ? i : ~refusal(bytes);
  }

  private static int refusal(long bytes) {
    return bytes > LONGEST ? Burst.TOO_LONG : bytes < SHORTEST ? Burst.REFUSED : Burst.BAD_OFFLOAD;
  }

  /** Writes the header, if the length and the offloads are ones the kernel can take. */
  private boolean header(int flags, long[] packed, int first, long bytes) {
    if (bytes > LONGEST || bytes < SHORTEST) {
      return false;
    }
    total = (int) bytes;
    int used = flags & ~Offload.MORE;
    if (used == 0) {
      // Most headers are zero and stay so.
      if (!plain) {
        VnetHeader.clear(scratch.header);
        plain = true;
      }
      return true;
    }
    plain = false;
    if (!fits(used, packed[first])) {
      return false;
    }
    VnetHeader.write(scratch.header, used, packed[first]);
    return true;
  }

  private boolean fits(int used, long packed) {
    if ((used & ~offloads) != 0) {
      return false;
    }
    if ((used & Offload.CSUM_PARTIAL) != 0
        && Offload.csumStart(packed) + Offload.csumOffset(packed) + 2 > total) {
      return false;
    }
    int gso = used & Offload.GSO_ANY;
    if (gso == 0) {
      return (used & Offload.GSO_ECN) == 0;
    }
    // The kernel warns in its log about segments whose checksums nobody left open.
    boolean open = (used & Offload.CSUM_PARTIAL) != 0 || gso == Offload.GSO_UFO;
    return open
        && (gso & gso - 1) == 0
        && Offload.gsoSize(packed) != 0
        && Offload.headerLength(packed) <= total;
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
