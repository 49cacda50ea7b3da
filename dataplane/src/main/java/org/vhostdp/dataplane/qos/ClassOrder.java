package org.vhostdp.dataplane.qos;

import java.util.Arrays;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;

/**
 * Which frames go next: those of the class with the least priority number, and among equals by
 * deficit round robin (Shreedhar and Varghese, 1995). A class whose limit is reached is passed by.
 */
final class ClassOrder {
  private static final int PRIORITIES = 8;

  private final ClassFifo[][] levels = new ClassFifo[PRIORITIES][];
  private final int[] turn = new int[PRIORITIES];
  private final ClassFifo[] taken;

  /**
   * Orders classes.
   *
   * @param fifos of the classes that there are, null for others
   * @param capacity entries of the burst to fill
   */
  ClassOrder(ClassFifo[] fifos, int capacity) {
    for (int p = 0; p < PRIORITIES; p++) {
      int level = p;
      levels[p] =
          Arrays.stream(fifos)
              .filter(fifo -> fifo != null && fifo.priority == level)
              .toArray(ClassFifo[]::new);
    }
    taken = new ClassFifo[capacity];
  }

  /** Takes whole frames of at most so many entries, and charges the limits of their classes. */
  int fill(Burst out, int most) {
    int n = 0;
    for (int p = 0; p < PRIORITIES && n < most; p++) {
      n = fill(p, out, n, most);
    }
    return n;
  }

  private int fill(int p, Burst out, int from, int most) {
    ClassFifo[] level = levels[p];
    int n = from;
    int closed = 0;
    while (closed < level.length) {
      ClassFifo fifo = level[turn[p]];
      if (fifo.ready()) {
        closed = 0;
        fifo.begin();
        n = serve(fifo, out, n, most);
        if (fifo.ready() && fifo.deficit >= fifo.headBytes(fifo.headEntries())) {
          // The burst is full; its round goes on next time.
          return n;
        }
      } else {
        closed++;
      }
      fifo.end();
      turn[p] = turn[p] + 1 == level.length ? 0 : turn[p] + 1;
    }
    return n;
  }

  private int serve(ClassFifo fifo, Burst out, int from, int most) {
    int n = from;
    while (fifo.ready()) {
      int entries = fifo.headEntries();
      int bytes = fifo.headBytes(entries);
      boolean fits = n + entries <= most || n == 0 && entries <= taken.length;
      if (!fits || bytes > fifo.deficit) {
        break;
      }
      fifo.take(out, n, entries);
      fifo.deficit -= bytes;
      if (fifo.limit != null) {
        fifo.limit.passed(out, n, entries);
      }
      Arrays.fill(taken, n, n + entries, fifo);
      n += entries;
    }
    return n;
  }

  /** Puts back what {@link #fill} took last, from one of its frames on. */
  void putBack(Burst out, int first, int count) {
    int end = first + count;
    for (int i = first; i < end; ) {
      int entries = frameEntries(out, i, end);
      ClassFifo fifo = taken[i];
      for (int e = 0; e < entries; e++) {
        fifo.deficit += out.length[i + e];
      }
      if (fifo.limit != null) {
        fifo.limit.back(out, i, entries);
      }
      fifo.putBack(entries);
      i += entries;
    }
  }

  /** Entries of the frame that begins there, or 0 if it does not end before the end. */
  static int frameEntries(Burst burst, int first, int end) {
    int i = first;
    while (i < end && (burst.flags[i] & Offload.MORE) != 0) {
      i++;
    }
    return i < end ? i + 1 - first : 0;
  }
}
