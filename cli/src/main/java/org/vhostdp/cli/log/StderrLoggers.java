package org.vhostdp.cli.log;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Every {@link System.Logger} of the process: one line a message on standard error. */
public final class StderrLoggers extends System.LoggerFinder {
  private static final String OWN = "org.vhostdp.";

  private static volatile Level threshold = Level.INFO;

  /** Whether the operator asked for warnings and errors only. */
  public static boolean quiet() {
    return threshold.compareTo(Level.INFO) > 0;
  }

  /** For {@link java.util.ServiceLoader}. */
  public StderrLoggers() {}

  /** Least level of our own messages that is shown; stack traces come with DEBUG and below. */
  public static void threshold(Level level) {
    threshold = level;
  }

  /** Whether the operator asked for everything. */
  public static boolean verbose() {
    return threshold.compareTo(Level.DEBUG) <= 0;
  }

  @Override
  public Logger getLogger(String name, Module module) {
    return new StderrLogger(name, name.startsWith(OWN));
  }

  /** What libraries say is shown from warnings on; when everything was asked for, a level more. */
  static Level thresholdFor(boolean own) {
    return own ? threshold : verbose() ? Level.INFO : Level.WARNING;
  }
}
