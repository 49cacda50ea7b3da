package org.vhostdp.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.vhostdp.attest.Refused;
import org.vhostdp.cli.config.ConfigRefused;
import org.vhostdp.cli.log.StderrLoggers;
import org.vhostdp.dataplane.Dataplane;
import org.vhostdp.spi.DriverException;
import org.vhostdp.store.DriverRefused;

/** A failure as sentences on standard error and an exit code. */
final class FailureReport {
  private FailureReport() {}

  /** Says what went wrong; the exit code. */
  static int of(Exception failure, PrintWriter err) {
    if (StderrLoggers.verbose()) {
      failure.printStackTrace(err);
    }
    switch (failure) {
      case CommandFailed failed -> {
        say(err, failed.getMessage());
        return failed.exitCode();
      }
      case ConfigRefused refused -> {
        say(err, refused.getMessage());
        return Exit.USAGE;
      }
      case Dataplane.StartFailed failed -> {
        say(err, failed.getMessage());
        return isConfiguration(failed.getCause()) ? Exit.USAGE : Exit.FAILED;
      }
      case DriverRefused refused -> say(err, refused.getMessage());
      case Refused refused -> say(err, refused.getMessage());
      case IOException failed -> say(err, withReason(failed));
      case InterruptedException interrupted -> say(err, "Interrupted.");
      default ->
          say(
              err,
              "Something went wrong inside vhost-dp: %s. With --verbose it says where."
                  .formatted(failure));
    }
    return Exit.FAILED;
  }

  private static boolean isConfiguration(Throwable cause) {
    return cause instanceof DriverException e && e.reason() == DriverException.Reason.CONFIGURATION;
  }

  private static String withReason(IOException failed) {
    String message = failed.getMessage();
    boolean sentence = message != null && message.indexOf(' ') > 0;
    return sentence ? message : failed.getClass().getSimpleName() + ": " + message + ".";
  }

  static void say(PrintWriter err, String sentences) {
    for (String line : String.valueOf(sentences).split("\n")) {
      err.println("vhost-dp: " + line);
    }
  }
}
