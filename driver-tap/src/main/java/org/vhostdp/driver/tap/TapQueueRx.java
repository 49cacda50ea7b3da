package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/** Frames from the kernel: one readv(2) each, into own frames or straight into foreign buffers. */
final class TapQueueRx implements RxQueue {
  /** A read took a frame that cannot be given to the host; it is counted. */
  private static final int LOST = -1;

  /** There is no frame. */
  private static final int NONE = -2;

  private final int fd;
  private final CallState state;
  private final Gate gate;
  private final TapForeign foreign;
  private final TapCounters counters;
  private final TapFrames frames;
  private final TapScratch scratch;
  private final Wakeup wakeup;

  TapQueueRx(TapQueuePair.Parts parts, TapFrames frames, TapScratch scratch, Wakeup wakeup) {
    fd = parts.fd().raw();
    state = new CallState(Arena.ofAuto());
    gate = parts.gate();
    foreign = parts.foreign();
    counters = parts.traffic().rx();
    this.frames = frames;
    this.scratch = scratch;
    this.wakeup = wakeup;
  }

  @Override
  public int receive(Burst burst, int max) {
    if (!gate.receiving()) {
      return 0;
    }
    int limit = Math.min(Math.min(max, burst.capacity()), frames.available());
    int allowed = gate.offloads();
    int count = 0;
    long bytes = 0;
    // Lost frames count against the limit too: a call has an end whatever comes.
    for (int reads = 0; reads < limit; reads++) {
      int length = receiveOwn(burst, count, allowed);
      if (length >= 0) {
        count++;
        bytes += length;
      } else if (length == NONE) {
        break;
      }
    }
    counters.add(TapCounters.FRAMES, count);
    counters.add(TapCounters.BYTES, bytes);
    return count;
  }

  /** Reads one frame into an own frame; its length, or LOST, or NONE. */
  private int receiveOwn(Burst burst, int i, int allowed) {
    long offset = frames.take();
    scratch.vector(1, frames.address(offset), TapFrames.ROOM);
    // A frame that fills the room to the last byte may have been cut; none is that long.
    int length = read(2, TapFrames.ROOM - 1);
    if (length >= 0 && !describe(burst, i, allowed)) {
      length = LOST;
    }
    if (length < 0) {
      frames.give(offset);
      return length;
    }
    burst.region[i] = TapPort.OWN_REGION;
    burst.offset[i] = offset;
    burst.length[i] = length;
    return length;
  }

  @Override
  public void release(Burst burst, int first, int count) {
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
            + " was released but is not lent: a frame is released once, by the queue it came"
            + " from.");
  }

  @Override
  public int receiveInto(Burst buffers, int count) {
    if (!gate.receiving() || count <= 0) {
      return 0;
    }
    long room = aim(buffers, count);
    if (room < 0) {
      return 0;
    }
    int length = read(count + 2, room);
    if (length < 0) {
      return length == NONE ? 0 : -1;
    }
    if (!describe(buffers, 0, gate.offloads())) {
      return -1;
    }
    counters.add(TapCounters.FRAMES, 1);
    counters.add(TapCounters.BYTES, length);
    return spread(buffers, length);
  }

  /** Names the buffers to the kernel; their bytes, or -1 if one lies outside its region. */
  private long aim(Burst buffers, int count) {
    if (count > TapScratch.MOST_SEGMENTS) {
      buffers.status[0] = Burst.TOO_LONG;
      return -1;
    }
    long room = 0;
    for (int i = 0; i < count; i++) {
      int length = buffers.room[i];
      int region = buffers.region[i];
      long address =
          region == TapPort.OWN_REGION
              ? frames.address(buffers.offset[i], length)
              : foreign.writable(region, buffers.offset[i], length);
      if (address == 0) {
        buffers.status[i] = Burst.BAD_MEMORY;
        return -1;
      }
      scratch.vector(i + 1, address, length);
      room += length;
    }
    scratch.spill(count + 1);
    return room;
  }

  /** Divides the frame's length among the buffers; returns how many it took. */
  private static int spread(Burst buffers, int length) {
    int flags = buffers.flags[0];
    int left = length;
    int i = 0;
    while (left > buffers.room[i]) {
      buffers.length[i] = buffers.room[i];
      buffers.flags[i] = i == 0 ? flags | Offload.MORE : Offload.MORE;
      left -= buffers.room[i];
      i++;
    }
    buffers.length[i] = left;
    buffers.flags[i] = i == 0 ? flags : 0;
    return i + 1;
  }

  /**
   * Reads one frame; its length, or LOST, or NONE.
   *
   * @param vectors how many to fill
   * @param room bytes that a frame may have
   */
  private int read(int vectors, long room) {
    long result = Io.readv(state, fd, scratch.vectors, vectors);
    if (result < 0) {
      return failed((int) -result);
    }
    long length = result - VnetHeader.SIZE;
    if (length > room || length <= 0) {
      counters.add(TapCounters.ERRORS, 1);
      return LOST;
    }
    return (int) length;
  }

  private int failed(int errno) {
    switch (errno) {
      case Errno.EAGAIN:
        return NONE;
      case Errno.EBADFD:
        gate.vanish();
        return NONE;
      case Errno.EFAULT:
      case Errno.EINVAL:
        // The kernel took a frame and could not hand it out whole: macvtap says EFAULT where TAP
        // cuts; EINVAL is a kind of segmentation that has no name in the header.
        counters.add(TapCounters.ERRORS, 1);
        return LOST;
      default:
        return NONE;
    }
  }

  /** Fills in flags and numbers; false if the frame is lost for an offload nobody asked for. */
  private boolean describe(Burst burst, int i, int allowed) {
    long word = VnetHeader.word(scratch.header);
    if (VnetHeader.isPlain(word)) {
      burst.flags[i] = 0;
      return true;
    }
    int flags = VnetHeader.flags(word);
    int beyond = flags & ~allowed;
    if (beyond != 0) {
      // The kernel vouches for checksums unasked; anything else waited in the queue from before the
      // offload was withdrawn.
      if (beyond != Offload.CSUM_VALID) {
        counters.add(TapCounters.DROPPED, 1);
        counters.add(TapCounters.SPECIAL, 1);
        return false;
      }
      flags &= allowed;
    }
    burst.flags[i] = flags;
    burst.offload[i] = VnetHeader.packed(scratch.header, word);
    return true;
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }
}
