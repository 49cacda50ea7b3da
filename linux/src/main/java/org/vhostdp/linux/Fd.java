package org.vhostdp.linux;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.generated.Libc;

/**
 * Owns one file descriptor. Any thread may use or close it; whoever closes it must know that nobody
 * still works with its number, because the kernel gives the number away again at once.
 */
public final class Fd implements AutoCloseable {
  private static final int CLOSED = -1;
  private static final AtomicLong OPEN = new AtomicLong();

  private final AtomicInteger number;

  private Fd(int raw) {
    number = new AtomicInteger(raw);
  }

  /**
   * Takes ownership of an open descriptor.
   *
   * @throws IllegalArgumentException if {@code raw} is negative
   */
  public static Fd of(int raw) {
    if (raw < 0) {
      throw new IllegalArgumentException(
          "A descriptor is never negative, this one is " + raw + ".");
    }
    OPEN.incrementAndGet();
    return new Fd(raw);
  }

  /**
   * The descriptor's number, for calls; the owner stays the owner.
   *
   * @throws IllegalStateException once closed
   */
  public int raw() {
    int raw = number.get();
    if (raw == CLOSED) {
      throw new IllegalStateException("This descriptor was closed; it cannot be used any more.");
    }
    return raw;
  }

  /** False once closed. */
  public boolean isOpen() {
    return number.get() != CLOSED;
  }

  /** A second descriptor of the same open file, close-on-exec, owned by the caller. */
  public Fd duplicate() throws LinuxException {
    return copyOf(raw());
  }

  /**
   * A descriptor of its own for a file that somebody else, such as a library, has open as {@code
   * raw}; close-on-exec, owned by the caller.
   */
  public static Fd copyOf(int raw) throws LinuxException {
    int copy = PathCalls.fcntl(CallState.ofThread(), raw, Libc.F_DUPFD_CLOEXEC(), 0);
    if (copy < 0) {
      throw new LinuxException("fcntl F_DUPFD_CLOEXEC", "descriptor " + raw, -copy);
    }
    return of(copy);
  }

  /**
   * Closes the descriptor; again does nothing.
   *
   * @throws IllegalStateException if somebody else closed the number behind the owner's back: the
   *     next such mistake would hit a stranger's file
   */
  @Override
  public void close() {
    int raw = number.getAndSet(CLOSED);
    if (raw == CLOSED) {
      return;
    }
    OPEN.decrementAndGet();
    // Linux frees the number even when close is interrupted or reports a late I/O error, so only
    // EBADF means anything, and nothing is ever repeated.
    if (FileCalls.close(CallState.ofThread(), raw) == -Errno.EBADF) {
      throw new IllegalStateException(
          "Descriptor " + raw + " was closed by somebody who does not own it.");
    }
  }

  /** How many descriptors are owned and open in this process now: balanced when nothing leaks. */
  public static long openCount() {
    return OPEN.get();
  }

  @Override
  public String toString() {
    int raw = number.get();
    return raw == CLOSED ? "closed descriptor" : "descriptor " + raw;
  }
}
