package org.vhostdp.driver.dpdk;

/** The mbufs that a receive queue has lent, in order. The queue's thread. */
final class RxLoans {
  /** The last mbuf of its frame. */
  static final long LAST = 1;

  /** Others hold references to the mbuf. */
  static final long SHARED = 2;

  /** Mbufs lie at multiples of 64, so the lowest bits of a loan are free for marks. */
  private static final long MARKS = 63;

  private final long[] loans = new long[1024];
  private final int most;
  private int head;
  private int tail;
  private int frames;

  /**
   * @param most frames at once
   */
  RxLoans(int most) {
    this.most = most;
  }

  /** How many more entries may be lent: 0 if as many frames are as may be. */
  int left() {
    return Math.min(most - frames, loans.length - (tail - head));
  }

  /**
   * @param mbuf bytes from the region's start
   * @param marks {@link #LAST}, {@link #SHARED}
   */
  void lend(long mbuf, long marks) {
    loans[tail++ & loans.length - 1] = mbuf | marks;
    frames += (int) (marks & LAST);
  }

  /** The loan that ends first, or -1. */
  long oldest() {
    return head == tail ? -1 : loans[head & loans.length - 1];
  }

  /** Ends the oldest. */
  void end(long oldest) {
    head++;
    frames -= (int) (oldest & LAST);
  }

  /** All loans, of which those from head to tail hold, by their number modulo the length. */
  long[] all() {
    return loans;
  }

  int head() {
    return head;
  }

  int tail() {
    return tail;
  }

  /** As many frames of one mbuf each were added at the tail. */
  void lent(int count) {
    tail += count;
    frames += count;
  }

  /** As many mbufs were ended at the head, and with them so many frames. */
  void ended(int count, int ofFrames) {
    head += count;
    frames -= ofFrames;
  }

  static long mbuf(long loan) {
    return loan & ~MARKS;
  }

  static boolean isShared(long loan) {
    return (loan & SHARED) != 0;
  }
}
