package org.vhostdp.linux;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.vhostdp.linux.generated.Libc;

/**
 * Work in other network namespaces. A namespace belongs to a thread, so each piece of work gets a
 * platform thread of its own that ends with it. Sockets and devices opened there stay in that
 * namespace and can be used from anywhere afterwards; threads started there are born into it.
 */
public final class Namespaces {
  private Namespaces() {}

  /**
   * Does {@code work} in the namespace whose file is {@code netns}, e.g. /run/netns/blue or
   * /proc/PID/ns/net, and waits for it.
   *
   * @throws LinuxException if the namespace cannot be entered, which takes CAP_SYS_ADMIN
   * @throws Exception what the work throws
   */
  public static <T> T in(Path netns, Callable<T> work) throws Exception {
    try (Fd fd = Io.open(netns.toString(), Libc.O_RDONLY(), 0)) {
      return in(fd, netns.toString(), work);
    }
  }

  /** The same for a namespace given by a descriptor, which stays the caller's. */
  public static <T> T in(Fd netns, Callable<T> work) throws Exception {
    return in(netns, netns.toString(), work);
  }

  private static <T> T in(Fd netns, String name, Callable<T> work) throws Exception {
    return onOwnThread(
        () -> {
          int result = PrivilegeCalls.setns(CallState.ofThread(), netns.raw(), Libc.CLONE_NEWNET());
          if (result < 0) {
            throw new LinuxException("setns", name, -result, advice(-result));
          }
          return work.call();
        });
  }

  /**
   * Makes an empty network namespace, with nothing but a loopback interface that is switched off.
   * It lives as long as the descriptor, or anything in it, does.
   *
   * @throws LinuxException EPERM without CAP_SYS_ADMIN
   */
  public static Fd create() throws LinuxException {
    try {
      return onOwnThread(
          () -> {
            int result = PrivilegeCalls.unshare(CallState.ofThread(), Libc.CLONE_NEWNET());
            if (result < 0) {
              throw new LinuxException("unshare", "network namespace", -result, advice(-result));
            }
            return Io.open("/proc/thread-self/ns/net", Libc.O_RDONLY(), 0);
          });
    } catch (LinuxException | RuntimeException known) {
      throw known;
    } catch (Exception interrupted) {
      throw new LinuxException("unshare", "network namespace", Errno.EINTR);
    }
  }

  /** The calling thread's network namespace; the descriptor is the caller's. */
  public static Fd current() throws LinuxException {
    return Io.open("/proc/thread-self/ns/net", Libc.O_RDONLY(), 0);
  }

  /**
   * Moves the calling thread to a network namespace; threads that it starts from now on are born
   * there. For a thread that cannot tell others where to open their sockets.
   *
   * @param netns stays the caller's
   * @throws LinuxException EPERM without CAP_SYS_ADMIN
   */
  public static void enter(Fd netns) throws LinuxException {
    if (Thread.currentThread().isVirtual()) {
      throw new IllegalStateException("A virtual thread has no network namespace of its own.");
    }
    int result = PrivilegeCalls.setns(CallState.ofThread(), netns.raw(), Libc.CLONE_NEWNET());
    if (result < 0) {
      throw new LinuxException("setns", netns.toString(), -result, advice(-result));
    }
  }

  private static String advice(int errno) {
    return errno == Errno.EPERM
        ? "It takes CAP_SYS_ADMIN: run it as root, or inside unshare --user --map-root-user --net."
        : Errno.advice(errno);
  }

  /** Runs and waits; an interrupted caller interrupts the work and does not wait for its end. */
  private static <T> T onOwnThread(Callable<T> work) throws Exception {
    FutureTask<T> task = new FutureTask<>(work);
    Thread thread = Thread.ofPlatform().daemon().name("netns").start(task);
    try {
      T result = task.get();
      thread.join();
      return result;
    } catch (ExecutionException failed) {
      thread.join();
      throw rethrown(failed.getCause());
    } catch (InterruptedException interrupted) {
      task.cancel(true);
      throw interrupted;
    }
  }

  private static Exception rethrown(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    return (Exception) cause;
  }
}
