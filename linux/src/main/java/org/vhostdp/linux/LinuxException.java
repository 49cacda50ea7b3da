package org.vhostdp.linux;

import java.io.IOException;
import java.util.Objects;

/**
 * A failed system call, as a sentence: the call, its object, errno's name and text, and what to do.
 *
 * <p>Example: {@code bind /run/x.sock: EADDRINUSE (Address already in use). Another process listens
 * there; stop it or choose another one.}
 */
public final class LinuxException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String call;
  private final String object;
  private final int errno;
  private final String advice;

  /** A failure with the advice of {@link Errno#advice}. */
  public LinuxException(String call, String object, int errno) {
    this(call, object, errno, Errno.advice(errno));
  }

  /**
   * A failure with advice of its own.
   *
   * @param call the system call or request, e.g. {@code bind}
   * @param object what it was about: a path, an interface, a descriptor
   * @param errno a positive errno
   * @param advice what to do, as whole sentences; may be empty
   */
  public LinuxException(String call, String object, int errno, String advice) {
    super(sentence(call, object, errno, advice));
    this.call = Objects.requireNonNull(call);
    this.object = Objects.requireNonNull(object);
    this.errno = errno;
    this.advice = Objects.requireNonNull(advice);
  }

  private static String sentence(String call, String object, int errno, String advice) {
    String subject = object.isEmpty() ? call : call + " " + object;
    String what = subject + ": " + Errno.name(errno) + " (" + Errno.text(errno) + ").";
    return advice.isEmpty() ? what : what + " " + advice;
  }

  /** The positive errno. */
  public int errno() {
    return errno;
  }

  /** errno's symbolic name, e.g. {@code EPERM}. */
  public String errnoName() {
    return Errno.name(errno);
  }

  /** The system call or request that failed. */
  public String call() {
    return call;
  }

  /** What the call was about. */
  public String object() {
    return object;
  }

  /** What to do; empty if there is nothing useful to say. */
  public String advice() {
    return advice;
  }
}
