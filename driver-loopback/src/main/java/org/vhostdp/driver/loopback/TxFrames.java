package org.vhostdp.driver.loopback;

import java.util.Arrays;
import org.vhostdp.spi.Burst;

/**
 * The frames of a transmit queue that can be claimed, and which of them are. The frames given back
 * last are lent first, while they are still in the cache. One thread at a time.
 *
 * <p>Hosts mostly give back just what they claimed last, in order. That takes a comparison and a
 * move of the border between free and lent; anything else goes frame by frame.
 */
final class TxFrames implements LentFrames {
  private final FrameArea area;

  /** Where each frame begins in the region: below top the free ones, from top on the lent ones. */
  private final long[] offsets;

  /** Index into {@link #offsets} of each slot's frame. */
  private final int[] place;

  private int top;
  private long bytes;

  TxFrames(FrameArea area) {
    this.area = area;
    offsets = area.offsets();
    place = new int[area.count];
    Arrays.setAll(place, slot -> slot);
    top = area.count;
  }

  FrameArea area() {
    return area;
  }

  int lent() {
    return area.count - top;
  }

  /** Names up to max free frames from index 0; see {@link org.vhostdp.spi.TxQueue#claim}. */
  int claim(Burst frames, int max) {
    int n = Math.max(0, Math.min(Math.min(max, frames.capacity()), top));
    top -= n;
    System.arraycopy(offsets, top, frames.offset, 0, n);
    Arrays.fill(frames.region, 0, n, LoopbackPort.REGION);
    Arrays.fill(frames.room, 0, n, area.room);
    return n;
  }

  @Override
  public int find(long offset, int length) {
    int slot = area.slot(offset);
    return slot >= 0 && place[slot] >= top && area.holds(slot, offset, length) ? slot : -1;
  }

  /**
   * Takes back the frames of a burst as long as each is one whole lent frame without metadata;
   * {@link #bytes()} is their sum. The short way for a queue that forgets what it is given.
   *
   * @param longest most bytes of a frame, not more than its room
   * @return index of the first entry that is anything else, or last
   */
  int takePlain(Burst frames, int first, int last, int longest) {
    if (claimedLast(frames, first, last - first)) {
      int sum = FrameCheck.plainBytes(frames, first, last, longest);
      if (sum >= 0) {
        top += last - first;
        bytes = sum;
        return last;
      }
    }
    return takeEach(frames, first, last, longest);
  }

  private int takeEach(Burst frames, int first, int last, int longest) {
    long sum = 0;
    int i = first;
    for (; i < last; i++) {
      int length = frames.length[i];
      boolean plain = (frames.region[i] ^ LoopbackPort.REGION | frames.flags[i]) == 0;
      if (!plain || length < FrameCheck.ETHERNET_HEADER || length > longest) {
        break;
      }
      int slot = find(frames.offset[i], length);
      if (slot < 0) {
        break;
      }
      free(slot);
      sum += length;
    }
    bytes = sum;
    return i;
  }

  /** Bytes of the frames last taken by {@link #takePlain}. */
  long bytes() {
    return bytes;
  }

  /** Whether offsets are those of the frames claimed last, in the order they were named. */
  private boolean claimedLast(Burst frames, int first, int count) {
    return count <= lent()
        && Arrays.mismatch(frames.offset, first, first + count, offsets, top, top + count) < 0;
  }

  /** Moves a lent frame to the top of the free ones. */
  private void free(int slot) {
    int from = place[slot];
    long offset = offsets[from];
    long other = offsets[top];
    offsets[from] = other;
    place[area.slot(other)] = from;
    offsets[top] = offset;
    place[slot] = top++;
  }

  /**
   * Takes back the frame that an entry lies in.
   *
   * @return whether it was lent
   */
  boolean giveBack(long offset) {
    int slot = area.slot(offset);
    if (slot < 0 || place[slot] < top) {
      return false;
    }
    free(slot);
    return true;
  }

  /**
   * Takes back the entries that name own frames.
   *
   * @return how many did not name a lent one
   */
  int giveBack(Burst frames, int first, int count) {
    if (claimedLast(frames, first, count) && FrameCheck.own(frames, first, first + count)) {
      top += count;
      return 0;
    }
    int wrong = 0;
    for (int i = first; i < first + count; i++) {
      if (frames.region[i] != LoopbackPort.REGION || !giveBack(frames.offset[i])) {
        wrong++;
      }
    }
    return wrong;
  }
}
