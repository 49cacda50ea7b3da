package org.vhostdp.dataplane.io;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.vhostdp.dataplane.net.ReceivePath;
import org.vhostdp.dataplane.net.TransmitPath;
import org.vhostdp.dataplane.ring.PackedRing;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.Wakeup;

/**
 * A transmit and a receive path of one port, run by one IO thread. What is not public belongs to
 * that thread, unless it says otherwise.
 */
public final class QueuePair {
  /** Told that a path has ended; on the IO thread, or the watchdog's. Must not block. */
  public interface FaultSink {
    /**
     * A ring broke, or the guest's memory under it vanished; its path was taken out of service.
     *
     * @param receive the receive path, else the transmit path
     * @param why a sentence without its full stop
     */
    void broken(boolean receive, String why);

    /**
     * The driver, or a stage before it, threw something or does not return. Both paths are out of
     * service. Told once, until something is attached again.
     *
     * @param why a sentence without its full stop
     */
    void driverFailed(String why);
  }

  private final Faults faults;
  private final Share share = new Share();
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
  private boolean summoned;
  private TurnLoop loop;

  private volatile boolean hung;
  private final CompletableFuture<Void> returned = new CompletableFuture<>();

  public QueuePair(FaultSink faults) {
    this.faults = new Faults(faults);
  }

  /** Puts a transmit path into service, in place of none. */
  void attach(TransmitPath path, Wakeup driver, int kick, WatchSet watches) throws LinuxException {
    transmitKick = watches.watch(this, kick, Watch.READABLE, true);
    driverRoom = watches.watch(this, driver.fd(), driver.events(), false);
    txWakeup = driver;
    transmit = path;
    faults.begin();
    unpark();
  }

  /** Puts a receive path into service, in place of none. */
  void attach(ReceivePath path, Wakeup driver, int kick, WatchSet watches) throws LinuxException {
    receiveKick = watches.watch(this, kick, Watch.READABLE, true);
    driverReady = watches.watch(this, driver.fd(), driver.events(), false);
    rxWakeup = driver;
    receive = path;
    faults.begin();
    unpark();
  }

  /** Takes the transmit path out of service; returns it, or null. */
  TransmitPath detachTransmit() {
    TransmitPath path = transmit;
    transmit = null;
    WatchSet.forget(transmitKick);
    WatchSet.forget(driverRoom);
    transmitKick = null;
    driverRoom = null;
    return path;
  }

  /** The same as {@link #detachReceive}, of a path that works: first it delivers what it holds. */
  ReceivePath endReceive() {
    if (receive != null) {
      Failure.giveBack(receive::deliverRest);
    }
    return detachReceive();
  }

  /** Takes the receive path out of service; returns it, or null. Held frames are given back. */
  ReceivePath detachReceive() {
    ReceivePath path = receive;
    receive = null;
    WatchSet.forget(receiveKick);
    WatchSet.forget(driverReady);
    receiveKick = null;
    driverReady = null;
    if (path != null) {
      Failure.giveBack(path::abandon);
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

  Share share() {
    return share;
  }

  void share(int priority, int weight) {
    share.set(priority, weight);
  }

  /** One turn of both paths; the work count. */
  int poll() {
    int work = 0;
    if (transmit != null) {
      int n = pollTransmit();
      if (n < 0) {
        TransmitPath path = detachTransmit();
        Failure.giveBack(path::discard);
        faults.broken(false, path.ring().fault());
      } else {
        work = n;
      }
    }
    if (receive != null) {
      int n = pollReceive();
      if (n < 0) {
        faults.broken(true, detachReceive().ring().fault());
      } else {
        work += n;
      }
    }
    return work;
  }

  // Small methods of their own: each is a compile unit with its path inlined into it.

  private int pollTransmit() {
    return transmit.poll();
  }

  private int pollReceive() {
    return receive.poll();
  }

  /** Something thrown on this pair's turn: both paths end. */
  void failed(Throwable cause) {
    boolean vanished = Failure.isVanishedMemory(cause);
    Failure.log("a queue pair failed and is taken out of service", cause);
    TransmitPath sending = transmit;
    if (sending != null) {
      detachTransmit();
      Failure.giveBack(sending::abandon);
    }
    ReceivePath receiving = detachReceive();
    if (!vanished) {
      faults.driver("the driver failed: " + Failure.describe(cause));
      return;
    }
    if (sending != null) {
      faults.broken(false, Failure.VANISHED);
    }
    if (receiving != null) {
      faults.broken(true, Failure.VANISHED);
    }
  }

  /** Its driver has not returned. The watchdog. */
  void driverFailed(String why) {
    faults.driver(why);
  }

  // ---- sleep -----------------------------------------------------------------------------------

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

  /** Runs it from now on. */
  void runBy(TurnLoop next) {
    loop = next;
  }

  /** Has it unparked at the end of this round of turns. On a turn of another pair. */
  void summon() {
    if (parked && !summoned) {
      summoned = true;
      loop.summon();
    }
  }

  boolean summoned() {
    return summoned;
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
    boolean work = false;
    if (transmit != null) {
      // A stage that holds frames may pass them on later, whether or not the guest has more.
      boolean armed = waits(transmit);
      work = !transmit.blocked() && transmit.ring().requestKicks();
      work |= armed && driverRoom != null && txWakeup.arm();
      Watch.want(driverRoom, armed);
    }
    if (receive != null) {
      boolean starved = receive.starved();
      work |= starved ? receive.ring().requestKicks() : driverReady != null && rxWakeup.arm();
      Watch.want(driverReady, !starved);
    }
    if (work) {
      unpark();
      return false;
    }
    parked = true;
    return true;
  }

  /**
   * Whether something that it waits for has no descriptor: a guest without kicks, a driver that can
   * only be polled. Then it does not sleep until it is woken, it naps.
   */
  boolean naps() {
    return transmit != null && (transmitKick == null || driverRoom == null && waits(transmit))
        || receive != null && (receiveKick == null || driverReady == null && !receive.starved());
  }

  private static boolean waits(TransmitPath path) {
    return path.blocked() || path.waiting();
  }

  /** Back to polling: the guest need not kick. */
  void unpark() throws LinuxException {
    parked = false;
    summoned = false;
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

  // ---- when its thread hangs -------------------------------------------------------------------

  /** Given up, once for all: it is watched no more, and its paths wait to be detached. Watchdog. */
  void hang() {
    WatchSet.forget(transmitKick);
    WatchSet.forget(receiveKick);
    WatchSet.forget(driverReady);
    WatchSet.forget(driverRoom);
    transmitKick = null;
    receiveKick = null;
    driverReady = null;
    driverRoom = null;
    hung = true;
  }

  /** Takes the transmit path of a pair that hangs; its unsent chains are the guest's again. */
  TransmitPath takeTransmit() {
    TransmitPath path = transmit;
    transmit = null;
    if (path != null) {
      Failure.giveBack(path::abandon);
    }
    return path;
  }

  /** Any thread. */
  boolean hung() {
    return hung;
  }

  /** Why a command to a pair that hangs fails. Any thread. */
  IoStuck stuck() {
    return new IoStuck("the driver hangs in a call of this queue pair", null);
  }

  /** The call that hung is over. The thread that hung. */
  void letGo() {
    returned.complete(null);
  }

  /** Any thread. */
  CompletionStage<Void> abandoned() {
    return hung ? returned.minimalCompletionStage() : CompletableFuture.completedStage(null);
  }
}
