package org.vhostdp.dataplane.steering;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;

/**
 * A burst of one of a driver's queues, which are asked in turn: entries before {@link #at} were
 * looked at, those before {@code first} given back. One burst at a time. One IO thread.
 */
final class DriverBurst {
  static final int MOST = 32;

  final Burst in = new Burst(MOST);

  /** The frame to look at next. */
  int at;

  private final RxQueue[] drivers;
  private int from;
  private int first;
  private int end;
  private int next;

  DriverBurst(RxQueue[] drivers) {
    this.drivers = drivers;
  }

  /** Takes a burst of the next driver queue that has frames; false if none has. */
  boolean take(int most) {
    for (int i = 0; i < drivers.length; i++) {
      from = next;
      next = next + 1 == drivers.length ? 0 : next + 1;
      int n = drivers[from].receive(in, Math.min(most, MOST));
      if (n > 0) {
        first = 0;
        at = 0;
        end = n;
        return true;
      }
    }
    return false;
  }

  /** Whether there are frames to look at. */
  boolean hasNext() {
    return at < end;
  }

  /** Whether everything was given back. */
  boolean isDone() {
    return first == end;
  }

  /** The entry after the frame to look at next. */
  int frameEnd() {
    int last = at;
    while (last + 1 < end && (in.flags[last] & Offload.MORE) != 0) {
      last++;
    }
    return last + 1;
  }

  /** Bytes of the frame to look at next. */
  long bytes(int after) {
    long bytes = 0;
    for (int e = at; e < after; e++) {
      bytes += in.length[e];
    }
    return bytes;
  }

  /** Gives entries that were looked at back to the driver. */
  void giveBack() {
    if (at > first) {
      drivers[from].release(in, first, at - first);
      first = at;
    }
  }

  /** Passes by all that was not looked at; how many frames. */
  int skip() {
    int frames = 0;
    while (at < end) {
      at = frameEnd();
      frames++;
    }
    return frames;
  }

  /** Names the next frame's entries in another burst; returns the index after them. */
  int refer(Burst out, int to, int after) {
    int i = to;
    for (int e = at; e < after; e++, i++) {
      out.region[i] = in.region[e];
      out.offset[i] = in.offset[e];
      out.length[i] = in.length[e];
      out.flags[i] = in.flags[e];
    }
    out.offload[to] = in.offload[at];
    out.vlan[to] = in.vlan[at];
    out.hash[to] = in.hash[at];
    out.hashType[to] = in.hashType[at];
    out.timestamp[to] = in.timestamp[at];
    return i;
  }
}
