package org.vhostdp.dataplane.offload;

import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/** The entries that one call of a receive stage gives: where they go, and how many there are. */
final class GivenFrames {
  private Burst to = new Burst(1);
  private int most;

  /** Entries given so far. */
  int count;

  /** Begins with nothing given. */
  void begin(Burst frames, int max) {
    to = frames;
    most = max;
    count = 0;
  }

  /** Entries that may still be given. */
  int room() {
    return most - count;
  }

  /** Gives entries as they are. */
  void pass(Burst from, int first, int entries) {
    Burst burst = to;
    for (int e = first; e < first + entries; e++) {
      copy(from, e, burst, count++);
    }
  }

  /** Gives a frame that lies elsewhere now, in one piece, with another's metadata. */
  void moved(Burst from, int first, int region, long offset, int length, int flags, long numbers) {
    int at = count++;
    copy(from, first, to, at);
    to.region[at] = region;
    to.offset[at] = offset;
    to.length[at] = length;
    to.flags[at] = flags;
    to.offload[at] = numbers;
  }

  /** Copies an entry with all that its flags name. */
  static void copy(Burst from, int e, Burst to, int at) {
    int flags = from.flags[e];
    to.region[at] = from.region[e];
    to.offset[at] = from.offset[e];
    to.length[at] = from.length[e];
    to.flags[at] = flags;
    if ((flags & ~Offload.MORE) != 0) {
      to.offload[at] = from.offload[e];
      to.vlan[at] = from.vlan[e];
      to.hash[at] = from.hash[e];
      to.hashType[at] = from.hashType[e];
      to.timestamp[at] = from.timestamp[e];
    }
  }
}
