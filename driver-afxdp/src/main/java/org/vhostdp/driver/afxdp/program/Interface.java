package org.vhostdp.driver.afxdp.program;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.vhostdp.linux.AbstractName;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.XdpState;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * A network interface in the calling thread's network namespace.
 *
 * @param name how messages call it
 * @param index its number
 */
record Interface(String name, int index) {
  private static final String NAMES = "vhost-dp/xdp/";
  private static final AtomicLong SERIAL = new AtomicLong();
  private static final long PATIENCE = TimeUnit.SECONDS.toNanos(10);

  /** The XDP program that it has. */
  XdpState state() throws DriverException {
    try {
      return XdpState.of(index);
    } catch (LinuxException e) {
      throw ProgramErrors.of(
          e.call(), name, e.errno(), "Choose an interface that is in this network namespace.");
    }
  }

  /** Whether it is there still. */
  boolean exists() throws DriverException {
    try {
      return XdpState.of(index) != null;
    } catch (LinuxException e) {
      if (e.errno() == Errno.ENODEV) {
        return false;
      }
      throw ProgramErrors.of(e);
    }
  }

  /** What is done while nobody else changes the interface's program. */
  @FunctionalInterface
  interface Work<T> {
    T run() throws DriverException;
  }

  /**
   * Works while other ports, and other processes like this one, are kept from changing the
   * interface's program.
   */
  <T> T alone(Work<T> work) throws DriverException {
    AbstractName lock = lock();
    try {
      return work.run();
    } finally {
      lock.close();
    }
  }

  private AbstractName lock() throws DriverException {
    long deadline = System.nanoTime() + PATIENCE;
    while (true) {
      try {
        return AbstractName.take(NAMES + index);
      } catch (LinuxException e) {
        if (e.errno() != Errno.EADDRINUSE || System.nanoTime() > deadline) {
          throw new DriverException(
              e.errno() == Errno.EADDRINUSE ? Reason.BUSY : Reason.DEVICE,
              "The XDP program of " + name + " cannot be changed: " + e.getMessage(),
              "Another process has been attaching or removing one for seconds; end it.",
              e);
        }
        pause();
      }
    }
  }

  private void pause() throws DriverException {
    try {
      Thread.sleep(2);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DriverException(
          Reason.DEVICE, "Waiting for " + name + " was interrupted.", "", interrupted);
    }
  }

  /** Says, for as long as the process lives, that it uses the program. */
  AbstractName use(int program) throws DriverException {
    try {
      return AbstractName.take(
          users(program) + ProcessHandle.current().pid() + "-" + SERIAL.incrementAndGet());
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
  }

  /** Whether any process says that it uses the program. */
  boolean isUsed(int program) throws DriverException {
    try {
      return !AbstractName.held(users(program)).isEmpty();
    } catch (LinuxException e) {
      throw ProgramErrors.of(e);
    }
  }

  private String users(int program) {
    return NAMES + index + "/" + program + "/";
  }

  /** The number of the calling thread's network namespace. */
  static long namespace() throws DriverException {
    try {
      return (Long) Files.getAttribute(Path.of("/proc/thread-self/ns/net"), "unix:ino");
    } catch (IOException e) {
      throw new DriverException(
          Reason.DEVICE,
          "/proc/thread-self/ns/net cannot be read.",
          "Mount /proc in this container.",
          e);
    }
  }
}
