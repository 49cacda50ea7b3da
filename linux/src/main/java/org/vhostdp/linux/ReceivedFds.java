package org.vhostdp.linux;

import java.util.Arrays;

/**
 * Descriptors that came with a message, in order. Holds up to 64; whatever is not taken belongs to
 * this object and is closed by {@link #closeAll}. One thread at a time.
 */
public final class ReceivedFds {
  static final int CAPACITY = 64;

  private final Fd[] fds = new Fd[CAPACITY];
  private int count;
  private boolean truncated;

  /** An empty set, to be handed to {@link UnixSocket#receive} again and again. */
  public ReceivedFds() {}

  /** How many came since the last {@link #takeAll} or {@link #closeAll}, taken ones included. */
  public int count() {
    return count;
  }

  /**
   * Hands descriptor {@code i} to the caller, who owns it from now on.
   *
   * @throws IndexOutOfBoundsException if there is no such descriptor
   * @throws IllegalStateException if it was taken before
   */
  public Fd take(int i) {
    if (i < 0 || i >= count) {
      throw new IndexOutOfBoundsException("Descriptor " + i + " of " + count + " received.");
    }
    Fd fd = fds[i];
    if (fd == null) {
      throw new IllegalStateException("Received descriptor " + i + " was taken before.");
    }
    fds[i] = null;
    return fd;
  }

  /** Hands all that were not taken yet to the caller, in order, and leaves the set empty. */
  public Fd[] takeAll() {
    Fd[] all = Arrays.stream(fds, 0, count).filter(fd -> fd != null).toArray(Fd[]::new);
    clear();
    return all;
  }

  /**
   * True if more descriptors were sent than fit (MSG_CTRUNC); the kernel closed those. Stays true
   * until {@link #takeAll} or {@link #closeAll}.
   */
  public boolean truncated() {
    return truncated;
  }

  /** Closes what was not taken and leaves the set empty. */
  public void closeAll() {
    for (int i = 0; i < count; i++) {
      if (fds[i] != null) {
        fds[i].close();
      }
    }
    clear();
  }

  private void clear() {
    Arrays.fill(fds, 0, count, null);
    count = 0;
    truncated = false;
  }

  int room() {
    return CAPACITY - count;
  }

  void append(Fd fd) {
    fds[count++] = fd;
  }

  void markTruncated() {
    truncated = true;
  }
}
