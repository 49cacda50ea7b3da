package org.vhostdp.dataplane.io;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What was thrown on a pair's turn. A driver's exception may throw again when it is looked at. */
final class Failure {
  static final String VANISHED = "guest memory vanished (its file was truncated)";

  private static final Logger LOG = System.getLogger(IoThread.class.getName());

  private Failure() {}

  /**
   * Whether memory was gone when it was accessed: what the virtual machine makes of SIGBUS. It says
   * so in the message alone; drivers may throw InternalError as well.
   */
  static boolean isVanishedMemory(Throwable cause) {
    return cause.getClass() == InternalError.class
        && cause.getMessage() != null
        && cause.getMessage().contains("unsafe memory access");
  }

  /** What to tell people. */
  static String describe(Throwable cause) {
    try {
      return cause.toString();
    } catch (RuntimeException | Error e) {
      return cause.getClass().getName();
    }
  }

  static void log(String what, Throwable cause) {
    write(Level.WARNING, what, cause);
  }

  /** Gives frames back to a driver, which may fail once more: then they die with the port. */
  static void giveBack(Runnable abandon) {
    try {
      abandon.run();
    } catch (Lease.Lost e) {
      throw e;
    } catch (RuntimeException | Error e) {
      write(Level.DEBUG, "frames not taken back", e);
    }
  }

  private static void write(Level level, String what, Throwable cause) {
    try {
      LOG.log(level, what, cause);
    } catch (RuntimeException | Error e) {
      LOG.log(level, what + ": " + cause.getClass().getName());
    }
  }
}
