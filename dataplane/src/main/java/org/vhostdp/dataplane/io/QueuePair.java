package org.vhostdp.dataplane.io;

import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.ring.PackedRing;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Wakeup;

/**
 * A transmit and a receive path of one port, run by one IO thread. All methods but the constructor
 * belong to that thread.
 */
public final class QueuePair {
  /** Told, on the IO thread, that a path has ended; must not block. */
  public interface FaultSink {
    /**
     * A path broke and was taken out of service.
     *
     * @param receive the receive path, else the transmit path
     * @param why a sentence without its full stop
     */
    void broken(boolean receive, String why);
  }

  private final FaultSink faults;
  private TransmitPath transmit;
  private ReceivePath receive;
  private Watch transmitKick;
  private Watch receiveKick;
  private Watch driverReady;
  private Watch driverRoom;
  private Wakeup rxWakeup;
  private Wakeup txWakeup;
  private long idleSince;
  private boolean parked;

  public QueuePair(FaultSink faults) {
    this.faults = faults;
  }

  /** Puts a transmit path into service, in place of none. */
  void attach(TransmitPath path, Wakeup driver, int kick, IoThread thread) throws LinuxException {
    transmitKick = thread.watch(this, kick, Watch.READABLE, true);
    driverRoom = thread.watch(this, driver.fd(), driver.events(), false);
    txWakeup = driver;
    transmit = path;
    path.ring().suppressKicks();
  }

  /** Puts a receive path into service, in place of none. */
  void attach(ReceivePath path, Wakeup driver, int kick, IoThread thread) throws LinuxException {
    receiveKick = thread.watch(this, kick, Watch.READABLE, true);
    driverReady = thread.watch(this, driver.fd(), driver.events(), false);
    rxWakeup = driver;
    receive = path;
    path.ring().suppressKicks();
  }

  /** Takes the transmit path out of service; returns it, or null. */
  TransmitPath detachTransmit(IoThread thread) {
    TransmitPath path = transmit;
    transmit = null;
    thread.forget(transmitKick);
    thread.forget(driverRoom);
    transmitKick = null;
    driverRoom = null;
    return path;
  }

  /** Takes the receive path out of service; returns it, or null. Held frames are given back. */
  ReceivePath detachReceive(IoThread thread) {
    ReceivePath path = receive;
    receive = null;
    thread.forget(receiveKick);
    thread.forget(driverReady);
    receiveKick = null;
    driverReady = null;
    if (path != null) {
      giveBack(path::abandon);
    }
    return path;
  }

  boolean empty() {
    return transmit == null && receive == null;
  }

  TransmitPath transmit() {
    return transmit;
  }

  ReceivePath receive() {
    return receive;
  }

  /** One turn of both paths; the work count. */
  int poll(IoThread thread) {
    int work = 0;
    if (transmit != null) {
      int n = pollTransmit();
      if (n < 0) {
        broken(false, detachTransmit(thread).ring().fault());
      } else {
        work = n;
      }
    }
    if (receive != null) {
      int n = pollReceive();
      if (n < 0) {
        broken(true, detachReceive(thread).ring().fault());
      } else {
        work += n;
      }
    }
    return work;
  }

  private void broken(boolean isReceive, String why) {
    faults.broken(isReceive, why == null ? "it failed" : why);
  }

  // Small methods of their own: each is a compile unit with its path inlined into it.

  private int pollTransmit() {
    return transmit.poll();
  }

  private int pollReceive() {
    return receive.poll();
  }

  /**
   * Something thrown on this pair's turn: both paths end. Memory that vanished under a ring arrives
   * as InternalError, a driver's own mistake as any exception.
   */
  void failed(Throwable cause, IoThread thread) {
    String why =
        cause instanceof InternalError
            ? "guest memory vanished (its file was truncated)"
            : "the driver failed: " + cause;
    if (transmit != null) {
      giveBack(detachTransmit(thread)::abandon);
      broken(false, why);
    }
    if (receive != null) {
      detachReceive(thread);
      broken(true, why);
    }
  }

  private static void giveBack(Runnable abandon) {
    try {
      abandon.run();
    } catch (RuntimeException | Error e) {
      // The driver has failed already, or the memory is gone: the frames die with the port.
      System.getLogger(QueuePair.class.getName())
          .log(System.Logger.Level.DEBUG, "frames not taken back", e);
    }
  }

  /** A kick has come. */
  void kicked(Watch by) {
    if (by == transmitKick && transmit != null) {
      transmit.kicked();
    } else if (by == receiveKick && receive != null) {
      receive.kicked();
    }
  }

  boolean parked() {
    return parked;
  }

  /**
   * Spin hints after a turn in which no pair had work. In a split ring a burst of the guest appears
   * at once; in a packed one each descriptor appears by itself, and a reader close behind takes
   * their line away from the guest again and again, for bursts of one or two.
   */
  int pauses() {
    return transmit != null && transmit.ring() instanceof PackedRing ? 16 : 1;
  }

  /** Nanoseconds of the clock since when there was no work; 0 while there is some. */
  long idleSince() {
    return idleSince;
  }

  void idleSince(long nanos) {
    idleSince = nanos;
  }

  /**
   * Arms every source of work, then looks again.
   *
   * @return false if there is work already: keep polling
   */
  boolean park() throws LinuxException {
    if (pollOnly()) {
      return false;
    }
    boolean work = false;
    if (transmit != null) {
      boolean blocked = transmit.blocked();
      work = blocked ? txWakeup.arm() : transmit.ring().requestKicks();
      driverRoom.want(blocked);
    }
    if (receive != null) {
      boolean starved = receive.starved();
      work |= starved ? receive.ring().requestKicks() : rxWakeup.arm();
      driverReady.want(!starved);
    }
    if (work) {
      unpark();
      return false;
    }
    parked = true;
    return true;
  }

  /** A guest without kicks, or a driver without a descriptor, can only be polled. */
  private boolean pollOnly() {
    return transmit != null && (transmitKick == null || driverRoom == null)
        || receive != null && (receiveKick == null || driverReady == null);
  }

  /** Back to polling: the guest need not kick. */
  void unpark() throws LinuxException {
    parked = false;
    idleSince = 0;
    if (transmit != null) {
      transmit.ring().suppressKicks();
      Watch.want(driverRoom, false);
    }
    if (receive != null) {
      receive.ring().suppressKicks();
      Watch.want(driverReady, false);
    }
  }
}
